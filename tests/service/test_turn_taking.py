"""What the live runs tell the decisions, and what comes back: without a cluster, by a clock that the test moves."""

import pytest

from lstm_core.service.live_run import LiveRun
from lstm_core.service.turn_taking import ABANDONED_NOTE, TurnTaking, count_cores
from lstm_core.service.turns import ABANDONED_SECONDS, SLICE_SECONDS
from lstm_core.training.slices import SliceRequest, SliceResult
from tests.service.test_live_run import make_report, make_run

SLOTS = {"a": 2}
CORES = 2


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> TurnTaking:
    return TurnTaking(clock)


def begin(clock: Clock, run_id: str, owner: str = "") -> LiveRun:
    run = make_run()
    run.run_id, run.owner = run_id, owner
    run.live()
    run.since = run.seen = clock.now
    return run


def hand_out(run: LiveRun, worker: str = "a") -> SliceRequest:
    run.slice_out = SliceRequest(run.run_id, run.step, run.plan, SLICE_SECONDS, None, False, None)
    run.worker_out, run.is_new = worker, False
    return run.slice_out


def bring_back(turns: TurnTaking, run: LiveRun, worker: str = "a") -> None:
    request, run.slice_out = run.slice_out, None
    result = SliceResult(make_report(run.step + 1, run.step + 5), run.plan, None, worker)
    run.add_result(request, result)
    turns.note_end(run, request, result)


def test_runs_of_the_same_program_begin_when_the_first_of_them_has_compiled_it(turns: TurnTaking, clock: Clock) -> None:
    runs = [begin(clock, name, name) for name in "pqr"]
    (first,) = turns.next(runs, SLOTS, CORES)
    run = next(run for run in runs if run.run_id == first.run_id)
    hand_out(run)
    assert turns.next(runs, SLOTS, CORES) == []
    bring_back(turns, run)
    waiting = {other.run_id for other in runs} - {run.run_id}
    assert {turn.run_id for turn in turns.next(runs, SLOTS, CORES)} >= waiting


def test_what_a_worker_had_compiled_is_gone_with_it(turns: TurnTaking, clock: Clock) -> None:
    run, later = begin(clock, "p"), begin(clock, "q")
    turns.next([run], SLOTS, CORES)
    hand_out(run)
    bring_back(turns, run)
    run.state = "finished"
    third = begin(clock, "r")
    assert len(turns.next([later, third], SLOTS, CORES)) == 2
    assert len(turns.next([later, third], {"b": 2}, CORES)) == 1


def test_a_single_step_comes_before_the_visitor_s_other_runs(turns: TurnTaking, clock: Clock) -> None:
    runs = [begin(clock, name, "v") for name in "pqr"]
    for run in runs:
        run.worker = "a"
    runs[2].live(is_single_step=True)
    runs[2].seen = clock.now
    assert "r" in {turn.run_id for turn in turns.next(runs, SLOTS, CORES)}


def test_one_more_slice_than_slots_is_out_when_more_runs_train_than_there_are_slots(
    turns: TurnTaking, clock: Clock
) -> None:
    runs = [begin(clock, name, name) for name in "pqrs"]
    for run in runs:
        run.worker = "a"
    assert len(turns.next(runs[:2], SLOTS, CORES)) == 2
    assert len(turns.next(runs, SLOTS, CORES)) == 3


def test_an_abandoned_run_pauses_with_a_note_and_a_watched_one_goes_on(turns: TurnTaking, clock: Clock) -> None:
    left, *seen = (begin(clock, name, name) for name in "pqr")
    clock.now += ABANDONED_SECONDS
    for run in seen:
        run.seen = clock.now
    turns.pause_abandoned([left, *seen], 2)
    assert (left.state, left.note, left.is_unsaved) == ("paused", ABANDONED_NOTE, True)
    assert all(run.is_alive for run in seen)


def test_each_run_is_told_its_place_and_its_cores(turns: TurnTaking, clock: Clock) -> None:
    runs = [begin(clock, name, "v") for name in "pqr"]
    for run in runs:
        run.worker, run.is_new = "a", False
    turns.next(runs[:1], SLOTS, CORES)
    assert runs[0].cores == 2
    turns.next(runs, SLOTS, CORES)
    assert [run.cores for run in runs] == [1, 1, 1]
    turns.tell_places(runs)
    assert [run.view().waits_for_own for run in runs] == [False, False, True]
    assert sorted(run.view().place for run in runs[:2]) == [0, 1] and runs[1].view().wait_seconds > 0


def test_the_first_slice_of_a_run_leaves_a_core_to_whoever_draws_it(turns: TurnTaking, clock: Clock) -> None:
    run = begin(clock, "p")
    turns.next([run], SLOTS, CORES)
    assert (run.is_new, run.cores) == (True, 1)


def test_the_time_left_counts_the_turns_of_others(turns: TurnTaking, clock: Clock) -> None:
    run = begin(clock, "p")
    for _ in range(40):  # half a second of training in every five
        hand_out(run)
        clock.now += 5
        bring_back(turns, run)
    run.plan = run.plan.train_on(run.step, 100)
    alone = 100 * run.symbols_per_step / run.symbols_per_second
    run.state = "training"
    assert run.view().seconds_left == pytest.approx(10 * alone, rel=0.1)


def test_workers_on_this_machine_have_no_more_cores_than_it_has() -> None:
    assert count_cores({"a": 1}, is_on_this_machine=True) == 1
    assert count_cores({"a": 500, "b": 500}, is_on_this_machine=True) < 1_000
    assert count_cores({"a": 500, "b": 500}, is_on_this_machine=False) == 1_000
