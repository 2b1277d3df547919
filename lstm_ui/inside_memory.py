"""How long it remembers: another symbol at one place, and how far everything differs afterwards."""

import html

import streamlit as st

from lstm_core.insight.memory import HORIZON, LayerMemory, MemoryCurve, remember_change
from lstm_core.insight.trace import TextTrace
from lstm_core.text.symbols import RARE
from lstm_ui.inside_network import Subject
from lstm_ui.page import friendly_errors
from lstm_ui.symbol_names import symbol_label, symbol_sign

PLACE, SYMBOL = "inside_place", "inside_symbol_"  # and the network's name
OFFERED_SYMBOLS = 200  # the most frequent; any other can be typed
AROUND = 60  # symbols of the text that are shown before and after the change
COLOURS = ("#4583b5", "#c9661c", "#3c9270")
CHART_HEIGHT = 340


@st.fragment
def show_memory(subject: Subject, trace: TextTrace) -> None:
    """Draw which symbol is changed, and the curves."""
    st.caption(
        "One symbol is another: look how long the states differ. A step means that it was forgotten at once, a long "
        "slope that something of it is kept."
    )
    with friendly_errors():
        place, symbol = _choose_change(subject, trace)
        if symbol is None:
            st.caption("Choose what shall stand there instead.")
            return
        curve = remember_change(subject.network, trace, place, symbol)
        st.html(change_html(trace, curve, subject.gap))
        st.plotly_chart(
            memory_chart(curve),
            key="inside_memory_chart",
            config={"displayModeBar": False},
            alt=" ".join(describe_memory(layer) for layer in curve.layers),
        )
        for layer in curve.layers:
            st.markdown(describe_memory(layer))
        st.caption("1 is as far apart as the states at two unrelated places of this text usually are.")


def describe_memory(layer: LayerMemory) -> str:
    """Say how long a layer remembers."""
    where = "words before it" if layer.reads_backward else "symbols"
    if layer.half_life is None:
        return f"{layer.name}: as far as is looked at, the difference does not stay below half of its greatest value."
    if layer.half_life == 0:
        return f"{layer.name}: nothing differs at all."
    return (
        f"{layer.name}: after {layer.half_life} {where} less than half of the cell’s difference is left, and stays so."
    )


def change_html(trace: TextTrace, curve: MemoryCurve, gap: str) -> str:
    """Write the text around the change, escaped: what stood there struck out, what stands there now marked."""
    symbols = [html.escape(symbol) for symbol in trace.read.symbols]
    first, end = max(0, curve.place - AROUND), min(len(symbols), curve.place + AROUND)
    before, after = gap.join(symbols[first : curve.place]), gap.join(symbols[curve.place + 1 : end])
    old, new = (html.escape(symbol_sign(symbol)) for symbol in (curve.old, curve.new))
    return (
        f'<p class="changed-text">{"…" if first else ""}{before}{gap}<del>{old}</del><ins>{new}</ins>{gap}{after}'
        f"{'…' if end < len(symbols) else ''}</p>"
    )


def memory_chart(curve: MemoryCurve) -> dict:
    """Return Plotly's description of the curves: for each layer the cell state, and dotted the hidden state."""
    traces = []
    for place, layer in enumerate(curve.layers):
        colour = COLOURS[place % len(COLOURS)]
        for name, values, dash in (("cell", layer.cell, "solid"), ("hidden", layer.hidden, "dot")):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": curve.offsets,
                    "y": values,
                    "name": f"{layer.name}, {name}",
                    "line": {"color": colour, "width": 2.5 if name == "cell" else 1.5, "dash": dash},
                    "hovertemplate": "%{x:+d}: %{y:.3f}",
                }
            )
    return {
        "data": traces,
        "layout": {
            "height": CHART_HEIGHT,
            "margin": {"l": 52, "r": 8, "t": 8, "b": 44},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "xaxis": {"title": {"text": "symbols after the change"}, "zeroline": True},
            "yaxis": {"title": {"text": "difference"}, "rangemode": "tozero"},
        },
    }


def _choose_change(subject: Subject, trace: TextTrace) -> tuple[int, str | None]:
    count = len(trace.read)
    if not 1 <= int(st.session_state.get(PLACE) or 0) <= count:
        st.session_state[PLACE] = max(1, min(count // 3, count - 1))
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside_change"):
        number = st.number_input(
            f"Which symbol (1 to {count:,})",
            1,
            count,
            key=PLACE,
            width=180,
            help=f"The curves go on from there, up to {HORIZON} symbols.",
            persist_state="session",
        )
        place = int(number) - 1
        old = trace.read.symbols[place]
        offered = [
            symbol for symbol in subject.network.vocabulary.symbols[:OFFERED_SYMBOLS] if symbol not in (old, RARE)
        ]
        key = f"{SYMBOL}{subject.key[0]}"
        if st.session_state.get(key) in (None, old):
            st.session_state[key] = _another_like(old, offered)
        symbol = st.selectbox(
            "becomes",
            offered if st.session_state[key] in offered else [st.session_state[key], *offered],
            key=key,
            format_func=symbol_label,
            accept_new_options=True,
            width=200,
            help="The most frequent symbols are offered; any other that the network knows can be typed.",
            persist_state="session",
        )
    return place, symbol


def _another_like(old: str, offered: list[str]) -> str | None:
    """Return a symbol of the same sort: a letter for a letter, a mark for a mark."""
    alike = [symbol for symbol in offered if symbol.isalpha() == old.isalpha() and symbol.isspace() == old.isspace()]
    return next(iter(alike or offered), None)
