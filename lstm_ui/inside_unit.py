"""The unit in hand: which unit of which layer most parts of the page look at. It stands in the address, too."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lstm_core.insight.trace import QUANTITIES, LayerTrace, Quantity, TextTrace
from lstm_ui.inside_network import Subject

LAYER, UNIT, LOOK = "layer", "unit", "look"  # keys, and names in the address: /inside?layer=2&unit=37&look=Mute
STRETCH = "inside_stretch"
QUANTITY = "inside_quantity"
MAX_DRAWN_SYMBOLS = 400  # at once; of a longer text a stretch is chosen


@dataclass(frozen=True)
class ChosenUnit:
    """A unit of a layer, both from 0; people count from 1."""

    layer: int
    unit: int

    @property
    def number(self) -> int:
        """What people call it."""
        return self.unit + 1


def choose_layer(subject: Subject) -> int:
    """Let the visitor choose a layer, from 0; where there is only one, nothing is drawn."""
    names = subject.layers
    if st.session_state.get(LAYER) not in range(1, len(names) + 1):
        st.session_state[LAYER] = 1
    if len(names) == 1:
        return 0
    number = st.segmented_control(
        "Layer",
        list(range(1, len(names) + 1)),
        key=LAYER,
        format_func=lambda place: names[place - 1],
        required=True,
        help="The first layer hears the symbols; each further one hears what the layer below it says."
        if not subject.judges
        else "One reads from the first word to the last, the other from the last to the first.",
        persist_state="session",
    )
    return (number or 1) - 1


def choose_unit(subject: Subject, disabled: bool = False) -> ChosenUnit:
    """Let the visitor choose layer and unit."""
    units = subject.network.shape.units
    layer = choose_layer(subject)
    kept = st.session_state.get(UNIT)
    st.session_state[UNIT] = min(max(int(kept or 1), 1), units)
    number = st.number_input(
        f"Unit (1 to {units:,})",
        1,
        units,
        key=UNIT,
        disabled=disabled,
        width=180,
        help="Each unit is one memory cell of the layer. “Find a unit” tells which of them are worth a look.",
        persist_state="session",
    )
    return ChosenUnit(layer, int(number) - 1)


def take_unit(layer: int, unit: int, look: str | None = None) -> None:
    """Take a unit (from 0) in hand, and turn to another part of the page; for the callbacks of buttons."""
    st.session_state[LAYER], st.session_state[UNIT] = layer + 1, unit + 1
    if look is not None:
        st.session_state[LOOK] = look


def choose_quantity(default: str = "cell") -> Quantity:
    """Let the visitor choose which of a unit's six numbers to look at."""
    names = {quantity.name: quantity for quantity in QUANTITIES}
    if st.session_state.get(QUANTITY) not in names:
        st.session_state[QUANTITY] = default
    name = st.selectbox(
        "Number",
        list(names),
        key=QUANTITY,
        format_func=lambda name: names[name].label,
        width=180,
        help="Gates say how far they are open, from 0 to 1; the cell state is what the unit remembers, the hidden "
        "state what it says of that.",
        persist_state="session",
    )
    return names[name]


def choose_stretch(trace: TextTrace) -> slice:
    """Return which symbols are drawn: all, or of a long text a stretch that the visitor chooses."""
    count = len(trace.read)
    if count <= MAX_DRAWN_SYMBOLS:
        return slice(0, count)
    starts = list(range(0, count, MAX_DRAWN_SYMBOLS))
    if st.session_state.get(STRETCH) not in starts:
        st.session_state[STRETCH] = 0
    start = st.select_slider(
        f"Which {MAX_DRAWN_SYMBOLS} of the {count:,} symbols",
        starts,
        key=STRETCH,
        format_func=lambda start: f"{start + 1:,}–{min(count, start + MAX_DRAWN_SYMBOLS):,}",
        help="More at once could not be told apart.",
        persist_state="session",
    )
    return slice(start, min(count, start + MAX_DRAWN_SYMBOLS))


def reach(layer: LayerTrace, quantity: Quantity) -> tuple[float, float]:
    """Return the numbers that get the strongest colours: the quantity's bounds; a cell state may need more than ±2."""
    if quantity.name != "cell":
        return quantity.lowest, quantity.highest
    largest = max(quantity.highest, float(np.quantile(np.abs(layer.cell), 0.99)))
    return -largest, largest
