"""Which units are held, and how: numbers as people type them, and the unit in hand to begin with."""

import re

import streamlit as st

from lstm_core.errors import InvalidSetting
from lstm_core.insight.interventions import STATES, Intervention
from lstm_ui.inside_network import Subject
from lstm_ui.inside_unit import LAYER, UNIT, name_layer, name_unit

UNITS = "inside_held_"  # and the number of the layer: which of its units are held
HOW, VALUE = "inside_how", "inside_value"
TAKEN_OVER = "inside_mute_taken"  # the unit in hand when it was last taken over
MUTE, HOLD = "mute", "hold "
HOWS = {MUTE: "Mute", "hold hidden": "Hold hidden state", "hold cell": "Hold cell state"}


def choose_interventions(subject: Subject) -> list[Intervention]:
    """Draw which units are held, and how; the unit in hand is taken over when it is another than before."""
    units, layers = subject.network.shape.units, subject.layers
    _take_over(subject)
    typed = []
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside_held"):
        for place in range(len(layers)):
            typed.append(
                st.text_input(
                    "Units" if len(layers) == 1 else f"Units of {name_layer(subject, place)}",
                    key=f"{UNITS}{place}",
                    placeholder="none",
                    max_chars=100,
                    width=200,
                    help=f"Numbers from 1 to {units:,}, with commas between; 7-9 is three of them.",
                    persist_state="session",
                )
            )
        how = st.segmented_control(
            "How",
            list(HOWS),
            default=MUTE,
            key=HOW,
            format_func=HOWS.__getitem__,
            required=True,
            wrap=True,
            help="Muted, a unit says 0 whatever it remembers. Held, its state has your value at every symbol.",
            persist_state="session",
        )
    state, value = "hidden", 0.0
    if how and how != MUTE:
        state = how.removeprefix(HOLD)
        value = st.slider(
            f"Held at ({state} state)",
            -STATES[state],
            STATES[state],
            0.0,
            step=0.1,
            key=f"{VALUE}_{state}",
            width=400,
            persist_state="session",
        )
    return [
        Intervention(place, unit, state, value)
        for place, text in enumerate(typed)
        for unit in parse_units(text or "", units)
    ]


def parse_units(typed: str, units: int) -> list[int]:
    """Read unit numbers as people write them, from 1: "40, 12 7-9". Returns them from 0, each once.

    Raises InvalidSetting for anything else, or a number beyond `units`.
    """
    chosen: dict[int, None] = {}
    for part in filter(None, re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", typed.strip()))):
        found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        first = int(found[1]) if found else 0
        last = int(found[2] or first) if found else 0
        if not 1 <= first <= last <= units:
            raise InvalidSetting(
                f"“{part[:20]}” was typed for a unit.",
                f"Units have numbers from 1 to {units:,}.",
                "Type one, or several with commas between, or a range such as 7-9.",
            )
        chosen.update(dict.fromkeys(range(first - 1, last)))
    return list(chosen)


def describe_interventions(subject: Subject, interventions: list[Intervention]) -> str:
    """Say in a few words what is held."""
    if not interventions:
        return "nothing held"
    first = interventions[0]
    units = name_unit(subject, first.layer, first.unit)
    if len(interventions) > 1:
        units = f"{len(interventions)} units"
    if first.state == "hidden" and first.value == 0:
        return f"{units} muted"
    return f"{units} held: {first.state} state {first.value:+.1f}".replace("-", "−")


def _take_over(subject: Subject) -> None:
    """Put the unit in hand into the fields when this network, or this unit, comes here for the first time."""
    units, layers = subject.network.shape.units, len(subject.layers)
    layer = min(st.session_state.get(LAYER) or 1, layers) - 1
    in_hand = (subject.key[0], layer, min(int(st.session_state.get(UNIT) or 1), units))
    if st.session_state.get(TAKEN_OVER) == in_hand:
        return
    st.session_state[TAKEN_OVER] = in_hand
    for place in range(layers):
        st.session_state[f"{UNITS}{place}"] = str(in_hand[2]) if place == layer else ""
