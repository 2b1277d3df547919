"""A table of reviews is read whatever program wrote it, and what cannot be used is told in words."""

import csv
import gzip
import io
import string
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import CoreError, TooBig, UnreadableReviews
from lstm_core.knobs import MAX_REVIEW_CHARACTERS, MAX_REVIEW_UPLOAD_BYTES, MAX_SCORED_ROWS
from lstm_core.text.review_files import guess_columns, read_labelled_reviews, read_reviews_to_score
from lstm_core.text.reviews import LabelledReviews
from tests.text.some_files import CASES, PROSE
from tests.text.some_tables import BAD_TABLES, BINARY, REVIEWS, label_with, make_table

ENGLISH = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1")


def read(table: bytes) -> LabelledReviews:
    return read_labelled_reviews(io.BytesIO(table))


@pytest.mark.parametrize("encoding", ENGLISH)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_table_is_read_in_every_usual_form(encoding: str, delimiter: str, is_packed: bool) -> None:
    table = make_table(delimiter=delimiter, encoding=encoding, line_end="\r\n")
    reviews = read(gzip.compress(table) if is_packed else table)
    assert (reviews.texts, reviews.labels.tolist(), reviews.note) == (REVIEWS, list(BINARY), "")
    assert reviews.labels.dtype == np.int8


@pytest.mark.parametrize(("script", "encoding"), CASES)
def test_reviews_in_the_scripts_of_the_world_are_read(script: str, encoding: str) -> None:
    texts = [f"{number}. {PROSE[script][0]}" for number in range(2_000)]  # more than is looked at for a guess
    reviews = read(make_table(BINARY[:20] * 100, texts, encoding=encoding))
    assert reviews.texts == tuple(texts)


@pytest.mark.parametrize("name", ["reviews.csv", "reviews.csv.gz", "reviews.tsv"])
def test_a_table_is_read_by_its_path(tmp_path: Path, name: str) -> None:
    table = make_table()
    (tmp_path / name).write_bytes(gzip.compress(table) if name.endswith(".gz") else table)
    assert read_labelled_reviews(tmp_path / name).texts == REVIEWS


def test_an_open_file_is_read_from_its_beginning_and_stays_open() -> None:
    file = io.BytesIO(make_table())
    file.read(100)
    assert len(read_labelled_reviews(file)) == len(read_labelled_reviews(file)) == len(REVIEWS)


@pytest.mark.parametrize(
    ("labels", "positive", "note"),
    [
        (("negative", " Positive "), [0, 1], ""),
        (("NEG", "pos", "neutral"), [0, 1], "10 reviews (neutral), neither good nor bad, were left out."),
        (("False", "True"), [0, 1], ""),
        (("1", "2", "3", "4", "5"), [0, 0, 1, 1], "6 reviews (3 of 5 stars), neither good nor bad, were left out."),
        (("4", "10", "5"), [0, 1], "10 reviews (5 or 6 of 10 stars), neither good nor bad, were left out."),
    ],
)
def test_labels_are_understood_and_what_is_neither_is_left_out(
    labels: tuple[str, ...], positive: list[int], note: str
) -> None:
    reviews = read(make_table(label_with(*labels)))
    assert reviews.labels.tolist()[: len(positive)] == positive
    assert reviews.note == note


def test_what_is_left_out_or_cut_is_counted_and_said() -> None:
    texts = ["", "  ", "x" * (MAX_REVIEW_CHARACTERS + 1), *REVIEWS]
    labels = ["1", "1", "1", "", *BINARY[1:]]
    table = make_table(labels, texts) + b"one,0,more,columns\n" + b"lonely\n" + b"with a comma at the end,1,\n"
    reviews = read(table)
    assert reviews.texts == ("x" * MAX_REVIEW_CHARACTERS, *REVIEWS[1:], "with a comma at the end")
    assert reviews.note == (
        "4 rows without a text or a label were left out. 1 row with more columns than the others was left out. "
        "1 review longer than 50,000 characters was cut."
    )


def test_a_line_of_5_megabytes_is_read() -> None:
    reviews = read(make_table(texts=["so good " * 700_000, *REVIEWS[1:]]))
    assert len(reviews) == len(REVIEWS) and len(reviews.texts[0]) == MAX_REVIEW_CHARACTERS


def test_only_the_first_rows_of_a_very_long_table_are_used() -> None:
    reviews = read_labelled_reviews(io.BytesIO(make_table()), max_rows=24)
    assert (len(reviews), reviews.note) == (24, "Only the first 24 rows are used.")
    assert read_labelled_reviews(io.BytesIO(make_table()), max_rows=30).note == ""


def test_reviews_that_would_fill_the_memory_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstm_core.text.review_files.MAX_REVIEW_MEMORY_BYTES", sum(map(sys.getsizeof, REVIEWS[:25])))
    assert read(make_table()).note == "Only the first 25 reviews are used: they fill the memory."


def test_bytes_that_are_no_characters_are_told() -> None:
    table = make_table(texts=["Ein schöner Film für alle, die größer träumen."] * 30).replace(
        b"gr\xc3\xb6", b"gr\xff", 1
    )
    reviews = read(table)
    assert "gr\ufffdßer" in reviews.texts[0] and "schöner" in reviews.texts[0]
    assert reviews.note == "1 review has characters (\ufffd) that UTF-8 does not know."


def test_other_columns_can_be_chosen_than_were_guessed() -> None:
    lines = [f"{label},a summary that is long,short {label},{1 - label}" for label in BINARY]
    file = io.BytesIO("\n".join(["label,summary,text,other", *lines]).encode())
    guessed = guess_columns(file)
    assert (guessed.text, guessed.label) == (1, 0)
    chosen = read_labelled_reviews(file, replace(guessed, text=2, label=3))
    assert (chosen.texts[0], chosen.labels[0]) == (f"short {BINARY[0]}", 1 - BINARY[0])
    with pytest.raises(UnreadableReviews, match="“text” was chosen for both"):
        read_labelled_reviews(file, replace(guessed, text=2, label=2))


@pytest.mark.parametrize("bad", BAD_TABLES)
def test_what_cannot_be_read_is_refused_in_words(bad: str, tmp_path: Path) -> None:
    name, make, said = BAD_TABLES[bad]
    (tmp_path / name).write_bytes(make())
    with pytest.raises(CoreError, match=said) as refusal:
        read_labelled_reviews(tmp_path / name)
    assert all(sentence.endswith((".", "?")) for sentence in (refusal.value.came, refusal.value.advice))


def test_a_table_of_ever_more_lines_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstm_core.text.review_stream.MAX_LINES", 1_000)
    for lines in (b"\n" * 1_000, b'"' + b"\n" * 1_000 + b'",1\n'):
        with pytest.raises(UnreadableReviews, match="more than 1,000 lines"):
            read(make_table() + lines)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(MAX_REVIEW_UPLOAD_BYTES + 1)
    with pytest.raises(TooBig, match="The file is 20.0 MB large. At most 20 MB"):
        read_labelled_reviews(tmp_path / "large.csv")


def test_reviews_without_labels_can_be_scored() -> None:
    for table in (make_table(REVIEWS, header=("text", "again")), "\n".join(REVIEWS).encode()):
        scored = read_reviews_to_score(io.BytesIO(table))
        assert (scored.texts, scored.labels, scored.note) == (REVIEWS, None, "")


def test_labels_of_reviews_to_score_are_kept_where_they_are_understood() -> None:
    scored = read_reviews_to_score(io.BytesIO(make_table(["1", "3", "3"], REVIEWS[:3])))
    assert scored.labels is not None
    assert (scored.texts, scored.labels.tolist()) == (REVIEWS[:1], [0])
    assert scored.note == "2 reviews (3 of 5 stars), neither good nor bad, were left out."
    strange = read_reviews_to_score(io.BytesIO(make_table(label_with("good", "bad"))))
    assert (strange.texts, strange.labels) == (REVIEWS, None)
    assert strange.note == "Nothing in the column “label” is a label that can be compared."


def test_the_other_columns_of_reviews_to_score_are_kept_beside_them() -> None:
    table = b"id,text,stars,shop\n7,a fine soup,5,Adler\n8,just a soup,3,Adler\n9,a cold soup,1\n"
    scored = read_reviews_to_score(io.BytesIO(table))
    assert scored.texts == ("a fine soup", "a cold soup")
    assert (scored.other_names, scored.others) == (("id", "shop"), (("7", "Adler"), ("9", "")))


def test_of_very_many_reviews_to_score_the_first_are_taken() -> None:
    table = make_table(["1"] * (MAX_SCORED_ROWS + 1), ["good"] * (MAX_SCORED_ROWS + 1))
    scored = read_reviews_to_score(io.BytesIO(table))
    assert (len(scored), scored.note) == (MAX_SCORED_ROWS, "Only the first 20,000 rows are used.")


def test_a_table_without_a_single_review_cannot_be_scored() -> None:
    with pytest.raises(UnreadableReviews, match="no review in the table. 2 rows without a text"):
        read_reviews_to_score(io.BytesIO(b"text,label\n ,1\n ,0\n"))


# Letters in each text: a table whose reviews are all “1” can be read in more ways than one.
TEXTS = st.builds(
    str.__add__,
    st.sampled_from(string.ascii_letters),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], include_characters="\n\r\t\x85\u2028"))
    | st.text('",;\t\n 1a'),
)


@given(
    st.lists(TEXTS, min_size=24, max_size=40),
    st.sampled_from([("0", "1"), ("pos", "neg"), ("Negative", "Positive"), ("1", "5"), ("2", "9", "10")]),
    st.sampled_from([",", "\t", ";"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([("text", "label"), ("words", "opinion"), None]),
)
def test_whatever_the_csv_module_writes_is_read_back(
    texts: list[str],
    labels: tuple[str, ...],
    delimiter: str,
    quoting: int,
    encoding: str,
    header: tuple[str, str] | None,
) -> None:
    given_labels = [labels[number % len(labels)] for number in range(len(texts))]
    reviews = read(make_table(given_labels, texts, header, delimiter, encoding, "\r\n", quoting))
    assert reviews.texts == tuple(texts)
    positive = {"pos", "Positive", "5", "9", "10"} | ({"1"} if "0" in labels else set())
    assert reviews.labels.tolist() == [label in positive for label in given_labels]


@given(st.binary(max_size=300) | st.text('",;\t\n\r 01ab').map(str.encode))
def test_whatever_bytes_come_they_are_read_or_refused(data: bytes) -> None:
    for read_it in (read_labelled_reviews, read_reviews_to_score):
        try:
            read_it(io.BytesIO(data))
        except CoreError as refusal:
            assert str(refusal)


def test_all_25_000_reviews_of_imdb_are_read(test_data: Path) -> None:
    with (test_data / "imdb_train.csv.gz").open("rb") as file:
        reviews = read_labelled_reviews(file)
    assert (len(reviews), int(reviews.labels.sum()), reviews.note) == (25_000, 12_500, "")
    assert sum("\x85" in text for text in reviews.texts) > 300  # at which str.splitlines would break them
