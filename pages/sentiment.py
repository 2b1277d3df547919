"""What does a network make of a review? As you type, word by word, with the words that decided; and of many at once."""

from pathlib import Path

import streamlit as st

from lstm_ui.page import friendly_errors, page_setup
from lstm_ui.review_file import show_review_file
from lstm_ui.review_model import choose_judge
from lstm_ui.review_reading import show_reading
from lstm_ui.review_shipped_report import show_shipped_report
from lstm_ui.review_training import show_review_training
from lstm_ui.service import training_service

STYLE = Path(__file__).parents[1] / "lstm_ui" / "review.css"


def show_page() -> None:
    service = training_service()
    with friendly_errors():
        judge = choose_judge(service)
        show_reading(judge)
        show_review_file(judge)
        show_shipped_report(judge)
    st.divider()
    with friendly_errors():  # of its own: without a network that judges, one can still be trained
        show_review_training(service)


page_setup("Reviews", "/sentiment")
st.html(STYLE)
st.title("Score a review", anchor=False)
with friendly_errors():
    show_page()
