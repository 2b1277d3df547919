"""The cell step by step: one symbol at a time through a drawing, with the numbers of one unit or the average of all."""

import streamlit as st

from lstm_core.insight.trace import TextTrace
from lstm_core.reviewing.read_along import read_along
from lstm_ui.cell_drawing import show_cell
from lstm_ui.inside_network import Subject, scorer_of
from lstm_ui.inside_unit import choose_stretch, choose_unit
from lstm_ui.page import friendly_errors
from lstm_ui.symbol_names import symbol_words

ALL_UNITS = "inside_all_units"


@st.fragment
def show_steps(subject: Subject, trace: TextTrace) -> None:
    """Draw the cell, and the controls that say which."""
    st.caption(
        "Press Play, or step. Look for a symbol at which the forget gate closes: there the unit lets its memory go."
    )
    with friendly_errors():
        with st.container(horizontal=True, vertical_alignment="bottom", key="inside_unit_choice"):
            is_mean = bool(st.session_state.get(ALL_UNITS))
            chosen = choose_unit(subject, disabled=is_mean)
            st.toggle(
                "All units together",
                key=ALL_UNITS,
                help="The averages over all units of the layer, instead of the numbers of one.",
                persist_state="session",
            )
        stretch = choose_stretch(trace)
        layer = trace.layers[chosen.layer]
        if layer.reads_backward:
            st.caption("This layer reads from the last word to the first: “before” is what it knew of the words after.")
        show_cell(
            trace.read.symbols[stretch],
            layer,
            None if is_mean else chosen.unit,
            stretch.start,
            "cell_drawing",
            gap=subject.gap,
            said=say_beliefs(subject, trace, stretch),
        )


def say_beliefs(subject: Subject, trace: TextTrace, stretch: slice) -> list[str]:
    """Say after each symbol what the network expects next, or how it judges the review so far."""
    if trace.beliefs is None:
        return _say_verdicts(subject, trace)[stretch]
    symbols = subject.network.vocabulary.symbols
    expected, shares = trace.beliefs.expected[stretch].tolist(), trace.beliefs.shares[stretch].tolist()
    return [
        "The network now expects "
        + ", ".join(f"{symbol_words(symbols[i])} ({share:.0%})" for i, share in zip(ids, row, strict=True))
        + "."
        for ids, row in zip(expected, shares, strict=True)
    ]


def _say_verdicts(subject: Subject, trace: TextTrace) -> list[str]:
    along = read_along(scorer_of(subject), " ".join(trace.read.symbols))
    said = [f"If the review ended here: {score:.0%} positive." for score in along.scores]
    return [""] * (len(trace.read) - len(said)) + said  # of very many long words the last are scored
