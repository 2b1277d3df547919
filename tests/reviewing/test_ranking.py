"""Ranks and what is made of them, against definitions written out slowly."""

import math

import numpy as np
import pytest

from lstm_core.reviewing.ranking import area_under_roc, rank, rank_correlation

TIED = np.array([0.3, 0.1, 0.3, 0.9, 0.1, 0.1])


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert rank(TIED).tolist() == [4.5, 2, 4.5, 6, 2, 2]


def test_no_values_have_no_ranks() -> None:
    assert rank(np.empty(0)).shape == (0,)


def test_the_rank_correlation_is_the_correlation_of_the_ranks() -> None:
    random = np.random.default_rng(1)
    first, second = random.integers(0, 9, 40), random.integers(0, 9, 40)
    ranks = [[(values < one).sum() + (values == one).sum() / 2 for one in values] for values in (first, second)]
    expected = np.corrcoef(ranks)[0, 1]
    assert rank_correlation(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(("second", "expected"), [([1, 20, 300], 1), ([3, 2, 1], -1), ([1, 3, 2], 0.5)])
def test_only_the_order_counts(second: list[float], expected: float) -> None:
    assert rank_correlation(np.array([1.0, 2.0, 3.0]), np.array(second)) == pytest.approx(expected)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [5.0, 5.0, 5.0]])
def test_where_there_is_no_order_there_is_no_correlation(values: list[float]) -> None:
    assert math.isnan(rank_correlation(np.array(values), np.arange(len(values))))


@pytest.mark.parametrize("steps", [3, 10, 10_000])  # many ties, some, none
def test_the_area_under_the_roc_curve_is_the_share_of_pairs_in_the_right_order(steps: int) -> None:
    random = np.random.default_rng(steps)
    scores, labels = random.integers(0, steps, 60) / steps, random.integers(0, 2, 60)
    pairs = [
        (positive > negative) + (positive == negative) / 2
        for positive in scores[labels == 1]
        for negative in scores[labels == 0]
    ]
    assert area_under_roc(scores, labels) == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("label", [0, 1])
def test_reviews_of_one_label_have_no_roc_curve(label: int) -> None:
    assert math.isnan(area_under_roc(TIED, np.full(6, label)))
