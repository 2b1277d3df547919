"""The text of PDF and Word files is taken out by a program apart; bad ones are refused in words and harm nothing."""

import subprocess
import sys
import time

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import CoreError, TooBig, UnreadableText
from lstm_core.text import documents
from lstm_core.text.document_parsers import mend_broken_words
from lstm_core.text.reading import read_file
from tests.text.some_files import (
    BAD_FILES,
    CHINESE,
    GERMAN,
    make_docx,
    make_docx_bomb,
    make_pdf,
    make_pdf_of_stream,
    save,
)


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("what", BAD_FILES)
def test_bad_files_are_refused_with_what_came_what_was_expected_and_what_to_do(what: str) -> None:
    name, make, said = BAD_FILES[what]
    with pytest.raises(CoreError) as caught:
        read_file(make(), name)
    assert said in str(caught.value)
    assert caught.value.came and caught.value.expected and caught.value.advice


def test_a_pdf_is_read_page_after_page() -> None:
    read = read_file(make_pdf([GERMAN, "The second page."]), "story.pdf")
    assert (read.encoding, read.notes) == ("PDF", ())
    assert words(read.text) == words(f"{GERMAN} The second page.")


def test_a_pdf_is_known_by_what_is_in_it() -> None:
    assert read_file(make_pdf(["A page."]), "story.txt").encoding == "PDF"


def test_a_pdf_that_only_its_owner_may_change_is_read() -> None:
    assert read_file(make_pdf(["Everyone may read."], password=""), "a.pdf").text == "Everyone may read."


def test_paragraphs_and_tables_of_a_word_file_come_in_their_order() -> None:
    table = [["Wort", "Zahl"], ["über", "drei"]]
    read = read_file(make_docx("Anfang.", CHINESE, table, "Ende."), "story.docx")
    assert read.encoding == "Word (.docx)"
    assert read.text == f"Anfang.\n{CHINESE}\nWort\tZahl\nüber\tdrei\nEnde."


def test_a_cell_over_several_columns_comes_once() -> None:
    document = docx.Document()
    table = document.add_table(1, 3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "one cell"
    assert read_file(save(document), "a.docx").text == "one cell"


def test_a_paragraph_in_a_frame_is_not_forgotten() -> None:
    document = docx.Document()
    document.add_paragraph("before")
    framed = document.add_paragraph("in a frame")._p
    control = framed.makeelement(f"{{{framed.nsmap['w']}}}sdt")
    content = framed.makeelement(f"{{{framed.nsmap['w']}}}sdtContent")
    framed.addprevious(control)
    control.append(content)
    content.append(framed)
    document.add_paragraph("after")
    assert read_file(save(document), "a.docx").text == "before\nin a frame\nafter"


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("the know-\nledge grew", "the knowledge grew"),
        ("the know-  \n ledge", "the knowledge"),
        ("Marie-\nLouise", "Marie-Louise"),
        ("a well-known thing, well-\nknown to all", "a well-known thing, well-known to all"),
        ("Schiff\xad\nfahrt", "Schifffahrt"),
        ("a dash -\nand on", "a dash -\nand on"),
        ("1914-\n1918", "1914-\n1918"),
    ],
)
def test_broken_words_are_joined_and_true_hyphens_stay(broken: str, mended: str) -> None:
    assert mend_broken_words(broken) == mended


def test_an_endless_pdf_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "DEADLINE_SECONDS", 2)
    slow = make_pdf_of_stream(b"BT /F1 12 Tf 10 100 Td " + b"(a) Tj " * 4_000_000 + b" ET")
    started = time.monotonic()
    with pytest.raises(TooBig, match="After 2 seconds"):
        read_file(slow, "slow.pdf")
    assert time.monotonic() - started < 20


def test_a_program_that_dies_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents.sys, "executable", "/bin/false" if sys.platform != "win32" else "where")
    with pytest.raises(UnreadableText, match="damaged"):
        read_file(make_pdf(["A page."]), "a.pdf")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a program's memory")
def test_the_program_apart_has_no_more_memory_than_it_may() -> None:
    fill = (
        "from lstm_core.text import document_parsers as parsers; parsers._limit_memory(); "
        "filled = bytearray(parsers.MAX_MEMORY_BYTES)"
    )
    ended = subprocess.run([sys.executable, "-c", fill], capture_output=True, text=True, check=False)
    assert "MemoryError" in ended.stderr


def test_the_parsers_are_never_imported_by_the_one_who_asks() -> None:
    ask = (
        "import sys, lstm_core.text.reading as reading; sys.path.insert(0, '.'); "
        "reading.read_file(sys.stdin.buffer.read(), 'a.docx'); "
        "sys.exit(any(name in sys.modules for name in ('pypdf', 'docx', 'lxml', 'lstm_core.text.document_parsers')))"
    )
    asked = subprocess.run([sys.executable, "-c", ask], input=make_docx("a text"), capture_output=True, check=False)
    assert asked.returncode == 0, asked.stderr


def test_after_a_bomb_the_next_file_is_read() -> None:
    with pytest.raises(TooBig):
        read_file(make_docx_bomb(), "bomb.docx")
    assert read_file(make_docx("a text"), "good.docx").text == "a text"


@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=30))
def test_a_file_with_any_damage_is_of_a_kind_or_refused(place: int, junk: bytes) -> None:
    good = make_docx("a text")
    try:
        assert documents.find_kind(good[:place] + junk + good[place + len(junk) :], "a.docx") in ("docx", None)
    except CoreError as refusal:
        assert refusal.advice
