"""The review network in plain NumPy: from words to the odds that a review is positive, and back to the words.

All that the app shows of a review's score comes from here; training's TensorFlow is tested to give the same numbers and
gradients. The LSTM itself is `numpy_lstm.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.network.held_units import HeldUnits
from lstm_core.network.numpy_lstm import LSTMTrace, lstm_backward, lstm_forward
from lstm_core.network.review_shape import DIRECTIONS, ReviewShape
from lstm_core.network.shape import Weights
from lstm_core.text.review_set import EncodedReviews

_BATCH_NUMBERS = 12_000_000  # float32 values that a batch may keep at once, 48 MB

# B: reviews side by side   T: words of the longest   E: numbers of a word   U: units   P: numbers that pooling makes


@dataclass(frozen=True)
class ReviewTrace:
    """All that happened between words and score, kept to be looked at and to compute gradients from."""

    words: np.ndarray  # (B, T, E) the words' vectors
    present: np.ndarray  # (B, T) bool: False beyond a review's end
    directions: tuple[LSTMTrace, ...]  # the backward one read the words from the last to the first
    pooled: np.ndarray  # (B, P)
    dense: np.ndarray | None  # (B, D) after the ReLU
    logits: np.ndarray  # (B,): log odds that the review is positive


@dataclass(frozen=True)
class ReviewLoss:
    """How well a network does on labelled reviews: mean cross-entropy in nats, share that is right, each score."""

    loss_nats: float
    accuracy: float
    scores: np.ndarray  # (n,) float32, 0 negative … 1 positive


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Turn log odds into probabilities, 0 to 1."""
    return 0.5 * np.tanh(0.5 * logits) + 0.5


def pad_reviews(shape: ReviewShape, reviews: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Put reviews side by side: ids (B, T) and their lengths (B,), as the network's padding wants it.

    With padding "before" T is the window, of a longer review the last words are read; else T is the longest review.
    """
    if shape.padding == "before":
        ids = np.full((len(reviews), shape.window), shape.padding_id)
        for row, review in zip(ids, reviews, strict=True):
            kept = review[-shape.window :]
            row[shape.window - len(kept) :] = kept
        return ids, np.full(len(reviews), shape.window)
    lengths = np.array([len(review) for review in reviews])
    ids = np.zeros((len(reviews), int(lengths.max())), np.int64)
    for row, review in zip(ids, reviews, strict=True):
        row[: len(review)] = review
    return ids, lengths


def review_forward(
    shape: ReviewShape,
    weights: Weights,
    words: np.ndarray,
    lengths: np.ndarray,
    held: Sequence[HeldUnits | None] | None = None,
) -> ReviewTrace:
    """Score reviews whose words' vectors are `words` (B, T, E), of which the first `lengths` (B,) count.

    `held` has one entry for each direction.
    """
    batch, length = words.shape[:2]
    present = np.arange(length) < lengths[:, None]  # (B, T)
    directions, pooled = [], []
    for place, name in enumerate(DIRECTIONS[shape.direction]):
        heard = _reverse(words, lengths) if name else words
        trace = lstm_forward(heard, *lstm_weights(weights, name), held=None if held is None else held[place])
        directions.append(trace)
        pooled += pool(shape.pooling, trace.hidden, present, lengths)
    together = np.concatenate(pooled, axis=1)  # (B, P)
    dense, signal = None, together
    if shape.dense:
        dense = signal = np.maximum(together @ weights["dense/kernel"] + weights["dense/bias"], 0)  # (B, D)
    logits = (signal @ weights["output/kernel"] + weights["output/bias"])[:, 0]
    return ReviewTrace(words, present, tuple(directions), together, dense, logits)


def score_ids(shape: ReviewShape, weights: Weights, reviews: list[np.ndarray]) -> np.ndarray:
    """Return the log odds (n,) that each review (its ids) is positive; reviews of similar length go together."""
    logits = np.empty(len(reviews), np.float32)
    order = sorted(range(len(reviews)), key=lambda index: len(reviews[index]))
    while order:
        longest = shape.window if shape.padding == "before" else len(reviews[order[-1]])
        per_review = longest * (shape.embedding + 12 * shape.units * len(DIRECTIONS[shape.direction]))
        size = max(1, _BATCH_NUMBERS // per_review)
        chosen, order = order[-size:], order[:-size]
        ids, lengths = pad_reviews(shape, [reviews[index] for index in chosen])
        logits[chosen] = review_forward(shape, weights, weights["embedding"][ids], lengths).logits
    return logits


def evaluate_reviews(
    shape: ReviewShape, weights: Weights, reviews: EncodedReviews, max_words: int | None
) -> ReviewLoss:
    """Measure a network on labelled reviews; of longer ones the last `max_words` are read (None: all)."""
    cut = [reviews.review(index)[-max_words:] if max_words else reviews.review(index) for index in range(len(reviews))]
    return measure_scores(sigmoid(score_ids(shape, weights, [ids.astype(np.int64) for ids in cut])), reviews.labels)


def measure_scores(scores: np.ndarray, labels: np.ndarray) -> ReviewLoss:
    """Measure scores (n,) from 0 to 1 against labels (n,); a score is taken for no surer than one in ten million."""
    given = np.where(labels == 1, scores, 1 - scores.astype(np.float64))  # what the truth was given
    losses = -np.log(np.maximum(given, 1e-7))
    right = (scores > 0.5) == (labels == 1)
    return ReviewLoss(float(losses.mean()), float(right.mean()), scores.astype(np.float32))


def review_gradients(
    shape: ReviewShape, weights: Weights, trace: ReviewTrace, logit_gradients: np.ndarray
) -> tuple[Weights, np.ndarray]:
    """Walk back from the logits (B,): gradients of all weights but the embedding's, and of the words (B, T, E)."""
    gradients: Weights = {}
    upstream = logit_gradients[:, None]  # (B, 1)
    signal = trace.pooled if trace.dense is None else trace.dense
    gradients["output/kernel"], gradients["output/bias"] = signal.T @ upstream, upstream.sum(axis=0)
    upstream = upstream @ weights["output/kernel"].T  # (B, D) or (B, P)
    if trace.dense is not None:
        upstream = upstream * (trace.dense > 0)
        gradients["dense/kernel"], gradients["dense/bias"] = trace.pooled.T @ upstream, upstream.sum(axis=0)
        upstream = upstream @ weights["dense/kernel"].T  # (B, P)
    lengths = trace.present.sum(axis=1)
    words = np.zeros_like(trace.words)
    for name, direction, blame in zip(
        DIRECTIONS[shape.direction],
        trace.directions,
        np.split(upstream, len(trace.directions), axis=1),
        strict=True,
    ):
        kernel, recurrent_kernel, _ = lstm_weights(weights, name)
        hidden = _unpool(shape.pooling, direction.hidden, trace.present, lengths, blame)
        layer = lstm_backward(direction, kernel, recurrent_kernel, hidden)
        gradients[f"lstm_1{name}/kernel"] = layer.kernel
        gradients[f"lstm_1{name}/recurrent_kernel"] = layer.recurrent_kernel
        gradients[f"lstm_1{name}/bias"] = layer.bias
        assert layer.inputs is not None  # the words are vectors here
        words += _reverse(layer.inputs, lengths) if name else layer.inputs
    return gradients, words


def lstm_weights(weights: Weights, direction: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return kernel, recurrent kernel and bias of a direction's layer ("" or "_backward")."""
    name = f"lstm_1{direction}"
    return weights[f"{name}/kernel"], weights[f"{name}/recurrent_kernel"], weights[f"{name}/bias"]


def pool(pooling: str, hidden: np.ndarray, present: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
    """Make one or two vectors (B, U) of the hidden states (B, T, U) of all words that are `present` (B, T)."""
    if pooling == "last":
        return [hidden[np.arange(len(hidden)), lengths - 1]]
    mean = np.einsum("btu,bt->bu", hidden, present.astype(hidden.dtype)) / lengths[:, None].astype(hidden.dtype)
    if pooling == "mean":
        return [mean]
    return [mean, np.where(present[..., None], hidden, -1).max(axis=1)]  # a hidden state lies between -1 and 1


def _unpool(
    pooling: str, hidden: np.ndarray, present: np.ndarray, lengths: np.ndarray, blame: np.ndarray
) -> np.ndarray:
    """Give the blame (B, 1 or 2 U) for what pooling made back to the hidden states that it was made of, (B, T, U)."""
    units = hidden.shape[2]
    rows = np.arange(len(hidden))
    spread = np.zeros_like(hidden)
    if pooling == "last":
        spread[rows, lengths - 1] = blame
        return spread
    spread += present[..., None] * (blame[:, None, :units] / lengths[:, None, None].astype(hidden.dtype))
    if pooling == "mean-and-max":
        highest = np.where(present[..., None], hidden, -1).argmax(axis=1)  # (B, U)
        spread[rows[:, None], highest, np.arange(units)] += blame[:, units:]
    return spread


def _reverse(words: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Turn each review (B, T, E) round within its length; what lies beyond stays where it is."""
    places = np.arange(words.shape[1])
    turned = np.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)  # (B, T)
    return np.take_along_axis(words, turned[..., None], axis=1)
