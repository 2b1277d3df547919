"""What happens inside a network while it reads a text: every gate, cell and hidden state of every layer.

The numbers are those of `network_forward` and `review_forward`, put in the order of the text. A network that learned
from the last symbol of windows alone (targets "last") reads each window from nothing; so each symbol's numbers here are
those of the window that ends with it, as when such a network writes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.insight.reading import ReadText
from lstm_core.network.held_units import HeldUnits
from lstm_core.network.numpy_lstm import LSTMTrace
from lstm_core.network.numpy_network import network_forward, softmax
from lstm_core.network.review_network import pad_reviews, review_forward
from lstm_core.network.review_shape import DIRECTIONS, ReviewShape
from lstm_core.network.shape import NetworkShape
from lstm_core.network.trained import TrainedNetwork

EXPECTED_SHOWN = 3  # likeliest next symbols that are kept for each position
_CHUNK_BYTES = 32 * 2**20  # of what is kept for a moment only: logits, or all steps of many windows
_CHUNK_SYMBOLS = 500

# T: symbols of the text   U: units of a layer   V: distinct symbols   W: steps of a window   B: windows side by side


@dataclass(frozen=True)
class Quantity:
    """One of the six numbers that each unit has at each symbol, and the range that it lies in."""

    name: str  # a field of LayerTrace
    label: str
    lowest: float
    highest: float
    meaning: str


# A cell state has no bounds of its own; beyond ±2 the hidden state hardly tells the difference (tanh 2 = 0.96).
QUANTITIES = (
    Quantity("input_gate", "Input gate", 0, 1, "how much of the new is written down"),
    Quantity("forget_gate", "Forget gate", 0, 1, "how much of the old is kept"),
    Quantity("candidate", "Candidate", -1, 1, "the new note itself"),
    Quantity("output_gate", "Output gate", 0, 1, "how much of the memory is heard"),
    Quantity("cell", "Cell state", -2, 2, "what is remembered"),
    Quantity("hidden", "Hidden state", -1, 1, "what is said"),
)


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """One layer over a text, float32 arrays (T, U) in the order of the text.

    The gates and states are those after each symbol, `cell_before` what the layer remembered as it came. A layer that
    `reads_backward` came from the next symbol, not from the one before.
    """

    name: str
    reads_backward: bool
    input_gate: np.ndarray
    forget_gate: np.ndarray
    candidate: np.ndarray
    output_gate: np.ndarray
    cell: np.ndarray
    hidden: np.ndarray
    cell_before: np.ndarray

    @property
    def units(self) -> int:
        """How many memory cells the layer has."""
        return self.hidden.shape[1]

    def quantity(self, name: str) -> np.ndarray:
        """Return one of the QUANTITIES, (T, U). Raises InvalidSetting for another name."""
        if name not in {quantity.name for quantity in QUANTITIES}:
            names = ", ".join(quantity.name for quantity in QUANTITIES)
            raise InvalidSetting(f"“{name}” was to be looked at.", f"There is {names}.", "Choose one of them.")
        return getattr(self, name)


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What a network that writes believed after each symbol.

    `expected` (T, 3) int64 are the ids of the likeliest next symbols, `shares` (T, 3) float32 their probabilities;
    `surprises` (T,) float32 the nats at the symbol that came next, NaN after the last.
    """

    expected: np.ndarray
    shares: np.ndarray
    surprises: np.ndarray

    @property
    def loss_nats(self) -> float:
        """Mean surprise over the text; NaN for a text of one symbol."""
        return float(self.surprises[:-1].mean()) if len(self.surprises) > 1 else float("nan")


@dataclass(frozen=True, eq=False)
class TextTrace:
    """All layers over a text, the lowest first; `beliefs` of a network that writes, `log_odds` of one that judges."""

    read: ReadText
    layers: tuple[LayerTrace, ...]
    beliefs: Beliefs | None
    log_odds: float | None

    @property
    def size_bytes(self) -> int:
        """Memory that the layers take."""
        return sum(7 * layer.hidden.nbytes for layer in self.layers)


def layer_names(network: TrainedNetwork) -> tuple[str, ...]:
    """Name the layers of a network as they are traced: by number, or by the direction in which they read."""
    shape = network.shape
    if isinstance(shape, NetworkShape):
        return tuple(f"Layer {number}" for number in range(1, shape.layers + 1))
    return ("Forward", "Backward") if shape.direction == "both" else ("Layer 1",)


def trace_text(network: TrainedNetwork, read: ReadText, held: Sequence[HeldUnits | None] | None = None) -> TextTrace:
    """Run a network over a text that `read_text` has read, with units `held` (an entry for each layer) or not."""
    names = layer_names(network)
    if isinstance(network.shape, ReviewShape):
        return _trace_review(network, network.shape, read, names, held)
    tape = _Tape(network.shape, len(read), read.ids)
    pieces = _iter_windows if network.shape.targets == "last" else _iter_chunks
    for first, piece in pieces(network, network.shape, read.ids, held):
        tape.take(first, piece)
    layers = tuple(LayerTrace(name, False, *arrays) for name, arrays in zip(names, tape.layers, strict=True))
    return TextTrace(read, layers, Beliefs(tape.expected, tape.shares, tape.surprises), None)


@dataclass(frozen=True)
class _Piece:
    """What is known of n symbols in a row: seven arrays (n, U) for each layer, and the scores (n, V) after each."""

    layers: list[tuple[np.ndarray, ...]]
    logits: np.ndarray


class _Tape:
    """Takes up a trace piece by piece, so that the logits of 2,000 symbols need not be kept at once."""

    def __init__(self, shape: NetworkShape, length: int, ids: np.ndarray) -> None:
        self.layers = [np.empty((7, length, shape.units), np.float32) for _ in range(shape.layers)]
        shown = min(EXPECTED_SHOWN, shape.symbol_count)
        self.expected, self.shares = np.empty((length, shown), np.int64), np.empty((length, shown), np.float32)
        self.surprises = np.full(length, np.nan, np.float32)
        self._ids = ids

    def take(self, first: int, piece: _Piece) -> None:
        """Put a piece in its place, from symbol `first` on."""
        count = len(piece.logits)
        place = slice(first, first + count)
        for kept, arrays in zip(self.layers, piece.layers, strict=True):
            kept[:, place] = arrays
        shares = softmax(piece.logits)
        shown = self.expected.shape[1]
        candidates = np.argpartition(-shares, shown - 1, axis=1)[:, :shown]
        order = np.argsort(-np.take_along_axis(shares, candidates, axis=1), axis=1, kind="stable")
        self.expected[place] = np.take_along_axis(candidates, order, axis=1)
        self.shares[place] = np.take_along_axis(shares, self.expected[place], axis=1)
        following = self._ids[first + 1 : first + count + 1]
        given = shares[np.arange(len(following)), following]
        # A symbol that the network held for impossible: as in the reports, no surprise is counted as endless.
        self.surprises[first : first + len(following)] = -np.log(np.maximum(given, np.finfo(np.float32).tiny))


def _iter_chunks(
    network: TrainedNetwork, shape: NetworkShape, ids: np.ndarray, held: Sequence[HeldUnits | None] | None
) -> Iterator[tuple[int, _Piece]]:
    """Read a text through, from chunk to chunk with the states that the last one left."""
    # Logits, and what softmax makes of them; but all steps of few symbols at a time fit the processor's cache better.
    size = max(16, min(_CHUNK_SYMBOLS, _CHUNK_BYTES // (12 * shape.symbol_count)))
    state = None
    for first in range(0, len(ids), size):
        trace = network_forward(shape, network.weights, ids[None, first : first + size], state, held)
        state = trace.state
        yield first, _Piece([_all_steps(layer) for layer in trace.layers], trace.logits[0])


def _iter_windows(
    network: TrainedNetwork, shape: NetworkShape, ids: np.ndarray, held: Sequence[HeldUnits | None] | None
) -> Iterator[tuple[int, _Piece]]:
    """Read the window that ends with each symbol, from nothing each time; at the beginning they are shorter."""
    window = min(shape.window, len(ids))
    beginning = network_forward(shape, network.weights, ids[None, :window], None, held)
    # Each beginning of this one window is a window itself; but its scores are there after the last symbol alone.
    said = beginning.layers[-1].hidden[0]  # (W, U)
    logits = said @ network.weights["output/kernel"] + network.weights["output/bias"]
    yield 0, _Piece([_all_steps(layer) for layer in beginning.layers], logits)
    numbers = 12 * shape.units * shape.layers * window + 3 * shape.symbol_count
    size = max(1, _CHUNK_BYTES // (4 * numbers))
    for first in range(window, len(ids), size):
        ends = np.arange(first, min(first + size, len(ids)))  # (B,)
        windows = ids[ends[:, None] - window + 1 + np.arange(window)]  # (B, W)
        trace = network_forward(shape, network.weights, windows, None, held)
        yield first, _Piece([_last_step(layer) for layer in trace.layers], trace.logits)


def _all_steps(layer: LSTMTrace) -> tuple[np.ndarray, ...]:
    """Return the seven arrays (T, U) of a LayerTrace from the one sequence of a trace."""
    cell_before = np.concatenate([layer.initial_cell[:, None], layer.cell[:, :-1]], axis=1)
    return tuple(array[0] for array in (*_gates(layer), layer.cell, layer.hidden, cell_before))


def _last_step(layer: LSTMTrace) -> tuple[np.ndarray, ...]:
    """Return the same of the last step of each sequence, (B, U)."""
    cell_before = layer.cell[:, -2] if layer.cell.shape[1] > 1 else layer.initial_cell
    return (*(gate[:, -1] for gate in _gates(layer)), layer.cell[:, -1], layer.hidden[:, -1], cell_before)


def _gates(layer: LSTMTrace) -> tuple[np.ndarray, ...]:
    return layer.input_gate, layer.forget_gate, layer.candidate, layer.output_gate


def _trace_review(
    network: TrainedNetwork,
    shape: ReviewShape,
    read: ReadText,
    names: tuple[str, ...],
    held: Sequence[HeldUnits | None] | None,
) -> TextTrace:
    """Run a review network over its words; the padding that stands before them is read, but not shown."""
    ids, lengths = pad_reviews(shape, [read.ids])
    trace = review_forward(shape, network.weights, network.weights["embedding"][ids], lengths, held)
    layers = []
    for name, direction, steps in zip(names, DIRECTIONS[shape.direction], trace.directions, strict=True):
        arrays = _all_steps(steps)
        if direction:  # it read from the last word to the first
            arrays = tuple(array[::-1] for array in arrays)
        words = [np.ascontiguousarray(array[-len(read) :]) for array in arrays]
        layers.append(LayerTrace(name, bool(direction), *words))
    return TextTrace(read, tuple(layers), None, float(trace.logits[0]))
