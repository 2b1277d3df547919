"""What Train does before a run begins: it holds the visitor to their locks, and keeps their prediction."""

import pytest

import lstm_ui.train_panel
from lstm_core.errors import NotAllowed, TooManyRuns
from lstm_core.network.locks import Locks
from lstm_core.network.spec import RunSpec
from lstm_core.training.forecast import Forecast
from lstm_ui.train_panel import start_run

SPEC = RunSpec.build("one two three", "a text", units=32)
FORECAST = Forecast(1.0, "A guess.")


class Service:
    """Takes every run, or refuses it."""

    def __init__(self, refuses: bool = False) -> None:
        self.refuses = refuses
        self.begun: list[Forecast] = []

    def start_run(self, spec, owner, forecast):
        if self.refuses:
            raise TooManyRuns("Many runs wait.", "One more would wait for long.", "Stop one.")
        self.begun.append(forecast)
        return "r1"


@pytest.fixture
def forgotten(monkeypatch):
    """A visitor who has written down a prediction; the list tells whether the form was emptied."""
    done: list[bool] = []
    panel = lstm_ui.train_panel
    monkeypatch.setattr(panel, "own_token", lambda: "token")
    monkeypatch.setattr(panel, "take_in_hand", lambda run_id: None)
    monkeypatch.setattr(panel, "own_locks", lambda: Locks())
    monkeypatch.setattr(panel, "read_forecast", lambda spec: FORECAST)
    monkeypatch.setattr(panel, "forget_forecast", lambda: done.append(True))
    return done


def test_a_prediction_goes_with_its_run(forgotten):
    service = Service()
    start_run(service, SPEC)
    assert service.begun == [FORECAST] and forgotten


def test_a_run_that_is_refused_takes_no_words_away(forgotten):
    with pytest.raises(TooManyRuns):
        start_run(Service(refuses=True), SPEC)
    assert not forgotten


def test_a_locked_knob_is_held_whatever_the_page_has_asked_for(forgotten, monkeypatch):
    monkeypatch.setattr(lstm_ui.train_panel, "own_locks", lambda: Locks({"units": 64}))
    service = Service()
    with pytest.raises(NotAllowed, match="locked it at 64"):
        start_run(service, SPEC)
    assert not service.begun and not forgotten
