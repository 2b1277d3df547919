"""What a network reads of whatever somebody types: marks come out, unknown symbols are named, long texts are cut."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.insight.reading import max_symbols, read_text
from lstm_core.knobs import MAX_INSIDE_CHARACTERS, MAX_INSIDE_SYMBOLS
from lstm_core.network.shape import NetworkShape
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import Vocabulary
from tests.insight.planted import build_planted
from tests.reviewing.some_networks import WINDOW, build_network, build_shape

NETWORK = build_planted()


def build_word_network(limit: int) -> TrainedNetwork:
    words = ["the", "the", "cat", "cat", "sat", "[", "]"]
    vocabulary = Vocabulary.build(words, "words", limit)
    return TrainedNetwork(NetworkShape(len(vocabulary), "one-hot", 8, 1, 4, "every", 3), {}, vocabulary, 1, "words")


def test_marks_are_taken_out_and_told() -> None:
    read = read_text(NETWORK, "ab[[cd]] e[[f]]")
    assert "".join(read.symbols) == "abcd ef"
    assert "".join("x" if marked else "." for marked in read.is_marked) == "..xx..x"
    assert NETWORK.vocabulary.decode(read.ids) == list("abcd ef")


def test_marked_words_of_a_review_keep_their_place() -> None:
    read = read_text(build_network(build_shape()), "It was [[not BAD]], a superb film!")
    assert read.symbols == ("it", "was", "not", "bad", "a", "superb", "film")
    assert np.flatnonzero(read.is_marked).tolist() == [2, 3]


@pytest.mark.parametrize("text", ["the [[cat", "the cat]]", "the [cat] sat"])
def test_brackets_without_a_partner_stay_text(text: str) -> None:
    read = read_text(build_word_network(9), text)
    assert not read.is_marked.any()
    assert "".join(read.symbols) == text.replace(" ", "")


def test_symbols_that_the_network_has_never_met_are_left_out_and_named() -> None:
    read = read_text(NETWORK, "aXbYXc")
    assert "".join(read.symbols) == "abc"
    assert "X Y" in read.note and read.note.count("X") == 1


def test_with_a_place_for_rare_symbols_nothing_is_left_out() -> None:
    network = build_word_network(2)
    read = read_text(network, "the dog sat")
    assert read.symbols == ("the", "dog", "sat")
    assert read.is_known.tolist() == [True, False, False]
    assert read.note == ""
    assert network.vocabulary.decode(read.ids) == ["the", "<rare>", "<rare>"]


@pytest.mark.parametrize("text", ["", "[[]]", "XYZ", "學而時習之"])
def test_a_text_without_anything_known_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting, match="nothing in the text"):
        read_text(NETWORK, text)


def test_of_a_long_text_the_beginning_is_read_and_it_is_said() -> None:
    read = read_text(NETWORK, "ab" + "c" * MAX_INSIDE_CHARACTERS)
    assert len(read) == MAX_INSIDE_SYMBOLS
    assert read.symbols[:2] == ("a", "b")
    assert f"first {MAX_INSIDE_CHARACTERS:,} characters" in read.note and f"{MAX_INSIDE_SYMBOLS:,}" in read.note


@pytest.mark.parametrize(("padding", "kept"), [("before", WINDOW), ("ignored", MAX_INSIDE_SYMBOLS)])
def test_of_a_long_review_the_end_is_read(padding: str, kept: int) -> None:
    read = read_text(build_network(build_shape(padding=padding)), "bad " * 3_000 + "[[superb]]")
    assert len(read) == kept
    assert read.symbols[-1] == "superb" and read.is_marked[-1]


def test_the_costlier_a_network_the_fewer_symbols_are_traced() -> None:
    def limit(units: int, targets: str, window: int) -> int:
        shape = NetworkShape(100, "embedding", 64, 2, units, targets, window)
        return max_symbols(TrainedNetwork(shape, {}, NETWORK.vocabulary, 0, ""))

    assert limit(512, "every", 64) == limit(512, "last", 2) == MAX_INSIDE_SYMBOLS
    assert 2 <= limit(1024, "last", 512) < limit(1024, "last", 64) < limit(1024, "every", 64) < MAX_INSIDE_SYMBOLS
