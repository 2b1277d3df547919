"""The words of a review in reading order and, under each, how the score moved while the network read it.

The line runs from word to word and wraps with them: within a word's width it goes from the score before to the score
after it, so it is whole on any screen.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "word_line",
    html='<div class="word-line" role="group"></div>',
    css=(_HERE / "word_line.css").read_text("utf-8"),
    js=(_HERE / "word_line.js").read_text("utf-8"),
    isolate_styles=False,
)


def show_word_line(
    words: Sequence[str],
    is_known: Sequence[bool],
    scores: np.ndarray,
    key: str,
    *,
    label: str,
    start: float = 0.5,
    picked: int | None = None,
    marked: Sequence[int] = (),
    on_pick: Callable[[int], None] | None = None,
    is_old: bool = False,
) -> None:
    """Draw words with the score (n,), 0 to 1, after each; `start` is the score before the first.

    `on_pick` is told the place of a word that is pressed; without it none can be. `picked` is pressed already, `marked`
    words are framed; `is_old`: the words are no longer those of the box, and faint until they are.
    """

    def press() -> None:
        place = read_pressed(st.session_state[key].pressed, words)
        if place is not None and on_pick is not None:
            on_pick(place)

    data = {
        "words": list(words),
        "unknown": [place for place, known in enumerate(is_known) if not known],
        "scores": [round(float(score), 3) for score in (start, *scores)],
        "label": label,
        "picked": picked,
        "marked": list(marked),
        "canPick": on_pick is not None,
        "isOld": is_old,
    }
    _component(key=key, data=data, on_pressed_change=press)


def read_pressed(pressed: object, words: Sequence[str]) -> int | None:
    """Return the place that was pressed, if the word that stands there is the one that was meant."""
    if not isinstance(pressed, dict) or type(place := pressed.get("place")) is not int:
        return None
    return place if 0 <= place < len(words) and words[place] == pressed.get("word") else None
