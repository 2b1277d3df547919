"""A side measures in a process of its own; whatever happens there is told here."""

import os

import pytest

from benchmarks.side import Side, started
from benchmarks.timing import SideFailed

BUILDER = "tests.benchmarks.made_up_side:build"


def test_a_side_keeps_what_it_has_built_from_one_measurement_to_the_next() -> None:
    with Side(BUILDER, {"start": 5}) as side:
        answers = [side.measure(add=add) for add in (1, 2)]
        assert [answer["count"] for answer in answers] == [6, 8]
        assert answers[0]["process"] == answers[1]["process"] != os.getpid()
        assert side.rate(add=2) == 5  # 10 in 2 s


def test_what_a_side_prints_is_no_answer() -> None:
    with Side(BUILDER, {"start": 5}) as side:
        assert side.measure(add=1, prints="{}")["count"] == 6


def test_an_error_in_a_measurement_is_told_and_the_side_lives_on() -> None:
    with Side(BUILDER, {"start": 5}) as side:
        with pytest.raises(SideFailed, match="ZeroDivisionError"):
            side.measure(add=0)
        assert side.measure(add=1)["count"] == 6


def test_a_side_that_crashes_is_told_with_its_last_words() -> None:
    with Side(BUILDER, {"start": 5}) as side, pytest.raises(SideFailed, match="I give up"):
        side.measure(add=1, crashes=True)


def test_a_side_that_cannot_be_built_is_left_out_and_named() -> None:
    notes: list[str] = []
    builders = {"missing": ("no_such_module:build", {}), "there": (BUILDER, {"start": 1})}
    with started(builders, notes) as sides:
        assert list(sides) == ["there"]
    assert len(notes) == 1
    assert "missing could not be measured: ModuleNotFoundError" in notes[0]
