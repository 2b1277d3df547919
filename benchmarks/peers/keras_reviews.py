"""The first tutorial's sentiment program: its Keras model, `fit` with batches of 64, every review 200 words long."""

import time
from collections.abc import Callable

import keras
import numpy as np

BATCH = 64
EPOCHS = 10


def build_model(rows: int = 1_000, embedding: int = 50, units: int = 100, dense: int = 250) -> keras.Model:
    """Word numbers (batch, words) in, the share of a positive verdict (batch, 1) out; layers as published."""
    return keras.Sequential(
        [
            keras.layers.Embedding(rows, embedding),
            keras.layers.Dropout(0.2),
            keras.layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2),
            keras.layers.Dense(dense, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def build(data_file: str) -> Callable[..., dict[str, float]]:
    """Return what trains on so many steps, or with `epochs` to the end and is then tested.

    The file holds x_train, x_test (n, 200) int32 and y_train, y_test (n,).
    """
    data = np.load(data_file)
    x, y = data["x_train"], data["y_train"]

    def compiled() -> keras.Model:
        keras.utils.set_random_seed(1)
        model = build_model()
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        model.fit(x[:BATCH], y[:BATCH], batch_size=BATCH, verbose=0)  # builds the graph
        return model

    model = compiled()

    def measure(steps: int = 0, epochs: int = 0) -> dict[str, float]:
        if epochs:
            fresh = compiled()
            started = time.perf_counter()
            fresh.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
            seconds = time.perf_counter() - started
            accuracy = fresh.evaluate(data["x_test"], data["y_test"], batch_size=512, verbose=0)[1]
            return {"count": epochs * -(-len(x) // BATCH), "seconds": seconds, "accuracy": float(accuracy)}
        started = time.perf_counter()
        model.fit(x[: steps * BATCH], y[: steps * BATCH], batch_size=BATCH, verbose=0)
        return {"count": steps, "seconds": time.perf_counter() - started}

    return measure
