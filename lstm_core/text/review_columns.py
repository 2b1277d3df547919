"""Which column of a table holds the reviews, which the labels, and what parts the columns? Guessed from its beginning.

A guess only: whoever uploads sees it beside the first rows, and can choose other columns. Next: `review_files`.
"""

import io
import re
import statistics
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from lstm_core.errors import UnreadableReviews
from lstm_core.knobs import MAX_REVIEW_FILE_BYTES
from lstm_core.text.review_labels import SCALES, find_scale, is_missing
from lstm_core.text.review_stream import (
    MAX_ROW_CHARACTERS,
    NO_DELIMITER,
    Source,
    endless_row,
    find_table_encoding,
    iter_rows,
    open_text,
)

MAX_COLUMNS = 100
PREVIEW_ROWS = 5
PREVIEW_CHARACTERS = 200  # of one cell
_SAMPLE_CHARACTERS = 256 * 1024
_SAMPLE_ROWS = 2_000
_MIN_SHARE = 0.8  # of the rows that have the same number of columns, where no labels tell that the columns are right

# Names that head the columns of well-known tables, the surest first.
LABEL_NAMES = ("label", "labels", "sentiment", "polarity", "class", "target", "rating", "ratings", "stars", "score")
_TEXT_NAMES = ("text", "review", "reviews", "review_text", "reviewtext", "sentence", "comment", "content", "body")
_NUMBERING = ("id", "index")
_HEADER_NAMES = {*LABEL_NAMES, *_TEXT_NAMES, *_NUMBERING, "title", "topic", "tweet"}
_OPEN_QUOTE = re.compile(r'(?:^|[\t\r\n])"[^\t\r\n]*[^"\t\r\n][\t\r\n]')  # a cell that begins with one and ends without


@dataclass(frozen=True)
class ReviewColumns:
    """How to read a table: `text` and `label` are places in `names`, counted from 0; `label` is None without labels.

    `preview` are the first rows, long cells shortened; `label_values` are the distinct values of the label column that
    stand near the beginning. Without `is_quoted`, quotation marks part nothing.
    """

    encoding: str
    delimiter: str
    is_quoted: bool
    has_header: bool
    names: tuple[str, ...]
    text: int
    label: int | None
    preview: tuple[tuple[str, ...], ...]
    label_values: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Layout:
    """One way to cut the sample up. `share` of the rows have `width` columns; a small `label_rank` is a sure label."""

    delimiter: str
    is_quoted: bool
    rows: list[list[str]]
    width: int
    share: float
    has_header: bool
    label: int | None
    label_rank: tuple[int, ...]

    @property
    def body(self) -> list[list[str]]:
        """The rows below the header that have the usual number of columns."""
        return [row for row in self.rows[self.has_header :] if len(row) == self.width]

    @property
    def is_plausible(self) -> bool:
        if self.label is not None or (self.has_header and len(self.rows[0]) == self.width):
            return True
        # Commas of prose part columns too: but seldom as many in each line, and with a space behind.
        spaced = [row[1].startswith(" ") for row in self.body if self.width > 1]
        return self.share >= _MIN_SHARE and sum(spaced) <= len(spaced) / 2


def guess_columns(source: Source, max_bytes: int = MAX_REVIEW_FILE_BYTES) -> ReviewColumns:
    """Find out how a table is laid out, from its first 2,000 rows at most.

    Raises TooBig and UnreadableReviews for what is no table at all; columns that mean nothing raise nothing here.
    """
    encoding = find_table_encoding(source, max_bytes)
    for size in (_SAMPLE_CHARACTERS, MAX_ROW_CHARACTERS + _SAMPLE_CHARACTERS):  # the second, for reviews without end
        with open_text(source, max_bytes, encoding) as stream:
            sample, is_all = stream.read(size), not stream.read(1)
        layout = _find_layout(sample, is_all)
        if is_all or len(layout.rows) > 3:
            break
    if not layout.rows:
        if len(sample) >= MAX_ROW_CHARACTERS:
            raise endless_row()
        raise UnreadableReviews(
            "There is not a single row in the file.",
            "A table of reviews was expected, one in each row.",
            "Choose another file.",
        )
    if layout.width > MAX_COLUMNS:
        raise UnreadableReviews(
            f"The table has {layout.width:,} columns.",
            f"At most {MAX_COLUMNS} are looked at; two are needed, for the review and for its label.",
            "Save a table with the columns that matter.",
        )
    heads = layout.rows[0] if layout.has_header else []
    named = [heads[place].strip() if place < len(heads) else "" for place in range(layout.width)]
    labels = [] if layout.label is None else [row[layout.label].strip() for row in layout.body]
    return ReviewColumns(
        encoding,
        layout.delimiter,
        layout.is_quoted,
        layout.has_header,
        tuple(name or f"column {place}" for place, name in enumerate(named, 1)),
        _find_text(layout, named),
        layout.label,
        tuple(tuple(cell[:PREVIEW_CHARACTERS] for cell in row) for row in layout.body[:PREVIEW_ROWS]),
        tuple(sorted({value for value in labels if not is_missing(value)})),
    )


def _find_layout(sample: str, is_all: bool) -> _Layout:
    """Choose the delimiter that gives labels, or else rows of the same number of columns; or none."""
    layouts = [_lay_out(sample, is_all, delimiter) for delimiter in (",", "\t", ";")]
    plausible = [layout for layout in layouts if layout.width > 1 and layout.is_plausible]
    if plausible:
        best = min(plausible, key=lambda layout: (layout.label is None, -layout.share, layout.label_rank))
        return _choose_quoting(sample, is_all, best) if best.delimiter == "\t" else best
    if layouts[0].width == 1 and layouts[0].share == 1:
        return layouts[0]
    return _lay_out(sample, is_all, NO_DELIMITER, is_quoted=False)


def _choose_quoting(sample: str, is_all: bool, quoted: _Layout) -> _Layout:
    """Tell whether quotation marks mean nothing in a table with tabs, as in the UCI's labelled sentences.

    If they were taken for more, a review that begins with one would swallow the rows below it.
    """
    if not _OPEN_QUOTE.search(sample):
        return quoted
    plain = _lay_out(sample, is_all, "\t", is_quoted=False)
    is_even = plain.share == 1 and plain.width == quoted.width
    return plain if is_even and (plain.label is not None or quoted.label is None) else quoted


def _lay_out(sample: str, is_all: bool, delimiter: str, is_quoted: bool = True) -> _Layout:
    rows: list[list[str]] = []
    # A wrong delimiter can make one row of everything, which is refused; the rows above it tell enough.
    with suppress(UnreadableReviews):
        rows.extend(islice(iter_rows(io.StringIO(sample, newline=""), delimiter, is_quoted), _SAMPLE_ROWS))
    if not is_all and 1 < len(rows) < _SAMPLE_ROWS:
        rows.pop()  # the sample may break off inside it
    if not rows:
        return _Layout(delimiter, is_quoted, rows, 0, 0.0, False, None, ())
    width, count = Counter(map(len, rows)).most_common(1)[0]
    layout = _Layout(delimiter, is_quoted, rows, width, count / len(rows), _has_header(rows, width), None, ())
    return _with_label(layout) if 1 < width <= MAX_COLUMNS else layout


def _has_header(rows: list[list[str]], width: int) -> bool:
    """Is the first row one of names? Either well-known ones, or no label stands where all other rows have theirs."""
    first, below = rows[0], [row for row in rows[1:] if len(row) == width]
    if any(cell.strip().casefold() in _HEADER_NAMES for cell in first):
        return True
    if len(first) != width or not 1 < width <= MAX_COLUMNS:
        return False
    return any(
        not is_missing(first[place])
        and find_scale(_values(below, place))
        and not find_scale([*_values(below, place), first[place]])
        for place in range(width)
    )


def _with_label(layout: _Layout) -> _Layout:
    """Find the label column: one that is named so, or else one whose values are understood."""
    heads = [cell.strip().casefold() for cell in layout.rows[0]] if layout.has_header else []
    heads += [""] * layout.width
    ranks = []
    for place in range(layout.width):
        values, head = _values(layout.body, place), heads[place]
        scale = find_scale(values)
        is_counting = 2 < len(values) == len(set(values))  # the rows' own numbers look like stars at first
        if head in LABEL_NAMES:
            ranks.append((0, scale is None, LABEL_NAMES.index(head), 0, place))
        elif scale is not None and not is_counting and head not in _NUMBERING:
            ranks.append((1, False, SCALES.index(scale), len(set(values)), place))
    return replace(layout, label=min(ranks)[-1], label_rank=min(ranks)) if ranks else layout


def _find_text(layout: _Layout, named: list[str]) -> int:
    """Choose the column with the longest cells, and one that is named so before one that is not much longer."""

    def length(place: int) -> float:
        mean = statistics.fmean(len(row[place]) for row in layout.body) if layout.body else 1.0
        return mean * (2 if named[place].casefold() in _TEXT_NAMES else 1)

    return max((place for place in range(layout.width) if place != layout.label), key=length)


def _values(rows: list[list[str]], place: int) -> list[str]:
    return [row[place] for row in rows if not is_missing(row[place])]
