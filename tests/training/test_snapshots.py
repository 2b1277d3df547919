"""Snapshots lie evenly in log time however long a run grows, and hold what a float16 can."""

import numpy as np
import pytest

from lstm_core.knobs import MAX_SNAPSHOTS
from lstm_core.training.snapshots import count_kept, is_due, take_snapshot, thin_steps


def grow(calls: list[int], kept: int = MAX_SNAPSHOTS) -> list[int]:
    """Make calls of so many steps, as a trainer does, and keep snapshots as a run's folder does."""
    steps: list[int] = []
    step = 0
    for count in calls:
        if is_due(step, step + count):
            steps = thin_steps([*steps, step + count], kept)
        step += count
    return steps


@pytest.mark.parametrize("calls", [[1] * 20_000, [2, 7, *[60] * 3_000], [128] * 8_000])
def test_however_long_a_run_grows_its_snapshots_stay_evenly_apart_in_log_time(calls: list[int]) -> None:
    for length in (len(calls) // 50, len(calls) // 7, len(calls)):
        steps = grow(calls[:length])
        gaps = np.diff(np.log(steps))[2:]  # before that the calls themselves are further apart
        assert MAX_SNAPSHOTS - 2 <= len(steps) <= MAX_SNAPSHOTS
        assert steps[0] == calls[0]
        assert sum(calls[:length]) < 1.5 * steps[-1]
        assert gaps.max() < 3.5 * gaps.min()


def test_few_snapshots_travel_however_long_a_run_is() -> None:
    due = [step for step in range(1, 1_000_000) if is_due(step - 1, step)]
    assert len(due) <= 40


def test_thinning_keeps_the_first_and_the_last() -> None:
    assert thin_steps([1, 2, 3, 4, 100, 1_000], 4) == [1, 4, 100, 1_000]
    assert thin_steps([5, 9], 1) == [9]
    assert thin_steps([5, 9], 0) == []


def test_a_snapshot_is_nearly_the_network_at_half_the_size() -> None:
    weights = {"a": np.random.default_rng(1).standard_normal((30, 20)).astype(np.float32)}
    snapshot = take_snapshot(3, weights)
    assert snapshot is not None and snapshot.step == 3
    assert snapshot.weights["a"].nbytes == weights["a"].nbytes // 2
    np.testing.assert_allclose(snapshot.weights["a"], weights["a"], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e6])
def test_what_float16_cannot_hold_is_no_snapshot(bad: float) -> None:
    assert take_snapshot(3, {"a": np.float32([1, bad])}) is None


def test_a_larger_network_keeps_fewer() -> None:
    assert count_kept(1_000_000) == MAX_SNAPSHOTS
    assert 0 < count_kept(20_000_000) < MAX_SNAPSHOTS
    assert count_kept(100_000_000) == 0
