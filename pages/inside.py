"""Look inside a network while it reads: its gates, its memory, its units one by one; and what it is without one."""

from pathlib import Path

import streamlit as st

from lstm_core.insight.trace import TextTrace
from lstm_ui.inside_cell import show_steps
from lstm_ui.inside_colour import show_colours
from lstm_ui.inside_find import show_search
from lstm_ui.inside_gates import show_gates
from lstm_ui.inside_map import show_map
from lstm_ui.inside_memory import show_memory
from lstm_ui.inside_mute import show_intervention
from lstm_ui.inside_network import Subject, choose_subject, describe_subject
from lstm_ui.inside_text import choose_text
from lstm_ui.inside_unit import LOOK, take_first_unit
from lstm_ui.page import escape_markdown, friendly_errors, page_setup
from lstm_ui.service import training_service

STYLES = [Path(__file__).parents[1] / "lstm_ui" / name for name in ("inside.css", "review.css")]
SECTIONS = {
    "Step by step": show_steps,
    "Gates": show_gates,
    "In colour": show_colours,
    "Find a unit": show_search,
    "Mute": show_intervention,
    "Memory": show_memory,
    "Map": lambda subject, trace: show_map(subject),
}


def show_page() -> None:
    network, text = st.columns([2, 3], gap="medium")
    with network:
        subject = choose_subject(training_service())
        st.caption(escape_markdown(describe_subject(subject)))
    with text:
        trace = choose_text(subject)
    take_first_unit(subject, trace)
    show_sections(subject, trace)


def show_sections(subject: Subject, trace: TextTrace) -> None:
    """Draw the tabs; only the one that is open costs anything."""
    tabs = st.tabs(list(SECTIONS), key=LOOK, on_change="rerun", bind="query-params")
    for tab, show in zip(tabs, SECTIONS.values(), strict=True):
        if tab.open:
            with tab:
                show(subject, trace)


page_setup("Inside", "/inside")
for style in STYLES:
    st.html(style)
st.title("Look inside", anchor=False)
with friendly_errors():
    show_page()
