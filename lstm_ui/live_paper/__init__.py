"""A piece of paper on which a network that ships writes, letter by letter, and a box for one's own beginning.

The server writes some hundred characters at a time (scribe.py), the browser shows them at reading speed and asks for
more before they run out (live_paper.js). It asks no more when nobody looks: in a hidden tab, paused, or after minutes
without a hand on it.
"""

import html
from pathlib import Path

import streamlit as st

from lstm_core.writing.writer import Writer
from lstm_ui.live_paper.scribe import BOLDNESS, USUAL, Answer, Request, answer_request, read_request
from lstm_ui.page import friendly_errors

_HERE = Path(__file__).parent
_WORDS = "".join(
    f'<button type="button" aria-pressed="{str(word == USUAL).lower()}">{html.escape(word)}</button>'
    for word in BOLDNESS
)
_HTML = f"""<div class="live-paper">
<div class="lp-paper" role="region" tabindex="0" aria-live="off" aria-label="What the network writes"><span
class="lp-seed"></span><span class="lp-text"></span></div>
<div class="lp-controls">
<input type="text" maxlength="300" aria-label="A beginning of your own" autocomplete="off" autocapitalize="off"
spellcheck="false" placeholder="Type a beginning; it goes on from there">
<div class="lp-words" role="group" aria-label="How it writes">{_WORDS}</div>
<button type="button" class="lp-pause">Pause</button>
</div>
<div class="lp-foot"><p class="lp-said" role="status"></p><p class="lp-card"></p></div>
</div>"""

_component = st.components.v2.component(
    "live_paper",
    html=_HTML,
    css=(_HERE / "live_paper.css").read_text("utf-8"),
    js=(_HERE / "live_paper.js").read_text("utf-8"),
    isolate_styles=False,  # so that the text can be found, selected and printed like the rest of the page
)


@st.fragment  # what the paper asks for draws nothing else anew
def show_live_paper(writer: Writer, seed_text: str, card: str, key: str = "live_paper") -> None:
    """Draw the paper, and below it what the network has learnt; it has begun to write when it appears."""
    kept = f"{key}_answer"  # the last one: at most a piece of text for each visitor

    def answer() -> None:
        request = read_request(st.session_state[widget].wants)
        if request is not None:
            st.session_state[kept] = answer_request(writer, request)

    widget = f"{key}_component"
    with friendly_errors(), st.container(key=key):
        if kept not in st.session_state:
            st.session_state[kept] = answer_request(writer, Request(0, seed_text, True, USUAL))
        _component(key=widget, data=pack_answer(st.session_state[kept], card), on_wants_change=answer)


def pack_answer(answer: Answer, card: str) -> dict[str, object]:
    """Return what live_paper.js reads."""
    return {
        "id": answer.id,
        "isSeed": answer.is_seed,
        "before": answer.before,
        "text": answer.text,
        "said": answer.said,
        "card": card,
    }
