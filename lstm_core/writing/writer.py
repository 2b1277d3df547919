"""A trained network writes: it reads a seed text, then each symbol it chooses becomes its next input.

One symbol is one step of an LSTM with batch 1. The equations are told at length in `lstm_core.network.numpy_lstm`;
here the same step is arranged for speed, and `tests/writing` holds it to that slow and plain version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import LIKELIEST_SHOWN, MAX_SEED_CHARACTERS, MAX_WRITTEN_SYMBOLS
from lstm_core.network.held_units import HeldUnits
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import split_symbols
from lstm_core.writing.sampling import Sampling, pick_symbol, symbol_probabilities

_AS_BELIEVED = Sampling()


@dataclass(frozen=True)
class WrittenSymbol:
    """One symbol and what the network believed just before it.

    `probability` (0..1) is the network's own, at temperature 1, and so are the `likeliest` symbols, highest first:
    temperature, top-k and top-p change what is drawn from, not what the network believes.
    """

    id: int
    symbol: str
    probability: float
    likeliest: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class WriterState:
    """All that the network remembers of a text, and its scores for the next symbol. Its arrays are read-only.

    `logits` float32 (V,); `hidden` and `cell` one float32 (U,) per layer, zero where nothing is carried on (targets
    "last"); `window` the ids that such a network reads anew for every symbol, empty for targets "every".
    """

    logits: np.ndarray
    hidden: tuple[np.ndarray, ...]
    cell: tuple[np.ndarray, ...]
    window: tuple[int, ...]


class Writer:
    """Writes with one network; holds nothing of any text, so that many visitors and threads may share it."""

    def __init__(self, network: TrainedNetwork, held: Sequence[HeldUnits | None] | None = None) -> None:
        """Arrange the weights: one matrix per layer that takes the layer's input and its last hidden state together.

        `held` has one entry for each layer, with the units that it writes without, so to speak.
        """
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

    def read(self, seed_text: str) -> WriterState:
        """Read a seed text from the beginning.

        Raises UnknownSymbols for symbols the network has never met, InvalidSetting for an empty or too long text.
        """
        if len(seed_text) > MAX_SEED_CHARACTERS:
            raise InvalidSetting(
                f"The seed text has {len(seed_text):,} characters.",
                f"It may have up to {MAX_SEED_CHARACTERS:,}.",
                "Keep its end: the network forgets the beginning anyway.",
            )
        vocabulary = self.network.vocabulary
        return self.read_ids(vocabulary.encode(split_symbols(seed_text, vocabulary.kind)).tolist())

    def read_ids(self, ids: Sequence[int]) -> WriterState:
        """Read a text given as symbol ids from the beginning. Raises InvalidSetting when there is none."""
        if not len(ids):
            raise InvalidSetting(
                "The seed text is empty.",
                "The network needs at least one symbol to go on from.",
                "Type a word or two of the text that it was trained on.",
            )
        if self._shape.targets == "last":
            return self._read_window(tuple(ids[-self._shape.window :]))
        hidden, cell = self._zeros, self._zeros
        for symbol_id in ids:
            hidden, cell = self._step(symbol_id, hidden, cell)
        return WriterState(self._score(hidden), hidden, cell, ())

    def probabilities(self, state: WriterState, sampling: Sampling) -> np.ndarray:
        """Return the probabilities (V,), float64, that the next symbol is drawn from."""
        return symbol_probabilities(state.logits, sampling)

    def likeliest(self, state: WriterState, count: int = LIKELIEST_SHOWN) -> tuple[tuple[str, float], ...]:
        """Return the likeliest next symbols with their probabilities at temperature 1, highest first."""
        return self._name_likeliest(symbol_probabilities(state.logits, _AS_BELIEVED), count)

    def append(self, state: WriterState, symbol_id: int) -> WriterState:
        """Read one more symbol, chosen by whomever; `state` stays as it is.

        Raises InvalidSetting when no symbol has this id.
        """
        if not 0 <= symbol_id < self._shape.symbol_count:
            raise InvalidSetting(
                f"There is no symbol with the id {symbol_id}.",
                f"Ids go from 0 to {self._shape.symbol_count - 1}.",
                "Choose one of the vocabulary.",
            )
        if self._shape.targets == "last":
            return self._read_window((*state.window, symbol_id)[-self._shape.window :])
        hidden, cell = self._step(symbol_id, state.hidden, state.cell)
        return WriterState(self._score(hidden), hidden, cell, ())

    def describe(self, state: WriterState, symbol_id: int) -> WrittenSymbol:
        """Say what the network believed in `state` about the symbol that was then chosen."""
        believed = symbol_probabilities(state.logits, _AS_BELIEVED)
        name = self.network.vocabulary.symbols[symbol_id]
        return WrittenSymbol(
            symbol_id, name, float(believed[symbol_id]), self._name_likeliest(believed, LIKELIEST_SHOWN)
        )

    def write(
        self, state: WriterState, length: int, sampling: Sampling, random: np.random.Generator
    ) -> Iterator[tuple[WrittenSymbol, WriterState]]:
        """Write `length` symbols one by one, each with the state after it; the given state stays as it is.

        Raises InvalidSetting when `length` is negative or above `knobs.MAX_WRITTEN_SYMBOLS`.
        """
        if not 0 <= length <= MAX_WRITTEN_SYMBOLS:
            raise InvalidSetting(
                f"{length:,} symbols were asked for.",
                f"It writes up to {MAX_WRITTEN_SYMBOLS:,} at once.",
                "Ask for fewer and let it go on afterwards.",
            )
        return self._iter_written(state, length, sampling, random)

    def _iter_written(
        self, state: WriterState, length: int, sampling: Sampling, random: np.random.Generator
    ) -> Iterator[tuple[WrittenSymbol, WriterState]]:
        for _ in range(length):
            symbol_id = pick_symbol(symbol_probabilities(state.logits, sampling), random)
            written = self.describe(state, symbol_id)
            state = self.append(state, symbol_id)
            yield written, state

    def _name_likeliest(self, probabilities: np.ndarray, count: int) -> tuple[tuple[str, float], ...]:
        if len(probabilities) > 20 * count:  # sorting a large vocabulary would take longer than the network's step
            candidates = np.sort(np.argpartition(-probabilities, count)[:count])
            ids = candidates[np.argsort(-probabilities[candidates], kind="stable")]
        else:
            ids = np.argsort(-probabilities, kind="stable")[:count]
        symbols = self.network.vocabulary.symbols
        return tuple((symbols[i], p) for i, p in zip(ids.tolist(), probabilities[ids].tolist(), strict=True))

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
