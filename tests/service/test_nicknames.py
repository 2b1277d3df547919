import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import MAX_NICKNAME_CHARACTERS
from lstm_core.service.nicknames import clean_nickname


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Mia\n B ", "Mia B"),
        ("Zoë", "Zoë"),
        ("Đặng", "Đặng"),
        ("学习", "学习"),
        ("🦊", "🦊"),
        ("a\u202eb\u200bc", "abc"),  # what turns the text around, and what nobody sees
        ("e" + "\u0301" * 50, "é\u0301\u0301"),  # a tower of accents
        ("<b>Mia</b>", "<b>Mia</b>"),  # text: the page escapes it
    ],
)
def test_a_nickname_is_one_visible_line(typed: str, name: str) -> None:
    assert clean_nickname(typed, ()) == name


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "...", "x" * (MAX_NICKNAME_CHARACTERS + 1), "\u0301"])
def test_a_nickname_that_is_empty_or_long_is_refused(typed: str) -> None:
    with pytest.raises(InvalidSetting, match="Choose another one"):
        clean_nickname(typed, ())


@pytest.mark.parametrize("typed", ["mia", " MIA ", "Ｍｉａ", "M\u200bia"])
def test_a_nickname_that_looks_like_a_taken_one_is_refused(typed: str) -> None:
    with pytest.raises(InvalidSetting, match="that nickname already"):
        clean_nickname(typed, ["Ben", "Mia"])


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_whatever_is_typed_comes_out_clean_or_is_refused(typed: str) -> None:
    try:
        name = clean_nickname(typed, ())
    except InvalidSetting:
        return
    assert 1 <= len(name) <= MAX_NICKNAME_CHARACTERS
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name)
    assert clean_nickname(name, ()) == name
