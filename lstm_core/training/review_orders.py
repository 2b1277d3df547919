"""Which reviews a step looks at: pure functions of seed and step, so that a run can be taken up anywhere.

Reviews of similar length go together, so that little time is spent on padding; each length of batch is a compiled
program of its own, and there are few of them.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.text.review_set import EncodedReviews

BLOCK_STEPS = 8  # steps in a row with batches of one length: they can go into one call of the compiled program
MIN_CROP_WORDS, MAX_CROP_WORDS = 6, 80  # a sentence or a few: what people type


@dataclass(frozen=True)
class ReviewBatches:
    """Steps whose batches are all `padded_length` words long; arrays are (steps, batch), int32, labels float32."""

    padded_length: int
    starts: np.ndarray  # where each review, or the piece of it that is read, begins among all ids
    lengths: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class _Epoch:
    """The steps of an epoch: the length of each one's batch, and its reviews, (steps, batch) each."""

    padded_lengths: np.ndarray  # (steps,)
    starts: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray


class ReviewOrder:
    """Batches of reviews for any stretch of steps of a run."""

    def __init__(self, spec: RunSpec, reviews: EncodedReviews) -> None:
        self._spec = spec
        self._reviews = reviews
        self._lengths = np.minimum(reviews.lengths, spec.window).astype(np.int64)
        self.batch = min(spec.batch, len(reviews))
        longest = spec.window if spec.padding == "before" else int(self._lengths.max())
        _, drawn = self._cut(np.random.default_rng(spec.random_seed))  # with pieces, an epoch has many short ones
        self._padded_lengths = choose_padded_lengths(drawn, longest, spec.padding == "before")
        # Every epoch has as many steps: with pieces, a batch of whole reviews may become one of short ones.
        self.steps_per_epoch = -(-len(reviews) // self.batch) + len(self._padded_lengths) - 1
        self._epochs: dict[int, _Epoch] = {}

    @property
    def words_per_step(self) -> float:
        """Words of whole reviews in a step, on average over an epoch; what is padded does not count."""
        return float(self._lengths.sum()) / self.steps_per_epoch

    def first_steps_of_lengths(self) -> list[int]:
        """Return the step of the first epoch, from 1, that meets each length of batch for the first time; rising."""
        _, places = np.unique(self._epoch(0).padded_lengths, return_index=True)
        return sorted((places + 1).tolist())

    def batches(self, first_step: int, count: int) -> ReviewBatches:
        """Return the batches of `first_step` (from 1) and of up to `count` steps that follow with the same length."""
        number, place = divmod(first_step - 1, self.steps_per_epoch)
        epoch = self._epoch(number)
        lengths = epoch.padded_lengths[place : place + count]
        same = int(np.argmin(lengths == lengths[0])) or len(lengths)
        rows = slice(place, place + same)
        return ReviewBatches(int(lengths[0]), epoch.starts[rows], epoch.lengths[rows], epoch.labels[rows])

    def _epoch(self, number: int) -> _Epoch:
        if number not in self._epochs:
            random = np.random.default_rng([self._spec.random_seed, 2, number])
            starts, lengths = self._cut(random)
            bucket = np.searchsorted(self._padded_lengths, lengths)
            blocks: list[tuple[int, np.ndarray]] = []
            for index, padded_length in enumerate(self._padded_lengths.tolist()):
                members = random.permutation(np.flatnonzero(bucket == index))
                steps = -(-len(members) // self.batch)
                # The last batch is filled up with reviews of the same length that come a second time.
                filled = np.resize(members, (steps, self.batch))
                blocks += [(padded_length, filled[at : at + BLOCK_STEPS]) for at in range(0, steps, BLOCK_STEPS)]
            order = [blocks[index] for index in random.permutation(len(blocks))]
            chosen = np.concatenate([rows for _, rows in order])  # (steps, batch)
            padded = np.concatenate([np.full(len(rows), length) for length, rows in order])
            missing = self.steps_per_epoch - len(chosen)  # fewer lengths had a batch that was not full
            chosen = np.concatenate([chosen, chosen[len(chosen) - missing :]])
            padded = np.concatenate([padded, padded[len(padded) - missing :]])
            labels = self._reviews.labels[chosen].astype(np.float32)
            epoch = _Epoch(padded, starts[chosen].astype(np.int32), lengths[chosen].astype(np.int32), labels)
            self._epochs = {number: epoch}
        return self._epochs[number]

    def _cut(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Take the last words of long reviews, as Keras' pad_sequences does; of some only a piece, from anywhere.

        Returns where each begins, and how many words are read, (n,) int64 each.
        """
        count = len(self._reviews)
        wanted = random.integers(MIN_CROP_WORDS, MAX_CROP_WORDS + 1, count)
        is_piece = random.random(count) < self._spec.crops
        lengths = np.where(is_piece, np.minimum(wanted, self._lengths), self._lengths)
        spare = self._reviews.lengths - lengths
        offsets = np.where(is_piece, np.floor(random.random(count) * (spare + 1)).astype(np.int64), spare)
        return self._reviews.starts + offsets, lengths


def choose_padded_lengths(lengths: np.ndarray, longest: int, all_alike: bool) -> np.ndarray:
    """Choose up to four lengths that batches are filled up to, the longest last, rising, int64.

    The shorter ones are the quartiles of `lengths`, rounded up to 16, where they spare a good part of the longest.
    """
    if all_alike:
        return np.array([longest])
    rounded = {int(-(-np.quantile(lengths, part) // 16) * 16) for part in (0.25, 0.5, 0.75)}
    return np.array([*sorted(length for length in rounded if length <= 0.9 * longest), longest])
