"""What the command line does with reviews: which ones it trains on, and what a network says of others."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from lstm_core.errors import CoreError, InvalidSetting, UnreadableReviews
from lstm_core.knobs import MAX_REVIEW_FILE_BYTES
from lstm_core.network.experiments import MY_OWN, recipe_settings
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS, review_settings
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.text.downloads import downloads_folder
from lstm_core.text.imdb import fetch_imdb, load_imdb
from lstm_core.text.mini_reviews import MINI_REVIEWS_TITLE, load_mini_reviews
from lstm_core.text.review_files import read_labelled_reviews, read_reviews_to_score
from lstm_core.text.review_set import ReviewSet
from lstm_core.text.reviews import LabelledReviews

Read = TypeVar("Read")


def build_review_spec(options: argparse.Namespace, settings: dict[str, Any], show_download: Any) -> RunSpec:
    """Build the spec of a run with reviews: of two files, of one, or of those that the experiment itself trains on."""
    if options.text:
        raise InvalidSetting(
            f"--text came with “{options.experiment}”.", "It trains on reviews.", "Name a table with --reviews."
        )
    name, training, test = _find_reviews(options, show_download)
    is_own = options.experiment == MY_OWN
    chosen = review_settings() if is_own else recipe_settings(options.experiment, options.recipe)
    reviews = ReviewSet.build(name, training, test)
    return RunSpec.build("", name, options.experiment, options.recipe, reviews, **(chosen | settings))


def wants_reviews(options: argparse.Namespace) -> bool:
    """Tell whether a run is one with reviews; a file of reviews makes one of "my-own"."""
    return options.experiment in REVIEW_EXPERIMENTS or (
        options.experiment == MY_OWN and bool(options.reviews or options.test_reviews)
    )


def judge_reviews(network: TrainedNetwork, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Score a text, or every review of a table; where the table has labels, say how many are right."""
    scorer = ReviewScorer(network)
    if options.file is None:
        verdict = scorer.judge(options.text)
        result = {
            "score": verdict.score, "label": verdict.label, "confidence": verdict.confidence,
            "known_share": verdict.known_share, "unknown_words": list(verdict.unknown_words),
        }  # fmt: skip
        return result, f"{verdict.score:.3f}  {verdict.confidence}"
    table = read_table(options.file, lambda file: read_reviews_to_score(file, max_bytes=MAX_REVIEW_FILE_BYTES))
    scores = scorer.score_many(table.texts)
    result = {
        "n": len(scores),
        "score": float(scores.mean()),
        "label": "positive" if scores.mean() > 0.5 else "negative",
    }
    if table.labels is not None:
        result["accuracy"] = float(np.mean((scores > 0.5) == (table.labels == 1)))
    if table.note:
        print(table.note, file=sys.stderr)
    return result, "\n".join(f"{name:20} {value}" for name, value in result.items())


def read_table(file: Path, read: Callable[[Path], Read]) -> Read:
    """Read a table of reviews. Raises UnreadableReviews when there is none."""
    try:
        return read(file)
    except OSError as error:
        raise UnreadableReviews(
            f"{file} cannot be read ({error.strerror}).", "It must be a table of reviews.", "Check the path."
        ) from error


def read_training_reviews(file: Path) -> LabelledReviews:
    """Read a table of labelled reviews of any size that a file may have. Raises UnreadableReviews."""
    reviews = read_table(file, lambda found: read_labelled_reviews(found, max_bytes=MAX_REVIEW_FILE_BYTES))
    if reviews.note:
        print(f"{file.name}: {reviews.note}", file=sys.stderr)
    return reviews


def _find_reviews(
    options: argparse.Namespace, show_download: Any
) -> tuple[str, LabelledReviews, LabelledReviews | None]:
    if options.reviews:
        test = read_training_reviews(options.test_reviews) if options.test_reviews else None
        return options.reviews.name, read_training_reviews(options.reviews), test
    if options.test_reviews:
        raise InvalidSetting(
            "--test-reviews came alone.", "It tests what is trained on --reviews.", "Name both, or neither."
        )
    if options.experiment == "mini-reviews":
        mini = load_mini_reviews()
        return MINI_REVIEWS_TITLE, mini.train, mini.test
    try:
        fetch_imdb(downloads_folder(), show_download)
    except CoreError as error:
        print("Without it: name your own copy with --reviews and --test-reviews.", file=sys.stderr)
        raise error
    imdb = load_imdb(downloads_folder())
    return "IMDB", imdb.train, imdb.test
