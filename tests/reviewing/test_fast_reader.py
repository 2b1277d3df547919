"""The fast reader says what the plain network says, whatever the network's shape."""

import numpy as np
import pytest

from lstm_core.network.review_network import score_ids
from lstm_core.reviewing.fast_reader import FastReader
from tests.reviewing.some_networks import DIRECTIONS, PADDINGS, POOLINGS, WINDOW, build_shape, draw_large_weights

every_network = pytest.mark.parametrize(
    "settings",
    [
        {"direction": direction, "pooling": pooling, "padding": padding, "dense": dense}
        for direction in DIRECTIONS
        for pooling in POOLINGS
        for padding in PADDINGS
        for dense in (0, 6)
    ],
    ids=lambda settings: "-".join(map(str, settings.values())),
)


def draw_reviews(lengths: list[int]) -> list[np.ndarray]:
    random = np.random.default_rng(5)
    return [random.integers(0, build_shape().word_count, length) for length in lengths]


@every_network
def test_one_review_has_the_log_odds_of_the_plain_network(settings: dict) -> None:
    shape = build_shape(**settings)
    weights = draw_large_weights(shape)
    reader = FastReader(shape, weights)
    reviews = draw_reviews([1, 2, 17, WINDOW])
    np.testing.assert_allclose([reader.score(ids) for ids in reviews], score_ids(shape, weights, reviews), atol=2e-5)


@every_network
def test_reviews_side_by_side_have_the_log_odds_of_the_plain_network(settings: dict) -> None:
    shape = build_shape(**settings)
    weights = draw_large_weights(shape)
    reviews = draw_reviews([9, 1, 30, 2, 29, 12, *range(1, 20)])
    found = FastReader(shape, weights).score_many(reviews)
    np.testing.assert_allclose(found, score_ids(shape, weights, reviews), atol=2e-5)


@every_network
def test_a_review_with_one_word_replaced_has_the_log_odds_of_the_plain_network(settings: dict) -> None:
    shape = build_shape(**settings)
    weights = draw_large_weights(shape)
    (ids,) = draw_reviews([19])
    places = np.array([18, 0, 7, 7, 1, *range(19)])
    new_ids = np.arange(len(places)) % shape.word_count
    replaced = [np.where(np.arange(19) == place, new, ids) for place, new in zip(places, new_ids, strict=True)]
    found = FastReader(shape, weights).score_replaced(ids, places, new_ids)
    np.testing.assert_allclose(found, score_ids(shape, weights, replaced), atol=2e-5)


@pytest.mark.parametrize("units", [1, 16, 33, 130])
def test_the_number_of_units_does_not_matter(units: int) -> None:
    shape = build_shape(units=units, dense=3)
    weights = draw_large_weights(shape)
    reviews = draw_reviews([8, 30, 3])
    expected = score_ids(shape, weights, reviews)
    reader = FastReader(shape, weights)
    np.testing.assert_allclose(reader.score_many(reviews), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose([reader.score(ids) for ids in reviews], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("padding", PADDINGS)
def test_a_review_of_no_words_is_undecided(padding: str) -> None:
    shape = build_shape(padding=padding)
    assert FastReader(shape, draw_large_weights(shape)).score(np.empty(0, np.int64)) == 0


def test_reading_changes_neither_the_weights_nor_the_review() -> None:
    shape = build_shape()
    weights = draw_large_weights(shape)
    before = {name: array.copy() for name, array in weights.items()}
    (ids,) = draw_reviews([9])
    kept = ids.copy()
    reader = FastReader(shape, weights)
    first = reader.score(ids)
    reader.score_many([ids, ids[:3]])
    reader.score_replaced(ids, np.arange(9), np.zeros(9, np.int64))
    assert reader.score(ids) == first
    np.testing.assert_array_equal(ids, kept)
    for name, array in weights.items():
        np.testing.assert_array_equal(array, before[name])
