"""The review network: its gradients against small changes, its scores against the definitions."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_core.network.review_network import (
    evaluate_reviews,
    pad_reviews,
    review_forward,
    review_gradients,
    score_ids,
    sigmoid,
)
from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.shape import Weights, draw_weights
from lstm_core.text.review_set import EncodedReviews

SHAPE = ReviewShape(
    word_count=11, embedding=4, units=3, direction="both", pooling="mean-and-max", dense=5, padding="ignored", window=6
)
REVIEWS = [np.array([3, 0, 7, 10]), np.array([5]), np.array([1, 2, 3, 4, 5, 6]), np.array([9, 9])]
EVERY_SHAPE = [
    replace(SHAPE, direction=direction, pooling=pooling, dense=dense, padding=padding)
    for direction in ("forward", "both")
    for pooling in ("last", "mean", "mean-and-max")
    for dense in (0, 5)
    for padding in ("before", "ignored")
]
every_shape = pytest.mark.parametrize(
    "shape",
    EVERY_SHAPE,
    ids=lambda shape: f"{shape.direction}-{shape.pooling}-{shape.dense}-{shape.padding}",
)


def draw_network(shape: ReviewShape, dtype: type = np.float64) -> Weights:
    """Weights with biases that are not zero, so that no array could be left out unnoticed."""
    random = np.random.default_rng(3)
    weights = draw_weights(shape, 1, 1.0, "keras")
    return {name: (array + random.normal(0, 0.4, array.shape)).astype(dtype) for name, array in weights.items()}


def score_slowly(shape: ReviewShape, weights: Weights, ids: np.ndarray) -> float:
    """One review, one word, one unit after the other, by the definitions."""
    if shape.padding == "before":
        ids = np.concatenate([np.full(max(0, shape.window - len(ids)), shape.word_count), ids[-shape.window :]])
    pooled: list[float] = []
    for name in ("", "_backward")[: 1 + (shape.direction == "both")]:
        kernel, recurrent, bias = (weights[f"lstm_1{name}/{part}"] for part in ("kernel", "recurrent_kernel", "bias"))
        hidden, cell, said = np.zeros(shape.units), np.zeros(shape.units), []
        for word in reversed(ids) if name else ids:
            gates = weights["embedding"][word] @ kernel + hidden @ recurrent + bias
            i, f, g, o = gates.reshape(4, shape.units)
            cell = cell / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
            hidden = np.tanh(cell) / (1 + np.exp(-o))
            said.append(hidden)
        pooled += [said[-1]] if shape.pooling == "last" else [np.mean(said, axis=0)]
        pooled += [np.max(said, axis=0)] if shape.pooling == "mean-and-max" else []
    signal = np.concatenate(pooled)
    if shape.dense:
        signal = np.maximum(signal @ weights["dense/kernel"] + weights["dense/bias"], 0)
    return float((signal @ weights["output/kernel"] + weights["output/bias"])[0])


@every_shape
def test_reviews_side_by_side_have_the_log_odds_that_each_has_by_the_definitions(shape: ReviewShape) -> None:
    weights = draw_network(shape)
    expected = [score_slowly(shape, weights, ids) for ids in REVIEWS]
    ids, lengths = pad_reviews(shape, REVIEWS)
    trace = review_forward(shape, weights, weights["embedding"][ids], lengths)
    np.testing.assert_allclose(trace.logits, expected, rtol=1e-12)
    np.testing.assert_allclose(score_ids(shape, weights, REVIEWS), expected, rtol=1e-6)


@every_shape
def test_gradients_are_what_a_small_change_of_each_number_does_to_the_log_odds(shape: ReviewShape) -> None:
    weights = draw_network(shape)
    ids, lengths = pad_reviews(shape, REVIEWS)
    words = weights["embedding"][ids]  # (B, T, E)
    weighting = np.array([1.0, -2.0, 0.5, 3.0])  # of the reviews in the sum that is differentiated

    def total() -> float:
        return float(review_forward(shape, weights, words, lengths).logits @ weighting)

    gradients, word_gradients = review_gradients(
        shape, weights, review_forward(shape, weights, words, lengths), weighting
    )
    assert set(gradients) == set(weights) - {"embedding"}
    for array, gradient in [*((weights[name], gradients[name]) for name in gradients), (words, word_gradients)]:
        assert gradient.shape == array.shape
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + 1e-6
            above = total()
            array[place] = kept - 1e-6
            below = total()
            array[place] = kept
            assert gradient[place] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("direction", ["forward", "both"])
@pytest.mark.parametrize("pooling", ["last", "mean", "mean-and-max"])
def test_what_lies_beyond_a_reviews_end_has_no_say_and_no_gradient(direction: str, pooling: str) -> None:
    shape = replace(SHAPE, direction=direction, pooling=pooling)
    weights = draw_network(shape)
    random = np.random.default_rng(4)
    words, lengths = random.normal(size=(4, 9, shape.embedding)), np.array([9, 1, 4, 6])
    others = words.copy()
    for row, length in enumerate(lengths):
        others[row, length:] = random.normal(size=others[row, length:].shape)
    trace, other = (review_forward(shape, weights, some, lengths) for some in (words, others))
    np.testing.assert_array_equal(trace.logits, other.logits)
    _, gradients = review_gradients(shape, weights, trace, np.ones(4))
    for row, length in enumerate(lengths):
        assert not gradients[row, length:].any()


def test_padding_before_fills_up_to_the_window_and_keeps_the_last_words() -> None:
    shape = replace(SHAPE, padding="before", window=3)
    ids, lengths = pad_reviews(shape, REVIEWS)
    assert ids.tolist() == [[0, 7, 10], [11, 11, 5], [4, 5, 6], [11, 9, 9]]
    assert lengths.tolist() == [3, 3, 3, 3]


def test_ignored_padding_is_as_long_as_the_longest_review() -> None:
    ids, lengths = pad_reviews(SHAPE, REVIEWS)
    assert ids.shape == (4, 6)
    assert lengths.tolist() == [4, 1, 6, 2]


def test_the_order_of_the_reviews_and_how_many_fit_into_memory_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = draw_network(SHAPE, np.float32)
    random = np.random.default_rng(6)
    reviews = [random.integers(0, 11, length) for length in random.integers(1, 30, 40)]
    together = score_ids(SHAPE, weights, reviews)
    alone = [score_ids(SHAPE, weights, [ids])[0] for ids in reviews]
    monkeypatch.setattr("lstm_core.network.review_network._BATCH_NUMBERS", 5_000)
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(score_ids(SHAPE, weights, reviews), alone, atol=1e-6)


@pytest.mark.parametrize("max_words", [None, 2])
def test_evaluation_counts_each_review_once(max_words: int | None) -> None:
    weights = draw_network(SHAPE, np.float32)
    labels = np.array([0, 1, 1, 0], np.int8)
    encoded = EncodedReviews(
        np.concatenate(REVIEWS).astype(np.uint16), np.array([len(ids) for ids in REVIEWS], np.int32), labels
    )
    logits = [score_slowly(SHAPE, weights, ids[-max_words:] if max_words else ids) for ids in REVIEWS]
    scores = 1 / (1 + np.exp(-np.array(logits)))
    found = evaluate_reviews(SHAPE, weights, encoded, max_words)
    np.testing.assert_allclose(found.scores, scores, rtol=1e-5)
    assert found.accuracy == np.mean((scores > 0.5) == labels)
    assert found.loss_nats == pytest.approx(-np.log(np.where(labels, scores, 1 - scores)).mean(), rel=1e-5)


def test_a_probability_is_one_of_any_log_odds() -> None:
    assert sigmoid(np.array([-1e30, 0, 1e30])).tolist() == [0, 0.5, 1]
    assert sigmoid(np.array([np.log(3)])) == pytest.approx(0.75)
