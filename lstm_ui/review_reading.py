"""The review box and all that follows it while one types: verdict, line, deciding words.

The verdict comes at once. What takes longer waits, for a long review, until the typing stops; meanwhile the line of a
moment ago stands there, faint.
"""

from dataclasses import dataclass

import streamlit as st

from lstm_core.network.pretrained import JUDGES, PRETRAINED
from lstm_core.reviewing.deciding import Decision, decide
from lstm_core.reviewing.read_along import ReadAlong, read_along
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.service.training_service import TrainingService
from lstm_ui.page import friendly_errors
from lstm_ui.review_ages import show_review_ages
from lstm_ui.review_box import show_review_box
from lstm_ui.review_deciding import show_decision
from lstm_ui.review_desk import Desk
from lstm_ui.review_model import Judge
from lstm_ui.review_traps import show_traps
from lstm_ui.review_verdict import verdict_html
from lstm_ui.review_what_if import show_what_if
from lstm_ui.word_line import show_word_line

DESK, READING = "review_desk", "review_reading"  # keys of the session
QUICK_CHARACTERS = 300  # 57 words: read along and explained in 35 ms, with 64 units in both directions
SHOWN_WORDS = 400


@dataclass(frozen=True)
class Reading:
    """What was found in a text by a judge: kept for each visitor until the next."""

    judge: tuple[str, int]
    text: str
    along: ReadAlong
    is_known: tuple[bool, ...]
    decision: Decision


def own_desk() -> Desk:
    """Return the visitor's review."""
    return st.session_state.setdefault(DESK, Desk())


@st.fragment  # what is typed draws nothing else of the page anew
def show_reading(service: TrainingService, judge: Judge) -> None:
    """Draw the box, and what the network makes of what stands in it, now and at every age."""
    desk = own_desk()
    with friendly_errors():
        is_waiting = not desk.is_resting and len(desk.text) > QUICK_CHARACTERS
        box, verdict = st.columns([3, 2], gap="medium")
        with box:
            show_review_box(desk, is_waiting)
            _show_box_buttons(desk)
        with verdict, st.container(key="verdict"):
            _show_verdict(judge.scorer, desk)
        show_traps(desk)
        st.header("Word by word", anchor=False)
        if not desk.text.strip():
            st.caption("As soon as there is a review, a line under its words shows how the score moves.")
            return
        reading = _read(judge, desk, is_waiting)
        is_old = reading.text != desk.text
        _show_line(desk, reading, is_old)
        if not is_old:
            show_what_if(judge.scorer, desk, reading.along)
        st.header("Which words decided", anchor=False)
        with st.container(key="deciding"):
            show_decision(reading.decision, is_old)
        if desk.is_resting:
            show_review_ages(service, judge, desk.text)


def _show_box_buttons(desk: Desk) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        st.button("Start over", key="review_clear", disabled=not desk.text, on_click=desk.put, args=("",))
        st.button("Undo", key="review_undo", disabled=not desk.past, on_click=desk.undo)


def _show_verdict(scorer: ReviewScorer, desk: Desk) -> None:
    if desk.text.strip():
        st.html(verdict_html(scorer.judge(desk.text)))
        return
    example = PRETRAINED[JUDGES[0]].example
    st.markdown(f"**Nothing to judge yet.** Type a review, choose one below, or begin with this one:\n\n> {example}")
    st.button("Take this one", key="review_example", type="primary", on_click=desk.put, args=(example,))


def _read(judge: Judge, desk: Desk, is_waiting: bool) -> Reading:
    """Return what was found in the text, or, while that is to wait, in the one of a moment ago."""
    kept: Reading | None = st.session_state.get(READING)
    if kept is not None and (is_waiting or (kept.judge, kept.text) == (judge.key, desk.text)):
        return kept
    scorer, text = judge.scorer, desk.text
    reading = Reading(judge.key, text, read_along(scorer, text), scorer.read(text).is_known, decide(scorer, text))
    st.session_state[READING] = reading
    return reading


def _show_line(desk: Desk, reading: Reading, is_old: bool) -> None:
    along = reading.along
    first = max(0, len(along.words) - SHOWN_WORDS)
    if not along.words:
        st.caption("There are no words in it.")
        return
    if first:
        st.caption(f"The last {SHOWN_WORDS} of {len(along.words):,} words.")
    show_word_line(
        along.words[first:],
        reading.is_known[first:],
        along.scores[first:],
        "review_line",
        label="The words of the review with the score after each. The arrow keys move from word to word.",
        start=float(along.scores[first - 1]) if first else 0.5,
        picked=desk.place - first if desk.place is not None and desk.place >= first else None,
        on_pick=lambda place: desk.pick(first + place),
        is_old=is_old,
    )
    exact = "" if along.is_exact else " For so long a review some points are interpolated."
    st.caption(f"Above the dashes it leans to positive, below to negative. Dashed underline: an unknown word.{exact}")
