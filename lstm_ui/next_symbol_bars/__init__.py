"""You choose: the likeliest next symbols as bars that can be clicked, tapped or pressed with a key."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "next_symbol_bars",
    html='<div class="next-symbols" role="group" aria-label="The likeliest next symbols; press one to write it"></div>',
    css=(_HERE / "next_symbol_bars.css").read_text("utf-8"),
    js=(_HERE / "next_symbol_bars.js").read_text("utf-8"),
    isolate_styles=False,
)


def show_next_symbol_bars(rows: Sequence[tuple[str, float, float]], place: int, key: str) -> str | None:
    """Draw the bars and return the symbol that was pressed just now, if any.

    `rows` hold a symbol, what the network believes and how often it is drawn as set (both 0..1). `place` counts the
    symbols so far: a second press on bars that are no longer true is left out.
    """
    result = _component(key=key, data={"rows": rows, "place": place}, on_chosen_change=lambda: None)
    chosen = result.chosen
    offered = [symbol for symbol, _, _ in rows]
    if isinstance(chosen, dict) and chosen.get("place") == place and chosen.get("symbol") in offered:
        return chosen["symbol"]
    return None
