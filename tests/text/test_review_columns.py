"""A table is laid out in one of many ways, and its beginning tells which."""

import csv
import gzip
import io
from pathlib import Path

import pytest

from lstm_core.errors import UnreadableReviews
from lstm_core.text.review_columns import PREVIEW_CHARACTERS, ReviewColumns, guess_columns
from lstm_core.text.review_labels import NEGATIVE, NEITHER, POSITIVE, find_scale
from tests.text.some_tables import BINARY, REVIEWS, label_with, make_table


def guess(table: bytes | str) -> ReviewColumns:
    return guess_columns(io.BytesIO(table.encode() if isinstance(table, str) else table))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("header", [("text", "label"), ("words", "opinion"), None])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_delimiter_header_and_columns_are_found(delimiter: str, header: tuple[str, str] | None, quoting: int) -> None:
    columns = guess(make_table(label_with("neg", "pos"), header=header, delimiter=delimiter, quoting=quoting))
    assert (columns.delimiter, columns.has_header) == (delimiter, header is not None)
    assert columns.names == (header or ("column 1", "column 2"))
    assert (columns.text, columns.label, columns.label_values) == (0, 1, ("neg", "pos"))
    assert columns.preview[0] == (REVIEWS[0], "neg") and len(columns.preview) == 5


def test_a_long_cell_is_shortened_in_the_preview() -> None:
    columns = guess(make_table(texts=["so good " * 1_000] * len(REVIEWS)))
    assert columns.preview[0] == (("so good " * 1_000)[:PREVIEW_CHARACTERS], "1")


@pytest.mark.parametrize(
    ("head", "row", "names"),
    [
        ("id,sentiment,review", "{number},{label},a review of some words", ("review", "sentiment")),
        ("review,helpful,stars", "a review of some words,0,{label}", ("review", "stars")),
        ("Id;Score;Time;Summary;Text", "{number};{label};123;so so;a review of some words", ("Text", "Score")),
        ("name,words,opinion", "{number},a review of some words,{label}", ("words", "opinion")),
        ("label,url,review", "{label},http://a.very.long/address/{number},a review of some words", ("review", "label")),
    ],
)
def test_the_right_ones_of_many_columns_are_found(head: str, row: str, names: tuple[str, str]) -> None:
    rows = [row.format(number=number, label=label) for number, label in enumerate(BINARY)]
    columns = guess("\n".join([head, *rows]))
    assert columns.label is not None
    assert (columns.names[columns.text], columns.names[columns.label]) == names


def test_numbers_of_rows_are_no_stars() -> None:
    assert guess("\n".join(f"{number},a review of words" for number in range(1, 9))).label is None


def test_a_column_that_is_named_so_holds_the_labels_even_if_nobody_understands_them() -> None:
    columns = guess(make_table(label_with("good", "bad"), header=("review", "sentiment")))
    assert (columns.label, columns.label_values) == (1, ("bad", "good"))


def test_without_labels_the_longest_column_is_the_review() -> None:
    columns = guess("\n".join(f"name {number},a review, ".strip(", ") + " of some words" for number in range(9)))
    assert (columns.text, columns.label) == (1, None)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_prose_are_one_column(end: str) -> None:
    columns = guess(end.join(["Good, really.", "Bad; so bad, so sad.", "“Well”, I said.", "No", "It's, well, fine."]))
    assert (columns.names, columns.text, columns.label) == (("column 1",), 0, None)
    assert [row[0] for row in columns.preview][:2] == ["Good, really.", "Bad; so bad, so sad."]


def test_with_a_header_alone_its_names_tell() -> None:
    columns = guess("label;review\n")
    assert (columns.delimiter, columns.label, columns.text, columns.preview) == (";", 0, 1, ())


def test_empty_names_are_numbered() -> None:
    assert guess(",text,label\n" + "1,a review,0\n2,a review,1\n").names == ("column 1", "text", "label")


def test_quotation_marks_that_are_only_text_do_not_swallow_rows() -> None:
    lines = ['"So good, I saw it twice.\t1', 'A "bad" one.\t0', '"Quoted"\t1', "It ends.\t0"] * 5
    columns = guess("\n".join(lines))
    assert not columns.is_quoted
    assert [row[0] for row in columns.preview[:3]] == ['"So good, I saw it twice.', 'A "bad" one.', "Quoted"]


def test_a_review_longer_than_the_sample_is_no_hindrance() -> None:
    columns = guess(make_table(texts=["so, so good\n" * 50_000, *REVIEWS[1:]]))
    assert (columns.delimiter, columns.text, columns.label) == (",", 0, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_encoding_is_found_although_other_letters_come_late(encoding: str) -> None:
    texts = [*REVIEWS * 800, *["Un café très agréable, où l'été était déjà là, à côté de la forêt."] * 30]
    table = make_table(texts=texts, labels=label_with("0", "1") * 801, encoding=encoding)
    columns = guess(gzip.compress(table))
    assert columns.names == ("text", "label")
    known = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16LE", "cp1252": ("Windows-1252", "Latin-1")}
    assert columns.encoding in known.get(encoding, encoding.upper())


def test_a_file_may_be_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_bytes(make_table())
    assert guess_columns(tmp_path / "reviews.csv").names == ("text", "label")
    with pytest.raises(UnreadableReviews, match="cannot be read"):
        guess_columns(tmp_path / "missing.csv")


@pytest.mark.parametrize(
    ("values", "meanings"),
    [
        (("0", " 1 "), (NEGATIVE, POSITIVE)),
        (("0.0", "1.0"), (NEGATIVE, POSITIVE)),
        (("neg", "POS", "Positive ", "negative", "neutral"), (NEGATIVE, POSITIVE, POSITIVE, NEGATIVE, NEITHER)),
        (("True", "FALSE"), (POSITIVE, NEGATIVE)),
        (("1", "2", "3", "4", "5"), (NEGATIVE, NEGATIVE, NEITHER, POSITIVE, POSITIVE)),
        (("1", "4", "5", "6", "7", "10"), (NEGATIVE, NEGATIVE, NEITHER, NEITHER, POSITIVE, POSITIVE)),
    ],
)
def test_a_column_of_labels_is_understood_as_a_whole(values: tuple[str, ...], meanings: tuple[int, ...]) -> None:
    scale = find_scale(values)
    assert scale is not None
    assert tuple(scale.read(value) for value in values) == meanings


@pytest.mark.parametrize("values", [(), ("0", "5"), ("0", "pos"), ("good", "bad"), ("-1", "1"), ("1", "11"), ("1.5",)])
def test_what_is_on_no_scale_is_not_guessed_at(values: tuple[str, ...]) -> None:
    assert find_scale(values) is None
