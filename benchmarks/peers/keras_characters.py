"""Keras on characters as its own examples do it: a Sequential model, `compile`, `fit`, every setting at its default."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from benchmarks.timing import Stretch

STEPS_TO_LEARN_SPEED = 4


def build_model(symbol_count: int, embedding: int, units: int, window: int) -> keras.Model:
    """Ids (batch, window) in, logits (batch, window, symbols) out."""
    return keras.Sequential(
        [
            keras.Input((window,), dtype="int32"),
            keras.layers.Embedding(symbol_count, embedding),
            keras.layers.LSTM(units, return_sequences=True),
            keras.layers.Dense(symbol_count),
        ]
    )


def build(
    ids_file: str,
    symbol_count: int,
    embedding: int,
    units: int,
    window: int,
    batch: int,
    learning_rate: float,
    beta_2: float,
    clip_norm: float,
) -> Callable[..., Stretch]:
    """Return what measures the symbols trained on in about `seconds`."""
    ids = np.load(ids_file)
    random = np.random.default_rng(1)
    keras.utils.set_random_seed(1)
    model = build_model(symbol_count, embedding, units, window)
    model.compile(
        keras.optimizers.Adam(learning_rate, beta_2=beta_2, global_clipnorm=clip_norm),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )

    def fit(steps: int) -> float:
        starts = random.integers(len(ids) - window, size=(steps * batch, 1))
        windows = ids[starts + np.arange(window + 1)].astype(np.int32)
        started = time.perf_counter()
        model.fit(windows[:, :-1], windows[:, 1:], batch_size=batch, verbose=0)
        return time.perf_counter() - started

    fit(2)  # builds the graph
    state: dict[str, Any] = {"seconds_per_step": fit(STEPS_TO_LEARN_SPEED) / STEPS_TO_LEARN_SPEED}

    def measure(seconds: float) -> Stretch:
        steps = max(1, round(seconds / state["seconds_per_step"]))
        elapsed = fit(steps)
        state["seconds_per_step"] = elapsed / steps
        return Stretch(steps * batch * window, elapsed)

    return measure
