"""A report says of scores and labels what counting them one by one says."""

import math

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.reviewing.ranking import area_under_roc
from lstm_core.reviewing.report import MAX_ROC_POINTS, build_report


def draw_scores(count: int, random_seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Scores that know something of the labels, with ties, as float32 as networks give them."""
    random = np.random.default_rng(random_seed)
    labels = random.integers(0, 2, count).astype(np.int8)
    scores = np.clip(random.normal(0.35 + 0.3 * labels, 0.3), 0, 1).round(2).astype(np.float32)
    return scores, labels


def test_the_confusion_matrix_has_a_row_for_each_label_and_a_column_for_each_verdict() -> None:
    scores = np.array([0.1, 0.2, 0.9, 0.8, 0.7, 0.4], np.float32)
    report = build_report(scores, np.array([0, 0, 0, 1, 1, 1]))
    assert report.confusion.tolist() == [[2, 1], [1, 2]]
    assert report.accuracy == pytest.approx(4 / 6)
    assert report.n == 6


def test_loss_and_accuracy_are_those_of_the_definition() -> None:
    scores, labels = draw_scores(300)
    scores = np.clip(scores, 0.01, 0.99)
    report = build_report(scores, labels)
    losses = [-math.log(score if label else 1 - score) for score, label in zip(scores.tolist(), labels, strict=True)]
    assert report.loss == pytest.approx(np.mean(losses))
    assert report.accuracy == np.mean([(score > 0.5) == label for score, label in zip(scores, labels, strict=True)])
    assert report.confusion.sum() == 300


def test_the_loss_of_a_network_that_is_surely_wrong_is_large_but_finite() -> None:
    report = build_report(np.array([0, 1], np.float32), np.array([1, 0]))
    assert report.loss == pytest.approx(-math.log(1e-7))


def test_the_roc_curve_has_the_shares_that_each_threshold_calls_positive() -> None:
    scores, labels = draw_scores(80)
    report = build_report(scores, labels)
    expected = [(0.0, 0.0)]
    for threshold in sorted(set(scores.tolist()), reverse=True):
        called = scores >= threshold
        expected.append((float(called[labels == 0].mean()), float(called[labels == 1].mean())))
    np.testing.assert_allclose(np.stack([report.roc_false, report.roc_true], axis=1), expected)


@pytest.mark.parametrize("count", [30, 3_000])
def test_the_area_under_the_roc_curve_is_the_share_of_pairs_in_the_right_order(count: int) -> None:
    scores, labels = draw_scores(count)
    differences = scores[labels == 1][:, None] - scores[labels == 0]
    report = build_report(scores, labels)
    assert report.auc == pytest.approx(np.mean((differences > 0) + (differences == 0) / 2))
    assert np.trapezoid(report.roc_true, report.roc_false) == pytest.approx(report.auc, abs=1e-9)


def test_a_roc_curve_of_many_thresholds_is_thinned_out_and_hardly_changed() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 25_000)
    scores = np.clip(random.normal(0.4 + 0.2 * labels, 0.2), 0, 1).astype(np.float32)
    report = build_report(scores, labels)
    assert len(report.roc_false) == len(report.roc_true) <= MAX_ROC_POINTS
    assert (report.roc_false[0], report.roc_true[0], report.roc_false[-1], report.roc_true[-1]) == (0, 0, 1, 1)
    assert (np.diff(report.roc_false) >= 0).all() and (np.diff(report.roc_true) >= 0).all()
    assert np.trapezoid(report.roc_true, report.roc_false) == pytest.approx(area_under_roc(scores, labels), abs=1e-4)


def test_a_reliability_bin_has_the_mean_score_and_the_share_that_is_positive() -> None:
    scores = np.array([0.0, 0.04, 0.1, 0.55, 0.59, 1.0])
    report = build_report(scores, np.array([0, 1, 0, 1, 1, 1]))
    found = [(bin.mean_score, bin.share_positive, bin.reviews) for bin in report.reliability]
    expected = [(0.02, 0.5, 2), (0.1, 0, 1), (0.57, 1, 2), (1, 1, 1)]
    np.testing.assert_allclose(found, expected)
    assert report.calibration_error == pytest.approx((2 * 0.48 + 0.1 + 2 * 0.43 + 0) / 6)


def test_a_network_whose_scores_are_the_shares_is_well_calibrated() -> None:
    random = np.random.default_rng(1)
    scores = random.random(100_000)
    report = build_report(scores, random.random(100_000) < scores)
    assert len(report.reliability) == 10
    assert report.calibration_error < 0.01


def test_the_most_wrong_reviews_are_the_surest_mistakes() -> None:
    scores = np.array([0.9, 0.2, 0.6, 0.99, 0.1, 0.45])
    labels = np.array([0, 1, 0, 1, 0, 1])
    found = [(wrong.place, wrong.score, wrong.label) for wrong in build_report(scores, labels, most_wrong=3).most_wrong]
    assert found == [(0, 0.9, 0), (1, 0.2, 1), (2, 0.6, 0)]


def test_a_network_that_is_always_right_has_no_most_wrong_reviews() -> None:
    report = build_report(np.array([0.1, 0.9]), np.array([0, 1]))
    assert (report.most_wrong, report.accuracy, report.auc) == ((), 1, 1)


@pytest.mark.parametrize("label", [0, 1])
def test_reviews_of_one_label_get_a_report_without_a_roc_curve(label: int) -> None:
    report = build_report(np.array([0.2, 0.6, 0.8], np.float32), np.full(3, label))
    assert math.isnan(report.auc)
    assert len(report.roc_false) == len(report.roc_true) == 0
    assert report.confusion[label].sum() == 3


@pytest.mark.parametrize("sizes", [(0, 0), (2, 3)])
def test_scores_without_labels_are_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(InvalidSetting, match=f"{sizes[0]} scores and {sizes[1]} labels"):
        build_report(np.zeros(sizes[0]), np.zeros(sizes[1]))
