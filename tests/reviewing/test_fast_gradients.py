"""The fast way back gives the gradients of the plain one."""

import numpy as np
import pytest

from lstm_core.network.review_network import review_forward, review_gradients
from lstm_core.reviewing.fast_gradients import WordGradients
from tests.reviewing.some_networks import build_shape, draw_large_weights
from tests.reviewing.test_fast_reader import every_network

LENGTHS = np.array([12, 1, 7, 12, 3])


@every_network
def test_the_gradients_of_the_words_are_those_of_the_plain_network(settings: dict) -> None:
    shape = build_shape(**settings)
    weights = draw_large_weights(shape)
    words = np.random.default_rng(2).normal(size=(5, 12, shape.embedding)).astype(np.float32)  # (B, T, E)
    trace = review_forward(shape, weights, words, LENGTHS)
    _, expected = review_gradients(shape, weights, trace, np.ones(5, np.float32))
    found, log_odds = WordGradients(shape, weights).of(np.ascontiguousarray(words.swapaxes(0, 1)), LENGTHS)
    np.testing.assert_allclose(log_odds, trace.logits, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found.swapaxes(0, 1), expected, rtol=1e-4, atol=1e-5)
    for row, length in enumerate(LENGTHS):
        assert not found[length:, row].any()  # what lies beyond a review's end has no say


def test_gradients_do_not_depend_on_how_many_reviews_fit_into_memory_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = build_shape(dense=6)
    network = WordGradients(shape, draw_large_weights(shape))
    words = np.random.default_rng(2).normal(size=(12, 5, shape.embedding)).astype(np.float32)
    together = network.of(words, LENGTHS)
    monkeypatch.setattr("lstm_core.reviewing.fast_gradients._MAX_NUMBERS", 1)
    for found, expected in zip(network.of(words, LENGTHS), together, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
