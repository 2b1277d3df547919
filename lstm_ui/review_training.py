"""The lower half of /sentiment: train a network on reviews, watch it, and see afterwards how good it is."""

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.review_report import show_run_report
from lstm_ui.review_setup import choose_review_spec
from lstm_ui.session import run_in_hand
from lstm_ui.train_panel import show_train_panel


def show_review_training(service: TrainingService) -> None:
    """Draw the choice of reviews and network, and the run in hand if it is one of reviews."""
    run = _own_run(service)
    with st.container(key="train_page"):  # page.css: two columns on a desk, in this order on a phone
        choice, panel, details = [
            st.container(key=part, gap="small") for part in ("train_choice", "train_panel", "train_details")
        ]
    with choice:
        st.header("Train one yourself", anchor=False)
        st.caption("It gets reviews with their labels, and nothing else: no grammar, no list of kind words.")
        spec = choose_review_spec()
    with panel:
        show_train_panel(service, spec, run, is_of_reviews=True)
    with details:
        if run is not None and not run.is_moving and run.checkpoint_step:
            st.caption("This network can now be chosen above, to judge what you type.")
    if run is not None:
        show_run_report(service, run)


def _own_run(service: TrainingService) -> RunView | None:
    run_id = run_in_hand()
    if not run_id:
        return None
    try:
        run = service.view(run_id)
    except CoreError:  # the top of the page says so
        return None
    return run if run.is_of_reviews else None
