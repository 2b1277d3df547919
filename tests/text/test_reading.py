"""What strangers upload becomes clean text, or a refusal that says what to do."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import CoreError, TooBig, UnreadableText
from lstm_core.knobs import MAX_FILE_BYTES, MAX_PASTED_BYTES, MAX_TEXT_CHARACTERS
from lstm_core.text.reading import check_pasted, clean_text, decode_text

# Whatever breaks lines, is invisible or composes, far more often than chance would bring it.
TRICKY = st.text(st.sampled_from("ab \r\n\t\v\f\x00\x85\xad\u200b\u2028\u202e\ufeffe\u0301é\ud800क्ष"), max_size=40)


@pytest.mark.parametrize("text", ["Straße, naïve: ¿qué?", "Пётр и волк", "こころ\n先生と私"])
def test_utf_8_is_read_with_and_without_a_byte_order_mark(text: str) -> None:
    assert decode_text(text.encode("utf-8")).text == decode_text(text.encode("utf-8-sig")).text == text


def test_a_byte_order_mark_is_mentioned_in_the_notes() -> None:
    assert "byte order mark" in decode_text("Text".encode("utf-8-sig")).notes[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\t\n",
        b"1234 - 5678",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "Ein schöner Text".encode("latin-1"),
        "A text in two bytes each".encode("utf-16"),
        bytes(range(1, 32)) * 3 + b"letters",
    ],
    ids=["empty", "blank", "no letters", "picture", "latin-1", "utf-16", "control characters"],
)
def test_what_is_no_text_in_utf_8_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableText):
        decode_text(data)


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(TooBig):
        decode_text(b"a" * (MAX_FILE_BYTES + 1))


def test_a_pasted_text_is_measured_in_bytes() -> None:
    with pytest.raises(TooBig):
        check_pasted("é" * (MAX_PASTED_BYTES // 2 + 1))


def test_a_pasted_text_without_letters_is_refused() -> None:
    with pytest.raises(UnreadableText):
        check_pasted("…!?")


def test_a_long_text_is_cut_and_the_cut_is_told() -> None:
    decoded = decode_text(b"word " * (MAX_TEXT_CHARACTERS // 5 + 1))
    assert (len(decoded.text), "Only the first" in decoded.notes[-1]) == (MAX_TEXT_CHARACTERS, True)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\r\r\n", "\u2028", "\f"])
def test_all_line_breaks_become_line_feeds(line_break: str) -> None:
    assert clean_text(f"one{line_break}two") == "one\ntwo"


def test_direction_overrides_are_taken_out_and_told() -> None:
    decoded = check_pasted("abc\u202edef")
    assert decoded.text == "abcdef" and decoded.notes == ("1 invisible character was left out.",)


@given(TRICKY)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@given(TRICKY)
def test_clean_text_is_composed_and_has_no_control_characters_but_tab_and_line_feed(text: str) -> None:
    clean = clean_text(text)
    assert unicodedata.is_normalized("NFC", clean)
    assert {c for c in clean if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n", "\t"}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        assert decode_text(data).text
    except CoreError as refusal:
        assert refusal.came and refusal.expected and refusal.advice
