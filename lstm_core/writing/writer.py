"""A trained network writes: it reads a seed text, then each symbol it chooses becomes its next input.

One symbol is one step of an LSTM with batch 1. The equations are told at length in `lstm_core.network.numpy_lstm`;
here the same step is arranged for speed, and `tests/writing` holds it to that slow and plain version.
"""

from collections.abc import Sequence

import numpy as np

from lstm_core.network.held_units import HeldUnits
from lstm_core.network.trained import TrainedNetwork
from lstm_core.writing.symbol_writer import SymbolWriter, WriterState


class Writer(SymbolWriter):
    """Writes with one network."""

    def __init__(self, network: TrainedNetwork, held: Sequence[HeldUnits | None] | None = None) -> None:
        """Arrange the weights: one matrix per layer that takes the layer's input and its last hidden state together.

        `held` has one entry for each layer, with the units that it writes without, so to speak.
        """
        super().__init__(network.vocabulary, network.step)
        self.network = network
        self._held = held
        shape, weights = network.text_shape, network.weights
        self._shape = shape
        self._first_kernel, self._first_bias = _arrange(weights["lstm_1/kernel"]), _arrange(weights["lstm_1/bias"])
        self._rows: dict[int, np.ndarray] = {}
        # The first layer's input comes from `_row`: its matrix is the recurrent kernel alone (U, 4U), then (2U, 4U).
        self._matrices = [_arrange(weights["lstm_1/recurrent_kernel"])]
        self._biases: list[np.ndarray | None] = [None]
        for layer in range(2, shape.layers + 1):
            both = np.concatenate([weights[f"lstm_{layer}/kernel"], weights[f"lstm_{layer}/recurrent_kernel"]])
            self._matrices.append(_arrange(both))
            self._biases.append(_arrange(weights[f"lstm_{layer}/bias"]))
        self._output_kernel, self._output_bias = weights["output/kernel"], weights["output/bias"]
        self._zeros = tuple(_locked(np.zeros(shape.units, np.float32)) for _ in range(shape.layers))

    def read_ids(self, ids: Sequence[int]) -> WriterState:
        """Read a text given as symbol ids from the beginning. Raises InvalidSetting when there is none."""
        self._check_beginning(ids)
        if self._shape.targets == "last":
            return self._read_window(tuple(ids[-self._shape.window :]))
        hidden, cell = self._zeros, self._zeros
        for symbol_id in ids:
            hidden, cell = self._step(symbol_id, hidden, cell)
        return WriterState(self._score(hidden), hidden, cell, ())

    def append(self, state: WriterState, symbol_id: int) -> WriterState:
        """Read one more symbol, chosen by whomever; `state` stays as it is.

        Raises InvalidSetting when no symbol has this id.
        """
        self._check_id(symbol_id)
        if self._shape.targets == "last":
            return self._read_window((*state.window, symbol_id)[-self._shape.window :])
        hidden, cell = self._step(symbol_id, state.hidden, state.cell)
        return WriterState(self._score(hidden), hidden, cell, ())

    def _read_window(self, ids: tuple[int, ...]) -> WriterState:
        hidden, cell = self._zeros, self._zeros
        for symbol_id in ids:
            hidden, cell = self._step(symbol_id, hidden, cell)
        return WriterState(self._score(hidden), self._zeros, self._zeros, ids)

    def _row(self, symbol_id: int) -> np.ndarray:
        """Return what a symbol adds to the first layer's gates (4U,); kept, for a few symbols make up most texts."""
        row = self._rows.get(symbol_id)
        if row is None:
            coding = self._shape.coding
            if coding == "one-hot":
                row = self._first_kernel[symbol_id]  # a one-hot vector times a matrix is a row of it
            elif coding == "embedding":
                row = self.network.weights["embedding"][symbol_id] @ self._first_kernel
            else:
                row = np.float32(symbol_id) * self._first_kernel[0]
            row = self._rows[symbol_id] = row + self._first_bias
        return row

    def _step(
        self, symbol_id: int, hidden: tuple[np.ndarray, ...], cell: tuple[np.ndarray, ...]
    ) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """Take one symbol through all layers and return the new hidden and cell states, (U,) per layer."""
        units = self._shape.units
        new_hidden: list[np.ndarray] = []
        new_cell: list[np.ndarray] = []
        for layer, matrix in enumerate(self._matrices):
            if layer == 0:
                gates = np.dot(hidden[0], matrix)  # (4U,)
                gates += self._row(symbol_id)
            else:
                gates = np.dot(np.concatenate([new_hidden[-1], hidden[layer]]), matrix)  # (4U,)
                gates += self._biases[layer]
            np.tanh(gates, out=gates)
            sigmoids = gates[
                : 3 * units
            ]  # input, forget, output: sigmoid(x) = (1 + tanh(x/2)) / 2, halved in `_arrange`
            sigmoids *= 0.5
            sigmoids += 0.5
            kept = gates[units : 2 * units] * cell[layer]  # (U,)
            kept += gates[:units] * gates[3 * units :]
            held = self._held[layer] if self._held is not None else None
            if held is not None:
                held.hold_cell(kept)
            shown = np.tanh(kept)
            shown *= gates[2 * units : 3 * units]
            if held is not None:
                held.hold_hidden(shown)
            new_hidden.append(_locked(shown))
            new_cell.append(_locked(kept))
        return tuple(new_hidden), tuple(new_cell)

    def _score(self, hidden: tuple[np.ndarray, ...]) -> np.ndarray:
        """Turn the last layer's hidden state (U,) into logits (V,)."""
        logits = np.dot(hidden[-1], self._output_kernel)
        logits += self._output_bias
        return _locked(logits)


def _arrange(gates: np.ndarray) -> np.ndarray:
    """Reorder gates from input, forget, candidate, output to input, forget, output, candidate; halve the first three.

    The gates lie along the last axis (…, 4U). So one tanh serves all four, and one multiplication and addition makes
    sigmoids of the first three.
    """
    input_gate, forget_gate, candidate, output_gate = np.split(gates, 4, axis=-1)
    return np.concatenate([0.5 * input_gate, 0.5 * forget_gate, 0.5 * output_gate, candidate], axis=-1)


def _locked(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
