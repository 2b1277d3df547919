"""How a run stands, in fixed slots: what status.js writes, in which numbers change and nothing around them moves."""

from typing import Any

from lstm_core.coach.energy import describe_energy, estimate_watt_hours, format_watt_hours
from lstm_core.knobs import MAX_RUNNING_RUNS
from lstm_core.service.views import RunView

LONG_WAIT_SECONDS = 1.5  # until a run's turn: below this its curve moves without a stop
STATE_TEXTS = {
    "waiting": "its turn comes next",
    "compiling": "its program is ready, the first steps are on their way",
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


def pack_status(view: RunView, is_own: bool = True) -> dict[str, Any]:
    """Return what status.js reads, as plain JSON values; `is_own`: whoever reads it may change the run."""
    return {
        "state": view.state,
        "meaning": explain_state(view, is_own),
        "slots": list_slots(view),
        "note": write_note(view),
        "progress": share_compiled(view),
        "energy": describe_energy(view.cpu_seconds),
    }


def explain_state(view: RunView, is_own: bool = True) -> str:
    """Say what the run's state means."""
    if not is_own and not view.is_moving:
        return "what it has learned is kept"  # how it could go on is for its visitor to know
    if view.is_out and not view.is_alive:
        return "its last steps are coming in"  # handed out before; they take half a second
    if view.state == "compiling" and view.compile_seconds:
        return f"compiling the network’s program, about {view.compile_seconds:.0f} s, the first time for this shape"
    if view.waits_for_own:
        whose = "your" if is_own else "its visitor’s"
        return f"{MAX_RUNNING_RUNS} of {whose} runs go first: it begins when one of them ends or rests"
    if view.state == "waiting" and view.place:
        return f"{view.place:,} {'run goes' if view.place == 1 else 'runs go'} first"
    ended = END_TEXTS.get(view.stopped_by or "") if view.state in ("stopped", "finished") else None
    return ended or STATE_TEXTS.get(view.state, "")


def share_compiled(view: RunView) -> float | None:
    """Return how far compiling is, 0 to 1, as far as that is known; None in any other state."""
    if view.state != "compiling" or not view.compile_seconds:
        return None
    return min(0.95, round(view.compiling_for / view.compile_seconds, 2))  # it may take longer than the last time


def list_slots(view: RunView) -> list[tuple[str, str, str]]:
    """Return each number with the words before and after it; a dash where there is none yet."""
    of_total = f" of {view.total_steps:,}" if view.total_steps else ""
    left = format_seconds(view.seconds_left) if view.seconds_left is not None and view.is_alive else "–"
    accuracy = _number(view.accuracy, ".2%").replace("%", " %")
    return [
        ("step ", f"{view.step:,}", of_total),
        *([("epoch ", *_epoch(view))] if view.is_of_reviews else []),
        ("loss ", _number(view.loss, ".4f"), ""),
        ("accuracy ", accuracy, ""),
        ("", f"{view.symbols_per_second:,.0f}", " words/s" if view.is_of_reviews else " symbols/s"),
        ("time left ", left, ""),
        ("trained for ", format_seconds(view.seconds), ""),
        ("place in the queue ", f"{view.place:,}", ""),
        ("cores in use ", f"{view.cores}", ""),
        ("energy ", f"≈ {format_watt_hours(estimate_watt_hours(view.cpu_seconds))}", ""),
    ]


def _epoch(view: RunView) -> tuple[str, str]:
    """Tell how often all reviews have been read, and how many of the epoch's steps are made."""
    if not view.steps_per_epoch:
        return "–", ""
    epoch, step = divmod(view.step, view.steps_per_epoch)
    return f"{epoch + 1}", f", {step:,} of {view.steps_per_epoch:,}"


def write_note(view: RunView) -> str:
    """Return the run's note, or when its turn comes.

    A percentage in it is spelled out: the only sign here is the accuracy's.
    """
    note = view.note or _tell_turn(view)
    return note.replace(" %", " percent").replace("%", " percent")


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
