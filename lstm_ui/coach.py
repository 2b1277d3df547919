"""The coach on /train: below the chart, at most two sentences of advice, each done at a click."""

import time
from dataclasses import dataclass

import streamlit as st

from lstm_core.coach.facts import RunFacts
from lstm_core.coach.rules import Action, Advice, give_advice
from lstm_core.errors import CoreError
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import History, RunView
from lstm_core.text.yardsticks import Yardsticks
from lstm_ui.own_locks import own_locks
from lstm_ui.page import escape_markdown, friendly_errors
from lstm_ui.pulse import show_pulse
from lstm_ui.session import take_in_hand
from lstm_ui.visitor import may_change, token_for
from lstm_ui.watching import all_watchers, choose_pace
from lstm_ui.yardsticks import find_yardsticks

HEARD = "coach_heard"  # key of what the coach said last
REFUSAL = "coach_refusal"  # key of why the last advice could not be applied
LOOK_SECONDS = 3.0  # between looks at a living run: an advice that comes and goes with every tick helps nobody
LOOKS_LEFT_OUT = 6  # in a crowd: the chart is drawn so often before the coach looks again
QUIET = "The coach has nothing to say: so far the curves look as they should."


@dataclass(frozen=True)
class Heard:
    """What was said of a run, and when."""

    run_id: str
    state: str
    at: float  # time.monotonic()
    advices: tuple[Advice, ...]


@st.fragment
def show_coach(service: TrainingService, run_id: str) -> None:
    """Draw what the coach says of a run, and look again while it moves: less often when many watch.

    The place is kept when it says nothing, so that nothing below moves.
    """
    with friendly_errors():
        if refusal := st.session_state.pop(REFUSAL, None):
            st.error(escape_markdown(refusal))
        run = service.view(run_id)
        _show_advices(service, run, _listen(service, run))
        if run.is_moving:
            show_pulse("coach_pulse", max(LOOK_SECONDS, LOOKS_LEFT_OUT * choose_pace(all_watchers().count())))


def _show_advices(service: TrainingService, run: RunView, advices: tuple[Advice, ...]) -> None:
    with st.container(key="coach", gap="xsmall"):
        if not advices:
            st.caption(QUIET)
        for number, advice in enumerate(advices):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**Coach:** {escape_markdown(advice.words)}", width="stretch")
                if advice.action is not None and (advice.action.kind != "stop" or may_change(run)):
                    _show_action(service, run, advice.action, number)


def _show_action(service: TrainingService, run: RunView, action: Action, number: int) -> None:
    # In a callback: by the time of the click the coach may have something else to say, and this button be gone.
    st.button(action.label, key=f"coach_apply_{number}", width="content", on_click=_apply, args=(service, run, action))


def _apply(service: TrainingService, run: RunView, action: Action) -> None:
    try:
        do_action(service, run, action)
    except CoreError as error:
        st.session_state[REFUSAL] = str(error)
    st.session_state.pop(HEARD, None)
    st.rerun()  # the whole page: another run may be in hand


def do_action(service: TrainingService, run: RunView, action: Action) -> None:
    """Do what was advised, and have the new run in hand. Raises CoreError when it cannot be done any more."""
    token = token_for(run)
    if action.kind == "stop":
        service.stop(run.run_id, token)
        return
    own_locks().check(run.spec.changed(**action.settings))
    if action.kind == "branch" and action.step is not None:
        take_in_hand(service.branch(run.run_id, action.step, action.settings, action.steps, token))
        return
    if run.is_alive and may_change(run):
        service.pause(run.run_id, token)
    take_in_hand(service.start_run(run.spec.changed(**action.settings), token))


def _listen(service: TrainingService, run: RunView) -> tuple[Advice, ...]:
    """Return what the coach says; for a while it stays with what it said last."""
    heard: Heard | None = st.session_state.get(HEARD)
    now = time.monotonic()
    is_fresh = heard is not None and (heard.run_id, heard.state) == (run.run_id, run.state)
    if heard is not None and is_fresh and now - heard.at < LOOK_SECONDS:
        return heard.advices
    advices = tuple(give_advice(read_facts(service, run, service.history(run.run_id), find_yardsticks(run))))
    st.session_state[HEARD] = Heard(run.run_id, run.state, now, advices)
    return advices


def read_facts(service: TrainingService, run: RunView, history: History, yardsticks: Yardsticks | None) -> RunFacts:
    """Gather what the coach looks at."""
    return RunFacts(
        run.spec, history.losses, history.validation_steps, history.validation_losses,
        2 if run.is_of_reviews else run.symbol_count, run.parameters, run.learning_rate, run.total_steps,
        run.steps_per_epoch, run.is_alive, yardsticks, tuple(step for step in service.ages(run.run_id) if step),
    )  # fmt: skip
