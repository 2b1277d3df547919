"""How does the score move while a review is read? The score of the review as if it had ended after each word.

A network that reads forward only has all these scores after one pass. One that also reads backward starts anew at each
end: then the beginnings are read side by side.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.review_network import sigmoid
from lstm_core.reviewing.fast_reader import Ear, FastReader, Heard
from lstm_core.reviewing.scorer import ReviewScorer

MAX_POINTS = 400
_MAX_STEPS = 160_000  # words of all beginnings together, of both directions with 64 units: about 0.2 s


@dataclass(frozen=True, eq=False)
class ReadAlong:
    """The words that are read and, for each, the score (n,) float32, 0 to 1, of the review up to and including it.

    Not `is_exact` when the review was too long to ask after each word: then some lie on straight lines between others,
    the first and the last never. `left_out` words stood before these and were not read.
    """

    words: tuple[str, ...]
    scores: np.ndarray
    is_exact: bool
    left_out: int


def read_along(scorer: ReviewScorer, text: str, max_points: int = MAX_POINTS) -> ReadAlong:
    """Score every beginning of a text, or some `max_points` of them (2 or more) where each costs a pass of its own."""
    review = scorer.read(text)
    count = len(review.ids)
    if not count:
        return ReadAlong((), np.empty(0, np.float32), True, review.left_out)
    ends = _choose_ends(scorer, count, max_points)
    log_odds = score_beginnings(scorer.reader, review.ids, ends)
    every = np.interp(np.arange(1, count + 1), ends, log_odds)
    return ReadAlong(review.words, sigmoid(every).astype(np.float32), len(ends) == count, review.left_out)


def score_beginnings(reader: FastReader, ids: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the log odds (B,) of a review's first `ends` (B,) words, each from 1 to len(ids)."""
    forward, *backward = reader.ears
    heard = [_hear_forward(reader, forward, ids, ends)]
    heard += [_hear_backward(reader, ear, ids, ends) for ear in backward]
    is_padded = reader.shape.padding == "before"
    return reader.judge(tuple(heard), np.full(len(ends), reader.shape.window) if is_padded else ends)


def _choose_ends(scorer: ReviewScorer, count: int, max_points: int) -> np.ndarray:
    shape = scorer.shape
    if shape.direction == "forward" and shape.padding == "ignored":
        return np.arange(1, count + 1)
    length = shape.window if shape.padding == "before" else count
    points = max(2, min(count, max_points, _MAX_STEPS // length))
    return np.unique(np.linspace(1, count, points).round().astype(np.int64))


def _hear_forward(reader: FastReader, ear: Ear, ids: np.ndarray, ends: np.ndarray) -> Heard:
    """Read the beginnings from their first word: one is the continuation of the other, unless padding differs."""
    rows = ear.project(ids)
    if reader.shape.padding == "ignored":
        return ear.follow(rows).at(ends)
    # The shorter a beginning, the more padding stands before it: each sets out from another moment of nothing but that.
    window = reader.shape.window
    padding = ear.follow(ear.project(np.full(window, reader.shape.padding_id)))
    places = np.broadcast_to(np.arange(len(ids))[:, None], (len(ids), len(ends)))  # (T, B)
    return ear.go_on(rows, places, ends, padding.at(window - ends))


def _hear_backward(reader: FastReader, ear: Ear, ids: np.ndarray, ends: np.ndarray) -> Heard:
    """Read the beginnings from their last word, each from another one on, and then the padding before them."""
    is_padded = reader.shape.padding == "before"
    lengths = np.full(len(ends), reader.shape.window) if is_padded else ends
    rows = ear.project(np.append(ids, reader.shape.padding_id) if is_padded else ids)
    places = np.maximum(ends - 1 - np.arange(max(lengths))[:, None], -1)  # (T, B); -1 is the last row, the padding
    return ear.go_on(rows, places, lengths, ear.begin(len(ends)))
