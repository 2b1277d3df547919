"""The page /frameworks as a visitor uses it, with a service that has no worker, and with one whose check is done."""

import sys
from types import ModuleType

import pytest
from streamlit.testing.v1 import AppTest

import lstm_ui.page
from lstm_core.errors import ServiceUnavailable
from lstm_core.frameworks.comparison import compare
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.pages.test_runs import NoCluster, store_run
from tests.ui_parts.test_frameworks import make_runs


@pytest.fixture
def service(tmp_path):
    made = TrainingService(RunStore(tmp_path / "runs"), NoCluster())
    yield made
    made.close()


@pytest.fixture
def page(monkeypatch, service) -> AppTest:
    module = ModuleType("lstm_ui.service")
    module.training_service = lambda: service
    monkeypatch.setitem(sys.modules, "lstm_ui.service", module)
    monkeypatch.setattr(lstm_ui.page, "page_setup", lambda title, path: None)
    return AppTest.from_file("../../pages/frameworks.py", default_timeout=30)


class FinishedCheck:
    """A check whose worker has answered."""

    done, is_over, request = ("NumPy", "TensorFlow", "Keras"), True, None

    def __init__(self, answer) -> None:
        self.answer = answer

    def result(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def run_all_three(page: AppTest) -> AppTest:
    page.run()
    return page.button(key="framework_run").click().run()


def test_without_a_worker_the_page_says_so_and_all_else_stands(page: AppTest) -> None:
    run_all_three(page)
    assert "Try again" in page.error[0].value and not page.exception
    assert len(page.get("download_button")) == 3 and "tensorboard --logdir log" in page.code[0].value


def test_what_came_of_the_check_is_shown(page: AppTest, service, monkeypatch) -> None:
    check = FinishedCheck(compare(make_runs()))
    monkeypatch.setattr(service, "check_frameworks", lambda request: setattr(check, "request", request) or check)
    run_all_three(page)
    page.run()
    assert "Equal" in page.success[0].value and not page.exception
    assert len(page.get("plotly_chart")) == 1


def test_a_worker_that_was_lost_is_told_of_and_the_button_can_be_pressed_again(page, service, monkeypatch) -> None:
    lost = FinishedCheck(ServiceUnavailable("The training process was lost.", "Another comes.", "Try again."))
    monkeypatch.setattr(service, "check_frameworks", lambda request: lost)
    run_all_three(page)
    page.run()
    assert "was lost" in page.error[0].value and not page.button(key="framework_run").disabled


def test_with_a_run_in_hand_its_log_is_offered(page: AppTest, service) -> None:
    page.query_params["run"] = store_run(service._store)
    page.run()
    assert len(page.get("download_button")) == 4 and not page.exception
    assert "-log" in page.code[0].value
