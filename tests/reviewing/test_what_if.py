"""Words worth trying are near ones and ones that move the score the other way; replacing leaves all else alone."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.reviewing.what_if import neighbours, replace_word, suggestions
from tests.reviewing.some_networks import PADDINGS, REVIEW, WINDOW, WORDS, build_scorer

REVIEW_WORDS = tuple(REVIEW.split())


def test_neighbours_are_the_words_with_the_smallest_angle_between_the_vectors() -> None:
    scorer = build_scorer()
    vectors = scorer.network.weights["embedding"]
    great = vectors[WORDS.index("great")]

    def nearness(word: str) -> float:
        vector = vectors[WORDS.index(word)]
        return float(vector @ great / np.linalg.norm(vector) / np.linalg.norm(great))

    expected = sorted((word for word in WORDS if word != "great"), key=nearness, reverse=True)
    assert neighbours(scorer, "great", 5) == tuple(expected[:5])
    assert neighbours(scorer, "great", 100) == tuple(expected)


def test_the_neighbours_of_an_unknown_word_look_like_it() -> None:
    assert neighbours(build_scorer(), "terible")[0] == "terrible"


@pytest.mark.parametrize("word", ["", "xyzzy", "👍", "x" * 100_000, "<rare>"])
def test_a_word_that_is_like_no_other_has_no_neighbours(word: str) -> None:
    assert neighbours(build_scorer(), word) == ()


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("direction", ["forward", "both"])
def test_opponents_move_the_review_nearly_as_far_as_any_words_could_where_the_word_does_not(
    direction: str, padding: str
) -> None:
    scorer = build_scorer(direction=direction, padding=padding)

    def score_with(index: int, word: str | None) -> float:
        return scorer.log_odds(scorer.encode(replace_word(REVIEW_WORDS, index, word)))

    now = scorer.log_odds(scorer.encode(REVIEW_WORDS))
    totals = []
    for index, word in enumerate(REVIEW_WORDS):
        push = now - score_with(index, "xyzzy")
        towards = -1 if (push if abs(push) >= 0.1 else now) > 0 else 1
        moves = {other: (score_with(index, other) - now) * towards for other in WORDS if other != word}
        near = neighbours(scorer, word)
        expected = sorted((other for other in moves if moves[other] > 0 and other not in near), key=lambda w: -moves[w])
        found = suggestions(scorer, REVIEW_WORDS, index)
        assert found[:3] == near
        assert len(found) == 3 + min(3, len(expected))
        # The candidates are the 12 of 22 words that a gradient points to: they hold nearly the best three.
        totals.append([sum(moves[other] for other in some[:3]) for some in (found[3:], expected)])
    found_total, best_total = np.sum(totals, axis=0)
    assert found_total >= 0.9 * best_total


def test_suggestions_are_known_words_and_never_the_word_itself() -> None:
    scorer = build_scorer()
    for index, word in enumerate(REVIEW_WORDS):
        found = suggestions(scorer, REVIEW_WORDS, index)
        assert len(set(found)) == len(found) <= 6
        assert set(found) <= set(WORDS) - {word}


def test_an_unknown_word_gets_suggestions_too() -> None:
    found = suggestions(build_scorer(), ("a", "terible", "film"), 1)
    assert found[0] == "terrible"
    assert len(found) > 1


def test_a_word_before_the_window_gets_only_neighbours() -> None:
    scorer = build_scorer(padding="before")
    assert suggestions(scorer, ("great", *["film"] * WINDOW), 0) == neighbours(scorer, "great")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (None, ("not", "film")),
        ("good", ("not", "good", "film")),
        ("Really, REALLY bad!", ("not", "really", "really", "bad", "film")),
        ("", ("not", "film")),
        (" … 👍 ", ("not", "film")),
        ("<br>", ("not", "film")),
    ],
)
def test_a_word_is_dropped_or_replaced_by_the_words_that_were_typed(new: str | None, expected: tuple[str, ...]) -> None:
    assert replace_word(("not", "bad", "film"), 1, new) == expected


@pytest.mark.parametrize("index", [-1, 3, 10**9])
def test_a_word_that_does_not_exist_cannot_be_replaced(index: int) -> None:
    with pytest.raises(InvalidSetting, match="3 words"):
        replace_word(("not", "bad", "film"), index, None)
    with pytest.raises(InvalidSetting, match="3 words"):
        suggestions(build_scorer(), ("not", "bad", "film"), index)
