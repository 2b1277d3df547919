import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, RunNotFound
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_checkpoint, record_new_run, record_report
from lstm_core.service.run_store import RunStore
from lstm_core.service.stored_run import load_live_run
from lstm_core.training.data import prepare_data
from lstm_core.training.reports import Prediction, SampleNote, TrainingReport, ValidationNote
from tests.service.conftest import small_spec


@pytest.fixture
def run(store: RunStore) -> LiveRun:
    """A run as it stands after ten steps in two stretches, on disk and in memory."""
    spec = small_spec(steps=100)
    run = record_new_run(store, spec, prepare_data(spec))
    for first in (1, 6):
        losses = np.arange(first, first + 5, dtype=np.float32)
        report = TrainingReport(
            first, losses, losses / 100, 0.5, 0.0, 0.25, ValidationNote(first, 1.5, 0.5),
            (SampleNote(first, 0.2, "the", "mice"),), (Prediction(("the",), "mice", "cat", 0.5),),
        )  # fmt: skip
        run.add_report(report)
        record_report(store, run, report)
        record_checkpoint(store, run, run.step, {"weights/w": losses})
    return run


@pytest.mark.parametrize("state", ["paused", "stopped", "finished", "failed"])
def test_a_run_that_rests_comes_back_as_it_was(store: RunStore, run: LiveRun, state: str) -> None:
    run.state, run.note = state, "a note"
    run.plan = run.plan.with_learning_rate(run.step, 0.5)
    store.save_status(run.run_id, run.status())
    loaded = load_live_run(store, run.run_id)
    assert replace(loaded.view(), words_version=0) == replace(run.view(), words_version=0)  # counted since it is here
    assert loaded.plan == run.plan
    for name, values in vars(run.curves.history()).items():
        np.testing.assert_array_equal(getattr(loaded.curves.history(), name), values)


@pytest.mark.parametrize("state", ["waiting", "compiling", "training"])
def test_a_run_that_was_alive_comes_back_as_interrupted(store: RunStore, run: LiveRun, state: str) -> None:
    run.state = state
    store.save_status(run.run_id, run.status())
    assert load_live_run(store, run.run_id).state == "interrupted"


def test_seconds_since_the_checkpoint_are_counted_from_its_own_step(store: RunStore, run: LiveRun) -> None:
    store.append_history(run.run_id, 11, [1, 1], [0, 0], [2.0, 3.0])
    loaded = load_live_run(store, run.run_id)
    assert (loaded.step, loaded.seconds, loaded.checkpoint_step, loaded.checkpoint_seconds) == (12, 3.0, 10, 1.0)


def test_a_history_shorter_than_its_checkpoint_is_taken_up_to_its_end(store: RunStore, run: LiveRun) -> None:
    for name in ("losses", "accuracies", "seconds"):
        file = store.path(run.run_id) / f"{name}.f32"
        file.write_bytes(file.read_bytes()[:28])
    loaded = load_live_run(store, run.run_id)
    assert (loaded.step, loaded.checkpoint_step) == (7, 7)


def test_steps_that_the_disk_refused_are_written_with_the_next(store: RunStore, run: LiveRun) -> None:
    file = store.path(run.run_id) / "losses.f32"
    kept = file.rename(file.with_suffix(".kept"))
    file.mkdir()
    late, later = (
        TrainingReport(first, np.full(2, first, np.float32), np.zeros(2, np.float32), 0.5, 0.0) for first in (11, 13)
    )
    run.add_report(late)
    with pytest.raises(Exception, match="could not be saved"):
        record_report(store, run, late)
    file.rmdir()
    kept.rename(file)
    run.add_report(later)
    record_report(store, run, later)
    assert store.load_history(run.run_id).losses.tolist() == [*range(1, 11), 11, 11, 13, 13]


def test_runs_of_the_same_text_share_it_in_memory(store: RunStore, run: LiveRun) -> None:
    assert load_live_run(store, run.run_id).spec.text is load_live_run(store, run.run_id).spec.text


@pytest.mark.parametrize(
    "change",
    [
        {"state": "flying"}, {"plan": []}, {"plan": {}}, {"checkpoint_step": "ten"}, {"checkpoint_step": None},
        {"created": {}}, {"accuracy": "good"}, {"symbols_per_step": float("inf")}, {"predictions": [1]},
        {"predictions": [{"context": ["a"]}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_status_changed_by_hand_is_a_damaged_run(store: RunStore, run: LiveRun, change: dict[str, object]) -> None:
    store.save_status(run.run_id, run.status() | change)
    with pytest.raises(DamagedRun):
        load_live_run(store, run.run_id)


@pytest.mark.parametrize("name", ["samples.jsonl", "validation.jsonl"])
@pytest.mark.parametrize("line", [{"step": 1}, {"step": 1, "unknown": 2}, {}])
def test_notes_changed_by_hand_are_a_damaged_run(
    store: RunStore, run: LiveRun, name: str, line: dict[str, int]
) -> None:
    with (store.path(run.run_id) / name).open("a") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(DamagedRun):
        load_live_run(store, run.run_id)


def test_a_run_without_status_is_a_damaged_run(store: RunStore, run: LiveRun) -> None:
    Path(store.path(run.run_id) / "status.json").unlink()
    with pytest.raises(DamagedRun):
        load_live_run(store, run.run_id)


def test_a_run_that_is_not_there_is_not_found(store: RunStore) -> None:
    with pytest.raises(RunNotFound):
        load_live_run(store, "nobody")
