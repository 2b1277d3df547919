"""Tables of reviews as visitors bring them: good ones and bad ones."""

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Sequence

from lstm_core.knobs import MAX_UNPACKED_BYTES

REVIEWS = tuple(
    f'{opening} film number {number}, {verdict}; I saw it "twice".'
    for number in range(15)
    for opening, verdict in (("A great", "moving and funny"), ("A dull", "slow and sad"))
)
BINARY = tuple(number % 2 for number in range(1, len(REVIEWS) + 1))  # 1, 0, 1, 0, …
GOOD_BAD = ("1", "0")


def label_with(*values: str) -> tuple[str, ...]:
    """Give the reviews these labels by turns."""
    return tuple(values[number % len(values)] for number in range(len(REVIEWS)))


def make_table(
    labels: Iterable[str] = label_with(*GOOD_BAD),
    texts: Iterable[str] = REVIEWS,
    header: Sequence[str] | None = ("text", "label"),
    delimiter: str = ",",
    encoding: str = "utf-8",
    line_end: str = "\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """Write a table of two columns as Python's csv module does."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    if header:
        writer.writerow(header)
    writer.writerows(zip(texts, labels, strict=True))
    return written.getvalue().encode(encoding)


def make_bomb() -> bytes:
    """Pack one review and then more spaces than may be unpacked, in some hundred kilobytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(make_table())
        line = b"\n" * 2**20
        for _ in range(MAX_UNPACKED_BYTES // 2**20 + 1):
            file.write(line)
    return packed.getvalue()


def make_endless_line() -> bytes:
    """Pack a table whose last line goes on and on."""
    return gzip.compress(make_table() + b'"' + b"a " * 15_000_000, compresslevel=1)


# What cannot be read: name of the file, what is in it, and words that its refusal has.
BAD_TABLES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.csv", lambda: b"", "The file is empty"),
    "empty when unpacked": ("a.csv.gz", lambda: gzip.compress(b""), "packed file is empty"),
    "blank": ("a.csv", lambda: b"\n \n\r\n\n", "not a single row"),
    "a header alone": ("a.csv", lambda: b"text,label\n", "has 0 reviews with a label"),
    "binary": ("a.csv", lambda: bytes(range(256)) * 20, "bytes that no text has"),
    "a picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9, "a picture"),
    "an Excel workbook": ("a.csv", lambda: b"PK\x03\x04\x14\x00\x06\x00" + bytes(500), "Excel workbook"),
    "not packed": ("a.csv.gz", make_table, "ends in .gz, but the file is not packed"),
    "packed and broken off": ("a.csv.gz", lambda: gzip.compress(make_table())[:-40], "breaks off in the middle"),
    "packed and damaged": ("a.csv.gz", lambda: gzip.compress(make_table())[:12] + bytes(range(200)), "is damaged"),
    "packed with a wrong check": ("a.gz", lambda: gzip.compress(make_table())[:-8] + bytes(8), "is damaged"),
    "a bomb": ("a.csv.gz", make_bomb, "more than 400 MB when it is unpacked"),
    "a line without end": ("a.csv.gz", make_endless_line, "goes on for more than 10,000,000 characters"),
    "no label column": ("a.csv", lambda: make_table(REVIEWS, header=("text", "other")), "text, other.* was a label"),
    "one column": ("a.csv", lambda: "\n".join(["text", *REVIEWS]).encode(), "one column only, “text”"),
    "strange labels": ("a.csv", lambda: make_table(label_with("good", "bad", "so-so")), "holds “bad”, “good”, “so-so”"),
    "mixed labels": ("a.csv", lambda: make_table(label_with("0", "1", "pos")), "holds “0”, “1”, “pos”"),
    "too many stars": ("a.csv", lambda: make_table(label_with("1", "5", "11")), "holds “11”, “1”, “5”"),
    "only positive": ("a.csv", lambda: make_table(label_with("pos")), "All 30 reviews are positive"),
    "only negative": ("a.csv", lambda: make_table(label_with("1", "2")), "All 30 .* negative.* 1 to 5 stars"),
    "too few": ("a.csv", lambda: make_table(BINARY[:19], REVIEWS[:19]), "has 19 reviews with a label"),
    "too few with a label": ("a.csv", lambda: make_table(label_with("0", "1", "", "")), "has 16 .* 14 rows without"),
    "a hundred columns and more": ("a.csv", lambda: b"text" + b",a" * 201 + b"\nb" + b",1" * 201, "202 columns"),
}  # fmt: skip
