"""Choose a text and a network, press Train, and watch the loss fall and the writing grow."""

import streamlit as st

from lstm_core.errors import CoreError
from lstm_ui.forecast import show_forecast_form
from lstm_ui.lesson_note import show_lesson_note, take_lesson
from lstm_ui.own_locks import own_locks
from lstm_ui.page import escape_markdown, friendly_errors, page_setup
from lstm_ui.room_note import show_room_note
from lstm_ui.service import training_service
from lstm_ui.session import run_in_hand
from lstm_ui.setup_link import show_setup_link, show_setup_note, take_setup
from lstm_ui.tour import show_tour
from lstm_ui.train_panel import attempt, show_train_panel, start_run
from lstm_ui.train_setup import choose_spec

page_setup("Train", "/train")

with friendly_errors():
    service = training_service()
    run_id = run_in_hand()
    run = None
    if run_id:
        try:
            run = service.view(run_id)
        except CoreError as error:  # not found, or damaged: a new one can still be set up
            st.warning(escape_markdown(str(error)))

    # Links set this page up: /train?experiment=rubik-meditations&units=64; Home's cards also start it by &start=1.
    starts_now = st.query_params.pop("start", None) == "1"
    take_lesson()
    take_setup()

    with st.container(key="train_page"):  # page.css: two columns on a desk, in this order on a phone
        parts = ("train_choice", "train_panel", "train_details")
        choice, panel, details = [st.container(key=part, gap="small") for part in parts]
    choice.title("Train on a text", anchor=False)
    with choice:
        show_tour()
        show_room_note()
        show_setup_note()
        show_lesson_note()
    spec = choose_spec(run, choice, details, own_locks())
    with choice:
        show_forecast_form(spec)
        show_setup_link(spec)
    with panel:
        if starts_now and spec is not None:
            attempt(start_run, service, spec)
        show_train_panel(service, spec, run)
