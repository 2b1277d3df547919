"""Side by side on /generate: the same seed text at three temperatures, or continued by three tables of counts."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from lstm_core.text.yardsticks import NAMES
from lstm_core.writing.counting_writer import CountingWriter
from lstm_core.writing.symbol_writer import SymbolWriter
from lstm_ui import generate_actions as actions
from lstm_ui import generate_controls as controls
from lstm_ui.generate_manuscript import Manuscript
from lstm_ui.generate_text import show_texts
from lstm_ui.learned_text import show_counts, show_learned_text

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService

COUNTED = (2, 3, 5)  # orders of the tables that write
RIVALS = "generate_rivals"  # key of the texts that counts wrote
AGAINST = "generate_against"
TEMPERATURES, COUNTS = "three temperatures", "counts instead of a network"


def show_side_by_side(service: "TrainingService", choice: controls.Choice, writer: SymbolWriter) -> None:
    """Draw what is compared, the buttons and the three texts."""
    default = None if AGAINST in st.session_state else TEMPERATURES
    against = st.segmented_control(
        "Compare", (TEMPERATURES, COUNTS), key=AGAINST, required=True, default=default, persist_state="session"
    )
    if against == COUNTS:
        _show_rivals(choice, writer)
    else:
        _show_temperatures(service)


def _show_temperatures(service: "TrainingService") -> None:
    st.caption("The same seed text, the same random seed, three temperatures.")
    compared = actions.own_comparison()
    for column, key in zip(st.columns(len(compared)), controls.COMPARED_TEMPERATURES, strict=True):
        with column:
            controls.show_compared_temperature(key)
    _show_buttons("generate_compare", compared, partial(actions.write_compared, service, compared))
    show_texts(compared, tuple(f"generate_text_{place}" for place in range(len(compared))), "")


def _show_rivals(choice: controls.Choice, writer: SymbolWriter) -> None:
    st.caption(
        "The same seed text and settings, continued from nothing but counts of the network’s text: what followed the "
        "last symbol (bigram), the last two (trigram), the last four (5-gram). Does the network write better?"
    )
    learned = show_learned_text(choice, writer)
    counts = show_counts(learned) if learned is not None else None
    if learned is None or counts is None:
        return
    rivals: list[Manuscript] = st.session_state.setdefault(RIVALS, [Manuscript() for _ in COUNTED])
    writers = [CountingWriter(counts, order, learned.vocabulary) for order in COUNTED]
    _show_buttons("generate_rivals_write", rivals, partial(actions.write_each, rivals, writers))
    for column, order in zip(st.columns(len(COUNTED)), COUNTED, strict=True):
        column.markdown(f"**{NAMES[order]}**")
    show_texts(rivals, tuple(f"generate_rival_{place}" for place in range(len(rivals))), "")


def _show_buttons(key: str, manuscripts: list[Manuscript], write: partial) -> None:
    writing = any(manuscript.remaining for manuscript in manuscripts)
    with st.container(horizontal=True):
        st.button("Write all three", key=key, on_click=actions.attempt, args=(write,))
        stop = (actions.stop_all, manuscripts)
        st.button("Stop all", key=f"{key}_stop", disabled=not writing, on_click=actions.attempt, args=stop)
