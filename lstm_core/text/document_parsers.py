"""The child program that takes the text out of one PDF or Word file: bytes on standard input, UTF-8 on standard output.

`documents` starts it. It limits itself before it looks at a single byte, and it alone imports the parsers. The first
line it writes holds its notes as JSON, the text follows. A refusal is told as JSON (kind of error, what came, what was
expected, what to do) with an exit code of its own.
"""

import io
import json
import re
import sys
import time
import zipfile
from collections.abc import Iterator
from typing import Any

from lstm_core.errors import CoreError, TooBig, UnreadableText
from lstm_core.knobs import MAX_TEXT_CHARACTERS
from lstm_core.text.documents import KIND_NAMES, MAX_MEMORY_BYTES, REFUSED, SOFT_DEADLINE_SECONDS

MAX_UNPACKED_BYTES = 60 * 2**20  # of the parts of a Word file that hold text; 5 million characters take about 20 MB
MAX_PARTS = 5_000
MAX_STREAM_BYTES = 30_000_000  # one stream of a PDF, unpacked; a page of text takes some thousand

_PACKINGS = ("zlib", "lzw", "run_length", "array_based_stream")

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st",
              "\ufb06": "st"}  # fmt: skip
_BROKEN_WORD = re.compile(r"([^\W\d_]+)([-\xad\u2010])[ \t]*\n[ \t]*([^\W\d_]+)")


def read_pdf(data: bytes) -> tuple[str, list[str]]:
    """Return the text of all pages in order, words broken at line ends joined again, and notes on what was left out."""
    import pypdf
    from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

    limits: dict[str, Any] = {f"{packing}_maximum_output_length": MAX_STREAM_BYTES for packing in _PACKINGS}
    pypdf.overwrite_configuration(**limits)
    started = time.monotonic()
    pages: list[str] = []
    count = length = 0
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked()
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length > MAX_TEXT_CHARACTERS or time.monotonic() - started > SOFT_DEADLINE_SECONDS:
                break
        count = len(reader.pages)
    except DependencyError:
        raise _locked() from None
    except LimitReachedError as error:
        raise _bomb("pdf") from error
    except PyPdfError as error:
        if not any(pages):
            raise UnreadableText(
                "The PDF is damaged.", "A complete PDF was expected.", "Download or save it anew."
            ) from error
    if not any(character.isalpha() for page in pages for character in page):
        plural = "" if len(pages) == 1 else "s"
        raise UnreadableText(
            f"The PDF has {len(pages)} page{plural} but no letters: its pages are pictures, as a scanner makes them.",
            "A PDF was expected whose text can be marked and copied.",
            "Have a text recognition (OCR) program read it, or choose another file.",
        )
    rest = f"Read up to page {len(pages):,}{f' of {count:,}' if count else ', where the PDF is damaged'}."
    return join_pages(pages), [rest] if len(pages) != count else []


def join_pages(pages: list[str]) -> str:
    """Join pages to one text: broken words mended, ligatures as letters, one empty line where there were several."""
    text = "\n".join(page.strip("\n") for page in pages)
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", mend_broken_words(text))


def mend_broken_words(text: str) -> str:
    """Join words that a hyphen breaks at the end of a line.

    The hyphen stays where it belongs to the word: before a capital (Marie-\\nLouise), and where the text has the word
    with its hyphen elsewhere within a line (well-\\nknown beside well-known).
    """
    with_hyphen = {word.casefold() for word in re.findall(r"[^\W\d_]+-[^\W\d_]+", text)}

    def mend(found: re.Match[str]) -> str:
        start, hyphen, end = found.groups()
        if hyphen == "\xad":
            return start + end
        stays = end[0].isupper() or f"{start}-{end}".casefold() in with_hyphen
        return f"{start}-{end}" if stays else start + end

    return _BROKEN_WORD.sub(mend, text)


def read_docx(data: bytes) -> tuple[str, list[str]]:
    """Return the paragraphs and tables in their order, and notes on what was left out.

    A row of a table is a line, its cells are parted by tabs.
    """
    import docx

    document = docx.Document(repack(data))
    body = document.element.body
    for control in list(body.iter(f"{_WORD}sdt")):  # a frame around content, which python-docx does not look into
        content = control.find(f"{_WORD}sdtContent")
        for child in list(content) if content is not None else []:
            control.addprevious(child)
        control.getparent().remove(control)
    lines: list[str] = []
    length = 0
    for line in _iter_lines(document):
        lines.append(line)
        length += len(line) + 1
        if length > MAX_TEXT_CHARACTERS:
            return "\n".join(lines), ["The rest of the document was not read."]
    return "\n".join(lines), []


def _iter_lines(container: Any) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for block in container.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block.text
            continue
        for row in block.rows:
            cells = {id(cell._tc): cell for cell in row.cells}  # a cell that spans several columns comes several times
            texts = (" ".join(line for line in _iter_lines(cell) if line) for cell in cells.values())
            yield "\t".join(texts)


def repack(data: bytes) -> io.BytesIO:
    """Copy a Word file so that its parts are as large as they say, and no larger than allowed; pictures stay empty.

    What a zip declares can be a lie, so every part is unpacked piece by piece and counted. Raises TooBig.
    """
    copy, size = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as plain:
        parts = packed.infolist()
        texts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
        if len(parts) > MAX_PARTS or sum(part.file_size for part in texts) > MAX_UNPACKED_BYTES:
            raise _bomb("docx")
        for part in parts:
            pieces = []
            if part in texts:
                with packed.open(part) as stream:
                    while piece := stream.read(2**16):
                        size += len(piece)
                        if size > MAX_UNPACKED_BYTES:
                            raise _bomb("docx")
                        pieces.append(piece)
            plain.writestr(part.filename, b"".join(pieces))
    copy.seek(0)
    return copy


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the deadline holds there, too
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes to a pipe and never to a file


def _locked() -> UnreadableText:
    return UnreadableText(
        "The PDF is encrypted: it opens with a password alone.",
        "A PDF without a password was expected.",
        "Open it with its password, print or save it as a new PDF without one, and upload that.",
    )


def _bomb(kind: str) -> TooBig:
    return TooBig(
        f"The {KIND_NAMES[kind]} file unpacks to far more than a text needs.",
        f"At most {MAX_UNPACKED_BYTES // 2**20} MB can be taken, unpacked.",
        "Copy its text into a plain text file (.txt), or choose a part of it.",
    )


def main(kind: str) -> int:
    """Read one document and return the exit code."""
    _limit_memory()
    try:
        text, notes = {"pdf": read_pdf, "docx": read_docx}[kind](sys.stdin.buffer.read())
    except (MemoryError, RecursionError):
        refusal: CoreError = _bomb(kind)
    except CoreError as error:
        refusal = error
    else:
        sys.stdout.buffer.write(f"{json.dumps(notes)}\n{text}".encode("utf-8", "replace"))
        return 0
    sys.stdout.write(json.dumps([type(refusal).__name__, refusal.came, refusal.expected, refusal.advice]))
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
