"""Features of made texts: each says 1 where it should, and counts from where it should."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.insight.features import (
    FEATURES,
    MARKED,
    MAX_DISTANCE,
    NEGATIVE_WORDS,
    POSITIVE_WORDS,
    features_for,
    measure_feature,
)
from lstm_core.insight.reading import ReadText
from lstm_core.text.reviews import split_review
from lstm_core.text.symbols import split_symbols


def read(text: str, kind: str = "characters") -> ReadText:
    symbols = tuple(split_review(text) if kind == "reviews" else split_symbols(text, kind))
    ids = np.zeros(len(symbols), np.int64)
    return ReadText(symbols, ids, ids == 0, ids == 1, kind, "")


def chosen(name: str, text: str, kind: str = "characters") -> list[str]:
    """The symbols at which a feature is 1; for characters, those that stand together as one piece."""
    text_read = read(text, kind)
    values = measure_feature(name, text_read)
    assert set(values.tolist()) <= {0.0, 1.0}
    picked = [symbol if value else "\0" for symbol, value in zip(text_read.symbols, values, strict=True)]
    return [piece for piece in "".join(picked).split("\0") if piece] if kind == "characters" else [
        symbol for symbol in picked if symbol != "\0"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "pieces"),
    [
        ("quotes", 'He said "no, no" and “yes” and «sí» and left "', ['"no, no"', "“yes”", "«sí»"]),
        ("quotes", "it's 'so'", []),
        ("quotes", '"' + "a" * 2_000 + '"', []),
        ("capitals", "Ah, El NIÑO", ["A", "E", "NIÑO"]),
        ("vowels", "Ärger, coño, Иван", ["Ä", "e", "o", "o", "И", "а"]),
        ("vowels", "май", ["а"]),
        ("digits", "in 1609 and ２", ["1609", "２"]),
        ("sentence_end", "Oh! Why? So…", ["!", "?", "…"]),
        ("speaker", "First Citizen:\nSpeak: now.\n\nAll:\nYes", ["First Citizen:", "All:"]),
        ("speaker", "RICHARD II, act 3\nKING RICHARD II.\nNo matter:", ["KING RICHARD II."]),
        ("speaker", "II\nFrom fairest creatures, we\nHis heir:", []),
    ],
)
def test_it_is_one_where_it_should_be(name: str, text: str, pieces: list[str]) -> None:
    assert chosen(name, text) == pieces


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("quotes", '"Who is there?" said I.', ['"', "Who", "is", "there", "?", '"']),
        ("capitals", "The cat saw Anna", ["The", "Anna"]),
        ("digits", "in 1609 or b2b", ["1609", "b2b"]),
        ("sentence_end", "Why ? I see .", ["?", "."]),
        ("speaker_words", "hear me . King Richard : no matter , friend : so", ["King", "Richard"]),
    ],
)
def test_words_can_be_asked_too(name: str, text: str, words: list[str]) -> None:
    assert chosen(name, text, "words") == words


@pytest.mark.parametrize(
    ("name", "review", "words"),
    [
        ("positive", "A superb film, and good!", ["superb", "good"]),
        ("negative", "A terrible waste", ["terrible", "waste"]),
        ("negation", "It was not at all good but I don't mind", ["at", "all", "good", "mind"]),
        ("negation", "never not", ["not"]),
        ("digits", "Rated 10 by me", ["10"]),
    ],
)
def test_words_of_reviews_have_their_own_features(name: str, review: str, words: list[str]) -> None:
    assert chosen(name, review, "reviews") == words


@pytest.mark.parametrize(
    ("name", "text", "counts"),
    [
        ("line_position", "ab\ncd", [0, 1, 0, 1, 2]),
        ("word_position", "a bc\nd", [0, 0, 1, 2, 0, 1]),
        ("word_position", " ", [0]),
    ],
)
def test_positions_count_from_the_last_break(name: str, text: str, counts: list[int]) -> None:
    assert measure_feature(name, read(text)).tolist() == counts


def test_the_position_in_a_sentence_counts_words() -> None:
    assert measure_feature("sentence_position", read("I see . You too", "words")).tolist() == [0, 1, 0, 1, 2]


def test_a_position_stops_counting_somewhere() -> None:
    assert measure_feature("line_position", read("a" * 200)).max() == MAX_DISTANCE


def test_marked_spans_are_a_feature_of_any_text() -> None:
    text = read("abc")
    text.is_marked[1] = True
    assert measure_feature(MARKED, text).tolist() == [0, 1, 0]


@pytest.mark.parametrize("kind", ["characters", "words", "reviews"])
def test_every_feature_of_the_table_gives_a_number_for_every_symbol(kind: str) -> None:
    text = read("“No,” said KING 2.\n\nAll:\nnot good bad " * 5, kind)
    for feature in features_for(kind):
        values = measure_feature(feature.name, text)
        assert values.shape == (len(text),) and values.dtype == np.float64, feature.name
        assert values.max() > values.min(), feature.name
        assert measure_feature(feature.name, read("", kind)).shape == (0,)


def test_a_feature_of_another_kind_of_text_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="line_position"):
        measure_feature("line_position", read("a film", "reviews"))


def test_the_words_of_praise_and_blame_are_as_reviews_are_split_and_no_word_is_both() -> None:
    for word in POSITIVE_WORDS | NEGATIVE_WORDS:
        assert split_review(word) == [word]
    assert not POSITIVE_WORDS & NEGATIVE_WORDS
    assert len({feature.name for feature in FEATURES.values()}) == len(FEATURES)
