"""Sides are measured in turn, and figures are summed up as the report says."""

from collections.abc import Callable

import pytest

from benchmarks.timing import SideFailed, Spread, Stretch, alternate, paired_ratio


def test_sides_take_turns() -> None:
    order: list[str] = []

    def side(name: str) -> Callable[[], float]:
        return lambda: order.append(name) or float(len(order))

    figures = alternate({"ours": side("ours"), "peer": side("peer")}, rounds=3, notes=[])
    assert order == ["ours", "peer"] * 3
    assert figures == {"ours": [1, 3, 5], "peer": [2, 4, 6]}


def test_a_side_that_fails_is_left_out_and_said_and_the_others_go_on() -> None:
    calls: list[int] = []

    def fail_at_the_second() -> float:
        calls.append(1)
        if len(calls) == 2:
            raise SideFailed("out of memory")
        return 1.0

    notes: list[str] = []
    figures = alternate({"peer": fail_at_the_second, "ours": lambda: 2.0}, rounds=4, notes=notes)
    assert figures == {"peer": [], "ours": [2.0] * 4}
    assert len(calls) == 2
    assert notes == ["peer could not be measured: out of memory"]


def test_a_spread_is_the_median_between_the_lowest_and_the_highest() -> None:
    assert Spread.of([5, 1, 2]) == Spread(median=2, low=1, high=5, count=3)
    assert Spread.of([1, 2]).median == 1.5
    with pytest.raises(ValueError):
        Spread.of([])


def test_the_ratio_is_that_of_the_rounds_so_that_a_slow_round_changes_nothing() -> None:
    assert paired_ratio([20, 10, 2], [10, 5, 1]) == 2
    assert paired_ratio([], [1.0]) is None
    assert paired_ratio([1.0], [0.0]) is None


def test_a_rate_counts_by_the_second() -> None:
    assert Stretch(count=30, seconds=1.5).rate == 20
