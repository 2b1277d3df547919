"""Texts split into the symbols that the tutorials count, and every symbol comes back from its id."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import DamagedRun, UnknownSymbols
from lstm_core.text.library import load_text
from lstm_core.text.symbols import RARE, Vocabulary, join_symbols, split_symbols

KINDS = st.sampled_from(["words", "characters"])
SYMBOLS = st.lists(st.sampled_from([*"abcdefghijkl"]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("name", "count", "distinct"), [("meditations-5-20-hays", 102, 69), ("aesop-mice-in-council", 204, 112)]
)
def test_the_tutorials_passages_have_the_published_numbers_of_symbols(name: str, count: int, distinct: int) -> None:
    symbols = split_symbols(load_text(name), "words")
    assert (len(symbols), len(set(symbols))) == (count, distinct)


def test_the_full_stop_has_id_0_in_the_meditations() -> None:
    symbols = split_symbols(load_text("meditations-5-20-hays"), "words")
    assert Vocabulary.build(symbols, "words", 20_000).symbols[0] == "."


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("to us—like sun, wind", "to us — like sun , wind"),
        ("It's five o'clock.", "It's five o'clock ."),
        ("It’s ‘so’ and 'so'", "It’s ‘ so ’ and ' so '"),
        ("one\ntwo\t three ", "one two three"),
        ("«¿Qué?», dijo…", "« ¿ Qué ? » , dijo …"),
        ("_well_-known <rare>", "_ well _ - known < rare >"),
        ("क्षत्रिय हिन्दी।", "क्षत्रिय हिन्दी ।"),
    ],
)
def test_words_and_marks_are_told_apart(text: str, symbols: str) -> None:
    assert split_symbols(text, "words") == symbols.split()


@given(st.text())
def test_characters_put_together_again_are_the_text(text: str) -> None:
    assert join_symbols(split_symbols(text, "characters"), "characters") == text


@given(st.text())
def test_splitting_into_words_loses_nothing_but_white_space(text: str) -> None:
    assert "".join(split_symbols(text, "words")) == "".join(text.split())


@given(st.text())
def test_joined_words_split_into_the_same_words(text: str) -> None:
    words = split_symbols(text, "words")
    assert split_symbols(join_symbols(words, "words"), "words") == words


@given(SYMBOLS, KINDS)
def test_ids_fall_with_frequency_and_ties_stand_as_in_a_dictionary(symbols: list[str], kind: str) -> None:
    vocabulary = Vocabulary.build(symbols, kind, 100)
    expected = sorted(set(symbols), key=lambda symbol: (-symbols.count(symbol), symbol))
    assert vocabulary.symbols == tuple(expected)


def test_the_order_of_a_text_leaves_no_trace_in_its_ids() -> None:
    words = load_text("meditations-5-20-hays").split()
    assert Vocabulary.build(words, "words", 100) == Vocabulary.build(words[::-1], "words", 100)


@given(SYMBOLS, KINDS)
def test_decoding_gives_back_what_was_encoded(symbols: list[str], kind: str) -> None:
    vocabulary = Vocabulary.build(symbols, kind, 100)
    ids = vocabulary.encode(symbols)
    assert ids.dtype == np.int32 and vocabulary.decode(ids) == symbols


@given(SYMBOLS, st.integers(1, 12))
def test_a_limited_vocabulary_replaces_exactly_what_found_no_place(symbols: list[str], limit: int) -> None:
    vocabulary = Vocabulary.build(symbols, "words", limit)
    kept = set(vocabulary.symbols[:limit])
    read = vocabulary.decode(vocabulary.encode(symbols, allow_rare=True))
    assert read == [symbol if symbol in kept else RARE for symbol in symbols]


@given(SYMBOLS, st.integers(1, 12))
def test_counts_are_those_of_the_encoded_text(symbols: list[str], limit: int) -> None:
    vocabulary = Vocabulary.build(symbols, "words", limit)
    counted = Counter(vocabulary.encode(symbols, allow_rare=True).tolist())
    assert vocabulary.counts == tuple(counted[i] for i in range(len(vocabulary)))


def test_rare_stands_last_with_the_sum_of_what_was_left_out() -> None:
    vocabulary = Vocabulary.build(list("aaabbcdef"), "words", 2)
    assert (vocabulary.symbols, vocabulary.counts) == (("a", "b", RARE), (3, 2, 4))


def test_unknown_symbols_are_refused_with_the_nearest_known_ones() -> None:
    vocabulary = Vocabulary.build(["mind", "wind", "sun", "'"], "words", 100)
    with pytest.raises(UnknownSymbols) as caught:
        vocabulary.encode(["Mind", "sun", "’", "zebra"])
    assert caught.value.nearest == {"Mind": ("mind", "wind"), "’": ("'",), "zebra": ()}


def test_a_seed_text_may_not_hide_unknown_symbols_behind_rare() -> None:
    with pytest.raises(UnknownSymbols):
        Vocabulary.build(list("aaabbc"), "words", 2).encode(["c"])


def test_rare_is_never_proposed() -> None:
    assert RARE not in Vocabulary.build(["rarer", "rarer", "b", "c"], "words", 1).nearest("<rare>")


@pytest.mark.parametrize("i", [-1, 3])
def test_an_id_that_stands_for_nothing_is_no_symbol(i: int) -> None:
    with pytest.raises(IndexError):
        Vocabulary.build(list("abc"), "characters", 100).decode([i])


@given(SYMBOLS, KINDS, st.integers(1, 12))
def test_a_vocabulary_comes_back_from_json(symbols: list[str], kind: str, limit: int) -> None:
    vocabulary = Vocabulary.build(symbols, kind, limit)
    assert Vocabulary.from_record(json.loads(json.dumps(vocabulary.to_record()))) == vocabulary


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "syllables"},
        {"symbols": ["a", "a"]},
        {"symbols": ["a", 7]},
        {"symbols": ["a", ["b"]]},
        {"symbols": None},
        {"symbols": [], "counts": []},
        {"counts": [2]},
        {"counts": [2, -1]},
        {"counts": [2, "1"]},
    ],
    ids=str,
)
def test_a_record_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DamagedRun):
        Vocabulary.from_record({"kind": "words", "symbols": ["a", "b"], "counts": [2, 1]} | change)
