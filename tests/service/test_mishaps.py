"""Who is given up after lost slices, and who may train beside whom until that is known."""

from concurrent.futures import CancelledError

from distributed import KilledWorker
from distributed.client import FutureCancelledError

from lstm_core.service.deadlines import LATE
from lstm_core.service.live_run import LiveRun
from lstm_core.service.mishaps import MAX_FAILURES, lose_slice, may_train_beside, tell_loss
from lstm_core.training.slices import SliceResult
from tests.service.test_live_run import hand_out, make_report, make_run

KILLED = KilledWorker("task", None, 0)


def lost(worker: str, times: int = 1, error: BaseException = KILLED) -> LiveRun:
    """Return a run that has lost so many slices in a row, the last one on `worker`."""
    run = make_run()
    run.add_report(make_report(1, 4))
    for _ in range(times):
        run.worker_out = worker
        lose_slice(run, error)
    return run


def test_a_run_is_given_up_after_its_third_lost_slice_in_a_row() -> None:
    assert [lost("a", times).state for times in range(1, MAX_FAILURES + 1)] == ["waiting", "waiting", "failed"]
    assert "lost three times in a row" in lost("a", MAX_FAILURES).note


def test_a_slice_that_comes_back_makes_up_for_those_that_were_lost() -> None:
    run = lost("a", MAX_FAILURES - 1)
    run.add_result(hand_out(run), SliceResult(make_report(5, 6), run.plan, None, "b"))
    run.worker_out = "b"
    lose_slice(run, KILLED)
    assert run.state != "failed"


def test_two_that_were_lost_together_do_not_train_together() -> None:
    assert not may_train_beside(lost("a"), [make_run(), lost("a")])
    assert may_train_beside(lost("a"), [make_run()])
    assert may_train_beside(make_run(), [lost("a")])


def test_runs_that_were_lost_on_different_workers_train_together_until_one_has_a_single_try_left() -> None:
    assert may_train_beside(lost("a"), [lost("b")])
    assert not may_train_beside(lost("a"), [lost("b", MAX_FAILURES - 1)])
    assert not may_train_beside(lost("a", MAX_FAILURES - 1), [lost("b")])


def test_what_happened_and_from_where_it_goes_on_is_told_in_one_sentence() -> None:
    run = lost("a", error=FutureCancelledError("task", LATE))
    tell_loss(run, 2)
    assert run.note == "The training process hung and was replaced at step 4; it went on from step 2."
    run = lost("a", error=CancelledError())
    tell_loss(run, 4)
    assert run.note == "The training process was lost at step 4; it went on from there."
