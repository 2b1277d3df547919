"""One network of the scaling benchmark, trained in a process of its own: what a step costs, and the memory it took.

Memory is what the process took at its highest above what it had with TensorFlow imported and no run begun: what
`lstm_core.network.size` estimates.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from benchmarks.ours import peak_bytes, set_up_tensorflow

STATUS = Path("/proc/self/status")


def build(text_file: str, settings: dict[str, Any]) -> Callable[..., dict[str, float]]:
    """Return what trains a run of this text and these knobs for about `seconds`, once, and tells all about it."""
    set_up_tensorflow()
    import tensorflow as tf

    from lstm_core.network.size import estimate_size
    from lstm_core.network.spec import RunSpec
    from lstm_core.training.trainer import Trainer

    tf.matmul(tf.zeros((8, 8)), tf.zeros((8, 8)))  # TensorFlow's own threads and memory come with the first product

    def measure(seconds: float) -> dict[str, float]:
        base = psutil.Process().memory_info().rss
        forget_peak()
        started = time.perf_counter()
        spec = RunSpec.build(Path(text_file).read_text(encoding="utf-8"), "a text", **settings)
        trainer = Trainer(spec)
        prepare_seconds = time.perf_counter() - started
        compiled = trainer.train(0.01)
        report = trainer.train(seconds)
        size = estimate_size(trainer.data.shape, spec, spec.batch)
        return {
            "steps": len(report.losses), "seconds": report.seconds, "symbols_per_step": trainer.symbols_per_step,
            "prepare_seconds": prepare_seconds, "compile_seconds": compiled.compile_seconds,
            "memory_bytes": highest_bytes() - base, "estimated_bytes": size.bytes,
            "estimated_seconds_per_step": size.seconds_per_step, "parameters": size.parameters,
        }  # fmt: skip

    return measure


def forget_peak() -> None:
    """Begin anew to remember the most memory that this process has had; only Linux can."""
    if STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5")  # proc(5): resets the peak resident set size, VmHWM


def highest_bytes() -> int:
    """Return the most memory since `forget_peak`, or of the whole life of the process where that cannot be told."""
    if not STATUS.exists():
        return peak_bytes()
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
