"""A text in the colours of one unit: blue where its number is high, orange where it is low, grey between.

Colour is never alone: a line below a symbol says high, one above it low, the thicker the more; and whoever points at a
symbol, taps it or walks to it with the arrow keys reads the number.
"""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "coloured_text",
    html=(
        '<div class="coloured-text"><div class="ct-symbols" tabindex="0" role="group"></div>'
        '<div class="ct-card" role="status" hidden></div></div>'
    ),
    css=(_HERE / "coloured_text.css").read_text("utf-8"),
    js=(_HERE / "coloured_text.js").read_text("utf-8"),
    isolate_styles=False,  # so that the text can be found, selected and printed like the rest of the page
)


def show_coloured_text(
    symbols: Sequence[str], values: np.ndarray, lowest: float, highest: float, key: str, *, gap: str, label: str
) -> None:
    """Draw symbols with a number (n,) for each; at `lowest` it is quite orange, at `highest` quite blue.

    `gap` stands between two symbols; `label` says what the numbers are.
    """
    _component(key=key, data=pack_text(symbols, values, lowest, highest, gap, label))


def pack_text(
    symbols: Sequence[str], values: np.ndarray, lowest: float, highest: float, gap: str, label: str
) -> dict[str, Any]:
    """Pack a text for the browser: distinct `names`, places in them (`ids`), `values` as base64 of float32."""
    places: dict[str, int] = {}
    return {
        "ids": [places.setdefault(symbol, len(places)) for symbol in symbols],
        "names": list(places),
        "values": base64.b64encode(values.astype("<f4").tobytes()).decode("ascii"),
        "middle": (lowest + highest) / 2,
        "reach": (highest - lowest) / 2,
        "gap": gap,
        "label": label,
    }
