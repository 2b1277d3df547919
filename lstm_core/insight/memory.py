"""How long does a network remember? Change one symbol of a text and watch how far its states differ afterwards.

In the cell state the difference is only scaled by the forget gates, step by step; when it is gone, the network is as if
the symbol had never been another.
"""

from dataclasses import dataclass, replace

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.insight.trace import LayerTrace, TextTrace, trace_text
from lstm_core.network.trained import TrainedNetwork

HORIZON = 200  # symbols after the change
BEFORE = 10  # symbols before it, where nothing may differ


@dataclass(frozen=True, eq=False)
class LayerMemory:
    """How far one layer's states differ at each of the `offsets` of a MemoryCurve, (n,) float64.

    1 is as far apart as the states at two unrelated places of this text are on average. `half_life` is the number of
    symbols after which the cell's difference is below half of its greatest value, and stays there; None where that does
    not happen within what is looked at.
    """

    name: str
    reads_backward: bool
    hidden: np.ndarray
    cell: np.ndarray
    half_life: int | None


@dataclass(frozen=True, eq=False)
class MemoryCurve:
    """What changing the symbol at `place` does: `offsets` (n,) int64 count the symbols from it, below 0 before it."""

    place: int
    old: str
    new: str
    offsets: np.ndarray
    layers: tuple[LayerMemory, ...]


def remember_change(network: TrainedNetwork, trace: TextTrace, place: int, symbol: str) -> MemoryCurve:
    """Put another symbol at a place of a traced text, trace it anew and compare.

    Raises InvalidSetting when there is no such place, the network does not know the symbol, or it stands there anyway.
    """
    read = trace.read
    if not 0 <= place < len(read):
        raise InvalidSetting(
            f"There is no symbol number {place + 1}.", f"The text has {len(read):,}.", "Choose one of them."
        )
    if symbol not in network.vocabulary.symbols:
        raise InvalidSetting(
            f"“{symbol}” was to be put there.", "The network does not know it.", "Choose a symbol of its text."
        )
    ids = read.ids.copy()
    ids[place] = network.vocabulary.symbols.index(symbol)
    if ids[place] == read.ids[place]:
        raise InvalidSetting(
            f"“{symbol}” stands there already.", "A change needs another symbol.", "Choose another one."
        )
    changed = trace_text(network, replace(read, ids=ids))
    looks_back = any(layer.reads_backward for layer in trace.layers)
    first, end = max(0, place - (HORIZON if looks_back else BEFORE)), min(len(read), place + HORIZON + 1)
    offsets = np.arange(first, end) - place
    layers = tuple(
        _compare(before, after, offsets, slice(first, end))
        for before, after in zip(trace.layers, changed.layers, strict=True)
    )
    return MemoryCurve(place, read.symbols[place], symbol, offsets, layers)


def _compare(before: LayerTrace, after: LayerTrace, offsets: np.ndarray, stretch: slice) -> LayerMemory:
    hidden = _distances(before.hidden, after.hidden, stretch)
    cell = _distances(before.cell, after.cell, stretch)
    later = cell[offsets <= 0][::-1] if before.reads_backward else cell[offsets >= 0]
    return LayerMemory(before.name, before.reads_backward, hidden, cell, _half_life(later))


def _distances(before: np.ndarray, after: np.ndarray, stretch: slice) -> np.ndarray:
    """Return how far two traces (T, U) are apart at each symbol of a stretch, in units of their usual distance.

    Two states drawn independently are apart, in the mean of squares, by twice the variance of all units.
    """
    usual = np.sqrt(2 * before.var(axis=0, dtype=np.float64).sum())
    apart = np.sqrt(((after[stretch] - before[stretch]).astype(np.float64) ** 2).sum(axis=1))
    return apart / usual if usual > 0 else apart


def _half_life(later: np.ndarray) -> int | None:
    """Return the first place of (n,) distances, from the change on, from which all are below half of the greatest."""
    loud = np.flatnonzero(later >= later.max() / 2) if later.max() > 0 else np.array([-1])
    last = int(loud[-1])
    return last + 1 if last + 1 < len(later) else None
