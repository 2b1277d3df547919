"""A job brings what it finds, can be stopped, and tells what went wrong."""

import threading
from collections.abc import Iterator

import pytest

from lstm_core.errors import RunNotFound
from lstm_ui.background_job import BackgroundJob

SECONDS = 20.0


def test_it_brings_all_items_and_leaves_out_its_pauses() -> None:
    job = BackgroundJob(lambda: iter([1, None, 2, None, 3]), 3)
    job.wait(SECONDS)
    assert (job.items, job.share, job.is_running) == ([1, 2, 3], 1.0, False)


def test_a_stopped_job_keeps_what_it_has_brought() -> None:
    has_begun, may_go_on = threading.Event(), threading.Event()

    def work() -> Iterator[int | None]:
        yield 1
        has_begun.set()
        may_go_on.wait(SECONDS)
        while True:
            yield None

    job = BackgroundJob(work, 9)
    has_begun.wait(SECONDS)
    job.stop()
    may_go_on.set()
    job.wait(SECONDS)
    assert (job.items, job.is_running) == ([1], False)


def test_a_refusal_is_kept_for_the_page_and_a_bug_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> Iterator[int]:
        yield 1
        raise RunNotFound("It has gone.", "It was here.", "Choose another.")

    refused, broken = BackgroundJob(refuse, 2), BackgroundJob(lambda: iter([1, 1 // 0]), 2)
    for job in (refused, broken):
        job.wait(SECONDS)
    assert isinstance(refused.error, RunNotFound)
    assert broken.has_failed
    assert "ZeroDivisionError" in caplog.text
