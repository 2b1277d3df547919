"""From a spec to what training on reviews reads: words, ids, the reviews to measure on, the network's shape."""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.spec import RunSpec
from lstm_core.text.review_set import EncodedReviews, limit_vocabulary
from lstm_core.text.symbols import Vocabulary

VALIDATION_SHARE = 0.1
MIN_REVIEWS_TO_SPLIT = 200  # with fewer, a tenth says nothing
_SPLIT_SEED = 5  # the same part is held out whatever the run's own seed: runs can be compared


@dataclass(frozen=True)
class ReviewData:
    """Reviews as their network will meet them; ids are those of `vocabulary`, which the spec has limited."""

    vocabulary: Vocabulary
    shape: ReviewShape
    training: EncodedReviews
    validation: EncodedReviews | None  # what the second curve is measured on
    test: EncodedReviews | None
    note: str


def prepare_reviews(spec: RunSpec) -> ReviewData:
    """Limit the words, and set apart what is measured on.

    Where there are test reviews they are measured on, as the tutorial does, and all others are trained on; but the
    recipe "best" chooses by a tenth of the training reviews, so that the test reviews stay unseen. Without test
    reviews, every recipe holds out that tenth.
    """
    assert spec.reviews is not None, "a spec of a text came where one of reviews was expected"
    reviews = spec.reviews
    vocabulary = limit_vocabulary(reviews.vocabulary, spec.vocabulary)
    training = reviews.training.with_words(spec.vocabulary, reviews.vocabulary)
    test = reviews.test.with_words(spec.vocabulary, reviews.vocabulary) if reviews.test is not None else None
    shape = ReviewShape(
        len(vocabulary), spec.embedding, spec.units, spec.direction, spec.pooling, spec.dense, spec.padding, spec.window
    )
    if test is not None and spec.recipe != "best":
        note = f"Validation is measured on the {len(test):,} test reviews, which it never trains on."
        return ReviewData(vocabulary, shape, training, test, test, note)
    if len(training) < MIN_REVIEWS_TO_SPLIT:
        note = f"{len(training):,} reviews are too few to hold some out: how it does on new ones is not measured."
        return ReviewData(vocabulary, shape, training, None, test, note)
    held_out, kept = split_evenly(training.labels)
    note = f"{len(held_out):,} of the {len(training):,} reviews are held out for validation."
    return ReviewData(vocabulary, shape, training.take(kept), training.take(held_out), test, note)


def split_evenly(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of a tenth of each label, and of all others, both rising."""
    random = np.random.default_rng(_SPLIT_SEED)
    parts = [random.permutation(np.flatnonzero(labels == label)) for label in (0, 1)]
    held_out = np.sort(np.concatenate([part[: max(1, round(VALIDATION_SHARE * len(part)))] for part in parts]))
    return held_out, np.setdiff1d(np.arange(len(labels)), held_out)
