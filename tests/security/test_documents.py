"""Word files that a stranger has built to keep a program busy, fill its memory or read what is not theirs."""

import io
import zipfile

import pytest

from lstm_core.errors import TooBig, UnreadableText
from lstm_core.text.reading import read_file
from tests.text.some_files import make_docx, make_pdf

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PARAGRAPH = "<w:p><w:r><w:t>deep</w:t></w:r></w:p>"
LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{10 * f"&a{n - 1};"}">' for n in range(1, 10))


def make_document(body: str, entities: str = "") -> bytes:
    """Make a Word file with this body."""
    declared = f"<!DOCTYPE d [{entities}]>" if entities else ""
    xml = f'<?xml version="1.0"?>{declared}<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>'
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(make_docx("a text"))) as good,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for part in good.infolist():
            packed.writestr(part.filename, xml if part.filename == "word/document.xml" else good.read(part))
    return made.getvalue()


def frames(depth: int) -> str:
    return depth * "<w:sdt><w:sdtContent>" + PARAGRAPH + depth * "</w:sdtContent></w:sdt>"


def tables(depth: int) -> str:
    return depth * "<w:tbl><w:tr><w:tc>" + PARAGRAPH + depth * "</w:tc></w:tr></w:tbl>"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(make_document(frames(50_000)), id="elements 100,000 deep"),
        pytest.param(make_document(tables(3_000)), id="tables in tables"),
        pytest.param(make_document("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", LAUGHS), id="entities of entities"),
    ],
)
def test_a_document_of_endless_depth_is_refused_in_words(document: bytes) -> None:
    with pytest.raises((UnreadableText, TooBig)) as refusal:
        read_file(document, "deep.docx")
    assert refusal.value.came and refusal.value.advice


@pytest.mark.parametrize("body", [frames(50), tables(40)], ids=["frames", "tables"])
def test_a_document_as_deep_as_people_make_them_is_read(body: str) -> None:
    assert read_file(make_document(body), "deep.docx").text.strip() == "deep"


def test_a_document_cannot_bring_in_another_file() -> None:
    secret = '<!ENTITY secret SYSTEM "file:///etc/passwd">'
    body = "<w:p><w:r><w:t>words &secret; end</w:t></w:r></w:p>"
    assert "root" not in read_file(make_document(body, secret), "secret.docx").text


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (make_docx("a text of words"), "text.pdf", "Word (.docx)"),
        (make_docx("a text of words"), "text.txt", "Word (.docx)"),
        (make_pdf(["a text of words"]), "text.docx", "PDF"),
        (make_pdf(["a text of words"]), "text.md", "PDF"),
        (b"a text of words", "text.exe", "UTF-8"),
    ],
)
def test_what_the_bytes_are_decides_and_not_the_ending(data: bytes, name: str, kind: str) -> None:
    read = read_file(data, name)
    assert read.text.strip() == "a text of words" and read.encoding == kind


@pytest.mark.parametrize("name", ["notes.pdf", "notes.docx"])
def test_an_ending_that_promises_a_document_which_the_bytes_are_not_is_refused(name: str) -> None:
    with pytest.raises(UnreadableText, match="no such document"):
        read_file(b"a text of words", name)
