"""Programs that measure the app, each a module of its own: `python -m benchmarks.<name>`."""
