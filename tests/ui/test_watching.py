"""The more browsers watch, the less often each may look; who has gone is not counted for long."""

import pytest

from lstm_ui.watching import WATCHING_SECONDS, Watchers, choose_pace


def test_watchers_are_counted_once_however_often_they_look() -> None:
    watchers = Watchers()
    for now, name in enumerate("abab"):
        watchers.look(name, now)
    assert watchers.count(4) == 2


def test_who_looks_no_more_is_soon_counted_no_more() -> None:
    watchers = Watchers()
    watchers.look("gone", 0.0)
    watchers.look("here", 50.0)
    assert (watchers.count(50.0), watchers.count(WATCHING_SECONDS + 0.1)) == (2, 1)


@pytest.mark.parametrize(("watchers", "looks_a_second"), [(1, 2.5), (8, 2.5), (9, 1), (30, 1), (31, 0.5), (500, 0.5)])
def test_the_pace_is_that_of_the_crowd(watchers: int, looks_a_second: float) -> None:
    assert choose_pace(watchers) == 1 / looks_a_second
