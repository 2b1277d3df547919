"""Making the network that ships for reviews: the right reviews or none, the test reviews last of all."""

from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import UnreadableReviews
from lstm_core.network.pretrained import load_card, load_pretrained
from lstm_core.network.spec import RunSpec
from lstm_core.text.reviews import LabelledReviews
from lstm_core.training.review_pretraining import (
    MINI_TIMES,
    NAME,
    REVIEWS_SHA256,
    build_pretraining_reviews,
    build_review_pretraining_spec,
    hash_reviews,
    iter_review_pretraining,
)
from tests.training.small_reviews import build_review_spec, make_reviews


def test_other_reviews_than_the_cards_are_refused() -> None:
    with pytest.raises(UnreadableReviews, match="SHA-256"):
        build_review_pretraining_spec(make_reviews(100, 1))


def test_the_hash_tells_texts_labels_and_their_order_apart() -> None:
    reviews = make_reviews(20, 1)
    turned = LabelledReviews(reviews.texts[::-1], reviews.labels[::-1].copy())
    relabelled = LabelledReviews(reviews.texts, 1 - reviews.labels)
    assert len({hash_reviews(each) for each in (reviews, turned, relabelled)} | {REVIEWS_SHA256}) == 4


def test_a_tenth_is_held_out_and_never_trained_on() -> None:
    training, mini = make_reviews(300, 1), make_reviews(20, 9)
    reviews = build_pretraining_reviews(training, mini)
    assert reviews.test is not None
    assert len(reviews.test) == 30 and len(reviews.training) == 270 + 20 * MINI_TIMES
    assert reviews.test.labels.mean() == 0.5


@pytest.mark.timeout(300)
def test_the_best_moment_is_saved_with_what_it_does_on_the_test_reviews(tmp_path: Path) -> None:
    training, mini, test = make_reviews(300, 1), make_reviews(20, 9), make_reviews(80, 2)
    test = LabelledReviews((*test.texts, training.texts[0]), np.append(test.labels, training.labels[0]))
    settings = build_review_spec(steps=160).settings
    spec = RunSpec.build("", "small", reviews=build_pretraining_reviews(training, mini), **settings)
    progress = list(iter_review_pretraining(spec, training, test, tmp_path / NAME))
    card = progress[-1].card
    assert card is not None and card == load_card(NAME, tmp_path)
    network = load_pretrained(NAME, tmp_path)
    assert network.step == card.steps <= 160
    assert card.measures["test_accuracy"] > 0.9
    assert (card.measures["test_reviews"], card.measures["doubles"]) == (81, 1)
