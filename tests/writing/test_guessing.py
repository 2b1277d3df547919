"""The game's score: bets sum to 1, known answers, and whoever always names the likeliest is no worse than chance."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import TextTooShort
from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import RARE, Vocabulary
from lstm_core.text.windows import split_validation
from lstm_core.writing.counting_writer import CountingWriter
from lstm_core.writing.guessing import (
    GUESSES,
    Guess,
    bet_probabilities,
    offer_symbols,
    pose_riddle,
    score_guesses,
    score_writer,
    symbol_frequencies,
)

EQUAL = np.full(4, 0.25)
RANDOM = np.random.default_rng(1)
TEXT = [f"w{i}" for i in RANDOM.permutation(np.repeat(np.arange(50), 100))]
VOCABULARY = Vocabulary.build(TEXT, "words", 1_000)
SPLIT = split_validation(VOCABULARY.encode(TEXT), 10)


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 50), min_size=3, max_size=9), st.integers(0, 9), st.integers(0, 9), st.booleans(), st.data()
)
def test_the_bets_of_a_guess_sum_to_one(
    counts: list[int], rights: int, wrongs: int, picks_else: bool, data: st.DataObject
) -> None:
    frequencies = np.array(counts) / sum(counts)
    offered = tuple(data.draw(st.sets(st.integers(0, len(counts) - 1), min_size=1)))
    picked = None if picks_else else data.draw(st.integers(0, len(counts) - 1))
    bets = bet_probabilities(Guess(picked, offered, 0), rights, rights + wrongs, frequencies)
    assert bets.sum() == pytest.approx(1)
    assert (bets > 0).all()


def test_the_first_guess_bets_a_half_and_being_right_makes_bolder() -> None:
    right, wrong = Guess(0, (0, 1), 0), Guess(0, (0, 1), 3)
    assert score_guesses([right, right, wrong], EQUAL) == pytest.approx([1, -math.log2(2 / 3), -math.log2(1 / 4 / 3)])


def test_something_else_is_right_when_the_symbol_was_not_offered() -> None:
    guess = Guess(None, (0, 1), 3)
    assert guess.is_right
    assert score_guesses([guess], EQUAL) == pytest.approx([2])  # a half, shared by the two that were not offered


def test_a_riddle_is_of_the_held_out_part_and_names_no_rare_symbol() -> None:
    limited = Vocabulary.build(TEXT, "words", 48)
    split = split_validation(limited.encode(TEXT, allow_rare=True), 10)
    riddle = pose_riddle(split, limited, np.random.default_rng(3))
    whole = [*riddle.context, *riddle.hidden]
    held_out = split.validation.tolist()
    assert any(held_out[i : i + len(whole)] == whole for i in range(len(held_out)))
    assert len(riddle.hidden) == GUESSES["words"]
    assert riddle.is_held_out
    assert RARE not in limited.decode(riddle.hidden)


def test_a_short_text_is_guessed_in_itself_and_too_short_a_one_not_at_all() -> None:
    short = split_validation(SPLIT.training[:100], 10)
    assert not pose_riddle(short, VOCABULARY, np.random.default_rng(1)).is_held_out
    with pytest.raises(TextTooShort):
        pose_riddle(split_validation(SPLIT.training[:14], 10), VOCABULARY, np.random.default_rng(1))


def test_what_is_offered_is_likely_after_the_last_symbol() -> None:
    counts = NGramCounts(np.array([0, 1, 0, 1, 0, 2] * 30), len(VOCABULARY))
    offered = offer_symbols(counts, [2, 0], VOCABULARY)
    assert {1, 2} <= set(offered)
    assert [VOCABULARY.symbols[i] for i in offered] == sorted(VOCABULARY.symbols[i] for i in offered)


def test_counts_are_scored_by_their_own_surprise() -> None:
    counts = NGramCounts(SPLIT.training, len(VOCABULARY))
    riddle = pose_riddle(SPLIT, VOCABULARY, np.random.default_rng(1))
    bits = score_writer(CountingWriter(counts, 3, VOCABULARY), riddle)
    surprises = counts.surprises(np.array([*riddle.context, *riddle.hidden]))[2, -len(riddle.hidden) :]
    np.testing.assert_allclose(bits, surprises / math.log(2), rtol=1e-5)


def test_whoever_always_names_the_most_common_symbol_does_about_as_well_as_its_counts() -> None:
    frequencies = np.array([0.6, 0.2, 0.1, 0.1])
    truths = np.random.default_rng(1).choice(4, 2_000, p=frequencies)
    mean = np.mean(score_guesses([Guess(0, (0, 1), int(truth)) for truth in truths], frequencies))
    entropy = -(frequencies * np.log2(frequencies)).sum()
    assert mean == pytest.approx(entropy, abs=0.05)
    assert symbol_frequencies(VOCABULARY).sum() == pytest.approx(1)
