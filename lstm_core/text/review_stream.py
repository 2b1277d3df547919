"""How do the bytes of a table, packed or not, become rows, without ever holding more than one of them?

A stranger's file of some megabytes can unpack to gigabytes, or never end its first line: what is read, what is
unpacked, and what one row may hold, all are limited here. Next: `review_columns`, which finds out what the rows mean.
"""

import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from lstm_core.errors import TooBig, UnreadableReviews, UnreadableText
from lstm_core.knobs import MAX_UNPACKED_BYTES
from lstm_core.text.encodings import ENCODINGS, decode_bytes

Source = Path | BinaryIO
"""A file by its path, or one that is open for reading bytes and can go back to its beginning."""

NO_DELIMITER = (
    "\x1f"  # each line is one cell: a character of ASCII that was meant to part cells, and that no text holds
)
MAX_ROW_CHARACTERS = 10_000_000
MAX_LINES = 5_000_000  # some seconds' work; Excel leaves up to a million blank ones below a table
BLOCK_BYTES = 256 * 1024

_EXPECTED = "A table of reviews was expected: .csv or .tsv, plain or packed as .gz."
_SAVE_AS_CSV = "Open it in the program that made it and save it as CSV (UTF-8)."
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook (.xlsx) or another packed file (.zip)", b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF-": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"7z\xbc\xaf": "a packed file of another kind", b"Rar!": "a packed file of another kind",
    b"BZh": "a packed file of another kind", b"\xfd7zXZ": "a packed file of another kind",
}  # fmt: skip

# The limit is the whole process's; others may have raised it further. The default, 131,072, is less than some reviews.
csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW_CHARACTERS))


def find_table_encoding(source: Source, max_bytes: int) -> str:
    """Name the encoding of a table, one of ENCODINGS.

    Looked at is the first block with characters beyond ASCII: in English reviews it may come late. Raises
    UnreadableReviews when the file is empty or no text, and all that `open_text` raises.
    """
    with _open_bytes(source, max_bytes) as file:
        block = file.read(BLOCK_BYTES)
        if not block:
            raise _refuse("The packed file is empty.", "Choose another file.")
        while block.isascii() and b"\x00" not in block:  # UTF-16 is full of zeros
            following = file.read(BLOCK_BYTES)
            if not following:
                break
            block = following
    try:
        return decode_bytes(_end_between_characters(block)).encoding
    except UnreadableText as error:
        raise _refuse(error.came, _SAVE_AS_CSV) from None


@contextmanager
def open_text(source: Source, max_bytes: int, encoding: str) -> Iterator[TextIO]:
    """Open a table as a stream of text from its beginning; bytes that fit no character become “\ufffd”.

    Raises TooBig above `max_bytes`, and, while it is read, above MAX_UNPACKED_BYTES; UnreadableReviews when the file
    cannot be opened, is empty, of a known other kind, or packed and damaged.
    """
    codec = "utf-8-sig" if encoding == "UTF-8" else ENCODINGS[encoding]
    with _open_bytes(source, max_bytes) as file:
        # newline="": the csv module asks for it; str.splitlines would break reviews at U+0085, which many hold.
        yield io.TextIOWrapper(file, codec, errors="replace", newline="")


def iter_rows(text: TextIO, delimiter: str, is_quoted: bool) -> Iterator[list[str]]:
    """Yield the rows of a table, without those that are blank.

    Raises UnreadableReviews when one row holds more than MAX_ROW_CHARACTERS, or all together more than MAX_LINES.
    """
    lines = _Lines(text)
    try:
        for row in csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE):
            lines.row_characters = 0
            if any(map(str.strip, row)):
                yield row if is_quoted else [_strip_quotes(cell) for cell in row]
    except csv.Error as error:
        raise _refuse(f"The table is damaged ({error}).", _SAVE_AS_CSV) from None


def endless_row() -> UnreadableReviews:
    """Return what is to be raised for a row that holds more than MAX_ROW_CHARACTERS."""
    return _refuse(
        f"A row of the table goes on for more than {MAX_ROW_CHARACTERS:,} characters.",
        'Is there a quotation mark (") that is not closed? Save the table anew, as CSV (UTF-8).',
    )


class _Lines:
    """The lines of a text for the csv module, which would gather a row for as long as the text goes on."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.row_characters = 0
        self._count = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_CHARACTERS)
        if not line:
            raise StopIteration
        self.row_characters += len(line)
        if self.row_characters >= MAX_ROW_CHARACTERS:
            raise endless_row()
        self._count += 1
        if self._count > MAX_LINES:
            raise _refuse(
                f"The table goes on for more than {MAX_LINES:,} lines.",
                "Are most of them blank? Save a table of the rows that hold reviews.",
            )
        return line


class _Bytes(io.RawIOBase):
    """The bytes of a file, unpacked where it is packed, and not more than may come. Closing it closes no file."""

    def __init__(self, file: BinaryIO, is_packed: bool) -> None:
        self._file: Any = gzip.GzipFile(fileobj=file) if is_packed else file
        self._left = MAX_UNPACKED_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read(len(buffer))
        except EOFError:
            raise _refuse("The packed file breaks off in the middle.", "Pack or download it anew.") from None
        except (gzip.BadGzipFile, zlib.error):  # the first is an OSError too
            raise _refuse("The packed file is damaged.", "Pack or download it anew.") from None
        except OSError as error:
            raise _cannot_read(error) from None
        self._left -= len(data)
        if self._left < 0:
            raise TooBig(
                f"The file holds more than {MAX_UNPACKED_BYTES / 2**20:.0f} MB when it is unpacked.",
                "Half a million reviews take less.",
                "Choose a part of them.",
            )
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _open_bytes(source: Source, max_bytes: int) -> Iterator[io.BufferedReader]:
    if not isinstance(source, Path):
        yield _check_and_unpack(source, str(getattr(source, "name", "")), max_bytes)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise _cannot_read(error) from None
    with file:
        yield _check_and_unpack(file, source.name, max_bytes)


def _check_and_unpack(file: BinaryIO, name: str, max_bytes: int) -> io.BufferedReader:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    if size > max_bytes:
        raise TooBig(
            f"The file is {size / 2**20:.1f} MB large.",
            f"At most {max_bytes / 2**20:.0f} MB can be taken.",
            "Choose a part of it, or pack it with gzip (.csv.gz).",
        )
    if not size:
        raise _refuse("The file is empty.", "Choose another file.")
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise _refuse(f"The file is {what}.", _SAVE_AS_CSV)
    is_packed = head.startswith(b"\x1f\x8b")
    if name.lower().endswith(".gz") and not is_packed:
        raise _refuse("The name ends in .gz, but the file is not packed with gzip.", "Pack it anew, or mend its name.")
    return io.BufferedReader(_Bytes(file, is_packed), BLOCK_BYTES)


def _end_between_characters(block: bytes) -> bytes:
    """Cut the end off, where a block may have cut a character in two."""
    if len(block) < BLOCK_BYTES:
        return block
    if b"\x00" in block:
        return block[: len(block) // 2 * 2]
    # In no encoding are these the second half of anything.
    end = max(block.rfind(sign) for sign in (b"\n", b" ", b",", b'"'))
    return block[: end + 1] if end > 0 else block


def _strip_quotes(cell: str) -> str:
    is_wrapped = len(cell) > 1 and cell.startswith('"') and cell.endswith('"')
    return cell[1:-1].replace('""', '"') if is_wrapped else cell


def _cannot_read(error: OSError) -> UnreadableReviews:
    return _refuse(f"The file cannot be read ({error.strerror or error}).", "Choose another, or look at the file.")


def _refuse(came: str, advice: str) -> UnreadableReviews:
    return UnreadableReviews(came, _EXPECTED, advice)
