"""A click on the coach's advice does what it says, and the new run is in hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lstm_core.coach.rules import Action
from lstm_core.errors import RunNotFound
from lstm_core.service.views import History
from lstm_ui.coach import QUIET, do_action, read_facts
from tests.ui_parts.views import small_view


class RecordingService:
    """Writes down what it is asked to do."""

    def __init__(self, state: str = "training", history: History | None = None) -> None:
        self.asked: list[tuple] = []
        self._state, self._history = state, history

    def view(self, run_id):
        return small_view(run_id=run_id, state=self._state)

    def history(self, run_id):
        return self._history

    def ages(self, run_id):
        return [0, 2, 50]

    def branch(self, *arguments):
        self.asked.append(("branch", *arguments[:-1]))
        return "new"

    def start_run(self, spec, owner):
        self.asked.append(("start", spec.units))
        return "new"

    def pause(self, run_id, owner):
        self.asked.append(("pause", run_id))

    def stop(self, run_id, owner):
        self.asked.append(("stop", run_id))


def make_history(losses: np.ndarray) -> History:
    nothing = np.empty(0, np.float32)
    return History(losses, losses, losses, nothing, nothing, nothing)


@pytest.mark.parametrize(
    ("action", "asked", "in_hand"),
    [
        (Action("stop", ""), [("stop", "r1")], None),
        (Action("branch", "", 50, {"dropout": 0.3}), [("branch", "r1", 50, {"dropout": 0.3}, None)], "new"),
        (Action("start", "", settings={"units": 64}), [("pause", "r1"), ("start", 64)], "new"),
    ],
)
def test_an_action_is_done_and_the_new_run_is_in_hand(monkeypatch, action, asked, in_hand):
    service, taken = RecordingService(), []
    monkeypatch.setattr("lstm_ui.coach.take_in_hand", taken.append)
    monkeypatch.setattr("lstm_ui.coach.may_change", lambda run: True)
    monkeypatch.setattr("lstm_ui.coach.token_for", lambda run: "token")
    do_action(service, small_view(), action)
    assert service.asked == asked
    assert taken == ([in_hand] if in_hand else [])


def test_the_coach_knows_where_one_can_go_back_to_and_that_reviews_have_two_labels():
    history = make_history(np.ones(60, np.float32))
    facts = read_facts(RecordingService(), small_view(), history, None)
    assert facts.branch_steps == (2, 50)
    assert facts.symbol_count == 3
    of_reviews = SimpleNamespace(**vars(small_view()), is_of_reviews=True, is_alive=False)
    assert read_facts(RecordingService(), of_reviews, history, None).symbol_count == 2


def show_a_coach(has_exploded: bool) -> None:
    import numpy as np
    import streamlit as st

    from lstm_ui.coach import show_coach
    from tests.ui_parts.test_coach import RecordingService, make_history

    healthy, exploded = np.linspace(1, 0.4, 90), np.concatenate([np.linspace(1, 0.4, 60), np.full(30, np.nan)])
    has_exploded &= "has_recovered" not in st.session_state
    state = "failed" if has_exploded else "training"
    show_coach(RecordingService(state, make_history(exploded if has_exploded else healthy)), "r1")


@pytest.fixture(autouse=True)
def no_yardsticks(monkeypatch):
    """What counting reaches on this text may have been found by another test, and would give the coach more to say."""
    monkeypatch.setattr("lstm_ui.coach.find_yardsticks", lambda run: None)


def listen(has_exploded: bool) -> AppTest:
    page = AppTest.from_function(show_a_coach, default_timeout=30, kwargs={"has_exploded": has_exploded}).run()
    assert not page.exception
    return page


def test_it_is_quiet_about_a_healthy_run():
    page = listen(has_exploded=False)
    assert page.caption[0].value == QUIET
    assert not page.button


def test_it_offers_a_way_back_to_a_run_that_exploded():
    page = listen(has_exploded=True)
    assert "run away" in page.markdown[0].value
    assert page.button[0].label == "Go back to step 2 and on with a learning rate of 0.0003"


def test_a_click_does_what_was_offered_even_if_the_coach_has_meanwhile_changed_its_mind(monkeypatch):
    done = []
    monkeypatch.setattr("lstm_ui.coach.do_action", lambda service, run, action: done.append(action.label))
    page = listen(has_exploded=True)
    label = page.button[0].label
    page.session_state["has_recovered"] = True
    page.button[0].click().run()
    assert done == [label]
    assert not page.button


def test_an_advice_that_cannot_be_followed_any_more_says_why(monkeypatch):
    def refuse(*_: object) -> None:
        raise RunNotFound("This run has gone.", "A run that is here was expected.", "Train another.")

    monkeypatch.setattr("lstm_ui.coach.do_action", refuse)
    page = listen(has_exploded=True)
    page.button[0].click().run()
    assert "has gone" in page.error[0].value
    assert not page.exception
