"""Our own sides, each for a process of its own: training as the command line and the workers do it, and writing."""

import os
import resource
import time
from collections.abc import Callable
from typing import Any

from benchmarks.timing import Stretch
from lstm_core.network.spec import RunSpec


def set_up_tensorflow() -> None:
    """Do what the command line does before TensorFlow is imported."""
    from lstm_core.training.environment import tensorflow_environment

    os.environ.update(tensorflow_environment())


def peak_bytes() -> int:
    """Return the most memory that this process has had resident so far. Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def build_training(text_file: str, settings: dict[str, Any]) -> Callable[..., dict[str, float]]:
    """Return what measures the symbols that a run of this text and these knobs trains on in about `seconds`.

    Seconds are those that the command line reports: of the steps, not of compiling, and not of looking at the network
    in between, which no peer does. `wall_seconds` are those on the clock, with all that the trainer does besides.
    """
    set_up_tensorflow()
    from lstm_core.training.trainer import Trainer

    with open(text_file, encoding="utf-8") as file:
        spec = RunSpec.build(file.read(), "a text", **settings)
    trainer = Trainer(spec)
    trainer.train(0.2)  # compiles, and finds the speed

    def measure(seconds: float) -> dict[str, float]:
        started = time.perf_counter()
        report = trainer.train(seconds)
        wall_seconds = time.perf_counter() - started
        symbols = len(report.losses) * trainer.symbols_per_step
        return {"count": symbols, "seconds": report.seconds, "wall_seconds": wall_seconds}

    return measure


def build_experiment(experiment: str, recipe: str) -> Callable[..., Stretch]:
    """Return what measures the steps that an experiment's recipe makes in about `seconds`, of the same seconds."""
    set_up_tensorflow()
    from lstm_core.network.experiments import build_spec
    from lstm_core.training.trainer import Trainer

    trainer = Trainer(build_spec(experiment, recipe, steps=1_000_000))
    trainer.train(0.2)

    def measure(seconds: float) -> Stretch:
        report = trainer.train(seconds)
        return Stretch(len(report.losses), report.seconds)

    return measure


def build_writing(network: str, seed_text: str) -> Callable[..., Stretch]:
    """Return what measures how long a network that ships takes to write `length` symbols, as /generate has it write."""
    import numpy as np

    from lstm_core.network.pretrained import load_pretrained
    from lstm_core.writing.sampling import Sampling
    from lstm_core.writing.writer import Writer

    writer = Writer(load_pretrained(network))
    state = writer.read(seed_text)
    random = np.random.default_rng(1)

    def measure(length: int) -> Stretch:
        started = time.perf_counter()
        for _ in writer.write(state, length, Sampling(), random):
            pass
        return Stretch(length, time.perf_counter() - started)

    measure(100)  # each symbol's row is computed once
    return measure
