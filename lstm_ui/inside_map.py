"""A map of the symbols: which ones lie together, and which are nearest to one."""

import html

import streamlit as st

from lstm_core.insight.embedding_map import (
    MAX_DRAWN_SYMBOLS,
    SymbolMap,
    map_symbols,
    nearest_symbols,
    symbol_vectors,
)
from lstm_core.insight.features import NEGATIVE_WORDS, POSITIVE_WORDS, is_vowel
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import RARE
from lstm_ui.inside_network import Subject
from lstm_ui.inside_table import bar_html
from lstm_ui.page import friendly_errors
from lstm_ui.symbol_names import symbol_label, symbol_sign

OF, COUNT = "inside_neighbours_of", "inside_mapped"
COUNTS = (50, 100, 200, MAX_DRAWN_SYMBOLS)
USUAL_COUNT = 100
OFFERED_SYMBOLS = 2_000  # in the list; any other can be typed
CHART_HEIGHT = 560
# Sorts of symbols: name, colour, mark. No sort is told by colour alone.
SORTS = {
    "vowels": ("#4583b5", "circle"),
    "other letters": ("#c9661c", "square"),
    "capitals": ("#3c9270", "diamond"),
    "marks and spaces": ("#8f8a80", "x"),
    "digits": ("#9d6ab3", "triangle-up"),
    "words of praise": ("#4583b5", "circle"),
    "words of blame": ("#c9661c", "square"),
    "words": ("#8f8a80", "x"),
}


@st.fragment
def show_map(subject: Subject) -> None:
    """Draw the map, and the neighbours of a symbol."""
    is_of_letters = subject.network.vocabulary.kind == "characters"
    what = "what a vowel or a comma is" if is_of_letters else "what any word means"
    st.caption(f"Nobody told the network {what}. Look which symbols it has put together by itself.")
    with friendly_errors():
        vectors = symbol_vectors(subject.network)
        chart, list_of = st.columns([3, 1], gap="medium")
        with chart:
            count = _choose_count(len(vectors))
            drawn = _map(subject.key, subject.network, count)
            st.plotly_chart(
                map_chart(drawn, subject.network, subject.judges),
                key="inside_map_chart",
                config={"displayModeBar": False},
                alt=f"{len(drawn.ids)} symbols on a plane; the list beside it names the nearest ones of any of them.",
            )
            st.caption(describe_map(subject.network, drawn))
        with list_of:
            _show_neighbours(subject, vectors)


def describe_map(network: TrainedNetwork, drawn: SymbolMap) -> str:
    """Say what the map shows, and how much of the whole that is."""
    whole = f"The two directions in which the vectors differ most; together {sum(drawn.shares):.0%} of all differences"
    if "embedding" in network.weights:
        return f"Each symbol has a learned vector of {network.shape.embedding} numbers. {whole}."
    return (
        "With one-hot coding the kernel of the first layer is the map: a symbol’s row is what it says to the gates, "
        f"{network.weights['lstm_1/kernel'].shape[1]:,} numbers. {whole}."
    )


def sort_of(symbol: str, is_of_reviews: bool) -> str:
    """Return which sort of SORTS a symbol belongs to."""
    if is_of_reviews:
        return (
            "words of praise" if symbol in POSITIVE_WORDS else "words of blame" if symbol in NEGATIVE_WORDS else "words"
        )
    if symbol[:1].isdigit():
        return "digits"
    if not symbol[:1].isalpha():
        return "marks and spaces"
    if symbol[:1].isupper():
        return "capitals"
    if len(symbol) > 1:
        return "words"
    return "vowels" if is_vowel(symbol) else "other letters"


def map_chart(drawn: SymbolMap, network: TrainedNetwork, is_of_reviews: bool) -> dict:
    """Return Plotly's description of the map: a mark and a name for each symbol."""
    symbols = [network.vocabulary.symbols[index] for index in drawn.ids]
    sorts = [sort_of(symbol, is_of_reviews) for symbol in symbols]
    traces = []
    for name in (name for name in SORTS if name in sorts):
        colour, mark = SORTS[name]
        chosen = [place for place, sort in enumerate(sorts) if sort == name]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": drawn.points[chosen, 0],
                "y": drawn.points[chosen, 1],
                "text": [html.escape(symbol_sign(symbols[place])) for place in chosen],  # Plotly reads tags
                "textposition": "top center",
                "textfont": {"size": 13},
                "marker": {"color": colour, "symbol": mark, "size": 7},
                "name": name,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    axis = {"showgrid": False, "zeroline": False, "showticklabels": False}
    return {
        "data": traces,
        "layout": {
            "height": CHART_HEIGHT,
            "margin": {"l": 4, "r": 4, "t": 8, "b": 4},
            "legend": {"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom"},
            "xaxis": axis,
            "yaxis": axis,
        },
    }


def _choose_count(most: int) -> int:
    """Let the visitor choose how many symbols are drawn; of few, all are."""
    if most <= USUAL_COUNT:
        return most
    offered = sorted({min(count, most) for count in COUNTS})
    if st.session_state.get(COUNT) not in offered:
        st.session_state[COUNT] = USUAL_COUNT
    return (
        st.segmented_control("The most frequent", offered, key=COUNT, required=True, persist_state="session")
        or USUAL_COUNT
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _map(key: tuple[str, int], _network: TrainedNetwork, count: int) -> SymbolMap:
    return map_symbols(symbol_vectors(_network), count)


def _show_neighbours(subject: Subject, vectors) -> None:
    symbols = subject.network.vocabulary.symbols
    offered = [symbol for symbol in symbols[:OFFERED_SYMBOLS] if symbol != RARE]
    if st.session_state.get(OF) not in symbols:
        st.session_state[OF] = next((symbol for symbol in (".", "good") if symbol in offered), offered[0])
    symbol = st.selectbox(
        "Nearest to",
        offered if st.session_state[OF] in offered else [st.session_state[OF], *offered],
        key=OF,
        format_func=symbol_label,
        accept_new_options=True,
        help="By the angle between the vectors, in all their dimensions: nearer than the map can show.",
        persist_state="session",
    )
    if symbol not in symbols:
        st.caption("The network does not know it.")
        return
    near = nearest_symbols(vectors, symbols.index(symbol))
    rows = "".join(
        f'<tr><th scope="row">{html.escape(symbol_sign(symbols[index]))}</th><td>{bar_html(cosine)}</td></tr>'
        for index, cosine in near
    )
    head = '<tr><th scope="col">symbol</th><th scope="col">cosine</th></tr>'
    st.html(f'<div class="found"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>')
