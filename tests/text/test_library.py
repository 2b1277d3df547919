"""The texts that ship are there, unchanged, and their origin is told."""

import hashlib
import re
from pathlib import Path

import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.text.library import LIBRARY, TEXT_FOLDER, load_text
from lstm_core.text.reading import clean_text

FILES = sorted(file for file in TEXT_FOLDER.iterdir() if not file.name.startswith("."))
SOURCES = (TEXT_FOLDER.parent / "SOURCES.md").read_text(encoding="utf-8")


def read_row(file: Path) -> str:
    rows = [line for line in SOURCES.splitlines() if line.startswith(f"| `texts/{file.name}` |")]
    assert len(rows) == 1, f"{file.name} stands {len(rows)} times in SOURCES.md"
    return rows[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_stands_in_sources_with_its_hash(file: Path) -> None:
    assert read_row(file).endswith(f"| `{hashlib.sha256(file.read_bytes()).hexdigest()}` |")


def test_sources_name_no_file_that_is_not_there() -> None:
    assert set(re.findall(r"^\| `texts/([^`]+)`", SOURCES, re.MULTILINE)) == {file.name for file in FILES}


def test_sources_name_the_translation_that_is_not_free() -> None:
    row = read_row(TEXT_FOLDER / "meditations-5-20-hays.txt")
    assert "Gregory Hays | 2002" in row and "**not** under this project's licence" in row


def test_every_file_belongs_to_one_text_of_the_library() -> None:
    assert sorted(text.file for text in LIBRARY.values()) == [file.name for file in FILES]


@pytest.mark.parametrize("name", LIBRARY)
def test_every_text_of_the_library_can_be_read(name: str) -> None:
    text = load_text(name)
    assert text and text == clean_text(text).strip("\n")


def test_an_unknown_text_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InvalidSetting, match="shakespeare-sonnets”"):
        load_text("shakespear-sonnets")


def test_each_sonnet_has_its_number_in_roman_numerals_and_fourteen_lines() -> None:
    sonnets = [sonnet.split("\n") for sonnet in load_text("shakespeare-sonnets").split("\n\n")]
    assert len(sonnets) >= 24
    assert all(re.fullmatch("[IVXLC]+", lines[0]) and len(lines) == 15 and all(lines) for lines in sonnets)
