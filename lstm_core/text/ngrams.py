"""How far does counting alone get? The n-grams of a text, and how likely each symbol is after those before it.

An n-gram is n symbols in a row. Whoever has counted them all guesses the next symbol by what followed the last n - 1
before. Most longer n-grams stand in a text once or never, so each count gives something back to the shorter ones:
interpolated Kneser-Ney smoothing (Kneser and Ney 1995; in this form Chen and Goodman 1999), long the best there was.

    p(w | h) = max(c(hw) - D, 0) / c(h) + D · N(h) / c(h) · p(w | h without its first symbol)

h: the symbols before, w: the next one; c(h): the sum of c(hw) over all w; N(h): how many different w have c(hw) > 0;
D: what each count gives back. Below the longest n-grams c is no longer how often hw stands in the text but after how
many different symbols: "Francisco" is frequent, yet hardly ever follows anything but "San". Below single symbols all
are equally likely. Who is asked about the very text that was counted needs none of this, for nothing there is new:
without smoothing, p(w | h) = c(hw) / c(h). `yardsticks.py` measures, `lstm_core.writing.counting_writer` writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.text.windows import number_values

MAX_ORDER = 5
USUAL_DISCOUNT = 0.5  # where too few n-grams are rare to say how much rare ones should give back


@dataclass(frozen=True)
class _Grams:
    """All distinct n-grams of one order, in rows: those that begin with the same n - 1 symbols stand together.

    A row is also the n-gram's name: `starts` says where those rows begin that go on from each shorter n-gram's row.
    """

    starts: np.ndarray  # (n-grams of the order below + 1,) int64
    symbols: np.ndarray  # (rows,) int32, the last symbol of each, rising within a beginning
    counts: np.ndarray  # (rows,) int32, how often it stands in the text
    befores: np.ndarray  # (rows,) int32, after how many different symbols; none for the longest
    discounts: tuple[float, float]  # D for counts and for befores

    def find(self, beginning: int, symbol: int) -> int:
        """Return the row of a beginning's row and one more symbol; -1 when the text has no such n-gram."""
        first, end = int(self.starts[beginning]), int(self.starts[beginning + 1])
        row = first + int(np.searchsorted(self.symbols[first:end], symbol))
        return row if row < end and self.symbols[row] == symbol else -1


class NGramCounts:
    """The n-grams up to MAX_ORDER symbols of a text of `symbol_count` distinct ones. Holds nothing else of the text."""

    def __init__(self, ids: np.ndarray, symbol_count: int, is_smoothed: bool = True) -> None:
        """Count the text `ids` (n,), each 0 … symbol_count - 1: 0.3 s of one core for a million characters."""
        self.symbol_count = symbol_count
        self.is_smoothed = is_smoothed
        self._orders = _count_all(np.asarray(ids, np.int64), symbol_count)

    @property
    def kept_bytes(self) -> int:
        """Memory that keeping these counts costs."""
        arrays = (array for grams in self._orders for array in vars(grams).values() if isinstance(array, np.ndarray))
        return sum(array.nbytes for array in arrays)

    def probabilities(self, context: Sequence[int], order: int) -> np.ndarray:
        """Return how likely each symbol is after `context`, (V,) float64 that sums to 1.

        Of the context the last `order` - 1 symbols count; with fewer than these it is a shorter n-gram's opinion.
        """
        context = list(context)[len(context) - min(order - 1, len(context)) :]
        result = np.full(self.symbol_count, 1 / self.symbol_count)
        for length in range(len(context) + 1):
            beginning = self._find(context[len(context) - length :])
            if beginning < 0:
                break  # no longer one stands in the text either
            grams = self._orders[length]
            counts, discount = self._choose(grams, is_longest=length == len(context))
            rows = slice(grams.starts[beginning], grams.starts[beginning + 1])
            total = counts[rows].sum(dtype=np.int64)
            if total:
                result *= discount * np.count_nonzero(counts[rows]) / total
                result[grams.symbols[rows]] += np.maximum(counts[rows] - discount, 0) / total
        return result

    def surprises(self, ids: np.ndarray) -> np.ndarray:
        """Return minus the logarithm of the probability of each symbol of `ids` (n,) after those before it.

        (MAX_ORDER, n) float64, nats: row 0 for single symbols, row 1 for pairs, and so on.
        """
        ids = np.asarray(ids, np.int64)
        place = np.arange(len(ids))
        found = np.empty((MAX_ORDER, len(ids)))
        shorter = np.full(len(ids), 1 / self.symbol_count)  # what the shorter n-grams say
        beginning = np.zeros(len(ids), np.int64)  # row of the symbols before each place; -1: not in the text
        for order, grams in enumerate(self._orders, start=1):
            row = _find_rows(grams, beginning, ids, self.symbol_count)
            longest = _interpolate(grams, *self._choose(grams, True), beginning, row, shorter)
            # The first symbols have too few before them for a long n-gram.
            found[order - 1] = np.where(place >= order - 1, longest, found[order - 2] if order > 1 else longest)
            if order < MAX_ORDER:
                shorter = _interpolate(grams, *self._choose(grams, False), beginning, row, shorter)
                beginning = np.concatenate([[-1], row[:-1]])
        with np.errstate(divide="ignore"):  # without smoothing something new is impossible: infinitely surprising
            return -np.log(found)

    def _choose(self, grams: _Grams, is_longest: bool) -> tuple[np.ndarray, float]:
        """Return the counts that speak, and D."""
        if not self.is_smoothed:
            return grams.counts, 0.0
        return (grams.counts, grams.discounts[0]) if is_longest else (grams.befores, grams.discounts[1])

    def _find(self, symbols: Sequence[int]) -> int:
        """Return the row of an n-gram, 0 for the empty one; -1 when the text has none."""
        row = 0
        for grams, symbol in zip(self._orders, symbols, strict=False):
            row = grams.find(row, symbol)
            if row < 0:
                return -1
        return row


def _count_all(ids: np.ndarray, symbol_count: int) -> tuple[_Grams, ...]:
    """Count order by order. An n-gram is known by the row of its first n - 1 symbols, and its last symbol."""
    rows_of: list[np.ndarray] = []  # of each order: the row of the n-gram that starts at each place
    tables: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []  # of each order: starts, symbols, counts
    shorter, shorter_count = np.zeros(len(ids) + 1, np.int64), 1
    for order in range(1, MAX_ORDER + 1):
        length = max(0, len(ids) - order + 1)
        rows, counts, values = number_values(shorter[:length] * symbol_count + ids[order - 1 :])
        starts = np.zeros(shorter_count + 1, np.int64)
        np.cumsum(np.bincount(values // symbol_count, minlength=shorter_count), out=starts[1:])
        tables.append((starts, (values % symbol_count).astype(np.int32), counts.astype(np.int32)))
        rows_of.append(rows)
        shorter, shorter_count = rows, len(counts)
    befores = [_count_befores(rows_of[order - 1], rows_of[order]) for order in range(1, MAX_ORDER)]
    befores.append(np.zeros(0, np.int32))
    return tuple(
        _Grams(starts, symbols, counts, before, (_discount(counts), _discount(before)))
        for (starts, symbols, counts), before in zip(tables, befores, strict=True)
    )


def _count_befores(rows: np.ndarray, longer: np.ndarray) -> np.ndarray:
    """Count the different symbols before each n-gram: so many n-grams of the next order end with it.

    `rows` and `longer` say which n-gram of either order starts at each place.
    """
    somewhere = np.zeros(longer.max(initial=-1) + 1, np.int64)
    somewhere[longer] = np.arange(len(longer))  # a place where each of the longer ones starts
    return np.bincount(rows[somewhere + 1], minlength=rows.max(initial=-1) + 1).astype(np.int32)


def _discount(counts: np.ndarray) -> float:
    """Estimate D from how many n-grams were counted once and how many twice (Ney, Essen and Kneser 1994)."""
    once, twice = np.count_nonzero(counts == 1), np.count_nonzero(counts == 2)
    return once / (once + 2 * twice) if once and twice else USUAL_DISCOUNT


def _find_rows(grams: _Grams, beginning: np.ndarray, ids: np.ndarray, symbol_count: int) -> np.ndarray:
    """Return the row of each beginning (n,) followed by the symbol at its place (n,); -1 where the text has none."""
    if not len(grams.symbols):
        return np.full(len(ids), -1)
    sizes = np.diff(grams.starts)
    keys = np.repeat(np.arange(len(sizes)), sizes) * symbol_count + grams.symbols
    wanted = beginning * symbol_count + ids
    row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((beginning >= 0) & (keys[row] == wanted), row, -1)


def _interpolate(
    grams: _Grams, counts: np.ndarray, discount: float, beginning: np.ndarray, row: np.ndarray, shorter: np.ndarray
) -> np.ndarray:
    """Return p(w | h) (n,) by the formula above, for the rows of h and of hw (n,), from what `shorter` h say (n,)."""
    if not len(counts):
        return shorter
    sums = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    kinds = np.concatenate([[0], np.cumsum(counts > 0)])
    first, end = grams.starts[beginning], grams.starts[beginning + 1]  # where it is -1, of some row; not used
    total = np.where(beginning >= 0, sums[end] - sums[first], 0)
    own = np.where(row >= 0, np.maximum(counts[row] - discount, 0), 0)
    given_back = discount * (kinds[end] - kinds[first])
    return np.where(total > 0, (own + given_back * shorter) / np.maximum(total, 1), shorter)
