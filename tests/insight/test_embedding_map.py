"""The map is that of the principal components, and neighbours are those of the smallest angle."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.insight.embedding_map import MAX_DRAWN_SYMBOLS, map_symbols, nearest_symbols, symbol_vectors
from tests.insight.test_trace import build_text_network
from tests.reviewing.some_networks import WORDS, build_network, build_shape

VECTORS = (np.random.default_rng(3).normal(size=(60, 9)) * np.linspace(3, 0.5, 9)).astype(np.float32)


def test_the_map_is_that_of_the_eigenvectors_of_the_covariance() -> None:
    drawn = map_symbols(VECTORS, 60)
    variances, directions = np.linalg.eigh(np.cov(VECTORS.T.astype(np.float64)))
    right = (VECTORS - VECTORS.mean(axis=0)) @ directions[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(drawn.points), np.abs(right), atol=1e-4)
    np.testing.assert_allclose(drawn.shares, variances[::-1][:2] / variances.sum(), rtol=1e-6)


def test_the_same_vectors_give_the_same_map_and_turned_ones_too() -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(9, 9)))
    turned = map_symbols(VECTORS @ turn.astype(np.float32), 60)
    np.testing.assert_allclose(np.abs(turned.points), np.abs(map_symbols(VECTORS, 60).points), atol=1e-4)
    np.testing.assert_array_equal(map_symbols(VECTORS, 60).points, map_symbols(VECTORS, 60).points)


@pytest.mark.parametrize(("symbols", "numbers"), [(1, 5), (2, 5), (40, 1), (3, 3)])
def test_few_symbols_or_short_vectors_make_a_map_too(symbols: int, numbers: int) -> None:
    drawn = map_symbols(VECTORS[:symbols, :numbers], 100)
    assert drawn.points.shape == (symbols, 2) and np.isfinite(drawn.points).all()
    assert 0 <= sum(drawn.shares) <= 1 + 1e-9


def test_the_most_frequent_symbols_are_drawn_up_to_a_limit() -> None:
    many = np.tile(VECTORS, (10, 1))
    assert map_symbols(many, 10).ids.tolist() == list(range(10))
    assert len(map_symbols(many, 10_000).ids) == MAX_DRAWN_SYMBOLS


def test_the_nearest_are_those_of_the_smallest_angle() -> None:
    def cosine(one: np.ndarray, other: np.ndarray) -> float:
        return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))

    right = sorted(((cosine(VECTORS[7], VECTORS[other]), other) for other in range(60) if other != 7), reverse=True)
    found = nearest_symbols(VECTORS, 7, 5)
    assert [other for other, _ in found] == [other for _, other in right[:5]]
    np.testing.assert_allclose([near for _, near in found], [near for near, _ in right[:5]], atol=1e-5)


def test_a_vector_of_zeros_has_no_direction_and_breaks_nothing() -> None:
    assert all(near == 0 for _, near in nearest_symbols(np.zeros((4, 3), np.float32), 0))


@pytest.mark.parametrize("index", [-1, 60])
def test_a_symbol_that_does_not_exist_has_no_neighbours(index: int) -> None:
    with pytest.raises(InvalidSetting):
        nearest_symbols(VECTORS, index)


@pytest.mark.parametrize(("coding", "weights"), [("embedding", "embedding"), ("one-hot", "lstm_1/kernel")])
def test_each_symbol_has_a_vector_that_the_network_reads_it_by(coding: str, weights: str) -> None:
    network = build_text_network(coding, "every", 1)
    vectors = symbol_vectors(network)
    assert len(vectors) == len(network.vocabulary)
    np.testing.assert_array_equal(vectors, network.weights[weights])


def test_with_integer_coding_there_is_none_and_it_is_said_why() -> None:
    with pytest.raises(InvalidSetting, match="nothing but its id"):
        symbol_vectors(build_text_network("integer", "every", 1))


def test_the_word_that_stands_for_no_word_is_not_on_the_map_of_a_review_network() -> None:
    assert len(symbol_vectors(build_network(build_shape(padding="before")))) == len(WORDS) + 1
