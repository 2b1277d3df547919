"""How does a table that someone brings become labelled reviews, or reviews to be scored, and why is it refused?

Read as a stream and kept within bounds; what is left out on the way is counted and said. Before: `review_columns`.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lstm_core.errors import UnreadableReviews
from lstm_core.knobs import (
    MAX_REVIEW_CHARACTERS,
    MAX_REVIEW_MEMORY_BYTES,
    MAX_REVIEW_ROWS,
    MAX_REVIEW_UPLOAD_BYTES,
    MAX_SCORED_ROWS,
    MIN_LABELLED_REVIEWS,
)
from lstm_core.text.review_columns import ReviewColumns, guess_columns
from lstm_core.text.review_labels import NEITHER, SCALES, LabelScale, find_scale, is_missing, is_on_any_scale
from lstm_core.text.review_stream import Source, iter_rows, open_text
from lstm_core.text.reviews import LabelledReviews

_MAX_STRANGE_LABELS = 20  # distinct ones; a column with more of them holds something else, and is not read to its end
_SHOWN_LABELS = 6


@dataclass(frozen=True)
class ReviewTable:
    """Reviews to be scored; `labels` (n,) int8 as in LabelledReviews, or None where the table tells none.

    `others` are the cells of each review in the table's other columns, named by `other_names`.
    """

    texts: tuple[str, ...]
    labels: np.ndarray | None
    note: str = ""
    other_names: tuple[str, ...] = ()
    others: tuple[tuple[str, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.texts)


def read_labelled_reviews(
    source: Source,
    columns: ReviewColumns | None = None,
    max_bytes: int = MAX_REVIEW_UPLOAD_BYTES,
    max_rows: int = MAX_REVIEW_ROWS,
) -> LabelledReviews:
    """Read reviews to train or to test on; `columns` as `guess_columns` found them, or as someone has chosen them.

    Raises TooBig above `max_bytes`, packed or not, or MAX_UNPACKED_BYTES; UnreadableReviews when it is no table, has
    no label column, labels on no scale, fewer than MIN_LABELLED_REVIEWS, or only negative or only positive ones.
    """
    columns = columns or guess_columns(source, max_bytes)
    _check_columns(columns)
    rows = _collect(source, columns, max_bytes, max_rows)
    scale = find_scale(rows.labels)
    if rows.labels and scale is None:
        raise _strange_labels(columns, set(rows.labels))
    labels = _read_labels(rows, scale)
    reviews = LabelledReviews(tuple(rows.texts), labels, " ".join(rows.notes))
    count, positive = len(reviews), int(reviews.labels.sum())
    if count < MIN_LABELLED_REVIEWS:
        raise UnreadableReviews(
            f"The table has {_count(count, 'review')} with a label. {reviews.note}".rstrip(),
            f"At least {MIN_LABELLED_REVIEWS} are needed; some hundreds teach a network something.",
            "Choose a larger table, or other columns.",
        )
    if positive in (0, count):
        raise UnreadableReviews(
            f"All {count:,} reviews are {'positive' if positive else 'negative'}: the column "
            f"“{columns.names[columns.label or 0]}” was read as {scale.name if scale else 'no scale'}.",
            "Reviews of both kinds are needed, to learn the difference.",
            "Choose another table or label column, or write 0 for negative and 1 for positive.",
        )
    return reviews


def read_reviews_to_score(
    source: Source,
    columns: ReviewColumns | None = None,
    max_bytes: int = MAX_REVIEW_UPLOAD_BYTES,
    max_rows: int = MAX_SCORED_ROWS,
) -> ReviewTable:
    """Read reviews that a network is to score: a table with or without labels, or a review in each line.

    Where some reviews have labels, those without are left out. Raises TooBig and UnreadableReviews as
    `read_labelled_reviews` does, but for labels: on no scale, they are as good as none, and it is said.
    """
    columns = columns or guess_columns(source, max_bytes)
    places = [place for place in range(len(columns.names)) if place not in (columns.text, columns.label)]
    rows, labels = _Rows(), None
    if columns.label is not None:
        rows = _collect(source, columns, max_bytes, max_rows, others=places)
        scale = find_scale(rows.labels)
        labels = _read_labels(rows, scale) if scale else None
    if labels is None:
        rows = _collect(source, columns, max_bytes, max_rows, needs_label=False, others=places)
        if columns.label is not None:
            column = columns.names[columns.label]
            rows.notes.append(f"Nothing in the column “{column}” is a label that can be compared.")
    names = tuple(columns.names[place] for place in places)
    return _check_any(ReviewTable(tuple(rows.texts), labels, " ".join(rows.notes), names, tuple(rows.others)))


@dataclass
class _Rows:
    """What is gathered of a table, and a sentence for each thing that was not plain."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    others: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _collect(
    source: Source,
    columns: ReviewColumns,
    max_bytes: int,
    max_rows: int,
    needs_label: bool = True,
    others: Sequence[int] = (),
) -> _Rows:
    """Gather texts and labels as they stand in the table, and the cells of the columns `others`.

    Stops, for labels to be refused, when many are strange.
    """
    gathered, same, strange = _Rows(), dict[str, str](), set[str]()
    missing = shifted = cut = memory = 0
    needed = max(columns.text, columns.label or 0, *others) + 1
    with open_text(source, max_bytes, columns.encoding) as text:
        for number, row in enumerate(iter_rows(text, columns.delimiter, columns.is_quoted), -int(columns.has_header)):
            if number < 0:
                continue
            if number == max_rows:
                gathered.notes.append(f"Only the first {max_rows:,} rows are used.")
                break
            if any(row[len(columns.names) :]):
                shifted += 1
                continue
            row += [""] * (needed - len(row))
            review, label = row[columns.text], "" if columns.label is None else row[columns.label].strip()
            if not review.strip() or (needs_label and is_missing(label)):
                missing += 1
                continue
            if len(review) > MAX_REVIEW_CHARACTERS:
                review, cut = review[:MAX_REVIEW_CHARACTERS], cut + 1
            beside = tuple(row[place] for place in others)
            memory += sum(map(sys.getsizeof, (review, *beside)))
            if memory > MAX_REVIEW_MEMORY_BYTES:
                gathered.notes.append(f"Only the first {len(gathered.texts):,} reviews are used: they fill the memory.")
                break
            gathered.texts.append(review)
            gathered.others.append(beside)
            if needs_label:
                gathered.labels.append(same.setdefault(label, label))
                if not is_on_any_scale(label):
                    strange.add(label)
                    if len(strange) > _MAX_STRANGE_LABELS:
                        break
    what = "a text or a label" if needs_label else "a text"
    gathered.notes += _say(missing, "row", f"without {what} {{was}} left out.")
    gathered.notes += _say(shifted, "row", "with more columns than the others {was} left out.")
    gathered.notes += _say(cut, "review", f"longer than {MAX_REVIEW_CHARACTERS:,} characters {{was}} cut.")
    damaged = sum("\ufffd" in review for review in gathered.texts)
    gathered.notes += _say(damaged, "review", f"{{has}} characters (\ufffd) that {columns.encoding} does not know.")
    return gathered


def _read_labels(rows: _Rows, scale: LabelScale | None) -> np.ndarray:
    """Turn labels into numbers (n,), and leave the reviews that are neither positive nor negative out of `rows`."""
    meanings = [scale.read(label) for label in rows.labels] if scale else []
    kept = [place for place, meaning in enumerate(meanings) if meaning != NEITHER]
    rows.texts = [rows.texts[place] for place in kept]
    rows.labels = [rows.labels[place] for place in kept]
    rows.others = [rows.others[place] for place in kept]
    if scale is not None:
        left_out = len(meanings) - len(kept)
        rows.notes += _say(left_out, "review", f"({scale.neither}), neither good nor bad, {{was}} left out.")
    return np.array([meanings[place] for place in kept], dtype=np.int8)


def _check_columns(columns: ReviewColumns) -> None:
    if columns.label is not None and columns.label != columns.text:
        return
    if len(columns.names) == 1:
        came = f"The table has one column only, “{columns.names[0]}”."
    elif columns.label is None:
        came = f"In none of the columns ({', '.join(columns.names)[:200]}) was a label found."
    else:
        came = f"The column “{columns.names[columns.text]}” was chosen for both the review and its label."
    raise UnreadableReviews(
        came,
        "Two columns are needed, one with the review and one with its label, parted by commas, semicolons or tabs.",
        f"Name one of them “text”, the other “label”; a label can be {_name_scales()}.",
    )


def _strange_labels(columns: ReviewColumns, values: set[str]) -> UnreadableReviews:
    strange = sorted(values, key=lambda value: (is_on_any_scale(value), value))
    shown = ", ".join(f"“{value[:30]}”" for value in strange[:_SHOWN_LABELS])
    return UnreadableReviews(
        f"The label column “{columns.names[columns.label or 0]}” holds "
        f"{shown}{' and others' if len(strange) > _SHOWN_LABELS else ''}.",
        f"A label can be {_name_scales()}, and all of a table are of one kind.",
        "Choose another column, or write 0 for negative and 1 for positive.",
    )


def _name_scales() -> str:
    names = [scale.name for scale in SCALES]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _check_any(table: ReviewTable) -> ReviewTable:
    if not table.texts:
        raise UnreadableReviews(
            f"There is no review in the table. {table.note}".rstrip(),
            "At least one was expected.",
            "Choose another table, or another column for the reviews.",
        )
    return table


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _say(number: int, noun: str, what: str) -> list[str]:
    """Return one sentence about so many of something; none where there are none."""
    verbs = {"was": "was", "has": "has"} if number == 1 else {"was": "were", "has": "have"}
    return [f"{_count(number, noun)} {what.format(**verbs)}"] if number else []
