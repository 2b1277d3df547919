"""Gates, cells and hidden states of many units over a text, as heat maps; and which units are drawn, in which order."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lstm_core.insight.features import features_for, measure_feature
from lstm_core.insight.find_unit import correlations
from lstm_core.insight.trace import QUANTITIES, LayerTrace, Quantity, TextTrace
from lstm_ui.inside_network import Subject
from lstm_ui.inside_unit import choose_layer, choose_stretch, reach
from lstm_ui.page import friendly_errors
from lstm_ui.symbol_names import symbol_sign

MAX_DRAWN_UNITS = 64
SHOWN, ORDER, FEATURE = "inside_shown", "inside_order", "inside_order_feature"
FIRST_SHOWN = ("forget_gate", "cell")
ROW_PIXELS, FEWEST_PIXELS, MARGIN_PIXELS = 5, 120, 58
LABELLED_SYMBOLS = 60  # of as many each is written below the picture
# Orange, grey, blue; the grey is that of the paper, light or dark.
SCALES = {
    theme: [[0, "#c2591b"], [0.5, grey], [1, "#2f6f9f"]] for theme, grey in (("light", "#ece8de"), ("dark", "#2f3136"))
}

# Each puts a number on every unit of (T, U) values; the units with the highest stand at the top.
MEASURES: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray] | None]] = {
    "variance": ("how much they change", lambda values: values.var(axis=0)),
    "mean": ("their mean", lambda values: values.mean(axis=0)),
    "correlation": ("what they follow", None),  # of a feature that the visitor chooses
    "index": ("their number", lambda values: -np.arange(values.shape[1], dtype=np.float64)),
}


@dataclass(frozen=True)
class DrawnUnits:
    """Which units are drawn, from the top (from 0), and in which words that is told."""

    units: np.ndarray
    said: str


@st.fragment
def show_gates(subject: Subject, trace: TextTrace) -> None:
    """Draw the heat maps that are asked for, one below the other."""
    st.caption(
        "Look for columns: many units that turn at the same symbol. And for long rows: a unit that keeps something."
    )
    with friendly_errors():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            layer = trace.layers[choose_layer(subject)]
            order = st.selectbox(
                "Units sorted by",
                list(MEASURES),
                key=ORDER,
                format_func=lambda name: MEASURES[name][0],
                width=230,
                help=f"Up to {MAX_DRAWN_UNITS} units are drawn, those that this puts first.",
                persist_state="session",
            )
            feature = _choose_feature(trace) if order == "correlation" else None
        names = {quantity.name: quantity for quantity in QUANTITIES}
        shown = st.pills(
            "What to draw",
            list(names),
            selection_mode="multi",
            default=FIRST_SHOWN,
            key=SHOWN,
            format_func=lambda name: names[name].label,
            persist_state="session",
        )
        if not shown:
            st.caption("Choose one or more of the six above.")
            return
        stretch = choose_stretch(trace)
        by = names[[name for name in names if name in shown][-1]]
        drawn = choose_units(layer, by, order, feature)
        st.caption(drawn.said)
        for quantity in (names[name] for name in names if name in shown):
            _show_map(subject, trace, layer, quantity, drawn.units, stretch)


def choose_units(layer: LayerTrace, quantity: Quantity, order: str, feature: np.ndarray | None) -> DrawnUnits:
    """Return which units to draw. More than 64: those with the highest measure; of mean and number evenly spread."""
    values = layer.quantity(quantity.name)
    label, measure = MEASURES[order]
    scores = np.abs(correlations(values, feature)) if measure is None else measure(values)
    ranked = np.argsort(-scores, kind="stable")
    words = f"sorted by {label} ({quantity.label.lower()}), the highest at the top"
    if order == "index":
        words = "sorted by their number"
    if layer.units <= MAX_DRAWN_UNITS:
        return DrawnUnits(ranked, f"All {layer.units} units of {layer.name.lower()}, {words}.")
    if order in ("variance", "correlation"):
        return DrawnUnits(ranked[:MAX_DRAWN_UNITS], f"The first {MAX_DRAWN_UNITS} of {layer.units:,} units, {words}.")
    spread = ranked[np.linspace(0, layer.units - 1, MAX_DRAWN_UNITS).round().astype(int)]
    return DrawnUnits(spread, f"{MAX_DRAWN_UNITS} of {layer.units:,} units, evenly taken from all, {words}.")


def heat_map(
    symbols: tuple[str, ...], values: np.ndarray, units: np.ndarray, first: int, bounds: tuple[float, float], theme: str
) -> dict:
    """Return Plotly's description of a heat map: `values` (T, n) of the n `units`, symbols from place `first` on."""
    lowest, highest = bounds
    names = [f"{place} {symbol_sign(symbol)}" for place, symbol in enumerate(symbols, start=first + 1)]
    marks = [round(lowest, 1), round((lowest + highest) / 2, 1), round(highest, 1)]
    trace = {
        "type": "heatmap",
        "z": np.ascontiguousarray(values.T, np.float32),
        "x": names,
        "y": [str(unit + 1) for unit in units],
        "zmin": lowest,
        "zmax": highest,
        "colorscale": SCALES[theme],
        "colorbar": {
            "thickness": 10,
            "len": 1,
            "outlinewidth": 0,
            "tickvals": marks,
            "ticktext": [f"{mark:g}" for mark in marks],
        },
        "hovertemplate": "symbol %{x} · unit %{y}: %{z:.2f}<extra></extra>",
    }
    every = 1 if len(names) <= LABELLED_SYMBOLS else len(names) // 8
    ticks = names[::every]
    axis = {
        "type": "category",
        "showgrid": False,
        "tickvals": ticks,
        "ticktext": [name.split(" ", 1)[0 if every > 1 else 1] for name in ticks],
        "tickangle": 0 if every > 1 or max(map(len, symbols)) < 2 else -60,
    }
    height = max(FEWEST_PIXELS, ROW_PIXELS * len(units)) + MARGIN_PIXELS
    layout = {
        "height": height,
        "margin": {"l": 44, "r": 0, "t": 4, "b": 44},
        "xaxis": axis,
        "yaxis": {"autorange": "reversed", "type": "category", "showgrid": False, "nticks": 12},
    }
    return {"data": [trace], "layout": layout}


def _choose_feature(trace: TextTrace) -> np.ndarray | None:
    features = {feature.name: feature for feature in features_for(trace.read.kind)}
    if st.session_state.get(FEATURE) not in features:
        st.session_state[FEATURE] = next(iter(features))
    name = st.selectbox(
        "What they follow",
        list(features),
        key=FEATURE,
        format_func=lambda name: features[name].label,
        width=230,
        persist_state="session",
    )
    return measure_feature(name, trace.read)


def _show_map(
    subject: Subject, trace: TextTrace, layer: LayerTrace, quantity: Quantity, units: np.ndarray, stretch: slice
) -> None:
    symbols = trace.read.symbols[stretch]
    values = layer.quantity(quantity.name)[stretch][:, units]
    st.header(quantity.label, anchor=False)
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.plotly_chart(
        heat_map(symbols, values, units, stretch.start, reach(layer, quantity), theme),
        key=f"inside_map_{quantity.name}",
        config={"displayModeBar": False},
        alt=f"{quantity.label} of {len(units)} units over {len(symbols)} symbols, mean {values.mean():.2f}: "
        f"{quantity.meaning}. Step by step tells the numbers.",
    )
