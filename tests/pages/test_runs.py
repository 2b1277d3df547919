"""The page /runs as a visitor uses it, with stored runs and a service that trains nothing."""

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import lstm_ui.page
from lstm_core.network.shape import draw_weights
from lstm_core.service.recording import record_checkpoint, record_new_run, record_report
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.training.data import prepare_data
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.reports import SampleNote, TrainingReport
from lstm_core.training.state import TrainingState
from lstm_ui.run_actions import COMPARED
from lstm_ui.train_setup import WANTED_SETUP
from tests.training.small_runs import build_small_spec


def store_run(store: RunStore, **settings: Any) -> str:
    """Put a run into the store that has made ten steps."""
    spec = build_small_spec(**settings)
    data = prepare_data(spec)
    run = record_new_run(store, spec, data)
    losses = np.linspace(3, 1, 10, dtype=np.float32)
    sample = SampleNote(10, 0.5, "the", "<script>alert(1)</script> **cat**")
    report = TrainingReport(1, losses, losses / 4, 1.0, 0.0, samples=(sample,))
    run.add_report(report)
    record_report(store, run, report)
    run.state = "paused"
    weights = draw_weights(data.shape, 1, 1.0, "keras")
    state = TrainingState(10, 1.0, weights, initial_slots(spec.optimizer, weights))
    record_checkpoint(store, run, 10, state.to_arrays())
    return run.run_id


class NoCluster:
    """Never starts: runs rest where they are."""

    def __call__(self) -> None:
        from lstm_core.errors import ServiceUnavailable

        raise ServiceUnavailable("No training here.", "None is needed.", "Go on.")


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def open_page(monkeypatch, store):
    """Open the page on the test's store, without the frame around it."""
    service = TrainingService(store, NoCluster())
    module = ModuleType("lstm_ui.service")
    module.training_service = lambda: service
    monkeypatch.setitem(sys.modules, "lstm_ui.service", module)
    monkeypatch.setattr(lstm_ui.page, "page_setup", lambda title, path: None)
    monkeypatch.setattr("streamlit.page_link", lambda file, label: None)  # here the page is an app of its own
    yield lambda: AppTest.from_file("../../pages/runs.py", default_timeout=30).run()
    service.close()


def shown(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def cards(page: AppTest) -> list[str]:
    return [button.key.removeprefix("run_open_") for button in page.button if button.key.startswith("run_open_")]


def test_without_a_run_the_page_says_what_to_do(open_page):
    page = open_page()
    assert "No run yet" in page.markdown[0].value and not page.exception and not page.error and not cards(page)


def test_one_run_stands_there_without_anything_to_compare_it_with(open_page, store):
    run_id = store_run(store)
    page = open_page()
    assert cards(page) == [run_id] and not page.multiselect
    assert "a small text" in shown(page) and "&lt;script&gt;" in shown(page) and "<script" not in shown(page)


def test_many_runs_are_shown_a_few_at_a_time_the_newest_first(open_page, store):
    runs = [store_run(store) for _ in range(23)]
    page = open_page()
    assert len(cards(page)) == 10
    page.button(key="runs_more").click().run()
    page.button(key="runs_more").click().run()
    assert sorted(cards(page)) == sorted(runs)
    assert "runs_more" not in [button.key for button in page.button]


def test_a_deleted_run_leaves_a_line_in_its_place_that_brings_it_back(open_page, store):
    run_id, other = store_run(store), store_run(store)
    page = open_page()
    page.button(key=f"run_delete_{run_id}").click().run()
    assert cards(page) == [other] and store.list_ids() == [other]
    page.button(key=f"run_undo_{run_id}").click().run()
    assert set(cards(page)) == {run_id, other} and not page.exception


def test_the_run_in_hand_is_let_go_when_it_is_deleted_and_stays_when_another_is(open_page, store):
    run_id, other = store_run(store), store_run(store)
    page = open_page()
    page.query_params["run"] = run_id
    page.run()
    page.button(key=f"run_delete_{other}").click().run()
    assert page.query_params["run"] == [run_id] or page.query_params["run"] == run_id
    page.button(key=f"run_delete_{run_id}").click().run()
    assert "run" not in page.query_params


def test_undo_after_the_bin_was_emptied_says_so(open_page, store):
    run_id = store_run(store)
    page = open_page()
    page.button(key=f"run_delete_{run_id}").click().run()
    for folder in store.bin.folder.iterdir():
        folder.rename(store.folder.parent / folder.name)
    page.button(key=f"run_undo_{run_id}").click().run()
    assert "not in the bin any more" in page.error[0].value and not page.exception


def test_a_name_that_is_empty_is_refused_and_the_old_one_stays(open_page, store):
    run_id = store_run(store)
    page = open_page()
    for name in ("Mice", " "):
        box = next(box for box in page.text_input if box.key.startswith(f"run_name_{run_id}"))
        box.set_value(name)
        next(button for button in page.button if button.label == "Save the name").click()
        page.run()
    assert store.load_name(run_id) == "Mice" and page.error and "Mice" in shown(page)


def test_two_runs_are_compared_by_their_buttons(open_page, store):
    runs = [store_run(store, units=units) for units in (8, 12)]
    page = open_page()
    for run_id in runs:
        page.button(key=f"run_compare_{run_id}").click().run()
    assert page.session_state[COMPARED] == runs
    assert "<td>8</td><td>12</td>" in shown(page) and not page.exception
    page.button(key=f"run_delete_{runs[0]}").click().run()
    assert page.session_state[COMPARED] == runs[1:] and not page.exception


def test_a_seventh_run_is_not_taken_into_the_comparison(open_page, store):
    runs = [store_run(store) for _ in range(7)]
    page = open_page()
    for run_id in runs:
        page.button(key=f"run_compare_{run_id}").click().run()
    assert page.session_state[COMPARED] == runs[:6] and "compared already" in page.error[0].value


def test_a_run_can_be_exported_without_a_worker_but_for_the_keras_file(open_page, store):
    run_id, other = store_run(store), store_run(store)
    page = open_page()
    assert len(page.get("download_button")) == 2
    page.button(key=f"run_export_{run_id}").click().run()
    offered = {button.proto.label for button in page.get("download_button")}
    assert offered == {"Download", "Script", "Notebook", "TensorBoard log", "History", "Samples"}
    page.button(key=f"run_keras_{run_id}").click().run()
    assert "No training process is there" in page.error[0].value and not page.exception
    page.button(key=f"run_export_{other}").click().run()  # one at a time
    assert len(page.get("download_button")) == 7
    page.button(key=f"run_export_{other}").click().run()
    assert len(page.get("download_button")) == 2 and not page.exception


def test_a_duplicate_asks_the_train_page_for_the_whole_spec(open_page, store):
    run_id = store_run(store, units=13)
    page = open_page()
    page.button(key=f"run_duplicate_{run_id}").click().run()
    assert page.session_state[WANTED_SETUP] == store.load_spec(run_id)
