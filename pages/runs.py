"""All of one's runs: look at them again, name, compare and change them, take them home and bring them back."""

import streamlit as st

from lstm_core.knobs import MAX_ARCHIVE_BYTES, MAX_RUN_AGE_SECONDS, MAX_RUNS_BYTES
from lstm_core.service.training_service import TrainingService
from lstm_ui import run_actions as actions
from lstm_ui.device_link import show_arrival, show_departure
from lstm_ui.page import friendly_errors, page_setup
from lstm_ui.run_card import show_deleted, show_run_card
from lstm_ui.run_comparison import show_comparison
from lstm_ui.service import training_service
from lstm_ui.session import run_in_hand
from lstm_ui.visitor import list_runs

CARDS_AT_ONCE = 10
KEPT_HOW_LONG = (
    f"Runs are kept for {MAX_RUN_AGE_SECONDS // 86_400} days after they last changed. When those of all visitors take "
    f"more than {MAX_RUNS_BYTES / 2**30:g} GB, the oldest go sooner, those with a name last. Download what you want to "
    "keep."
)
CARDS_SHOWN = "runs_shown"  # key of the session: how many cards this visitor has asked for


def show_page() -> None:
    service = training_service()
    show_arrival(service.device_links)
    runs = {view.run_id: view for view in list_runs(service)}
    actions.show_notice()
    if not runs:
        show_nothing_yet()
    show_list(service, runs)
    show_upload(service)
    show_departure(service.device_links)
    st.caption(KEPT_HOW_LONG)


def show_nothing_yet() -> None:
    with st.container(border=True, key="no_runs"):
        st.markdown(
            "**No run yet.** Choose a text and press Train: each network that you train is kept here, with its curve, "
            "its words and all that it has learned."
        )
        st.page_link("pages/train.py", label="Train a network")


def show_list(service: TrainingService, runs: dict) -> None:
    """Draw the newest runs, and in their old places those that were just deleted."""
    if len(runs) > 1:
        show_comparison(service, runs)
    deleted = {run.run_id: run for run in actions.deleted_runs() if run.run_id not in runs}
    ordered = sorted([*runs.values(), *deleted.values()], key=lambda run: run.created, reverse=True)
    shown = st.session_state.setdefault(CARDS_SHOWN, CARDS_AT_ONCE)
    in_hand = run_in_hand()
    with st.container(key="run_list"):
        for run in ordered[:shown]:
            if run.run_id in deleted:
                show_deleted(service, run)
            else:
                show_run_card(service, run, run.run_id == in_hand)
    if len(ordered) > shown:
        st.button(f"Show older runs ({len(ordered) - shown:,} more)", key="runs_more", on_click=show_more)


def show_more() -> None:
    st.session_state[CARDS_SHOWN] += CARDS_AT_ONCE


def show_upload(service: TrainingService) -> None:
    with st.expander("Upload a run that was downloaded", key="upload_run"):
        key = f"run_upload_{st.session_state.get(actions.UPLOADS, 0)}"
        st.file_uploader(
            "The run’s .zip file",
            type=["zip"],
            key=key,
            max_upload_size=MAX_ARCHIVE_BYTES // 2**20,
            on_change=actions.attempt,
            args=(actions.upload, service, key),
        )
        st.caption("It comes back with its curve and its words; it can write, be compared and be trained on.")


page_setup("Runs", "/runs")
st.title("Runs", anchor=False)
st.caption(
    "The networks that were trained in this browser, those opened by a link, and those of the server’s command line; "
    "the newest first."
)
with friendly_errors():
    show_page()
