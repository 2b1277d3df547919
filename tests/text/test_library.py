"""The texts that ship are there, whole and unchanged, and their origin is told."""

import hashlib
import re
from pathlib import Path

import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.network.experiments import EXPERIMENTS
from lstm_core.text.library import LIBRARY, TEXT_FOLDER, load_text
from lstm_core.text.reading import clean_text

FILES = sorted(file for file in TEXT_FOLDER.iterdir() if not file.name.startswith("."))
SOURCES = (TEXT_FOLDER.parent / "SOURCES.md").read_text(encoding="utf-8")
# Frequent words of each language that the other has not.
COMMON_WORDS = {"en": {"the", "and", "of", "to"}, "es": {"que", "de", "los", "una"}}
SONNET_LINES = {99: 15, 126: 12}  # all others have fourteen


def read_row(file: Path) -> str:
    rows = [line for line in SOURCES.splitlines() if line.startswith(f"| `texts/{file.name}` |")]
    assert len(rows) == 1, f"{file.name} stands {len(rows)} times in SOURCES.md"
    return rows[0]


def write_roman(number: int) -> str:
    steps = {"C": 100, "XC": 90, "L": 50, "XL": 40, "X": 10, "IX": 9, "V": 5, "IV": 4, "I": 1}
    written = ""
    for letters, value in steps.items():
        written += letters * (number // value)
        number %= value
    return written


def paragraphs(name: str) -> list[list[str]]:
    return [paragraph.split("\n") for paragraph in re.split(r"\n{2,}", load_text(name))]


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


@pytest.mark.parametrize("name", LIBRARY)
def test_every_text_is_in_its_language_and_set_down_tidily(name: str) -> None:
    text, language = load_text(name), LIBRARY[name].language
    counts = {code: sum(text.lower().split().count(word) for word in words) for code, words in COMMON_WORDS.items()}
    assert max(counts, key=lambda code: counts[code]) == language
    assert not re.search(r"[ \t]$|\t|  |\n{4}", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "least_bytes"),
    [("meditations-long", 20_000), ("aesop-fables", 20_000), ("shakespeare", 100_000), ("quijote-chapter-1", 10_000)],
)
def test_the_texts_to_learn_to_write_from_are_long_enough(name: str, least_bytes: int) -> None:
    assert (TEXT_FOLDER / LIBRARY[name].file).stat().st_size >= least_bytes


def test_the_tutorials_passages_stand_before_the_longer_texts() -> None:
    order = [len(load_text(name)) < 1_000 for name in LIBRARY]
    assert order == sorted(order, reverse=True)
    assert next(iter(LIBRARY)) == EXPERIMENTS["rubik-meditations"].corpus


def test_an_unknown_text_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InvalidSetting, match="“shakespeare”"):
        load_text("shakespear")


def test_all_154_sonnets_stand_in_order_each_under_its_number_with_its_lines() -> None:
    sonnets = paragraphs("shakespeare")[:154]
    assert [lines[0] for lines in sonnets] == [write_roman(number) for number in range(1, 155)]
    assert [len(lines) - 1 for lines in sonnets] == [SONNET_LINES.get(number, 14) for number in range(1, 155)]
    assert all(all(lines) for lines in sonnets)


def test_the_speeches_come_after_the_sonnets_each_under_its_play_act_and_scene() -> None:
    headings = [lines[0] for lines in paragraphs("shakespeare")[154:] if lines[0].split(",")[0].isupper()]
    assert len(headings) == 20
    assert all(re.fullmatch(r"[A-Z ]+, act [1-5], scene [1-7]", heading) for heading in headings)


def test_every_fable_has_a_title_a_tale_and_a_moral_and_none_stands_twice() -> None:
    fables = [fable.split("\n\n") for fable in load_text("aesop-fables").split("\n\n\n")]
    assert len(fables) == 41
    assert len({fable[0] for fable in fables}) == 41
    assert all(len(fable) >= 3 and len(fable[0]) < 40 and len(fable[-1]) < 80 for fable in fables)


def test_the_meditations_stand_under_their_books_in_order() -> None:
    numbers = "ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE".split()
    books = [numbers.index(line.split()[1]) for line in load_text("meditations-long").split("\n") if "BOOK " in line]
    assert len(books) == 10 and books == sorted(set(books))
