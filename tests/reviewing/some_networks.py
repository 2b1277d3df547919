"""Small review networks of every kind with weights so large that every word counts, and reviews for them."""

import numpy as np

from lstm_core.network.review_network import score_ids
from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.shape import Weights, draw_weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.text.review_set import EncodedReviews
from lstm_core.text.symbols import RARE, Vocabulary

WORDS = (
    "the", "a", "film", "was", "it", "not", "and", "great", "bad", "good", "i", "loved", "superb", "dull", "plot",
    "terrible", "waste", "of", "time", "but", "at", "all",
)  # fmt: skip
REVIEW = "the film was not bad at all but the plot was a terrible waste of time and it was not good"
WINDOW = 30  # REVIEW has 21 words: there is padding where there can be

DIRECTIONS, POOLINGS, PADDINGS = ("forward", "both"), ("last", "mean", "mean-and-max"), ("before", "ignored")


def build_shape(
    direction: str = "both",
    pooling: str = "mean-and-max",
    padding: str = "ignored",
    dense: int = 0,
    embedding: int = 5,
    units: int = 7,
    word_count: int = len(WORDS) + 1,
) -> ReviewShape:
    return ReviewShape(word_count, embedding, units, direction, pooling, dense, padding, WINDOW)


def draw_large_weights(shape: ReviewShape) -> Weights:
    """Weights with biases that are not zero, so that no array could be left out unnoticed; some words are positive."""
    random = np.random.default_rng(3)
    weights = {
        name: (array + random.normal(0, 0.3, array.shape)).astype(np.float32)
        for name, array in draw_weights(shape, 1, 1.0, "keras").items()
    }
    weights["embedding"] *= np.float32(3)
    weights["output/kernel"] *= np.float32(4)
    some_words = [np.array([word]) for word in range(min(30, shape.word_count))]
    weights["output/bias"] -= np.median(score_ids(shape, weights, some_words))
    return weights


def build_network(shape: ReviewShape, words: tuple[str, ...] = WORDS) -> TrainedNetwork:
    counts = tuple(range(len(words) + 1, 1, -1))
    return TrainedNetwork(
        shape, draw_large_weights(shape), Vocabulary((*words, RARE), (*counts, 30), "words"), 0, "test"
    )


def build_scorer(**settings) -> ReviewScorer:
    return ReviewScorer(build_network(build_shape(**settings)))


def build_large_scorer() -> ReviewScorer:
    """As large as the network that ships: both directions, 64 units."""
    words = tuple(f"w{number}" for number in range(16_000))
    shape = build_shape(embedding=32, units=64, word_count=len(words) + 1)
    return ReviewScorer(build_network(shape, words))


def draw_encoded_reviews(count: int) -> EncodedReviews:
    random = np.random.default_rng(6)
    lengths = random.integers(1, 40, count).astype(np.int32)
    ids = np.minimum(random.geometric(0.1, lengths.sum()) - 1, len(WORDS)).astype(np.uint16)  # some are <rare>
    return EncodedReviews(ids, lengths, random.integers(0, 2, count).astype(np.int8))
