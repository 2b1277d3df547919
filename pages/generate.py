"""Let a trained network write: symbol by symbol from your seed text, and see what else each symbol could have been."""

from functools import partial

import streamlit as st

from lstm_core.writing.writer import Writer
from lstm_ui import generate_actions as actions
from lstm_ui import generate_controls as controls
from lstm_ui.copied_marks import find_passages
from lstm_ui.generate_copied import show_copied
from lstm_ui.generate_game import show_game
from lstm_ui.generate_side_by_side import show_side_by_side
from lstm_ui.generate_text import show_texts
from lstm_ui.generate_time_machine import show_time_machine
from lstm_ui.next_symbol_bars import show_next_symbol_bars
from lstm_ui.page import escape_markdown, friendly_errors, page_setup
from lstm_ui.service import training_service
from lstm_ui.shipped import describe_card, shipped_card

TABS = ("You choose", "Side by side", "Copied or invented", "Time machine", "Beat your network")


def show_page() -> None:
    service = training_service()
    controls.restore_controls()
    choice = controls.choose_network(service)
    writer = actions.current_writer(service, choice.network_id)
    show_what_it_learned(choice, writer)

    text, settings = st.columns([2, 1], gap="large")  # on a phone the settings follow the text
    with text:
        controls.suggest_seed(choice, writer)
        controls.show_seed_box(writer)
        show_own_text(service)
    with settings:
        controls.show_settings()
    tabs = st.tabs(TABS, key="generate_tabs", on_change="rerun")
    shows = (
        partial(show_next_symbol, service),
        partial(show_side_by_side, service, choice, writer),
        partial(show_copied, service, choice, writer),
        partial(show_time_machine, service, choice),
        partial(show_game, service, choice, writer),
    )
    for tab, show in zip(tabs, shows, strict=True):
        if tab.open:  # the others cost nothing until they are
            with tab, friendly_errors():
                show()


def show_what_it_learned(choice: controls.Choice, writer: Writer) -> None:
    if choice.view is None:
        st.caption(escape_markdown(describe_card(shipped_card(choice.network_id))))
        return
    learning = "It is still learning: this is" if choice.view.is_alive else "This is"
    st.caption(f"{learning} what it had learned by step {writer.network.step:,}.")


def show_own_text(service) -> None:
    manuscript = actions.own_manuscript()
    writing, begun = manuscript.remaining > 0, manuscript.draft is not None
    press = partial(st.button, on_click=actions.attempt)
    with st.container(horizontal=True):
        press("Write", key="write", type="primary", args=(actions.write, service, manuscript))
        press("Stop", key="generate_stop", disabled=not writing, args=(manuscript.stop,))
        press("Go on", key="generate_go_on", disabled=writing or not begun, args=(actions.go_on, service, manuscript))
        press("Undo", key="generate_undo", disabled=not manuscript.past, args=(manuscript.undo,))
    actions.show_refusal()
    with st.container(key="written"):
        passages = find_passages(service, manuscript)
        show_texts([manuscript], ("generate_text",), "The text will stand here. Press Write.", passages)
    if begun:
        st.caption(
            "Point at a symbol, tap it, or move with the arrow keys to see what else was likely. "
            "Dotted: another symbol was likelier. Underlined: you chose it. Marked below the line: it stands word for "
            "word in the training text; click it to see where."
        )


def show_next_symbol(service) -> None:
    manuscript = actions.own_manuscript()
    if manuscript.draft is None or manuscript.remaining:
        st.caption("As soon as there is a text and the network pauses, you can write the next symbol yourself.")
        return
    with friendly_errors():
        writer = actions.current_writer(service, manuscript.draft.run_id)
        rows = manuscript.next_likeliest(writer, controls.read_sampling())
        chosen = show_next_symbol_bars(rows, len(manuscript.draft.written), "generate_next")
        st.caption("Thick bar: what the network believes. Thin bar: how often it is drawn with these settings.")
        if chosen is not None:
            manuscript.choose(writer, chosen)
            st.rerun()


page_setup("Write", "/generate")
st.title("Let it write")
with friendly_errors():
    show_page()
