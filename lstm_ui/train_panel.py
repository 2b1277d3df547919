"""The run on /train: the buttons, what can be set while it trains, and the run as it stands now (`live_run`)."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import KNOBS
from lstm_core.network.spec import RunSpec
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.coach import show_coach
from lstm_ui.forecast import forget_forecast, read_forecast
from lstm_ui.knob_controls import LEARNING_RATES, nearest_learning_rate
from lstm_ui.live_run import ChartSettings, describe_standing, show_live_run
from lstm_ui.live_run.ahead import load_ahead
from lstm_ui.outcome import show_outcome
from lstm_ui.own_locks import own_locks
from lstm_ui.page import escape_markdown, friendly_errors
from lstm_ui.review_setup import set_up_next_reviews
from lstm_ui.room_note import own_room
from lstm_ui.session import take_in_hand
from lstm_ui.train_setup import set_up_next
from lstm_ui.visitor import may_change, own_token, token_for
from lstm_ui.watching import name_watcher
from lstm_ui.yardsticks import are_shown, find_yardsticks, show_yardsticks

SMOOTHINGS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
CHART_TO_COME = (
    "**Here the loss will fall.** It tells how surprised the network is by the symbol that comes next: much while it "
    "knows nothing, less with every step. Below it, the accuracy will rise: the share of symbols that it gets right."
)
REVIEW_CHART_TO_COME = (
    "**Here the loss will fall.** It tells how surprised the network is by a review's label: as by a coin while it "
    "knows nothing, less with every step. Below it, the accuracy will rise: the share of reviews that it gets right."
)
CHART_HEIGHT = 420  # pixels, as in page.css: a laptop of 800 shows it whole below the buttons and the numbers
UNITS = {"loss": "Loss", "perplexity": "Perplexity", "bits": "Bits per symbol"}


def show_train_panel(
    service: TrainingService, spec: RunSpec | None, run: RunView | None, is_of_reviews: bool = False
) -> None:
    """Draw buttons and run; what moves in it keeps itself up to date while the run lives."""
    _show_panel(service, spec, run.run_id if run else None, is_of_reviews)


def start_run(service: TrainingService, spec: RunSpec) -> None:
    """Begin a run and take it in hand. Raises CoreError when it is refused."""
    own_locks().check(spec)
    forecast = read_forecast(spec)
    take_in_hand(service.start_run(spec, own_token(), forecast))
    if forecast:  # only now: a run that is refused takes no words away
        forget_forecast()


@st.fragment
def _show_panel(service: TrainingService, spec: RunSpec | None, run_id: str | None, is_of_reviews: bool) -> None:
    with friendly_errors():
        run = service.view(run_id) if run_id else None
        standing = describe_standing(service, run)
        _show_buttons(service, spec, run)
        if run is None:
            _show_nothing_yet(is_of_reviews)
            return
        with st.container(key="live_controls"):  # page.css: below the chart
            settings = _choose_chart_settings(run)
            show_coach(service, run.run_id)
            _show_learning_rate(service, run)
            show_outcome(service, run)
        show_live_run(service, run.run_id, settings, standing, name_watcher(), may_change(run))


def _show_buttons(service: TrainingService, spec: RunSpec | None, run: RunView | None) -> None:
    """Draw the five buttons, always at the same place; a button that would do nothing is grey."""
    is_own = run is not None and may_change(run)
    state = run.state if run and is_own else "none"
    is_alive = bool(run and is_own and run.is_alive)
    room = own_room()
    is_held = bool(room and room.is_paused)  # by the teacher of the visitor's room: nothing begins or goes on
    rests = state in ("paused", "interrupted", "failed")
    ended = state in ("stopped", "finished")
    with st.container(horizontal=True, gap="xsmall", key="train_buttons"):
        if _button("Train", "train", spec is not None and not is_alive and not is_held, "primary"):
            attempt(start_run, service, spec)
        if _button("Pause", "pause", is_alive):
            _act(service.pause, run)
        if _button("Resume", "resume", rests and not is_held):
            _act(service.resume, run)
        if _button("Stop", "stop", is_alive or rests):
            _act(service.stop, run)
        if ended:
            if _button("Train on", "train_on", not is_held):
                _act(lambda run_id, owner: service.train_on(run_id, _steps_to_add(run), owner), run)
        elif _button("Step", "step", rests and not is_held):
            _act(service.step_once, run)
    if run is not None and not is_own:
        _show_read_only(run)
        hint = "Train begins a run of your own."
    elif is_held:
        hint = "Your teacher has paused everyone; it goes on when the teacher says so."
    elif ended:
        hint = f"Train on adds {_steps_to_add(run):,} steps. Train begins a new run."
    else:
        hint = "Pause and Stop lose nothing. Step makes one step of a paused run."
    _show_hint(service.readiness(), hint)


def _button(label: str, key: str, enabled: bool, kind: Literal["primary", "secondary"] = "secondary") -> bool:
    # No `help`: Streamlit 1.67 then draws the button twice, once for phones, and a screen reader meets both.
    return st.button(label, key=key, disabled=not enabled, type=kind)


def _act(action: Callable[[str, str], None], run: RunView | None) -> None:
    if run is not None:
        attempt(action, run.run_id, token_for(run))


def attempt(action: Callable[..., None], *arguments: object) -> None:
    """Do what a button asks and draw the page anew; when it is refused, say why and leave all else as it is."""
    try:
        action(*arguments)
    except CoreError as error:
        st.error(escape_markdown(str(error)))
    else:
        st.rerun()


def _show_read_only(run: RunView) -> None:
    """Say whose run it is, and offer what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", key="read_only"):
        whose = "was made in another browser" if run.owner else "was made on the command line"
        st.caption(f"You are watching a run that {whose}: you can write with it, but not change it.", width="stretch")
        if _button("Copy its settings", "copy_run", True):
            attempt(set_up_next_reviews if run.is_of_reviews else set_up_next, run.spec)


def _steps_to_add(run: RunView | None) -> int:
    """Return how many steps "Train on" adds: the budget's, or as many as were made."""
    return max(1, (run.spec.steps or run.step) if run else 1)


def _show_hint(readiness: str, hint: str) -> None:
    """Say on one line what the buttons do or why they must wait, so that nothing below moves."""
    if readiness == "starting":
        st.caption("The training process is starting; runs begin in a few seconds.")
    elif readiness == "ready":
        st.caption(hint)
    else:
        st.error(escape_markdown(readiness))


def _show_nothing_yet(is_of_reviews: bool) -> None:
    """Tell what will come, each at its own place."""
    with st.container(key="run_status"):
        what = "some reviews" if is_of_reviews else "an experiment or a text of your own"
        st.markdown(f"**No run yet.** Choose {what}, then press Train.")
    with (
        st.container(key="loss_chart"),
        st.container(height=CHART_HEIGHT, border=True, horizontal_alignment="center", vertical_alignment="center"),
    ):
        st.markdown(REVIEW_CHART_TO_COME if is_of_reviews else CHART_TO_COME, text_alignment="center", width=420)
    load_ahead()
    if is_of_reviews:
        return
    with st.container(key="live_sample"):
        st.caption("Below the chart it writes a few lines every two seconds, nonsense at first.")


def _choose_chart_settings(run: RunView) -> ChartSettings:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(escape_markdown(run.validation_note), width="stretch")
        explained = st.popover("Yardsticks", key="yardsticks", width="content") if not run.is_of_reviews else None
        popover = st.popover("Chart settings", key="chart_settings", width="content")
    with popover:
        smoothing = st.select_slider(
            "Smoothing", SMOOTHINGS, 0.9, key="smoothing", help="How much of the smoothed curve is what came before."
        )
        unit = st.segmented_control("Shown as", UNITS, key="unit", format_func=UNITS.__getitem__, default="loss")
        x_axis = st.segmented_control("Against", ("steps", "seconds"), key="x_axis", default="steps")
        log_axis = st.toggle("Logarithmic axis", key="log_axis", help="Shows small differences of a small loss.")
    if explained is not None:
        with explained:
            show_yardsticks(find_yardsticks(run), run.symbol_count)
    return ChartSettings(smoothing, unit or "loss", x_axis or "steps", log_axis, are_shown())


def _show_learning_rate(service: TrainingService, run: RunView) -> None:
    """Let the learning rate be moved while it trains; the change counts from the next slice on."""

    key = f"live_learning_rate_{run.run_id}"  # each run's slider begins where that run stands
    is_locked = "learning_rate" in own_locks().values
    with st.container(key="live_learning_rate"):
        st.select_slider(
            "Learning rate from here on",
            LEARNING_RATES,
            nearest_learning_rate(run.learning_rate),
            key=key,
            format_func=lambda rate: f"{rate:g}",
            # It stays when the run has ended, so that nothing moves.
            disabled=is_locked or not (may_change(run) and (run.is_alive or run.state == "paused")),
            on_change=lambda: service.set_learning_rate(run.run_id, st.session_state[key], token_for(run)),
            help=KNOBS["learning_rate"].help + " A schedule lowers it further.",
        )
