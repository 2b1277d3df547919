"""How good is a network on reviews whose verdict is known? Where it is wrong, how sure it is, and how sure it may be.

All from the scores alone. Which words pushed which way, over many reviews, belongs to it: `word_pushes`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.reviewing.ranking import area_under_roc

RELIABILITY_BINS = 10
MOST_WRONG = 20
MAX_ROC_POINTS = 200
# A float32 score of a sure network is exactly 0 or 1, and the loss of a wrong one endless. So near it may come.
_SMALLEST = 1e-7


class ReliabilityBin(NamedTuple):
    """Some `reviews` with similar scores: is the share that is positive their `mean_score`? Both 0 to 1."""

    mean_score: float
    share_positive: float
    reviews: int


class WrongReview(NamedTuple):
    """A review that the network got wrong: its place among the reviews, its score (0..1), its label (0 or 1)."""

    place: int
    score: float
    label: int


@dataclass(frozen=True, eq=False)
class ReviewReport:
    """What the scores of `n` labelled reviews tell.

    `confusion` (2, 2) int64: a row for each label, negative first, a column for each verdict. The ROC curve is
    `roc_false` and `roc_true`, (up to 200,) float64 each: the share of negative reviews that a threshold calls
    positive, and the share of positive ones; both empty, and `auc` NaN, when all reviews have one label.
    `reliability` has up to ten bins, by score, without the empty ones; `calibration_error` is their mean distance from
    the truth, weighted by reviews (Guo et al. 2017, equation 3). `most_wrong` begins with the surest mistake.
    `loss`, in nats, takes scores nearer than 1e-7 to 0 or 1 as that far away.
    """

    confusion: np.ndarray
    roc_false: np.ndarray
    roc_true: np.ndarray
    auc: float
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float
    most_wrong: tuple[WrongReview, ...]
    accuracy: float
    loss: float
    n: int


def build_report(scores: np.ndarray, labels: np.ndarray, most_wrong: int = MOST_WRONG) -> ReviewReport:
    """Report on reviews with these `scores` (n,), 0 to 1, and `labels` (n,), 0 negative, 1 positive.

    Raises InvalidSetting when there are none, or not as many of one as of the other.
    """
    if not len(scores) or len(scores) != len(labels):
        raise InvalidSetting(
            f"There are {len(scores)} scores and {len(labels)} labels.",
            "A report needs one of each for every review.",
            "Choose reviews whose verdict is known.",
        )
    scores, labels = scores.astype(np.float64), labels.astype(np.int64)
    said = (scores > 0.5).astype(np.int64)
    confusion = np.bincount(2 * labels + said, minlength=4).reshape(2, 2)
    reliability = _measure_reliability(scores, labels)
    distances = [bin.reviews * abs(bin.mean_score - bin.share_positive) for bin in reliability]
    believed = np.clip(np.where(labels == 1, scores, 1 - scores), _SMALLEST, 1 - _SMALLEST)
    return ReviewReport(
        confusion,
        *_trace_roc(scores, labels),
        area_under_roc(scores, labels),
        reliability,
        sum(distances) / len(scores),
        _find_most_wrong(scores, labels, said, most_wrong),
        float((said == labels).mean()),
        float(-np.log(believed).mean()),
        len(scores),
    )


def _trace_roc(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ROC curve from (0, 0) to (1, 1) (Fawcett 2006, algorithm 1), thinned out evenly along its way."""
    order = np.argsort(-scores, kind="stable")
    is_last = np.append(np.diff(scores[order]) != 0, True)  # reviews of equal score are called positive together
    true = np.cumsum(labels[order])[is_last]
    false = np.cumsum(1 - labels[order])[is_last]
    if not true[-1] or not false[-1]:
        return np.empty(0), np.empty(0)
    roc_true = np.concatenate([[0], true / true[-1]])
    roc_false = np.concatenate([[0], false / false[-1]])
    if len(roc_true) > MAX_ROC_POINTS:
        chosen = np.unique(np.searchsorted(roc_true + roc_false, np.linspace(0, 2, MAX_ROC_POINTS)))
        roc_true, roc_false = roc_true[chosen], roc_false[chosen]
    return roc_false, roc_true


def _measure_reliability(scores: np.ndarray, labels: np.ndarray) -> tuple[ReliabilityBin, ...]:
    bins = np.minimum((scores * RELIABILITY_BINS).astype(np.int64), RELIABILITY_BINS - 1)  # a score of 1: the last
    found = []
    for number in np.unique(bins).tolist():
        members = bins == number
        found.append(ReliabilityBin(float(scores[members].mean()), float(labels[members].mean()), int(members.sum())))
    return tuple(found)


def _find_most_wrong(scores: np.ndarray, labels: np.ndarray, said: np.ndarray, count: int) -> tuple[WrongReview, ...]:
    wrong = np.flatnonzero(said != labels)
    chosen = wrong[np.argsort(-np.abs(scores - labels)[wrong], kind="stable")[:count]]
    return tuple(WrongReview(index, float(scores[index]), int(labels[index])) for index in chosen.tolist())
