"""The more browsers watch, the less often each may look; who has gone is not counted for long."""

import pytest

from lstm_ui.watching import WATCHING_SECONDS, Watchers, choose_pace


def test_watchers_are_counted_once_however_often_they_look() -> None:
    watchers = Watchers()
    counts = [watchers.look(name, now) for now, name in enumerate("abab")]
    assert counts == [1, 2, 2, 2]


def test_who_looks_no_more_is_soon_counted_no_more() -> None:
    watchers = Watchers()
    watchers.look("gone", 0.0)
    assert watchers.look("here", WATCHING_SECONDS + 0.1) == 1


@pytest.mark.parametrize(("watchers", "looks_a_second"), [(1, 2.5), (8, 2.5), (9, 1), (30, 1), (31, 0.5), (500, 0.5)])
def test_the_pace_is_that_of_the_crowd(watchers: int, looks_a_second: float) -> None:
    assert choose_pace(watchers) == 1 / looks_a_second
    assert choose_pace(watchers) < WATCHING_SECONDS  # else nobody would ever be counted
