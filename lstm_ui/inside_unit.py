"""The unit in hand: which unit of which layer most parts of the page look at. It stands in the address, too."""

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lstm_core.insight.features import measure_feature
from lstm_core.insight.find_unit import correlations
from lstm_core.insight.trace import QUANTITIES, LayerTrace, Quantity, TextTrace
from lstm_ui.inside_network import Subject

LAYER, UNIT, LOOK = "layer", "unit", "look"  # keys, and names in the address: /inside?layer=2&unit=37&look=Mute
STRETCH = "inside_stretch"
QUANTITY = "inside_quantity"
SUGGESTED_FOR = "inside_unit_of"  # the network for which a unit was suggested last
FIRST_FEATURE = {"characters": "line_position", "words": "sentence_end", "reviews": "negative"}
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
        bind="query-params",
    )
    return (number or 1) - 1


def take_first_unit(subject: Subject, trace: TextTrace) -> None:
    """Take a unit in hand where nobody has chosen one of this network: that of the address, or one worth a look.

    That is the one that follows best what “Find a unit” asks first.
    """
    is_first_visit = SUGGESTED_FOR not in st.session_state
    if st.session_state.get(SUGGESTED_FOR) == subject.key[0]:
        return
    st.session_state[SUGGESTED_FOR] = subject.key[0]
    unit, layer = st.query_params.get(UNIT, ""), st.query_params.get(LAYER, "")
    if is_first_visit and re.fullmatch("[1-9][0-9]{0,3}", unit):
        take_unit(subject.layers.index(layer) if layer in subject.layers else 0, int(unit) - 1)
        return
    feature = measure_feature(FIRST_FEATURE[trace.read.kind], trace.read)
    fits = [np.abs(correlations(layer.cell, feature)) for layer in trace.layers]
    best = int(np.argmax([fit.max() for fit in fits]))
    take_unit(best, int(fits[best].argmax()))


def name_unit(subject: Subject, layer: int, unit: int) -> str:
    """Name a unit (both from 0) as people do: "unit 40", and of which layer where there are several."""
    return f"unit {unit + 1}" if len(subject.layers) == 1 else f"unit {unit + 1} of {name_layer(subject, layer)}"


def name_layer(subject: Subject, layer: int) -> str:
    """Name a layer within a sentence: "layer 2", or "the forward layer"."""
    return f"the {subject.layers[layer].lower()} layer" if subject.judges else subject.layers[layer].lower()


def choose_unit(subject: Subject, disabled: bool = False) -> ChosenUnit:
    """Let the visitor choose layer and unit."""
    units = subject.network.shape.units
    layer = choose_layer(subject)
    st.session_state[UNIT] = min(max(int(st.session_state.get(UNIT) or 1), 1), units)
    number = st.number_input(
        f"Unit (1 to {units:,})",
        1,
        units,
        key=UNIT,
        disabled=disabled,
        width=190,
        bind="query-params",
        help="Each unit is one memory cell of the layer. “Find a unit” tells which of them are worth a look.",
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
    """Return the numbers that get the strongest colours: the quantity's bounds; a cell state may need more than ±2.

    Some units count far up; were their numbers the measure, all others would be grey.
    """
    if quantity.name != "cell":
        return quantity.lowest, quantity.highest
    largest = max(quantity.highest, round(float(np.quantile(np.abs(layer.cell), 0.9)), 1))
    return -largest, largest
