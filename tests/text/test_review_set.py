"""Reviews become numbers and back; what is rare, empty or damaged is told apart."""

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, TextTooShort
from lstm_core.text.review_set import MAX_REVIEW_WORDS, ReviewSet, limit_vocabulary
from lstm_core.text.reviews import LabelledReviews
from lstm_core.text.symbols import RARE


def label(*texts: str) -> LabelledReviews:
    return LabelledReviews(texts, (np.arange(len(texts)) % 2).astype(np.int8))


TEXTS = [f"good film {number} good" if number % 2 else f"bad film {number}" for number in range(40)]
REVIEWS = ReviewSet.build("some", label(*TEXTS), label("a good film", "never seen words", ""))


def test_a_word_seen_once_and_one_never_seen_are_rare() -> None:
    decode = REVIEWS.vocabulary.decode
    assert REVIEWS.vocabulary.symbols == ("film", "good", "bad", RARE)
    assert decode(REVIEWS.training.review(1)) == ["good", "film", RARE, "good"]
    assert REVIEWS.test is not None
    assert decode(REVIEWS.test.review(0)) == [RARE, "good", "film"]
    assert decode(REVIEWS.test.review(1)) == [RARE] * 3


def test_a_review_without_words_is_left_out_with_its_label() -> None:
    assert REVIEWS.test is not None
    assert REVIEWS.test.labels.tolist() == [0, 1]


def test_there_is_a_rare_word_even_where_every_word_is_frequent() -> None:
    same = ReviewSet.build("same", label(*["good film", "bad film"] * 20))
    assert same.vocabulary.symbols == ("film", "bad", RARE)


def test_a_very_long_review_is_cut() -> None:
    long = ReviewSet.build("long", label(*["word " * (MAX_REVIEW_WORDS + 10), "other words"] * 10))
    assert long.training.lengths.max() == MAX_REVIEW_WORDS


def test_too_few_reviews_of_a_kind_are_refused_with_their_number() -> None:
    with pytest.raises(TextTooShort, match="9 positive"):
        ReviewSet.build("few", label(*TEXTS[:19]))


def test_fewer_words_make_more_of_them_rare() -> None:
    smaller = limit_vocabulary(REVIEWS.vocabulary, 1)
    assert smaller.symbols == ("film", RARE)
    assert sum(smaller.counts) == sum(REVIEWS.vocabulary.counts)
    ids = REVIEWS.training.with_words(1, REVIEWS.vocabulary)
    assert smaller.decode(ids.review(1)) == [RARE, "film", RARE, RARE]
    assert limit_vocabulary(REVIEWS.vocabulary, 100) is REVIEWS.vocabulary
    assert REVIEWS.training.with_words(100, REVIEWS.vocabulary) is REVIEWS.training


def test_reviews_are_taken_in_the_order_asked_for() -> None:
    taken = REVIEWS.training.take(np.array([5, 2]))
    np.testing.assert_array_equal(taken.review(0), REVIEWS.training.review(5))
    np.testing.assert_array_equal(taken.review(1), REVIEWS.training.review(2))
    assert len(REVIEWS.training.take(np.array([], int))) == 0


def test_arrays_bring_the_same_set_back() -> None:
    back = ReviewSet.from_arrays("some", REVIEWS.vocabulary, REVIEWS.to_arrays())
    assert back == REVIEWS and back.sha256 == REVIEWS.sha256 and hash(back) == hash(REVIEWS)
    assert ReviewSet.build("some", label(*TEXTS)) != REVIEWS


@pytest.mark.parametrize(
    "damage",
    [
        {"training/ids": None},
        {"training/labels": np.full(40, 2, np.int8)},
        {"training/lengths": np.full(40, 1, np.int32)},
        {"training/ids": np.full(140, 9, np.uint16)},
        {"training/ids": np.zeros(140, np.float32)},
        {"test/labels": None},
    ],
    ids=str,
)
def test_arrays_that_contradict_each_other_are_refused(damage: dict[str, np.ndarray | None]) -> None:
    arrays = {name: array for name, array in (REVIEWS.to_arrays() | damage).items() if array is not None}
    with pytest.raises(DamagedRun):
        ReviewSet.from_arrays("some", REVIEWS.vocabulary, arrays)
