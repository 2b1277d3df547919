"""The experiments with reviews: the first tutorial's sentiment network, and a small one that learns in seconds.

`article` is the tutorial's network as published; `fast` reaches its accuracy soonest; `best` gets furthest.
"""

from collections.abc import Mapping
from typing import Any

from lstm_core.network.experiment import Experiment

_ARTICLE = {
    "vocabulary": 998,  # with <rare> and the padding they are the article's 1,000 rows
    "window": 200, "embedding": 50, "units": 100, "direction": "forward", "pooling": "last", "padding": "before",
    "dense": 250, "embedding_dropout": 0.2, "dropout": 0.2, "recurrent_dropout": 0.2,
    "optimizer": "adam", "learning_rate": 0.001, "clip_norm": 0.0, "batch": 64, "steps": 3_910,
}  # fmt: skip

_FAST = {
    "vocabulary": 5_000, "window": 200, "embedding": 16, "units": 32, "pooling": "mean", "dropout": 0.2,
    "optimizer": "adam", "learning_rate": 0.01, "beta_2": 0.99, "schedule": "cosine", "final_rate": 0.1,
    "clip_norm": 1.0, "batch": 64, "steps": 400,
}  # fmt: skip

_BEST = {
    "vocabulary": 16_000, "window": 400, "embedding": 40, "units": 64, "direction": "both", "pooling": "mean-and-max",
    "embedding_dropout": 0.4, "word_dropout": 0.15, "dropout": 0.5, "crops": 0.25,
    "optimizer": "adam", "learning_rate": 0.003, "beta_2": 0.99, "clip_norm": 1.0, "batch": 64, "steps": 3_000,
}  # fmt: skip

_MINI = {
    "vocabulary": 2_000, "window": 80, "embedding": 16, "units": 24, "pooling": "mean-and-max", "dropout": 0.3,
    "word_dropout": 0.15, "optimizer": "adam", "learning_rate": 0.01, "beta_2": 0.99, "schedule": "cosine",
    "clip_norm": 1.0, "batch": 32, "steps": 300,
}  # fmt: skip

_ALL = (
    Experiment(
        "rubik-imdb", "Rubik’s Code: IMDB", "Rubik’s Code", 2018,
        "25,000 film reviews, 1,000 words, 200 of each review: is it positive or negative?",
        "imdb", article=_ARTICLE, fast=_FAST, best=_BEST,
        fast_reason="More words with shorter vectors, a third of the units, the mean of all hidden states, and batches "
        "of similar length: past 85.12 % of the test reviews within 309 steps, 4 s of training; 87.4 % at its end.",
        published_note="85.12 % accuracy on 25,000 other reviews after ten epochs", published_accuracy=0.8512,
    ),
    Experiment(
        "mini-reviews", "Mini reviews", "this app", 2026,
        "Some hundred short reviews of films, books, food and places: small enough to learn in seconds.",
        "mini-reviews", article=_ARTICLE | {"steps": 300}, fast=_MINI,
        fast_reason="So few reviews are learned by heart within seconds; about others it is right two times in three.",
        published_note="no figure; it ships so that one can train without a download",
    ),
)  # fmt: skip

REVIEW_EXPERIMENTS: Mapping[str, Experiment] = {experiment.name: experiment for experiment in _ALL}


def review_settings(**settings: Any) -> dict[str, Any]:
    """Return the settings of a review network of one's own, from a base that suits most review files."""
    return _MINI | settings
