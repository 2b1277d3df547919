"""The buttons to guess the next symbol with: tapped, or pressed on the keyboard."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "guess_pad",
    html='<div class="guess-pad" role="group"></div>',
    css=(_HERE / "guess_pad.css").read_text("utf-8"),
    js=(_HERE / "guess_pad.js").read_text("utf-8"),
    isolate_styles=False,
)


def show_guess_pad(offered: Sequence[str], place: int, key: str, types_symbols: bool, has_more: bool) -> str | None:
    """Draw the buttons and return what was picked just now: a symbol, "" for something else, None for nothing yet.

    With `types_symbols` a key stands for the character that it types, offered or not; else the digits press the
    buttons. `has_more`: there are symbols that are not offered. `place` counts the guesses: a second press on buttons
    that are no longer true is left out.
    """
    data = {"offered": list(offered), "place": place, "typesSymbols": types_symbols, "hasMore": has_more}
    result = _component(key=key, data=data, on_guess_change=lambda: None)
    return read_guess(result.guess, place)


def read_guess(guess: object, place: int) -> str | None:
    """Return what was picked, if it was meant for this place and is short enough to be a symbol; it may be anything."""
    if not isinstance(guess, dict) or guess.get("place") != place:
        return None
    symbol = guess.get("symbol")
    return symbol if isinstance(symbol, str) and len(symbol) <= 100 else None
