"""What does a network see at once, and how much of a text can it learn at all?

A window is a run of ids; its target is the id that follows. Some windows stand in the text with different
continuations: no network that sees only the window can get all of those right, and this module counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import TextTooShort

# A validation loss over fewer symbols would say more about the place of the cut than about the network.
MIN_SYMBOLS_TO_SPLIT = 2_000
MIN_WINDOWS_TO_SPLIT = 20  # in lengths of the window: then a tenth of the text still holds two, one after the other
VALIDATION_SHARE = 0.1


@dataclass(frozen=True)
class Split:
    """The ids to train on, those held out (None for a short text), both (n,) int32, and a sentence that says so."""

    training: np.ndarray
    validation: np.ndarray | None
    note: str


@dataclass(frozen=True)
class AmbiguousContext:
    """A window's ids, and how often each id follows it in the text; at least two do."""

    context: tuple[int, ...]
    continuations: Mapping[int, int]


def symbols_to_split(window: int) -> int:
    """Return how many symbols a text needs for a part of it to be held out."""
    return max(MIN_SYMBOLS_TO_SPLIT, MIN_WINDOWS_TO_SPLIT * window)


def split_validation(ids: np.ndarray, window: int) -> Split:
    """Hold out the last tenth of `ids` (n,) when the text is long enough, at least 2,000 symbols and 20 windows' worth.

    Raises TextTooShort when the text does not hold one window and its target.
    """
    ids = np.asarray(ids, dtype=np.int32)
    count = len(ids)
    if count < window + 1:
        raise TextTooShort(
            f"The text has {count} symbol{'' if count == 1 else 's'}.",
            f"A window of {window} and the symbol after it need at least {window + 1}.",
            "Choose a longer text or a shorter window.",
        )
    needed = symbols_to_split(window)
    if count < needed:
        note = f"Nothing is held out for validation: the text has {count:,} symbols, and that takes {needed:,}."
        return Split(ids, None, note)
    held_out = int(count * VALIDATION_SHARE)
    note = f"The last {held_out:,} of {count:,} symbols are held out for validation."
    return Split(ids[:-held_out], ids[-held_out:], note)


def count_windows(symbol_count: int, window: int) -> int:
    """Return how many overlapping windows with a target a text holds; 0 when it is too short for one."""
    return max(0, symbol_count - window)


def cut_windows(ids: np.ndarray, offsets: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut the windows that start at `offsets` (n,) out of `ids`.

    Returns inputs (n, window) int32 and targets (n,) int32, the id after each window. Raises IndexError when an offset
    is negative or its target lies beyond the end.
    """
    ids = np.asarray(ids, dtype=np.int32)
    offsets = np.asarray(offsets, dtype=np.int64)
    if offsets.size and offsets.min() < 0:
        raise IndexError(f"windows start at 0, came {offsets.min()}")
    targets = ids[offsets + window]  # (n,)
    inputs = ids[offsets[:, np.newaxis] + np.arange(window)]  # (n, window)
    return inputs, targets


def count_learnable(ids: np.ndarray, window: int) -> int:
    """Return how many windows of `ids` (n,) a predictor can get right that always answers the same to the same window.

    For each distinct window it can at best name the most common continuation; the sum of those counts is the bound.
    """
    repeated = _count_continuations(ids, window)
    best = int(np.maximum.reduceat(repeated.counts, repeated.starts).sum()) if len(repeated.starts) else 0
    single = count_windows(len(ids), window) - int(repeated.counts.sum())
    return single + best


def ambiguous_contexts(ids: np.ndarray, window: int, limit: int | None = None) -> list[AmbiguousContext]:
    """Return the windows of `ids` (n,) that several ids follow, in order of first appearance; at most `limit` of them.

    The continuations of each stand in order of first appearance, too.
    """
    ids = np.asarray(ids, dtype=np.int32)
    repeated = _count_continuations(ids, window)
    ends = np.append(repeated.starts[1:], len(repeated.counts))
    several = np.flatnonzero(ends - repeated.starts > 1)
    if not len(several):
        return []
    appearance = np.minimum.reduceat(repeated.firsts, repeated.starts)[several]
    found = []
    for group in several[np.argsort(appearance)][:limit]:
        rows = np.arange(repeated.starts[group], ends[group])
        rows = rows[np.argsort(repeated.firsts[rows])]
        offset = repeated.firsts[rows[0]]
        followers = ids[repeated.firsts[rows] + window].tolist()
        continuations = dict(zip(followers, repeated.counts[rows].tolist(), strict=True))
        found.append(AmbiguousContext(tuple(ids[offset : offset + window].tolist()), continuations))
    return found


@dataclass(frozen=True)
class _Continuations:
    """Distinct pairs of a repeated window and its continuation, those of one window side by side; (pairs,) int64."""

    counts: np.ndarray  # how often the pair stands in the text
    firsts: np.ndarray  # the offset where it stands first
    starts: np.ndarray  # (distinct repeated windows,): where each window's pairs begin


def _count_continuations(ids: np.ndarray, window: int) -> _Continuations:
    ids = np.asarray(ids, dtype=np.int64)
    offsets, numbers = _find_repeated_windows(ids[:-1], window)
    if not len(offsets):
        nothing = np.zeros(0, dtype=np.int64)
        return _Continuations(nothing, nothing, nothing)
    followers = int(ids.max()) + 1
    keys = numbers * followers + ids[offsets + window]
    pairs, firsts, counts = np.unique(keys, return_index=True, return_counts=True)
    starts = np.flatnonzero(np.diff(pairs // followers, prepend=-1))
    return _Continuations(counts, offsets[firsts], starts)


def _find_repeated_windows(ids: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the offsets, rising, of all windows that stand in `ids` more than once, and a number for each, both int64.

    Equal numbers mean equal windows. Doubling, as when suffix arrays are built (Manber and Myers 1993): two windows of
    2k symbols are equal when their first and their last k are. So a window of 256 takes eight rounds, no table of text
    times window is ever made, and a window once found to be single is looked at no more.
    """
    if len(ids) < window:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    numbers, counts, _ = number_values(ids)  # numbers[i]: which window of `length` starts at offset i
    next_number = len(counts)
    offsets = np.flatnonzero(counts[numbers] > 1)
    length = 1
    while length < window and len(offsets):
        step = min(length, window - length)  # the last two halves may overlap
        offsets = offsets[offsets <= len(ids) - length - step]
        halves, counts, _ = number_values(_pair(numbers[offsets], numbers[offsets + step]))
        numbers[offsets] = next_number + halves  # new numbers, as single windows keep their old ones
        next_number += len(counts)
        offsets = offsets[counts[halves] > 1]
        length += step
    return offsets, numbers[offsets]


def _pair(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return one number for each pair of numbers, equal for equal pairs, and as small as their ranges allow."""
    if not len(left):
        return left
    low = right.min()
    return (left - left.min()) * (right.max() - low + 1) + (right - low)


def number_values(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the distinct values (n,), not negative, in their order from 0.

    Returns each one's number (n,), and of each number its count and its value, all int64.
    """
    if len(values) and int(values.max()) < 2 * len(values):  # a table of all possible values is faster than sorting
        counts = np.bincount(values)
        return (np.cumsum(counts > 0) - 1)[values], counts[counts > 0], np.flatnonzero(counts)
    distinct, numbers, counts = np.unique(values, return_inverse=True, return_counts=True)
    return numbers, counts, distinct
