"""The word tutorials' loop as one writes it today: a Keras model, one window at a time, RMSProp at 0.001.

Their programs fed a TensorFlow 1 session one window per call; `train_on_batch` is its successor.
"""

import time
from collections.abc import Callable, Iterator

import keras
import numpy as np

from benchmarks.timing import Stretch

WARM_STEPS = 5  # the first builds the graph


def build_model(symbol_count: int, layers: int, units: int, window: int) -> keras.Model:
    """Plain numbers (batch, window, 1) in, probabilities (batch, symbols) out."""
    lstms = [keras.layers.LSTM(units, return_sequences=index < layers - 1) for index in range(layers)]
    return keras.Sequential([keras.Input((window, 1)), *lstms, keras.layers.Dense(symbol_count, activation="softmax")])


def iter_windows(ids: np.ndarray, window: int, symbol_count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Walk through the text as the tutorials do: inputs (1, window, 1), the next symbol one-hot (1, symbols)."""
    random = np.random.default_rng(1)
    offset = int(random.integers(window + 2))
    while True:
        if offset + window >= len(ids):
            offset = int(random.integers(window + 2))
        target = np.zeros((1, symbol_count), np.float32)
        target[0, ids[offset + window]] = 1
        yield ids[offset : offset + window].astype(np.float32).reshape(1, window, 1), target
        offset += window + 1


def build(ids_file: str, symbol_count: int, layers: int, units: int, window: int) -> Callable[..., Stretch]:
    """Return what measures the steps made in about `seconds`."""
    keras.utils.set_random_seed(1)
    model = build_model(symbol_count, layers, units, window)
    model.compile(keras.optimizers.RMSprop(0.001), "categorical_crossentropy", metrics=["accuracy"])
    windows = iter_windows(np.load(ids_file), window, symbol_count)
    for _ in range(WARM_STEPS):
        model.train_on_batch(*next(windows))

    def measure(seconds: float) -> Stretch:
        steps, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            model.train_on_batch(*next(windows))
            steps += 1
        return Stretch(steps, time.perf_counter() - started)

    return measure
