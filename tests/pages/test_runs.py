"""The page /runs as a visitor uses it, with stored runs and a service that trains nothing."""

import sys
from types import ModuleType

import pytest
from streamlit.testing.v1 import AppTest

import lstm_ui.page
from lstm_core.service.owners import make_token
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_ui.run_actions import COMPARED
from lstm_ui.train_setup import WANTED_SETUP
from lstm_ui.visitor import OPENED, TOKENS
from tests.stored_runs import TOKEN, store_run


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

    def open_as(*tokens: str) -> AppTest:
        page = AppTest.from_file("../../pages/runs.py", default_timeout=120)
        page.session_state[TOKENS] = tokens or (TOKEN,)
        return page.run()

    open_as.service = service
    yield open_as
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


def test_a_click_that_comes_with_the_list_as_it_was_before_the_last_one_undoes_nothing(open_page, store):
    first, second = (store_run(store) for _ in range(2))
    page = open_page()
    stale = page.multiselect[0]._widget_state
    page.button(key=f"run_compare_{first}").click().run()
    page.button(key=f"run_compare_{second}").click()
    states = page._tree.get_widget_states()
    states.widgets.append(stale)
    page._run(states)
    assert page.session_state[COMPARED] == [first, second] and not page.exception


def test_the_list_itself_chooses_too(open_page, store):
    runs = [store_run(store) for _ in range(2)]
    page = open_page()
    page.multiselect[0].select(page.multiselect[0].options[0]).run()
    page.multiselect[0].select(page.multiselect[0].options[1]).run()
    assert sorted(page.session_state[COMPARED]) == sorted(runs)
    page.multiselect[0].set_value([page.multiselect[0].options[1]]).run()
    assert len(page.session_state[COMPARED]) == 1 and not page.exception


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
    assert offered == {"Download", "Script", "Notebook", "TensorBoard log", "History", "Lab sheet", "Samples"}
    page.button(key=f"run_keras_{run_id}").click().run()
    assert "No training process is there" in page.error[0].value and not page.exception
    page.button(key=f"run_export_{other}").click().run()  # one at a time
    assert len(page.get("download_button")) == 8
    page.button(key=f"run_export_{other}").click().run()
    assert len(page.get("download_button")) == 2 and not page.exception


def test_a_duplicate_asks_the_train_page_for_the_whole_spec(open_page, store):
    run_id = store_run(store, units=13)
    page = open_page()
    page.button(key=f"run_duplicate_{run_id}").click().run()
    assert page.session_state[WANTED_SETUP] == store.load_spec(run_id)


def buttons(page: AppTest, run_id: str) -> set[str]:
    """Return the words on a run's buttons but those of its boxes."""
    return {button.label for button in page.button if button.key.endswith(run_id)}


def test_another_visitor_does_not_find_a_run_and_with_its_link_can_only_look_at_it(open_page, store):
    run_id, stranger = store_run(store), make_token()
    page = open_page(stranger)
    assert cards(page) == [] and not page.exception
    page.session_state[OPENED] = [run_id]
    page.run()
    assert cards(page) == [run_id] and "read-only" in shown(page)
    assert buttons(page, run_id) == {"Open", "Duplicate with changes", "Compare", "Export"}


def test_a_run_of_the_command_line_is_found_by_all_and_changed_by_nobody(open_page, store):
    run_id = store_run(store, owner="")
    page = open_page()
    assert "of the command line, read-only" in shown(page)
    assert buttons(page, run_id) == {"Open", "Duplicate with changes", "Compare", "Export"}


def test_a_secret_link_makes_another_browser_an_owner_once_and_only_when_its_visitor_agrees(open_page, store):
    run_id, phone = store_run(store), make_token()
    first = open_page()
    first.button(key="device_make").click().run()
    key = first.code[-1].value.split("key=")[1]
    second = open_page(phone)
    second.query_params["key"] = key
    second.run()
    assert cards(second) == []  # not yet: anybody can send anybody a link
    second.button(key="device_take").click().run()
    assert cards(second) == [run_id] and "Delete" in buttons(second, run_id) and "key" not in second.query_params
    assert second.session_state[TOKENS] == (phone, TOKEN)  # new runs stay the phone's own
    third = open_page(make_token())
    third.query_params["key"] = key
    third.run()
    assert "does not work any more" in third.markdown[0].value and cards(third) == []


def test_a_secret_link_that_was_cancelled_works_no_more(open_page, store):
    first = open_page()
    first.button(key="device_make").click().run()
    key = first.code[-1].value.split("key=")[1]
    first.button(key="device_cancel").click().run()
    assert not open_page.service.device_links.is_open(key) and first.button(key="device_make")
