"""Scores a whole table of reviews in a thread of its own, so that nothing a visitor does meanwhile stops it.

No Streamlit here: the page keeps a `ScoringJob` in its session and looks at it now and then.
"""

import csv
import io
import logging
import threading
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import CoreError
from lstm_core.reviewing.scorer import ReviewScorer, word_confidence
from lstm_core.text.review_columns import ReviewColumns
from lstm_core.text.review_files import ReviewTable, read_reviews_to_score

CHUNK = 200  # reviews scored at once: some tenths of a second
JOBS_AT_ONCE = 2  # of all visitors together; others wait for their turn
LABELS = ("negative", "positive")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take a cell that begins so for a formula
_TURNS = threading.Semaphore(JOBS_AT_ONCE)
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoredReview:
    """One row of the result. `known_share` of its words the network knows; `label` is "" where the table has none."""

    text: str
    score: float
    verdict: str
    known_share: float
    label: str


class ScoringJob:
    """A table on its way through a network. Scores (n,) are 0 to 1; `done` of the table's reviews have theirs."""

    def __init__(self, scorer: ReviewScorer, judge_name: str, file_name: str, data: bytes, columns: ReviewColumns):
        self.judge_name, self.file_name = judge_name, file_name
        self.table: ReviewTable | None = None  # as soon as it is read
        self.done = 0
        self.error: CoreError | None = None
        self.has_failed = False  # for a reason that nobody has foreseen; it is in the log
        self.scores = self.known_shares = np.empty(0, np.float32)
        self._scorer, self._stopping = scorer, threading.Event()
        self._thread = threading.Thread(target=self._work, args=(data, columns), daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Score no further; what has been scored stays."""
        self._stopping.set()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, or so long."""
        self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.done / len(self.table) if self.table else 0.0

    @property
    def accuracy(self) -> float | None:
        """The share of the scored reviews that it is right about; None where the table tells no labels."""
        if self.table is None or self.table.labels is None or not self.done:
            return None
        return float(np.mean((self.scores[: self.done] > 0.5) == (self.table.labels[: self.done] == 1)))

    def row(self, index: int) -> ScoredReview:
        """Return one of the rows that are done."""
        assert self.table is not None
        score = float(self.scores[index])
        label = "" if self.table.labels is None else LABELS[int(self.table.labels[index])]
        verdict = word_confidence(score, LABELS[score > 0.5])
        return ScoredReview(self.table.texts[index], score, verdict, float(self.known_shares[index]), label)

    def to_csv(self) -> bytes:
        """Write all rows that are done, other columns last, in UTF-8 with the mark by which Excel knows it."""
        assert self.table is not None
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        label_names = [] if self.table.labels is None else ["label", "right"]
        others = [defuse(name) for name in self.table.other_names]
        writer.writerow(["review", "score", "verdict", "words known", *label_names, *others])
        for index in range(self.done):
            row = self.row(index)
            is_right = "yes" if (row.score > 0.5) == (row.label == LABELS[1]) else "no"
            writer.writerow(
                [defuse(row.text), f"{row.score:.4f}", row.verdict, f"{row.known_share:.2f}"]
                + ([row.label, is_right] if label_names else [])
                + [defuse(cell) for cell in self.table.others[index]]
            )
        return text.getvalue().encode("utf-8-sig", "replace")

    def _work(self, data: bytes, columns: ReviewColumns) -> None:
        try:
            with _TURNS:
                self.table = read_reviews_to_score(io.BytesIO(data), columns)
                self.scores, self.known_shares = np.zeros((2, len(self.table)), np.float32)
                for start in range(0, len(self.table), CHUNK):
                    if self._stopping.is_set():
                        break
                    self._score(self.table.texts[start : start + CHUNK], start)
        except CoreError as error:
            self.error = error
        except Exception:
            LOGGER.exception("Scoring a table failed")
            self.has_failed = True

    def _score(self, texts: tuple[str, ...], start: int) -> None:
        end = start + len(texts)
        self.scores[start:end] = self._scorer.score_many(texts)
        known = (self._scorer.read(text).is_known for text in texts)
        self.known_shares[start:end] = [sum(each) / max(1, len(each)) for each in known]
        self.done = end


def defuse(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: one that looks like it gets an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(FORMULA_SIGNS) else cell
