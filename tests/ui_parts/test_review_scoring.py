"""A table on its way through the network: it is scored whole, stopped without loss, and comes home harmless."""

import csv
import io

import numpy as np
import pytest

from lstm_core.errors import UnreadableReviews
from lstm_core.network.pretrained import JUDGES, load_pretrained
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.text.review_columns import guess_columns
from lstm_ui.review_scoring import CHUNK, ScoringJob, defuse

GOOD, BAD = "a wonderful film, I loved every minute", "boring and terrible, a waste of time"


@pytest.fixture(scope="module")
def scorer() -> ReviewScorer:
    return ReviewScorer(load_pretrained(JUDGES[0]))


def score(scorer: ReviewScorer, data: bytes) -> ScoringJob:
    job = ScoringJob(scorer, "the judge", "my.csv", data, guess_columns(io.BytesIO(data)))
    job.start()
    job.wait(60)
    assert not job.is_running and not job.has_failed
    return job


def rows(job: ScoringJob) -> list[list[str]]:
    return list(csv.reader(io.StringIO(job.to_csv().decode("utf-8-sig"), newline="")))


def test_every_review_gets_the_score_that_it_gets_alone(scorer: ReviewScorer) -> None:
    texts = [GOOD, BAD] * CHUNK
    job = score(scorer, ("text,label\n" + "".join(f'"{text}",{text == GOOD:d}\n' for text in texts)).encode())
    assert (job.done, job.share, job.accuracy) == (2 * CHUNK, 1.0, 1.0)
    np.testing.assert_allclose(job.scores[:2], [scorer.judge(text).score for text in texts[:2]], atol=1e-5)
    assert len(rows(job)) == 2 * CHUNK + 1


def test_reviews_without_labels_and_in_another_language_are_scored_and_it_is_told_how_much_was_understood(
    scorer: ReviewScorer,
) -> None:
    job = score(scorer, f"{GOOD}\nDas war ja wohl wirklich nichts\n".encode())
    assert job.accuracy is None
    assert rows(job)[0] == ["review", "score", "verdict", "words known"]
    assert float(rows(job)[1][3]) == 1 and float(rows(job)[2][3]) < 0.5


def test_the_other_columns_come_home_too_and_harmless(scorer: ReviewScorer) -> None:
    job = score(scorer, f'id,text,=shop\n7,"{GOOD}",=1+1\n8,"{BAD}",Adler\n'.encode())
    assert [row[4:] for row in rows(job)] == [["id", "'=shop"], ["7", "'=1+1"], ["8", "Adler"]]


def test_what_is_stopped_keeps_the_scores_that_it_has(scorer: ReviewScorer) -> None:
    data = f"{GOOD}\n".encode() * (CHUNK * 3)
    job = ScoringJob(scorer, "the judge", "my.txt", data, guess_columns(io.BytesIO(data)))
    score_once = job._score

    def score_and_stop(texts, start):
        score_once(texts, start)
        job.stop()

    job._score = score_and_stop
    job.start()
    job.wait(60)
    assert job.done == CHUNK
    assert len(rows(job)) == CHUNK + 1


def test_a_table_that_cannot_be_read_says_why(scorer: ReviewScorer) -> None:
    columns = guess_columns(io.BytesIO(b"text,label\nfine,1\n"))
    job = ScoringJob(scorer, "the judge", "my.csv", b"text,label\n,1\n", columns)
    job.start()
    job.wait(60)
    assert isinstance(job.error, UnreadableReviews)


def test_a_bug_ends_the_job_and_is_not_lost(scorer: ReviewScorer, caplog) -> None:
    data = f"{GOOD}\n".encode()
    job = ScoringJob(scorer, "the judge", "my.txt", data, guess_columns(io.BytesIO(data)))
    job._scorer = None
    job.start()
    job.wait(60)
    assert job.has_failed and "Scoring a table failed" in caplog.text


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_a_cell_that_looks_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a film", "1 + 1 = 2", "", "'quoted'"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert defuse(cell) == cell
