import numpy as np
import pytest

from lstm_core.service.live_run import MAX_SAMPLES_KEPT, LiveRun
from lstm_core.training.data import prepare_data
from lstm_core.training.plan import Plan
from lstm_core.training.reports import SampleNote, TrainingReport, ValidationNote
from lstm_core.training.slices import SliceRequest, SliceResult
from tests.service.conftest import small_spec

SPEC = small_spec(steps=100, learning_rate=0.01)
DATA = prepare_data(SPEC)


def make_run() -> LiveRun:
    return LiveRun("a", SPEC, DATA.vocabulary, DATA.shape, Plan.from_spec(SPEC), DATA.split.note, symbols_per_step=12)


def make_report(first_step: int, last_step: int, stopped_by: str | None = None) -> TrainingReport:
    """A stretch whose losses are their own steps, half a second long."""
    losses = np.arange(first_step, last_step + 1, dtype=np.float32)
    return TrainingReport(
        first_step, losses, losses / 1_000, 0.5, 0.0, validation=ValidationNote(last_step, 1.0, 0.5),
        samples=(SampleNote(last_step, 0.5, "the", "mice"),), stopped_by=stopped_by,
    )  # fmt: skip


def hand_out(run: LiveRun) -> SliceRequest:
    """Send out the slice that a run wants now."""
    run.take_up_wishes()
    max_steps = 1 if run.is_single_step else None
    run.slice_out = SliceRequest(run.run_id, run.step, run.plan, 0.5, max_steps, False, None)
    run.state = "training"
    return run.slice_out


def bring_back(run: LiveRun, steps: int, stopped_by: str | None = None) -> None:
    """Let the slice that is out come back with `steps` steps."""
    request, run.slice_out = run.slice_out, None
    report = make_report(run.step + 1, run.step + steps, stopped_by)
    run.add_result(request, SliceResult(report, request.plan, None, "worker"))


def test_the_history_has_one_value_for_each_step_and_its_time() -> None:
    run = make_run()
    run.add_report(make_report(1, 4))
    run.add_report(make_report(5, 6))
    history = run.curves.history()
    assert history.losses.tolist() == [1, 2, 3, 4, 5, 6]
    assert history.seconds.tolist() == [0.125, 0.25, 0.375, 0.5, 0.75, 1.0]
    assert history.validation_steps.tolist() == [4, 6]


def test_a_run_that_goes_back_is_as_it_was_then() -> None:
    run, then = make_run(), make_run()
    for first, last in ((1, 4), (5, 6), (7, 12)):
        run.add_report(make_report(first, last))
        if last <= 6:
            then.add_report(make_report(first, last))
    run.checkpoint_step = 12
    run.go_back_to(6)
    for name, values in vars(then.curves.history()).items():
        np.testing.assert_array_equal(getattr(run.curves.history(), name), values)
    assert (run.step, run.seconds, list(run.samples)) == (6, 1.0, list(then.samples))
    assert (run.checkpoint_step, run.checkpoint_seconds) == (6, 1.0)


def test_a_run_without_checkpoint_goes_back_to_its_beginning() -> None:
    run = make_run()
    run.add_report(make_report(1, 4))
    run.go_back_to(0)
    assert (run.step, run.seconds, len(run.curves.history().losses), run.view().loss) == (0, 0.0, 0, None)


def test_a_checkpoint_later_than_the_history_leaves_a_gap_in_it() -> None:
    run = make_run()
    run.add_report(make_report(1, 2))
    run.go_back_to(4)
    run.add_report(make_report(5, 5))
    np.testing.assert_array_equal(run.curves.history().losses, [1, 2, np.nan, np.nan, 5])


def test_a_long_timeline_of_samples_is_thinned_and_keeps_its_beginning() -> None:
    run = make_run()
    for step in range(1, 2 * MAX_SAMPLES_KEPT):
        run.add_report(make_report(step, step))
    steps = [sample.step for sample in run.view().samples]
    assert MAX_SAMPLES_KEPT / 2 < len(steps) <= MAX_SAMPLES_KEPT
    assert (steps[0], steps[-1]) == (1, 2 * MAX_SAMPLES_KEPT - 1)
    again = make_run()
    again.add_samples(SampleNote(step, 0.5, "the", "mice") for step in range(100_000))
    assert (again.samples[0].step, again.samples[-1].step) == (0, 99_999)


def test_a_pause_stands_when_the_slice_that_was_out_comes_back() -> None:
    run = make_run()
    hand_out(run)
    run.state = "paused"
    bring_back(run, 5)
    assert (run.state, run.step, run.is_unsaved) == ("paused", 5, True)


def test_a_run_resumed_before_its_slice_came_back_goes_on() -> None:
    run = make_run()
    hand_out(run)
    run.state = "paused"
    run.state = "waiting"
    bring_back(run, 5)
    assert run.is_alive


def test_a_slice_that_was_out_is_not_taken_for_the_single_step() -> None:
    run = make_run()
    hand_out(run)
    run.state, run.is_single_step = "waiting", True  # paused and stepped while the slice is out
    bring_back(run, 5)
    assert run.is_alive
    hand_out(run)
    bring_back(run, 1)
    assert (run.state, run.step, run.is_single_step) == ("paused", 6, False)


def test_steps_asked_for_while_a_slice_is_out_count_from_where_it_ends() -> None:
    run = make_run()
    hand_out(run)
    run.state, run.steps_wanted = "waiting", 7  # stopped, then trained on
    bring_back(run, 5, stopped_by="steps")
    assert run.is_alive
    hand_out(run)
    assert run.plan.total_steps == 12


def test_a_slice_that_reaches_the_end_finishes_a_run_that_was_paused_meanwhile() -> None:
    run = make_run()
    hand_out(run)
    run.state = "paused"
    bring_back(run, 100, stopped_by="steps")
    assert (run.state, run.stopped_by) == ("finished", "steps")


def test_a_worker_that_does_not_know_the_run_changes_nothing_but_where_it_is_sent() -> None:
    run = make_run()
    run.worker = "worker"
    request = hand_out(run)
    run.add_result(request, SliceResult(None, request.plan, None, None, is_unknown=True))
    assert (run.worker, run.step, run.state) == (None, 0, "training")


def test_a_learning_rate_is_used_from_the_next_step_on() -> None:
    run = make_run()
    hand_out(run)
    run.learning_rate_wanted = 0.5
    bring_back(run, 5)
    hand_out(run)
    assert run.plan.rates(5, 2).tolist() == pytest.approx([0.01, 0.5])
    assert run.view().learning_rate == 0.5
