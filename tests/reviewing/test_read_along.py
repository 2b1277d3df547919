"""Reading along gives the score of each beginning of a review, as if nothing had followed."""

import numpy as np
import pytest

from lstm_core.network.review_network import score_ids, sigmoid
from lstm_core.reviewing.read_along import read_along
from lstm_core.reviewing.scorer import MAX_SCORED_WORDS, ReviewScorer
from tests.reviewing.some_networks import REVIEW, WINDOW, WORDS, build_scorer
from tests.reviewing.test_fast_reader import every_network


def score_each_beginning(scorer: ReviewScorer, text: str) -> np.ndarray:
    """One beginning after the other, through the plain network."""
    ids = scorer.read(text).ids
    logits = [score_ids(scorer.shape, scorer.network.weights, [ids[:end]])[0] for end in range(1, len(ids) + 1)]
    return sigmoid(np.array(logits))


def write_long_review(count: int) -> str:
    return " ".join(np.random.default_rng(4).choice(WORDS, count))


@every_network
def test_reading_along_gives_the_score_of_each_beginning(settings: dict) -> None:
    scorer = build_scorer(**settings)
    along = read_along(scorer, REVIEW)
    assert along.words == tuple(REVIEW.split())
    assert along.is_exact
    assert along.scores.dtype == np.float32
    np.testing.assert_allclose(along.scores, score_each_beginning(scorer, REVIEW), atol=1e-5)


@every_network
def test_the_last_score_is_the_verdicts(settings: dict) -> None:
    scorer = build_scorer(**settings)
    for text in (REVIEW, "good", write_long_review(100)):
        assert read_along(scorer, text).scores[-1] == pytest.approx(scorer.judge(text).score, abs=1e-5)


@pytest.mark.parametrize("padding", ["before", "ignored"])
def test_a_review_of_more_words_than_points_is_exact_at_evenly_spread_words_and_says_so(padding: str) -> None:
    scorer = build_scorer(padding=padding)
    along = read_along(scorer, REVIEW, max_points=6)
    expected = score_each_beginning(scorer, REVIEW)
    exact = np.flatnonzero(np.abs(along.scores - expected) < 1e-5)
    assert not along.is_exact
    assert {0, 4, 8, 12, 16, 20} <= set(exact.tolist())
    between = np.log(along.scores[:5].astype(float) / (1 - along.scores[:5]))  # log odds on a straight line
    np.testing.assert_allclose(np.diff(between), np.diff(between).mean(), rtol=1e-3)


def test_a_network_that_only_reads_forward_is_exact_for_any_length() -> None:
    scorer = build_scorer(direction="forward")
    along = read_along(scorer, write_long_review(3_000))
    assert along.is_exact
    assert (len(along.scores), along.left_out) == (MAX_SCORED_WORDS, 1_000)


def test_an_endless_review_is_asked_at_fewer_words() -> None:
    scorer = build_scorer(direction="both")
    along = read_along(scorer, write_long_review(3_000))
    assert not along.is_exact
    assert len(along.scores) == len(along.words) == MAX_SCORED_WORDS
    assert read_along(scorer, write_long_review(400)).is_exact


def test_words_that_a_window_has_no_room_for_are_left_out_and_counted() -> None:
    along = read_along(build_scorer(padding="before"), write_long_review(100))
    assert (len(along.words), along.left_out) == (WINDOW, 100 - WINDOW)


@pytest.mark.parametrize("text", ["", " \n", "👍", "<br>"])
def test_where_there_are_no_words_there_are_no_scores(text: str) -> None:
    along = read_along(build_scorer(), text)
    assert along.words == () and len(along.scores) == 0 and along.is_exact
