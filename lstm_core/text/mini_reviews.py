"""Which reviews ship with the app? A small set, so that a class can begin without a download.

Each has one to four sentences; no sentence of the reviews to test on stands in those to train on.
`assets/SOURCES.md` tells who wrote them.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm_core.text.reviews import LabelledReviews

REVIEW_FOLDER = Path(__file__).parents[2] / "assets" / "reviews"
MINI_REVIEWS_TITLE = "Mini reviews"


@dataclass(frozen=True)
class MiniReviews:
    """The set that ships: reviews to train on, and others that are held out to test on."""

    train: LabelledReviews
    test: LabelledReviews


def load_mini_reviews() -> MiniReviews:
    """Read both halves. The files ship, so one that is missing or damaged is a bug: OSError, KeyError or ValueError."""
    return MiniReviews(_read("mini-train.csv"), _read("mini-test.csv"))


def _read(name: str) -> LabelledReviews:
    with (REVIEW_FOLDER / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = np.array([int(row["label"]) for row in rows], dtype=np.int8)
    return LabelledReviews(tuple(row["text"] for row in rows), labels)
