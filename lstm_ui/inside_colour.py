"""A text in the colours of one unit."""

import numpy as np
import streamlit as st

from lstm_core.insight.trace import Quantity, TextTrace
from lstm_ui.coloured_text import show_coloured_text
from lstm_ui.inside_network import Subject
from lstm_ui.inside_unit import ChosenUnit, choose_quantity, choose_unit, name_unit, reach
from lstm_ui.page import friendly_errors


@st.fragment
def show_colours(subject: Subject, trace: TextTrace) -> None:
    """Draw the text in the colours of the unit in hand."""
    st.caption("Look for a pattern that you could name: does the colour change at spaces, at line ends, inside names?")
    with friendly_errors():
        with st.container(horizontal=True, vertical_alignment="bottom", key="inside_unit_choice"):
            chosen = choose_unit(subject)
            quantity = choose_quantity()
        show_in_colours(subject, trace, chosen, quantity, "coloured_text")


def show_in_colours(subject: Subject, trace: TextTrace, chosen: ChosenUnit, quantity: Quantity, key: str) -> None:
    """Draw a text with its legend."""
    layer = trace.layers[chosen.layer]
    values = layer.quantity(quantity.name)[:, chosen.unit]
    # The unit's own range, for one that moves little is to be seen, too; gates keep their half as the middle.
    middle = (quantity.lowest + quantity.highest) / 2
    lowest, highest = reach(layer, quantity)
    half = max(float(np.quantile(np.abs(values - middle), 0.99)), 0.02 * (highest - lowest))
    label = f"{quantity.label} of {name_unit(subject, chosen.layer, chosen.unit)}"
    show_coloured_text(trace.read.symbols, values, middle - half, middle + half, key, gap=subject.gap, label=label)
    st.html(legend_html(middle - half, middle + half, quantity))


def legend_html(lowest: float, highest: float, quantity: Quantity) -> str:
    """Write the legend: orange, grey, blue, and the numbers that they stand for."""
    ends = [f"{value:+.2f}".replace("-", "−") if lowest < 0 else f"{value:.2f}" for value in (lowest, highest)]
    return (
        f'<div class="inside-legend"><span>{ends[0]}</span><i aria-hidden="true"></i><span>{ends[1]}</span>'
        f"<span>{quantity.label}: {quantity.meaning}. A line above a symbol: low; below it: high.</span></div>"
    )
