"""Writing as the third tutorial does it: the trained layers make a second model whose states are inputs and outputs,
and `predict` is called for every character.
"""

import time
from collections.abc import Callable, Mapping

import keras
import numpy as np

from benchmarks.timing import Stretch

WARM_CHARACTERS = 3


def build_model(symbol_count: int, embedding: int, units: int, weights: Mapping[str, np.ndarray]) -> keras.Model:
    """One id (1, 1), hidden and cell state (1, units) in; probabilities (1, 1, symbols) and both states out."""
    symbol = keras.Input((1,), dtype="int32")
    hidden, cell = keras.Input((units,)), keras.Input((units,))
    vector = keras.layers.Embedding(symbol_count, embedding)(symbol)
    lstm = keras.layers.LSTM(units, return_sequences=True, return_state=True)
    outputs, new_hidden, new_cell = lstm(vector, initial_state=[hidden, cell])
    probabilities = keras.layers.Dense(symbol_count, activation="softmax")(outputs)
    model = keras.Model([symbol, hidden, cell], [probabilities, new_hidden, new_cell])
    model.set_weights(list(weights.values()))
    return model


class PredictingWriter:
    """Writes by calling `predict` for one character after the other."""

    def __init__(self, model: keras.Model, units: int, choose: Callable[[np.ndarray], int]) -> None:
        self._model, self._choose = model, choose
        self._state = [np.zeros((1, units), np.float32)] * 2

    def read(self, symbol_id: int) -> np.ndarray:
        """Read one more character; return the probabilities of the next (symbols,)."""
        probabilities, *self._state = self._model.predict([np.array([[symbol_id]]), *self._state], verbose=0)
        return probabilities[0, 0]

    def write(self, symbol_id: int, length: int) -> list[int]:
        """Go on from one character for `length` more."""
        written = []
        for _ in range(length):
            symbol_id = self._choose(self.read(symbol_id))
            written.append(symbol_id)
        return written


def build(network: str) -> Callable[..., Stretch]:
    """Return what measures how long it takes to write `length` characters with a network that ships."""
    from lstm_core.network.pretrained import load_pretrained

    trained = load_pretrained(network)
    shape = trained.text_shape
    random = np.random.default_rng(1)

    def draw(probabilities: np.ndarray) -> int:
        weights = probabilities.astype(np.float64)
        return int(random.choice(len(weights), p=weights / weights.sum()))

    model = build_model(shape.symbol_count, shape.embedding, shape.units, trained.weights)
    writer = PredictingWriter(model, shape.units, draw)
    writer.write(0, WARM_CHARACTERS)

    def measure(length: int) -> Stretch:
        started = time.perf_counter()
        writer.write(0, length)
        return Stretch(length, time.perf_counter() - started)

    return measure
