"""Copied or invented? The stretches of a written text that stand word for word in the text it was learned from.

All suffixes of the training text are sorted once (a suffix array, built by libdivsufsort). Where a stretch of another
text would have to stand among them is found by halving, and its two neighbours there agree with it for longer than any
other suffix does: so one search gives the longest stretch that begins at a place (Manber and Myers 1993).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SAMPLED_EVERY = 64  # written symbols: the ends of stretches are found here first, and often need not be found between
MAX_COMPARED = 512  # symbols of two texts that are compared at once
MAX_BLOCK = 400_000  # of all comparisons that are made at once: some megabytes
USUAL_MIN_LENGTH = {"words": 5, "characters": 20}  # shorter stretches are shared by people who never met
_END_OF_TEXT, _END_OF_WRITTEN = 65_535, 65_534  # no symbols: a vocabulary has 20,001 at most


@dataclass(frozen=True)
class CopiedStretch:
    """Written symbols `start` … `end` - 1 stand word for word in the training text from `place` on."""

    start: int
    end: int
    place: int

    @property
    def length(self) -> int:
        """Return how many symbols were copied."""
        return self.end - self.start


class CopyIndex:
    """A text made ready to be searched for stretches of others."""

    def __init__(self, ids: np.ndarray) -> None:
        """Sort the suffixes of the text `ids` (n,): 0.6 s for five million characters, twice that above 256 kinds.

        Six bytes are kept of each symbol.
        """
        from pydivsufsort import divsufsort  # a library that only whoever asks what was copied needs

        text = np.asarray(ids, np.uint16)
        compact = text.astype(np.uint8) if text.max(initial=0) < 256 else text
        self._order = np.asarray(divsufsort(compact), np.int32) if len(text) else np.zeros(0, np.int32)
        self._text = _pad(text, _END_OF_TEXT)

    @property
    def kept_bytes(self) -> int:
        """Memory that keeping this index costs."""
        return self._order.nbytes + self._text.nbytes

    def find_copied(self, written: Sequence[int] | np.ndarray, min_length: int) -> tuple[CopiedStretch, ...]:
        """Return every stretch of at least `min_length` symbols that stands in the text and in no longer such stretch.

        In the order in which they begin; they may overlap. 10,000 symbols take 0.1 s.
        """
        ids = np.asarray(written, np.uint16)
        ends, places = self._longest(ids)
        starts = np.arange(len(ids))
        is_longest = ends > np.concatenate([[0], ends[:-1]])  # else the stretch before holds this one
        chosen = np.flatnonzero(is_longest & (ends - starts >= max(1, min_length)))
        found = zip(chosen.tolist(), ends[chosen].tolist(), places[chosen].tolist(), strict=True)
        return tuple(CopiedStretch(*stretch) for stretch in found)

    def _longest(self, written: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where the longest stretch ends that begins at each written symbol, and where it stands in the text.

        Both (n,) int64. A stretch without its first symbol still stands in the text, so ends never fall: where they are
        the same at two places, they are so between. That makes texts that are copied as a whole quick, too.
        """
        count = len(written)
        ends, places = np.zeros(count, np.int64), np.zeros(count, np.int64)
        if not count or not len(self._order):
            return np.arange(count), places
        padded = _pad(written, _END_OF_WRITTEN)
        sampled = np.unique(np.append(np.arange(0, count, SAMPLED_EVERY), count - 1))
        ends[sampled], places[sampled] = self._search(padded, sampled)
        between = np.ones(count, bool)
        between[sampled] = False
        for first, last in itertools.pairwise(sampled.tolist()):
            if ends[first] == ends[last]:
                inner = slice(first + 1, last)
                ends[inner], between[inner] = ends[first], False
                places[inner] = places[first] + np.arange(1, last - first)
        rest = np.flatnonzero(between)
        ends[rest], places[rest] = self._search(padded, rest)
        return ends, places

    def _search(self, padded: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the two suffixes between which each start's rest of the written text stands; return as `_longest`.

        Both ends of the range that is halved remember how far they agree with it; what lies between agrees as far as
        the one that agrees less, so nothing before that is compared again.
        """
        low, high = np.full(len(starts), -1), np.full(len(starts), len(self._order))
        low_agrees, high_agrees = np.zeros((2, len(starts)), np.int64)
        while len(open_ones := np.flatnonzero(high - low > 1)):
            middle = (low[open_ones] + high[open_ones]) // 2
            place, start = self._order[middle].astype(np.int64), starts[open_ones]
            known = np.minimum(low_agrees[open_ones], high_agrees[open_ones])
            agrees = self._compare(padded, start, place, known)
            next_written, next_text = padded[start + agrees], self._text[place + agrees]
            # A text that ends is the smaller one; the written text's end, first of all.
            is_smaller = (next_written != _END_OF_WRITTEN) & ((next_text == _END_OF_TEXT) | (next_text < next_written))
            smaller, larger = open_ones[is_smaller], open_ones[~is_smaller]
            low[smaller], low_agrees[smaller] = middle[is_smaller], agrees[is_smaller]
            high[larger], high_agrees[larger] = middle[~is_smaller], agrees[~is_smaller]
        takes_low = low_agrees >= high_agrees
        neighbour = np.where(takes_low, low, high).clip(0, len(self._order) - 1)
        return starts + np.where(takes_low, low_agrees, high_agrees), self._order[neighbour].astype(np.int64)

    def _compare(self, padded: np.ndarray, starts: np.ndarray, places: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Return how many symbols agree, (n,), from each start in the written text and each place in the text.

        The first `known` (n,) do. The two paddings differ, so nothing agrees beyond an end.
        """
        agrees = known.copy()
        active, size = np.arange(len(starts)), 8
        while len(active):
            size = max(8, min(size, MAX_COMPARED, MAX_BLOCK // len(active)))
            offsets = agrees[active, None] + np.arange(size)  # (active, size)
            differs = padded[starts[active, None] + offsets] != self._text[places[active, None] + offsets]
            first = differs.argmax(axis=1)
            ends_here = differs[np.arange(len(active)), first]
            agrees[active] += np.where(ends_here, first, size)
            active, size = active[~ends_here], 2 * size
        return agrees


def count_copied(stretches: Sequence[CopiedStretch]) -> int:
    """Return how many written symbols stand in at least one stretch; `stretches` as `find_copied` gives them."""
    copied = reached = 0
    for stretch in stretches:
        copied += max(0, stretch.end - max(reached, stretch.start))
        reached = max(reached, stretch.end)
    return copied


def _pad(ids: np.ndarray, end: int) -> np.ndarray:
    return np.concatenate([ids, np.full(MAX_COMPARED, end, np.uint16)])
