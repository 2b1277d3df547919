"""Shares of a path add up to the change along it, however sharply the score moves, and equal those of small steps."""

import numpy as np
import pytest

from lstm_core.network.review_network import review_forward, review_gradients
from lstm_core.reviewing.fast_gradients import WordGradients
from lstm_core.reviewing.path_integral import integrate_gradients, integrate_roughly
from tests.reviewing.some_networks import build_shape, draw_large_weights
from tests.reviewing.test_fast_reader import every_network

LENGTHS = np.array([12, 3, 9])


def draw_path(embedding: int, count: int = 3, size: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Two ends (T, B, E) that are the same beyond a review's length."""
    start, end = size * np.random.default_rng(8).normal(size=(2, 12, count, embedding)).astype(np.float32)
    for row, length in enumerate(LENGTHS[:count]):
        end[length:, row] = start[length:, row]
    return start, end


class Cliff:
    """Stands in for a network whose log odds rise steeply, by `height`, as the first number passes 1/3."""

    def __init__(self, steepness: float, height: float = 3.0) -> None:
        self.steepness, self.height, self.looked_at = steepness, height, 0

    def of(self, words: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.looked_at += words.shape[1]
        level = np.tanh(self.steepness * (words[0, :, 0] - 1 / 3))
        gradients = np.zeros_like(words)
        gradients[0, :, 0] = self.height / 2 * self.steepness * (1 - level**2)
        return gradients, self.height / 2 * level


@every_network
def test_shares_add_up_to_the_change_within_a_hundredth(settings: dict) -> None:
    shape = build_shape(**settings)
    weights = draw_large_weights(shape)
    for size in (0.3, 1, 3):
        start, end = draw_path(shape.embedding, 1, size)
        before, after = (
            review_forward(shape, weights, words.swapaxes(0, 1), np.array([12])).logits[0] for words in (start, end)
        )
        shares = integrate_gradients(WordGradients(shape, weights), start[:, 0], end[:, 0])
        assert shares.dtype == np.float32
        assert float(shares.sum()) == pytest.approx(after - before, rel=0.011, abs=0.011)


@pytest.mark.parametrize("steepness", [1, 30, 1_000])
def test_a_score_that_jumps_is_looked_at_more_closely_where_it_jumps(steepness: float) -> None:
    cliff = Cliff(steepness)
    shares = integrate_gradients(cliff, np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32))
    change = 1.5 * (np.tanh(steepness * 2 / 3) + np.tanh(steepness / 3))
    np.testing.assert_allclose(shares, [change, 0], atol=0.031)
    assert cliff.looked_at == 20 if steepness == 1 else 20 < cliff.looked_at <= 5 * 65


def test_a_score_that_leaps_does_not_keep_it_looking_forever() -> None:
    cliff = Cliff(1e12)
    shares = integrate_gradients(cliff, np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32))
    assert cliff.looked_at <= 5 * 65
    assert np.isfinite(shares).all()


@every_network
def test_the_shares_are_the_mean_gradient_along_the_path_times_the_way(settings: dict) -> None:
    shape = build_shape(**settings)
    weights = draw_large_weights(shape)
    start, end = draw_path(shape.embedding, 1)
    gradients = []
    for part in (np.arange(400, dtype=np.float32) + 0.5) / 400:  # small even steps, as in the paper
        words = (start + part * (end - start)).swapaxes(0, 1)
        trace = review_forward(shape, weights, words, np.array([12]))
        gradients.append(review_gradients(shape, weights, trace, np.ones(1, np.float32))[1][0])
    expected = (np.mean(gradients, axis=0) * (end - start)[:, 0]).sum(axis=1)
    found = integrate_gradients(WordGradients(shape, weights), start[:, 0], end[:, 0])
    np.testing.assert_allclose(found, expected, atol=0.02 * np.abs(expected).sum())


@pytest.mark.parametrize("direction", ["forward", "both"])
def test_several_reviews_are_told_roughly_and_whether_that_is_near(direction: str) -> None:
    shape = build_shape(direction=direction, pooling="mean")
    network = WordGradients(shape, draw_large_weights(shape))
    start, end = draw_path(shape.embedding)
    shares, is_close = integrate_roughly(network, start, end, LENGTHS)
    assert shares.shape == (3, 12)
    assert is_close.all()
    for row, length in enumerate(LENGTHS.tolist()):
        exact = integrate_gradients(network, start[:length, row], end[:length, row])
        np.testing.assert_allclose(shares[row, :length], exact, atol=0.1)
        assert not shares[row, length:].any()


def test_a_rough_look_knows_when_it_is_wrong() -> None:
    ends = np.zeros((2, 1, 1), np.float32), np.ones((2, 1, 1), np.float32)
    assert integrate_roughly(Cliff(1), *ends, np.array([2]))[1].tolist() == [True]
    assert integrate_roughly(Cliff(30), *ends, np.array([2]))[1].tolist() == [False]
