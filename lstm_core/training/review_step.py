"""The compiled step for reviews: what `step.py` is for texts, with a label at the end instead of a symbol.

Reviews are padded to the length of their batch and never masked within the LSTM: what comes after a review's end is
computed and then left out by the pooling, which is cheaper than asking at every step.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tensorflow as tf

from lstm_core.network.fast_lstm import lstm_sequence
from lstm_core.network.products import look_up, project
from lstm_core.network.review_shape import DIRECTIONS, ReviewShape
from lstm_core.training.optimizers import Tensors
from lstm_core.training.program import StepProgram, draw_uniform, seed_of_step


@dataclass(frozen=True)
class ReviewDropout:
    """Which kinds of dropout a program has; how much of each is a number that may change."""

    words: bool  # whole words become <rare>
    embedding: bool  # single numbers of a word's vector become 0
    units: bool  # inputs of the LSTM, and of the last layer
    recurrent: bool


@lru_cache(maxsize=32)
def compiled_review_steps(
    shape: ReviewShape, optimizer: str, dropout: ReviewDropout, clips: bool, padded_length: int
) -> StepProgram:
    """Return the program for one shape of network and one length of batch.

    Its `data` are words (total,) int32, all reviews one after the other; starts and lengths
    (MAX_STEPS_PER_CALL, batch) int32, labels likewise float32; its `numbers` a dict of scalars.
    """

    def measure(
        weights: Tensors, data: Any, numbers: Any, done: Any, part: Any, rows: Any, shares: Any
    ) -> tuple[Any, Any]:
        words = data[0]
        starts, lengths, labels = (tf.gather(tf.gather(array, done), rows) for array in data[1:])  # (B,) each
        random = _Random(seed_of_step(numbers, done, part), dropout, numbers)
        ids = [
            _cut_reviews(shape, words, starts, lengths, padded_length, direction)
            for direction in DIRECTIONS[shape.direction]
        ]
        logits = review_logits(shape, weights, ids, lengths, random)  # (B,)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
        hits = tf.cast((logits > 0) == (labels > 0.5), tf.float32)
        return tf.reduce_sum(losses * shares), tf.reduce_sum(hits * shares)

    per_word = 4 * shape.units * (shape.embedding + shape.units) * len(DIRECTIONS[shape.direction])
    return StepProgram(measure, optimizer, clips, padded_length * per_word)


def review_logits(shape: ReviewShape, weights: Tensors, ids: list[Any], lengths: Any, random: "_Random") -> Any:
    """Return the log odds (B,) that reviews are positive; `ids` holds (T, B) for each direction, as that one reads.

    Legend: T words of the batch's longest review, B batch, E embedding, U units, P numbers that pooling makes.
    """
    padded_length, batch = ids[0].shape
    if shape.padding == "before":
        lengths = tf.fill((batch,), padded_length)
    present = tf.cast(tf.range(padded_length)[:, None] < lengths[None, :], tf.float32)  # (T, B)
    pooled = []
    for direction, read in zip(DIRECTIONS[shape.direction], ids, strict=True):
        name = f"lstm_1{direction}"
        vectors = look_up(weights["embedding"], random.hide_words(read, shape.word_count - 1))  # (T, B, E)
        vectors = random.drop("embedding", vectors, vectors.shape)
        vectors = random.drop("units", vectors, (1, batch, shape.embedding))  # the same at every word
        projected = project(vectors, weights[f"{name}/kernel"], weights[f"{name}/bias"])  # (T, B, 4U)
        mask = random.mask("recurrent", (batch, shape.units))
        hidden, _, _ = lstm_sequence(projected, weights[f"{name}/recurrent_kernel"], recurrent_mask=mask)  # (T, B, U)
        pooled += _pool(shape.pooling, hidden, present, lengths)
    signal = tf.concat(pooled, axis=1)  # (B, P)
    if shape.dense:
        signal = tf.nn.relu(signal @ weights["dense/kernel"] + weights["dense/bias"])  # (B, D)
    signal = random.drop("units", signal, signal.shape)
    return (signal @ weights["output/kernel"] + weights["output/bias"])[:, 0]


class _Random:
    """The random numbers of one step: they follow from the run's seed and the step alone, each draw from its own."""

    def __init__(self, seed: Any, has: ReviewDropout, numbers: Any) -> None:
        self._seed, self._has, self._numbers = seed, has, numbers
        self._draws = 0

    def hide_words(self, ids: Any, rare: int) -> Any:
        """Turn a share of the words (T, B) into <rare>: the network learns to do without any one of them."""
        if not self._has.words:
            return ids
        return tf.where(self._uniform(ids.shape) < self._numbers["word_dropout"], rare, ids)

    def drop(self, kind: str, signal: Any, size: Any) -> Any:
        """Multiply by a mask of this size, which is spread over the signal."""
        mask = self.mask(kind, size)
        return signal if mask is None else signal * mask

    def mask(self, kind: str, size: Any) -> Any:
        """Draw a mask of 0 and 1/(1 - rate); None where the program has no such dropout."""
        if not getattr(self._has, kind):
            return None
        names = {"embedding": "embedding_dropout", "units": "dropout", "recurrent": "recurrent_dropout"}
        rate = self._numbers[names[kind]]
        return tf.where(self._uniform(size) >= rate, 1 / (1 - rate), 0.0)

    def _uniform(self, size: Any) -> Any:
        self._draws += 1
        return draw_uniform(size, self._seed + tf.constant([0, self._draws << 24]))


def _cut_reviews(shape: ReviewShape, words: Any, starts: Any, lengths: Any, padded_length: int, direction: str) -> Any:
    """Cut one step's reviews out of all words, (T, B), as one direction reads them."""
    place = tf.range(padded_length)[:, None]  # (T, 1)
    if shape.padding == "before":
        place = place - (padded_length - lengths[None, :])  # below 0 there is padding
    is_word = (place >= 0) & (place < lengths[None, :])  # (T, B)
    if direction and shape.padding == "ignored":  # from the last word to the first
        place = lengths[None, :] - 1 - place
    ids = tf.gather(words, tf.where(is_word, starts[None, :] + place, 0))
    if shape.padding == "ignored":
        return tf.where(is_word, ids, 0)
    ids = tf.where(is_word, ids, shape.padding_id)
    return ids[::-1] if direction else ids  # the padding is part of what is read


def _pool(pooling: str, hidden: Any, present: Any, lengths: Any) -> list[Any]:
    """Make one or two vectors (B, U) of the hidden states (T, B, U)."""
    if pooling == "last":
        return [tf.gather(tf.transpose(hidden, (1, 0, 2)), lengths - 1, batch_dims=1)]
    mean = tf.reduce_sum(hidden * present[..., None], axis=0) / tf.cast(lengths, tf.float32)[:, None]
    if pooling == "mean":
        return [mean]
    return [mean, tf.reduce_max(tf.where(present[..., None] > 0, hidden, -1.0), axis=0)]
