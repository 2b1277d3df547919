"""Text files in the encodings that classrooms have are read as they were written, and any bytes are read or refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import CoreError, InvalidSetting, UnreadableText
from lstm_core.text.encodings import ENCODINGS, find_encoding
from lstm_core.text.reading import DecodedText, clean_text, read_file
from tests.text.some_files import ANY_TEXT, CASES, CHINESE, FRENCH, GERMAN, NAMED, PROSE, QUOTED, RUSSIAN

LETTERS = sorted({*"".join(text for text, _ in PROSE.values()), *"αβγδεάłżęąőűşğıñ한국어가나\n\t\r"})


@pytest.mark.parametrize(("script", "encoding"), CASES)
@pytest.mark.parametrize("times", [1, 300])
def test_prose_is_read_as_it_was_written(script: str, encoding: str, times: int) -> None:
    text = PROSE[script][0] * times
    read = read_file(text.encode(encoding), "a.txt")
    assert read.text == text
    if encoding in NAMED:
        assert read.encoding == NAMED[encoding]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize(("script", "encoding"), CASES)
def test_line_breaks_of_all_systems_become_line_feeds_in_all_encodings(
    script: str, encoding: str, line_break: str
) -> None:
    text = PROSE[script][0]
    assert read_file(f"{text}{line_break}{text}".encode(encoding), "a.md").text == f"{text}\n{text}"


@st.composite
def encoded_prose(draw: st.DrawFn) -> tuple[str, str]:
    """A few sentences of one script in any order, sometimes with line breaks, and an encoding that has it."""
    script = draw(st.sampled_from(sorted(PROSE)))
    text, own = PROSE[script]
    sentences = [part for part in text.replace("。", "。|").replace(". ", ". |").split("|") if part.strip()]
    chosen = draw(st.lists(st.sampled_from(sentences), min_size=3, max_size=12))
    return draw(st.sampled_from(["", "\n", "\r\n"])).join(chosen), draw(st.sampled_from([*own, *ANY_TEXT]))


@settings(max_examples=400)
@given(encoded_prose())
def test_some_sentences_of_prose_are_guessed_right_in_any_encoding(case: tuple[str, str]) -> None:
    text, encoding = case
    assert read_file(text.encode(encoding), "a.txt").text == clean_text(text)


@given(st.sampled_from(sorted(ENCODINGS)), st.data())
def test_what_an_encoding_can_write_comes_back_when_the_encoding_is_told(name: str, data: st.DataObject) -> None:
    drawn = "Text " + data.draw(st.text(st.sampled_from(LETTERS), min_size=20, max_size=200))
    encoded = drawn.encode(ENCODINGS[name], "ignore")  # what this encoding has of it
    read = read_file(encoded, "a.txt", name)
    assert (read.text, read.encoding) == (clean_text(encoded.decode(ENCODINGS[name])), name)
    assert set(read.text) <= set(clean_text(drawn))


@settings(max_examples=300)
@given(st.binary(max_size=400), st.sampled_from([None, *ENCODINGS]), st.sampled_from(["a.txt", "a.md", "b"]))
def test_any_bytes_are_read_or_refused_in_words(data: bytes, encoding: str | None, name: str) -> None:
    try:
        read = read_file(data, name, encoding)
    except CoreError as refusal:
        assert refusal.came and refusal.expected and refusal.advice
    else:
        assert isinstance(read, DecodedText) and read.text and read.text == clean_text(read.text)


def test_a_guess_is_told_and_what_is_certain_is_not_called_a_guess() -> None:
    assert "Latin-1 fits best" in read_file(GERMAN.encode("latin-1"), "a.txt").notes[0]
    assert not read_file(GERMAN.encode(), "a.txt").notes


def test_windows_1252_is_named_where_the_text_has_what_latin_1_has_not() -> None:
    assert read_file(QUOTED.encode("cp1252"), "a.txt").encoding == "Windows-1252"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_mentioned_in_the_notes(encoding: str) -> None:
    assert "byte order mark" in read_file("Text".encode(encoding), "a.txt").notes[0]


def test_the_only_accent_of_a_long_text_is_looked_at_wherever_it_stands() -> None:
    text = "An old story of the sea. " * 4_000 + RUSSIAN
    assert read_file(text.encode("cp1251"), "a.txt").text == text


def test_a_wrong_guess_can_be_corrected() -> None:
    greek = "Η θάλασσα ήταν ήσυχη και ο ήλιος έδυε πίσω από το νησί."
    assert read_file(greek.encode("cp1253"), "a.txt", "Windows-1253").text == greek


def test_a_text_that_is_not_in_the_encoding_that_was_told_is_refused() -> None:
    with pytest.raises(UnreadableText, match="not in UTF-8"):
        read_file(RUSSIAN.encode("cp1251"), "a.txt", "UTF-8")


@pytest.mark.parametrize("encoding", [None, "UTF-8"])
def test_some_damaged_bytes_in_a_long_text_are_left_out_and_told(encoding: str | None) -> None:
    data = FRENCH.encode() + b"\xff" + (FRENCH * 2).encode()
    read = read_file(data, "a.txt", encoding)
    assert (read.encoding, read.text) == ("UTF-8", FRENCH * 3)
    assert read.notes == ("1 damaged place was left out: no character in UTF-8.",)


@pytest.mark.parametrize(
    ("spelt", "name"),
    [("utf8", "UTF-8"), ("latin1", "Latin-1"), ("ISO-8859-1", "Latin-1"), ("CP1252", "Windows-1252"), ("gbk", "GBK"),
     ("GB2312", "GBK"), ("sjis", "Shift-JIS"), ("shift-jis", "Shift-JIS"), ("windows-1251", "Windows-1251"),
     ("utf-16le", "UTF-16LE"), ("mac roman", "Mac Roman"), ("big5", "Big5"), *((name, name) for name in ENCODINGS)],
)  # fmt: skip
def test_encodings_are_known_under_all_their_names(spelt: str, name: str) -> None:
    assert find_encoding(spelt) == name


@pytest.mark.parametrize("name", ["", "klingon", "rot13", "base64", "a\0b", "\ud800"])
def test_an_unknown_encoding_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidSetting, match="Windows-1251"):
        read_file(CHINESE.encode("gbk"), "a.txt", name)
