import os

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, RunNotFound
from lstm_core.service import run_shelf
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_new_run, record_report
from lstm_core.service.run_shelf import RunShelf
from lstm_core.service.run_store import RunStore
from lstm_core.training.data import prepare_data
from lstm_core.training.reports import TrainingReport
from tests.service.conftest import small_spec


@pytest.fixture
def shelf(store: RunStore) -> RunShelf:
    return RunShelf(store)


def store_run(store: RunStore, steps: int = 3, state: str = "finished") -> LiveRun:
    """Put a run into the store that made so many steps."""
    spec = small_spec()
    run = record_new_run(store, spec, prepare_data(spec))
    report = TrainingReport(1, np.ones(steps, np.float32), np.ones(steps, np.float32), 1.0, 0.0)
    run.add_report(report)
    record_report(store, run, report)
    run.state = state
    store.save_status(run.run_id, run.status())
    return run


def test_a_run_is_taken_up_once(store: RunStore, shelf: RunShelf) -> None:
    run_id = store_run(store).run_id
    assert shelf.take(run_id) is shelf.take(run_id)


def test_runs_that_rest_leave_memory_but_not_the_list(
    store: RunStore, shelf: RunShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_shelf, "MAX_RESTING_RUNS", 2)
    runs = [store_run(store, steps=number) for number in range(1, 6)]
    for _ in range(2):
        assert [shelf.view_listed(run.run_id) for run in runs] == [run.view() for run in runs]
    assert len(shelf.live) == 3  # two, and the one taken up last
    assert shelf.take(runs[0].run_id).curves.history().losses.tolist() == [1.0]


def test_runs_that_are_alive_stay_in_memory(store: RunStore, shelf: RunShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_shelf, "MAX_RESTING_RUNS", 0)
    alive = shelf.take(store_run(store).run_id)
    alive.state = "waiting"
    for _ in range(3):
        shelf.take(store_run(store).run_id)
    assert shelf.take(alive.run_id) is alive


def test_a_listed_run_is_not_read_again(store: RunStore, shelf: RunShelf) -> None:
    run = store_run(store)
    before = shelf.view_listed(run.run_id)
    (store.path(run.run_id) / "spec.json").write_text("spoilt")
    assert shelf.view_listed(run.run_id) == before


def test_a_damaged_run_is_left_out_of_the_list_and_says_why_when_asked_for(store: RunStore, shelf: RunShelf) -> None:
    run = store_run(store)
    (store.path(run.run_id) / "status.json").write_text("spoilt")
    assert shelf.view_listed(run.run_id) is None and shelf.view_listed(run.run_id) is None
    with pytest.raises(DamagedRun):
        shelf.view(run.run_id)


def test_a_deleted_run_is_not_found(store: RunStore, shelf: RunShelf) -> None:
    run = store_run(store)
    store.delete(run.run_id)
    with pytest.raises(RunNotFound):
        shelf.view(run.run_id)


def test_a_run_of_the_command_line_is_seen_to_end(store: RunStore, shelf: RunShelf) -> None:
    run = store_run(store, state="training")
    assert shelf.view(run.run_id).state == "interrupted"
    run.state = "finished"
    store.save_status(run.run_id, run.status())
    status = store.path(run.run_id) / "status.json"
    os.utime(status, (1, 1))  # a later time, also where two changes within a clock's tick look the same
    assert shelf.view(run.run_id).state == "finished"
