"""What the buttons of /runs do. They run before the page is drawn anew, so the page already shows what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import BIN_SECONDS, KNOBS, MAX_COMPARED_RUNS
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.page import escape_markdown, run_name
from lstm_ui.session import let_go
from lstm_ui.visitor import own_token, token_for

# Keys of the session
COMPARED = "compared_runs"  # the list of chosen runs
COMPARED_LIST = "compared_list"  # the box that shows it has this key and a number
DELETED = "deleted_runs"  # what this visitor has deleted and can still bring back
RENAMED = "renamed_runs"  # how often each run was: a box with a new key is an empty, closed one
UPLOADS = "uploaded_runs"  # likewise for the field of uploads
NOTICE = "runs_notice"  # what came of the last button

NOTICE_SECONDS = 30.0  # how long it is said; not once: the page is drawn again by itself after an upload


@dataclass(frozen=True)
class DeletedRun:
    """A run in the bin: enough to name it and to leave a line in its place."""

    run_id: str
    name: str
    created: float
    deleted: float  # Unix time
    token: str = field(repr=False)  # with which it was deleted, and can be brought back


def attempt(action: Callable[..., None], *arguments: object) -> None:
    """Do what a button asks; when it is refused, keep the reason for `show_notice`."""
    st.session_state.pop(NOTICE, None)
    try:
        action(*arguments)
    except CoreError as error:
        _notice("error", str(error))


def show_notice() -> None:
    """Say what came of the last button, where the page does not show it by itself."""
    kind, text, said = st.session_state.get(NOTICE, ("", "", 0.0))
    if kind and time.monotonic() - said < NOTICE_SECONDS:
        (st.error if kind == "error" else st.success)(escape_markdown(text))


def _notice(kind: str, text: str) -> None:
    st.session_state[NOTICE] = (kind, text, time.monotonic())


def go_on(service: TrainingService, view: RunView) -> None:
    """Pause a living run, resume one that rests, train on one that has ended."""
    if view.is_alive:
        service.pause(view.run_id, token_for(view))
    elif view.state in ("stopped", "finished"):
        most = int(KNOBS["steps"].maximum or 1)
        service.train_on(view.run_id, min(most, max(1, view.spec.steps or view.step)), token_for(view))
    else:
        service.resume(view.run_id, token_for(view))


def rename(service: TrainingService, view: RunView, key: str) -> None:
    """Call a run what stands in the box with this key."""
    service.rename(view.run_id, st.session_state[key], token_for(view))
    counts = st.session_state.setdefault(RENAMED, {})
    counts[view.run_id] = counts.get(view.run_id, 0) + 1


def delete(service: TrainingService, view: RunView) -> None:
    """Put a run into the bin and remember that it can be brought back."""
    name = run_name(view)
    service.delete(view.run_id, token_for(view))
    let_go(view.run_id)
    if view.run_id in st.session_state.get(COMPARED, ()):
        toggle_compared(view.run_id)
    deleted = DeletedRun(view.run_id, name, view.created, time.time(), token_for(view))
    st.session_state.setdefault(DELETED, {})[view.run_id] = deleted


def bring_back(service: TrainingService, run_id: str) -> None:
    """Undo a deletion."""
    deleted = st.session_state.get(DELETED, {}).pop(run_id, None)
    if deleted is not None:
        service.bring_back(run_id, deleted.token)


def deleted_runs() -> list[DeletedRun]:
    """Return what this visitor can still bring back."""
    deleted = st.session_state.get(DELETED, {})
    return [run for run in deleted.values() if time.time() - run.deleted < BIN_SECONDS]


def toggle_compared(run_id: str) -> None:
    """Put a run into the comparison, or take it out."""
    chosen = list(st.session_state.get(COMPARED, ()))
    if run_id in chosen:
        chosen.remove(run_id)
    elif len(chosen) < MAX_COMPARED_RUNS:
        chosen.append(run_id)
    else:
        _notice("error", f"{MAX_COMPARED_RUNS} runs are compared already. Take one out first.")
    st.session_state[COMPARED] = chosen
    # A new box: a second click, made before the page has told the old one what the first has done, comes with the
    # box as it was, and would undo the first.
    st.session_state[COMPARED_LIST] = st.session_state.get(COMPARED_LIST, 0) + 1


def compared_list_key() -> str:
    """Return the key of the box that now shows the comparison."""
    return f"{COMPARED_LIST}_{st.session_state.get(COMPARED_LIST, 0)}"


def choose_compared(key: str) -> None:
    """Compare what the box with this key says, if it is not an old one."""
    if key == compared_list_key():
        st.session_state[COMPARED] = st.session_state[key]


def upload(service: TrainingService, key: str) -> None:
    """Take in a run that was just uploaded; the field is empty again afterwards."""
    file = st.session_state[key]
    if file is None:
        return
    st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1
    run_id = service.upload(file.getvalue(), own_token())
    _notice("success", f"{run_name(service.view(run_id))} is back. It stands first in the list.")
