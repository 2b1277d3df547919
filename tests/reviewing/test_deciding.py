"""Occlusion is what rescoring finds; integrated gradients add up; what is said names the right words."""

import math

import numpy as np
import pytest

from lstm_core.network.review_network import review_forward, review_gradients, score_ids
from lstm_core.reviewing.deciding import MAX_DECIDING_WORDS, Decision, decide, integrated_gradients, occlusion
from lstm_core.reviewing.scorer import ReviewScorer
from tests.reviewing.some_networks import PADDINGS, REVIEW, WINDOW, build_scorer
from tests.reviewing.test_fast_reader import every_network
from tests.reviewing.test_read_along import write_long_review

EMPTY = np.empty(0, np.int64)


def score_plainly(scorer: ReviewScorer, *reviews: np.ndarray) -> np.ndarray:
    return score_ids(scorer.shape, scorer.network.weights, list(reviews))


@every_network
def test_occlusion_is_how_far_the_log_odds_move_when_a_word_is_taken_out(settings: dict) -> None:
    scorer = build_scorer(**settings)
    ids = scorer.read(REVIEW).ids
    expected = []
    for place in range(len(ids)):
        without = ids.copy()
        without[place] = scorer.rare_id
        whole, rest = score_plainly(scorer, ids, without)
        expected.append(whole - rest)
    found = occlusion(scorer, ids)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=3e-5)


@every_network
def test_integrated_gradients_add_up_to_what_the_words_made_of_the_score(settings: dict) -> None:
    scorer = build_scorer(**settings)
    for text in (REVIEW, "superb", "not bad", write_long_review(WINDOW)):
        ids = scorer.read(text).ids
        whole, unknown = score_plainly(scorer, ids, np.full_like(ids, scorer.rare_id))
        found = integrated_gradients(scorer, ids)
        assert found.dtype == np.float32
        assert float(found.sum()) == pytest.approx(whole - unknown, rel=0.01, abs=0.02)


@pytest.mark.parametrize("padding", PADDINGS)
def test_integrated_gradients_are_the_mean_gradient_along_the_path_times_the_way(padding: str) -> None:
    scorer = build_scorer(padding=padding, pooling="mean")
    shape, weights = scorer.shape, scorer.network.weights
    ids = scorer.reader.fill_up(scorer.read("not bad at all").ids)
    unknown = np.where(ids == shape.padding_id, ids, scorer.rare_id)
    start, end = weights["embedding"][unknown][None], weights["embedding"][ids][None]  # (1, T, E)
    gradients = []
    for part in (np.arange(300) + 0.5) / 300:  # small steps, as in the paper
        trace = review_forward(shape, weights, (start + part * (end - start)).astype(np.float32), np.array([len(ids)]))
        gradients.append(review_gradients(shape, weights, trace, np.ones(1, np.float32))[1])
    expected = (np.mean(gradients, axis=0) * (end - start)).sum(axis=2)[0, -4:]
    np.testing.assert_allclose(
        integrated_gradients(scorer, scorer.encode("not bad at all".split())), expected, atol=1e-3
    )


def test_the_only_known_word_has_decided_alone() -> None:
    decision = decide(build_scorer(), "xyzzy superb plugh")
    assert decision.is_known == (False, True, False)
    assert np.flatnonzero(decision.occlusion).tolist() == np.flatnonzero(decision.gradients).tolist() == [1]
    assert decision.gradients[1] == pytest.approx(decision.occlusion[1], rel=0.02)


@pytest.mark.parametrize("text", ["", "👍", "xyzzy plugh", "<script>"])
def test_where_no_word_is_known_none_stands_out(text: str) -> None:
    decision = decide(build_scorer(), text)
    assert len(decision.words) == len(decision.occlusion) == len(decision.gradients)
    assert not decision.occlusion.any() and not decision.gradients.any()
    assert math.isnan(decision.agreement)
    assert decision.said == "No word stands out: none of them moves the score by itself."


def test_no_words_have_no_pushes() -> None:
    scorer = build_scorer()
    assert occlusion(scorer, EMPTY).shape == integrated_gradients(scorer, EMPTY).shape == (0,)


def test_a_long_review_is_decided_by_its_last_words_and_the_others_are_counted() -> None:
    scorer = build_scorer()
    text = write_long_review(2_500)
    decision = decide(scorer, text, max_words=40)
    assert decision.words == tuple(text.split()[-40:])
    assert decision.left_out == 2_460
    last = decide(scorer, " ".join(text.split()[-40:]))
    np.testing.assert_array_equal(decision.occlusion, last.occlusion)
    np.testing.assert_array_equal(decision.gradients, last.gradients)
    assert len(decide(scorer, text).words) == MAX_DECIDING_WORDS


def decide_with(monkeypatch: pytest.MonkeyPatch, text: str, pushes: list[float], others: list[float]) -> Decision:
    """Decide with these pushes in the place of the two measures."""
    monkeypatch.setattr("lstm_core.reviewing.deciding.occlusion", lambda *_: np.array(pushes, np.float32))
    monkeypatch.setattr("lstm_core.reviewing.deciding.integrated_gradients", lambda *_: np.array(others, np.float32))
    return decide(build_scorer(), text)


def test_the_words_that_push_hardest_are_named_each_way_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pushes = [0.0, 2.0, -1.0, 3.0, 0.01, -2.0, 1.0, 0.5]
    said = decide_with(monkeypatch, "the great bad great was terrible film plot", pushes, pushes).said
    assert said == (
        "Most towards positive: “great”, “film”, “plot”. Most towards negative: “terrible”, “bad”. "
        "Both ways of asking agree (rank correlation 1.00)."
    )


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([1, 2, 3, 4, 5], "Both ways of asking agree (rank correlation 1.00)."),
        ([2, 1, 4, 3, 5], "Both ways of asking agree (rank correlation 0.80)."),
        ([1, 4, 3, 2, 5], "Both ways of asking agree roughly (rank correlation 0.60)."),
        ([5, 4, 3, 2, 1], "The two ways of asking disagree (rank correlation -1.00): here words work together"),
    ],
)
def test_it_is_said_whether_the_two_ways_agree(monkeypatch: pytest.MonkeyPatch, others: list[float], said: str) -> None:
    decision = decide_with(monkeypatch, "the film was not good", [1, 2, 3, 4, 5], others)
    assert said in decision.said
    assert "No word pushes towards negative." in decision.said


def test_only_known_words_are_named() -> None:
    assert "xyzzy" not in decide(build_scorer(), "xyzzy good xyzzy bad xyzzy").said
