"""The box that a review is typed into; what stands in it comes to the server while one types.

`st.text_area` tells of a text only when it is left. The server never writes into the box while its version is the same:
nobody loses a letter or their place because an answer came late.
"""

from pathlib import Path

import streamlit as st

from lstm_ui.review_desk import MAX_CHARACTERS, Desk

_HERE = Path(__file__).parent
_HTML = f"""<div class="review-box"><label for="review-box-text">A review</label>
<textarea id="review-box-text" rows="6" dir="auto" maxlength="{MAX_CHARACTERS}" spellcheck="false" autocomplete="off"
placeholder="Type or paste what someone might write about a film …" aria-describedby="review-box-said"></textarea>
<div class="rb-foot"><span id="review-box-said" class="rb-said" role="status"></span><span
class="rb-count"></span></div></div>"""

_component = st.components.v2.component(
    "review_box",
    html=_HTML,
    css=(_HERE / "review_box.css").read_text("utf-8"),
    js=(_HERE / "review_box.js").read_text("utf-8"),
    isolate_styles=False,
)


def show_review_box(desk: Desk, is_waiting_for_rest: bool, key: str = "review_text") -> None:
    """Draw the box and let `desk` take what is typed into it.

    `is_waiting_for_rest`: something is left to be done when the typing stops; then the box tells that it has.
    """
    widget = f"{key}_box"
    with st.container(key=key):
        _component(
            key=widget,
            data={"text": desk.text, "version": desk.version, "tellRest": is_waiting_for_rest},
            on_typed_change=lambda: desk.take(st.session_state[widget].typed),
        )
