"""A game's bookkeeping: what may be guessed, who stands where, and what is told to others."""

import numpy as np
import pytest

from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import Vocabulary
from lstm_core.text.windows import split_validation
from lstm_core.writing.counting_writer import CountingWriter
from lstm_core.writing.guessing import pose_riddle
from lstm_ui.generate_game import riddle_html, standings_html
from lstm_ui.guess_pad import read_guess
from lstm_ui.guessing_game import Game, Standing, share_text, sort_standings

TEXT = "<b>to be or not to be that is the question whether tis nobler in the mind</b> " * 4
VOCABULARY = Vocabulary.build(TEXT, "characters", 100)
SPLIT = split_validation(VOCABULARY.encode(TEXT), 10)
COUNTS = NGramCounts(SPLIT.training, len(VOCABULARY))


@pytest.fixture
def game() -> Game:
    riddle = pose_riddle(SPLIT, VOCABULARY, np.random.default_rng(1))
    return Game(riddle, VOCABULARY, COUNTS, CountingWriter(COUNTS, 2, VOCABULARY), "a run")


def play(game: Game, is_right: bool) -> None:
    while not game.is_over:
        truth = VOCABULARY.symbols[game.riddle.hidden[len(game.guesses)]]
        game.guess(truth if is_right else "<" if truth != "<" else "b")


def test_a_character_that_is_not_in_the_text_is_no_guess(game: Game) -> None:
    assert not game.guess("€")
    assert game.guess("t")
    assert len(game.guesses) == 1


def test_whoever_is_always_right_is_less_surprised_than_whoever_is_not(game: Game) -> None:
    other = Game(game.riddle, VOCABULARY, COUNTS, game.rival, "a run")
    play(game, is_right=True)
    play(other, is_right=False)
    assert game.rights == len(game.riddle.hidden)
    assert np.mean(game.bits) < 0.5 < np.mean(other.bits)


def test_the_passage_reaches_the_page_escaped(game: Game) -> None:
    play(game, is_right=True)
    assert "<b>" not in riddle_html(game)
    assert riddle_html(game).count('class="right"') == len(game.riddle.hidden)


def test_the_result_names_the_oldest_age_that_was_beaten(game: Game) -> None:
    play(game, is_right=True)
    ages = [Standing("newborn", 5.0, True, 0), Standing("step 9", 3.0, True, 9), Standing("now", 0.01, True, 99)]
    told = share_text(game, [*ages, Standing("bigram", 2.0)], "a text")
    assert "as it was after step 9 (3.00 bits); now it has 0.01" in told
    assert "Better than bigram." in told
    ranked = [standing.name for standing in sort_standings(ages, float(np.mean(game.bits)))]
    assert ranked == ["now", "you", "step 9", "newborn"]


def test_what_is_infinitely_surprised_is_drawn_too() -> None:
    assert "inf bits" in standings_html([Standing("you", 1.0), Standing("bigram", float("inf"))])


@pytest.mark.parametrize("sent", [None, "t", {"place": 3}, {"place": 2, "symbol": "t"}, {"place": 3, "symbol": 5}])
def test_what_a_browser_sends_is_not_believed(sent: object) -> None:
    assert read_guess(sent, 3) is None
    assert read_guess({"place": 3, "symbol": "t"}, 3) == "t"
