"""Text becomes clean: one kind of line break, composed characters, nothing invisible, and no more than can be taken."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import TooBig, UnreadableText
from lstm_core.knobs import MAX_FILE_BYTES, MAX_PASTED_BYTES, MAX_TEXT_CHARACTERS
from lstm_core.text.reading import check_pasted, clean_text, read_file

# Whatever breaks lines, is invisible or composes, far more often than chance would bring it.
TRICKY = st.text(st.sampled_from("ab \r\n\t\v\f\x00\x85\xad\u200b\u2028\u202e\ufeffe\u0301é\ud800क्ष"), max_size=40)


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(TooBig):
        read_file(b"a" * (MAX_FILE_BYTES + 1), "a.txt")


def test_a_pasted_text_is_measured_in_bytes() -> None:
    with pytest.raises(TooBig):
        check_pasted("é" * (MAX_PASTED_BYTES // 2 + 1))


def test_a_pasted_text_without_letters_is_refused() -> None:
    with pytest.raises(UnreadableText):
        check_pasted("…!?")


def test_a_long_text_is_cut_and_the_cut_is_told() -> None:
    decoded = read_file(b"word " * (MAX_TEXT_CHARACTERS // 5 + 1), "a.txt")
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
