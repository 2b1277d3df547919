"""Training: the compiled step, the optimizers, the trainer that reports, and slices of it that travel."""
