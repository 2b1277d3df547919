"""The drawing of an LSTM cell with the real numbers of each step; play, pause and step happen in the browser alone."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from lstm_core.insight.trace import LayerTrace

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "cell_drawing",
    html=(_HERE / "cell_drawing.html").read_text("utf-8"),
    css=(_HERE / "cell_drawing.css").read_text("utf-8"),
    js=(_HERE / "cell_drawing.js").read_text("utf-8"),
    isolate_styles=False,
)
# In the order in which cell_drawing.js reads them.
FIELDS = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_before", "cell", "hidden")


def show_cell(
    symbols: Sequence[str],
    layer: LayerTrace,
    unit: int | None,
    first: int,
    key: str,
    *,
    gap: str,
    said: Sequence[str],
) -> None:
    """Draw a unit (None: the average of all) at each of `symbols`, which begin at place `first` of the traced text.

    `gap` stands between two symbols; `said` is a sentence for each symbol, or an empty one.
    """
    _component(key=key, data=pack_cell(symbols, layer, unit, first, gap, said))


def pack_cell(
    symbols: Sequence[str], layer: LayerTrace, unit: int | None, first: int, gap: str, said: Sequence[str]
) -> dict[str, Any]:
    """Pack the steps for the browser: `values` is base64 of float32, seven numbers for each symbol.

    Of the average the gates are means, and of what may be above or below 0 the mean size.
    """
    stretch = slice(first, first + len(symbols))
    rows = [_series(getattr(layer, field)[stretch], unit) for field in FIELDS]
    places: dict[str, int] = {}
    ids = [places.setdefault(symbol, len(places)) for symbol in symbols]
    return {
        "text": f"{first} {gap.join(symbols)}",  # another one: from its beginning again
        "ids": ids,
        "names": list(places),
        "values": base64.b64encode(np.stack(rows, axis=1).astype("<f4").tobytes()).decode("ascii"),
        "first": first + 1,
        "total": len(layer.cell),
        "gap": gap,
        "said": list(said),
        "isMean": unit is None,
        "units": layer.units,
    }


def _series(values: np.ndarray, unit: int | None) -> np.ndarray:
    return np.abs(values).mean(axis=1) if unit is None else values[:, unit]
