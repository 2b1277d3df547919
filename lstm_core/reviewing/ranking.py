"""How well do two orders agree? Ranks with ties, and two measures that are made of them."""

import numpy as np


def rank(values: np.ndarray) -> np.ndarray:
    """Return the rank of each value, (n,) float64 from 1 up; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return the rank correlation of two (n,) arrays, -1 to 1 (Spearman 1904).

    NaN where there is none to speak of: fewer than three values, or all of one array equal.
    """
    if len(first) < 3:
        return float("nan")
    ranks = np.stack([rank(first), rank(second)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    lengths = np.sqrt((ranks**2).sum(axis=1))
    return float(ranks[0] @ ranks[1] / lengths.prod()) if lengths.all() else float("nan")


def area_under_roc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return how often a positive review has a higher score than a negative one, 0 to 1; ties count half.

    `scores` (n,), `labels` (n,) 0 or 1; NaN where one of the labels is missing. Equals the area under the ROC curve
    (Hanley and McNeil 1982), from the sum of the ranks (Mann and Whitney 1947).
    """
    is_positive = labels == 1
    positive = int(is_positive.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return float("nan")
    return float((rank(scores)[is_positive].sum() - positive * (positive + 1) / 2) / (positive * negative))
