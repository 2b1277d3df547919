"""A word's push over many reviews is the mean of its pushes in each of them."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.network.shape import NetworkShape
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.deciding import integrated_gradients
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.reviewing.word_pushes import word_pushes
from lstm_core.text.review_set import EncodedReviews
from lstm_core.text.symbols import RARE, Vocabulary
from tests.reviewing.some_networks import DIRECTIONS, PADDINGS, WORDS, build_network, build_shape, draw_encoded_reviews


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_words_push_is_the_mean_of_its_integrated_gradients(direction: str, padding: str) -> None:
    network = build_network(build_shape(direction=direction, padding=padding, pooling="mean"))
    scorer, reviews = ReviewScorer(network), draw_encoded_reviews(30)
    pushes: dict[int, list[float]] = {}
    sums: dict[int, list[float]] = {}
    for index in range(30):
        ids = reviews.review(index).astype(np.int64)[-scorer.max_words :]
        gradients = integrated_gradients(scorer, ids)
        for word in np.unique(ids).tolist():
            pushes.setdefault(word, []).extend(gradients[ids == word].tolist())
            sums.setdefault(word, []).append(float(gradients[ids == word].sum()))
    found = word_pushes(network, reviews, min_count=1)
    assert len(found) == len(set(pushes) - {scorer.rare_id})
    for push in found:
        word = WORDS.index(push.word)
        assert push.mean_push == pytest.approx(np.mean(pushes[word]), rel=0.05, abs=0.02)  # with fewer points
        assert push.reviews_with_it == len(sums[word])
        assert abs(push.reviews_up - sum(amount > 0 for amount in sums[word])) <= 2


def test_the_words_come_from_the_most_positive_to_the_most_negative() -> None:
    found = word_pushes(build_network(build_shape()), draw_encoded_reviews(30), min_count=1)
    amounts = [push.mean_push for push in found]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] > 0 > amounts[-1]


def test_up_to_twenty_words_are_named_each_way() -> None:
    words = tuple(f"w{number}" for number in range(300))
    random = np.random.default_rng(7)
    reviews = EncodedReviews(
        random.integers(0, 300, 3_000).astype(np.uint16), np.full(100, 30, np.int32), np.zeros(100, np.int8)
    )
    found = word_pushes(build_network(build_shape(word_count=301), words), reviews, min_count=1)
    assert [push.mean_push > 0 for push in found] == [True] * 20 + [False] * 20
    few = word_pushes(build_network(build_shape(word_count=301), words), reviews, min_count=20)
    assert all(push.reviews_with_it >= 20 for push in few)


def test_of_many_reviews_some_spread_evenly_are_looked_at() -> None:
    shares: list[float] = []
    found = word_pushes(
        build_network(build_shape()), draw_encoded_reviews(100), max_reviews=20, min_count=1, progress=shares.append
    )
    assert max(push.reviews_with_it for push in found) <= 20
    assert len(shares) == 20 and shares == sorted(shares) and shares[-1] == 1


def test_words_of_too_few_reviews_are_not_named() -> None:
    network = build_network(build_shape())
    assert word_pushes(network, draw_encoded_reviews(4)) == ()
    assert all(push.reviews_with_it >= 5 for push in word_pushes(network, draw_encoded_reviews(60)))


def test_no_reviews_push_nowhere() -> None:
    assert word_pushes(build_network(build_shape()), draw_encoded_reviews(5).take(np.empty(0, np.int64))) == ()


def test_a_network_that_writes_is_refused() -> None:
    shape = NetworkShape(len(WORDS) + 1, "one-hot", 1, 1, 3, "every", 5)
    network = TrainedNetwork(shape, {}, Vocabulary((*WORDS, RARE), (2,) * (len(WORDS) + 1), "words"), 0, "test")
    with pytest.raises(InvalidSetting, match="cannot judge reviews"):
        word_pushes(network, draw_encoded_reviews(5))
