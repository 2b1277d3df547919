"""A few made-up reviews from which a small network learns within a second which words are kind."""

import numpy as np

from lstm_core.network.review_experiments import review_settings
from lstm_core.network.spec import RunSpec
from lstm_core.text.review_set import ReviewSet
from lstm_core.text.reviews import LabelledReviews

KIND, UNKIND, OTHER = (
    ["lovely", "warm", "bright"],
    ["dull", "cold", "grey"],
    "the a film with that one and room of it".split(),
)


def make_reviews(count: int, seed: int, longest: int = 30) -> LabelledReviews:
    """Make reviews of 3 to `longest` words in which the kind or unkind words tell the label."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    texts = []
    for label in labels:
        words = random.choice(OTHER, random.integers(3, longest + 1)).tolist()
        words[random.integers(len(words))] = str(random.choice(KIND if label else UNKIND))
        texts.append(" ".join(words))
    return LabelledReviews(tuple(texts), labels.astype(np.int8))


def build_review_spec(recipe: str = "fast", count: int = 240, test: int = 0, **settings: object) -> RunSpec:
    """Build the spec of a small network that reads made-up reviews."""
    reviews = ReviewSet.build("made up", make_reviews(count, 1), make_reviews(test, 2) if test else None)
    small = {"embedding": 6, "units": 5, "batch": 8, "window": 24, "dropout": 0.0, "word_dropout": 0.0, "steps": 60}
    return RunSpec.build("", "made up", "my-own", recipe, reviews, **(review_settings() | small | settings))
