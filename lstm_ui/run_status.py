"""How a run stands, in fixed slots: numbers change in place and nothing around them moves."""

import html

import streamlit as st

from lstm_core.coach.energy import describe_energy, estimate_watt_hours, format_watt_hours
from lstm_core.knobs import MAX_RUNNING_RUNS
from lstm_core.service.views import RunView
from lstm_ui.page import escape_markdown

LONG_WAIT_SECONDS = 1.5  # until a run's turn: below this its curve moves without a stop
STATE_TEXTS = {
    "waiting": "its turn comes next",
    "compiling": "compiling the network: about 3 s the first time",
    "training": "it looks at the text and corrects itself",
    "paused": "Resume goes on from here",
    "stopped": "what it has learned is kept",
    "finished": "what it has learned is kept",
    "interrupted": "the server was restarted; Resume goes on from the last checkpoint",
    "failed": "it cannot go on",
}
END_TEXTS = {
    "steps": "it has used its budget of steps",
    "seconds": "it has used its budget of seconds",
    "perfect": "every window that can be right is right",
    "accuracy": "it has reached the accuracy asked for",
    "visitor": "you stopped it; what it has learned is kept",
}

_STYLE = """<style>
.status-state { min-height: 2.2em; line-height: 1.6; }
.status-state b { border: 1px solid currentColor; border-radius: 1em; padding: 0.1em 0.7em; margin-right: 0.5em; }
.status-slots { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.2em, 1fr)); gap: 0.3em 0.8em; }
.status-slots span { white-space: nowrap; font-variant-numeric: tabular-nums; }
.status-slots b { font-size: 1.15em; }
.status-note { min-height: 1.6em; margin-top: 0.3em; opacity: 0.85; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .status-state { min-height: 3.4em; } .status-slots { font-size: 0.95rem; } }
</style>"""


def show_run_status(view: RunView, is_own: bool = True) -> None:
    """Draw state, step, loss, accuracy, speed, time left, queue, cores and note."""
    with st.container(key="run_status", gap="xsmall"):
        # Apart from the numbers, so that a screen reader announces a new state and not every tick.
        st.html(f'{_STYLE}<div class="status-state" role="status">{state_html(view, is_own)}</div>')
        st.html(f'<div class="status-slots">{slots_html(view)}</div>')
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<div class="status-note">{note_html(view)}</div>', width="stretch")
            with st.popover("Energy", key="energy", type="tertiary", width="content"):
                st.markdown(escape_markdown(describe_energy(view.cpu_seconds)))


def state_html(view: RunView, is_own: bool = True) -> str:
    """Name the state in one word and say what it means."""
    meaning = END_TEXTS.get(view.stopped_by or "") if view.state in ("stopped", "finished") else None
    if view.is_out and not view.is_alive:
        meaning = "its last steps are coming in"  # handed out before; they take half a second
    if view.waits_for_own:
        whose = "your" if is_own else "its visitor’s"
        meaning = f"{MAX_RUNNING_RUNS} of {whose} runs go first: it begins when one of them ends or rests"
    elif view.state == "waiting" and view.place:
        meaning = f"{view.place:,} {'run goes' if view.place == 1 else 'runs go'} first"
    if not is_own and not view.is_moving:
        meaning = "what it has learned is kept"  # how it could go on is for its visitor to know
    return f"<b>{html.escape(view.state)}</b> {html.escape(meaning or STATE_TEXTS.get(view.state, ''))}"


def slots_html(view: RunView) -> str:
    """Write each number into its own slot; a dash where there is none yet."""
    of_total = f" of {view.total_steps:,}" if view.total_steps else ""
    left = format_seconds(view.seconds_left) if view.seconds_left is not None and view.is_alive else "–"
    slots = (
        f"step <b>{view.step:,}</b>{of_total}",
        *([f"epoch <b>{_epoch(view)}</b>"] if view.is_of_reviews else []),
        f"loss <b>{_number(view.loss, '.4f')}</b>",
        f"accuracy <b>{_number(view.accuracy, '.2%').replace('%', ' %')}</b>",
        f"<b>{view.symbols_per_second:,.0f}</b> {'words' if view.is_of_reviews else 'symbols'}/s",
        f"time left <b>{left}</b>",
        f"trained for <b>{format_seconds(view.seconds)}</b>",
        f"place in the queue <b>{view.place:,}</b>",
        f"cores in use <b>{view.cores}</b>",
        f"energy <b>≈ {format_watt_hours(estimate_watt_hours(view.cpu_seconds))}</b>",
    )
    return "".join(f"<span>{slot}</span>" for slot in slots)


def _epoch(view: RunView) -> str:
    """Tell how often all reviews have been read, and how many of the epoch's steps are made."""
    if not view.steps_per_epoch:
        return "–"
    epoch, step = divmod(view.step, view.steps_per_epoch)
    return f"{epoch + 1}</b>, {step:,} of {view.steps_per_epoch:,}<b>"


def note_html(view: RunView) -> str:
    """Return the run's note, escaped, or when its turn comes.

    A percentage in it is spelled out: the only sign here is the accuracy's.
    """
    note = view.note or _tell_turn(view)
    return html.escape(note.replace(" %", " percent").replace("%", " percent")) or "&nbsp;"


def _tell_turn(view: RunView) -> str:
    """Say when its next turn comes, where that takes a while."""
    if view.wait_seconds is None or view.wait_seconds < LONG_WAIT_SECONDS:
        return ""
    others = "Others train here, too, each in turn" if view.step else "Many begin at the same time"
    return f"{others}: its next turn comes in about {format_seconds(view.wait_seconds)}."


def format_seconds(seconds: float) -> str:
    """Write a duration as people say it: 4 s, 2 min 5 s, 1 h 12 min."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    if whole < 60:
        return f"{whole} s"
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
