"""The reviews that ship are what they are said to be: balanced, without repetitions, and fairly parted in two."""

import re
from collections import Counter

import pytest

from lstm_core.text.mini_reviews import MiniReviews, load_mini_reviews
from lstm_core.text.reviews import LabelledReviews, split_review

NEGATIONS = {"no", "not", "never", "nothing", "none", "nobody", "neither", "nor", "without", "hardly", "cannot"}


@pytest.fixture(scope="module")
def reviews() -> MiniReviews:
    return load_mini_reviews()


def split_sentences(text: str) -> list[str]:
    """Return the sentences in small letters, with single spaces and without the marks that end them."""
    parts = (" ".join(part.split()).casefold() for part in re.split(r"[.!?]+", text))
    return [part for part in parts if re.search(r"\w", part)]


def all_of(reviews: MiniReviews) -> tuple[str, ...]:
    return reviews.train.texts + reviews.test.texts


def positive_share(reviews: LabelledReviews) -> float:
    return float(reviews.labels.mean())


def test_there_are_enough_to_learn_from_and_to_test_on(reviews: MiniReviews) -> None:
    assert len(reviews.train) >= 500
    assert len(reviews.test) >= 100


def test_every_review_has_words_and_a_label(reviews: MiniReviews) -> None:
    for half in (reviews.train, reviews.test):
        assert len(half.texts) == len(half.labels)
        assert set(half.labels.tolist()) == {0, 1}
    assert not [text for text in all_of(reviews) if not split_review(text) or text != text.strip()]


def test_both_halves_are_balanced(reviews: MiniReviews) -> None:
    assert 0.45 <= positive_share(reviews.train) <= 0.55
    assert 0.45 <= positive_share(reviews.test) <= 0.55


def test_no_sentence_of_the_reviews_to_test_on_was_trained_on(reviews: MiniReviews) -> None:
    trained = {sentence for text in reviews.train.texts for sentence in split_sentences(text)}
    tested = {sentence for text in reviews.test.texts for sentence in split_sentences(text)}
    assert not trained & tested


def test_no_two_reviews_are_the_same(reviews: MiniReviews) -> None:
    words = Counter(" ".join(split_review(text)) for text in all_of(reviews))
    assert not [text for text, count in words.items() if count > 1]


def test_no_two_reviews_begin_with_the_same_five_words(reviews: MiniReviews) -> None:
    beginnings = Counter(" ".join(split_review(text)[:5]) for text in all_of(reviews))
    assert not [beginning for beginning, count in beginnings.items() if count > 1]


def test_a_review_has_one_to_four_sentences(reviews: MiniReviews) -> None:
    assert not [text for text in all_of(reviews) if not 1 <= len(split_sentences(text)) <= 4]


def test_many_reviews_say_what_they_do_not_mean(reviews: MiniReviews) -> None:
    negated = [text for text in all_of(reviews) if any(is_negation(word) for word in split_review(text))]
    assert len(negated) >= 0.15 * len(all_of(reviews))


def is_negation(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")
