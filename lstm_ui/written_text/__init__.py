"""The written text on screen: symbols arrive smoothly, and each one tells what else it could have been.

Only what may be new is sent at each tick; the browser keeps the rest and asks for all of it when something is missing.
"""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from lstm_core.knobs import LIKELIEST_SHOWN
from lstm_core.text.symbols import join_symbols
from lstm_ui.copied_marks import MAX_PASSAGES, Passage
from lstm_ui.generate_manuscript import Draft

_HERE = Path(__file__).parent
_HTML = """<div class="written-text"><div class="wt-symbols" tabindex="0" role="group"
aria-label="Written text. The arrow keys move from symbol to symbol and show what else was likely."></div>
<div class="wt-card" role="status" hidden></div></div>"""

_component = st.components.v2.component(
    "written_text",
    html=_HTML,
    css=(_HERE / "written_text.css").read_text("utf-8"),
    js=(_HERE / "written_text.js").read_text("utf-8"),
    isolate_styles=False,  # so that the text can be found, selected and printed like the rest of the page
)


def show_written_text(
    draft: Draft, key: str, writing: bool, newest: int | None = None, passages: Sequence[Passage] | None = None
) -> None:
    """Draw a draft; with `newest`, send only its last symbols. `passages` are marked, and shown at a click."""
    start = 0 if newest is None else max(0, len(draft.written) - newest)
    result = _component(key=key, data=pack_draft(draft, start, writing, passages), on_resend_change=lambda: None)
    if result.resend:  # rare: the browser has lost the beginning, for example when its page was rebuilt while writing
        st.rerun()


def pack_draft(draft: Draft, start: int, writing: bool, passages: Sequence[Passage] | None = None) -> dict[str, Any]:
    """Pack the draft from position `start` for the browser.

    `names` are the distinct symbols, `ids` places in it. `beliefs` is base64 of little-endian uint16: for each symbol
    its probability, then ten pairs of place in `names` and probability; probabilities are in 1/65535. Places are 65535
    where the vocabulary has fewer than ten symbols. `copied` is None while it is not known.
    """
    symbols = draft.written[start:]
    places: dict[str, int] = {}
    ids = [places.setdefault(symbol.symbol, len(places)) for symbol in symbols]
    beliefs = np.full((len(symbols), 1 + 2 * LIKELIEST_SHOWN), 65535, "<u2")
    for row, symbol in zip(beliefs, symbols, strict=True):
        row[0] = round(symbol.probability * 65535)
        for rank, (name, probability) in enumerate(symbol.likeliest):
            row[1 + 2 * rank] = places.setdefault(name, len(places))
            row[2 + 2 * rank] = round(probability * 65535)
    return {
        "draft": draft.name,
        "seed": join_symbols(list(draft.seed), draft.kind),
        "gap": " " if draft.kind == "words" else "",
        "start": start,
        "names": list(places),
        "ids": ids,
        "byVisitor": sorted(place for place in draft.by_visitor if place >= start),
        "beliefs": base64.b64encode(beliefs.tobytes()).decode("ascii"),
        "writing": writing,
        "copied": None if passages is None else _pack_passages(passages),
    }


def _pack_passages(passages: Sequence[Passage]) -> list[list[Any]]:
    """Pack each as first symbol, end, share of the text before it, and its words, which the longest alone bring."""
    longest = set(sorted(passages, key=lambda passage: -passage.stretch.length)[:MAX_PASSAGES])
    return [
        [each.stretch.start, each.stretch.end, round(each.share, 4)]
        + ([each.before, each.copied, each.after] if each in longest else ["", "", ""])
        for each in passages
    ]
