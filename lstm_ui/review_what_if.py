"""What if this word were not there, or another? The changed review beside the one as it is, each with its line."""

from functools import partial

import streamlit as st

from lstm_core.reviewing.read_along import ReadAlong, read_along
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.reviewing.what_if import replace_word, suggestions
from lstm_ui.page import escape_markdown
from lstm_ui.review_desk import Desk, Swap, change_word
from lstm_ui.review_verdict import verdict_html
from lstm_ui.word_line import show_word_line

MAX_WORD_CHARACTERS = 60
SHOWN_AROUND = 40  # words before and after the changed one


def show_what_if(scorer: ReviewScorer, desk: Desk, along: ReadAlong) -> None:
    """Draw what can be done with the word that is picked out, and what comes of it."""
    place = desk.place
    if place is None or place >= len(along.words):
        st.caption("Press a word to see what the review would be without it, or with another in its place.")
        return
    word = along.words[place]
    with st.container(border=True, key="what_if"):
        st.markdown(f"**What if “{escape_markdown(word)}” were not there, or another word?**")
        _show_choices(scorer, desk, along, place)
        if desk.swap is not None:
            _show_both(scorer, desk, along, place, desk.swap.new)


def _show_choices(scorer: ReviewScorer, desk: Desk, along: ReadAlong, place: int) -> None:
    def swap(new: str | None) -> None:
        desk.swap = Swap(new)

    typed = f"what_if_word_{desk.version}_{place}"

    def swap_typed() -> None:
        desk.swap = Swap(st.session_state[typed]) if st.session_state[typed].strip() else None

    with st.container(horizontal=True, gap="xsmall", key="what_if_choices", vertical_alignment="bottom"):
        st.button("Drop it", key="what_if_drop", type="primary", on_click=swap, args=(None,))
        for number, other in enumerate(suggestions(scorer, along.words, place)):
            st.button(escape_markdown(other), key=f"what_if_{number}", on_click=swap, args=(other,))
        st.text_input(
            "Another word",
            key=typed,
            placeholder="or type a word, then Enter",
            label_visibility="collapsed",
            max_chars=MAX_WORD_CHARACTERS,
            width=240,
            on_change=swap_typed,
        )
        st.button("Never mind", key="what_if_close", type="tertiary", on_click=partial(desk.pick, None))
    st.caption("First words that mean nearly the same to the network, then some that would push the other way.")


def _show_both(scorer: ReviewScorer, desk: Desk, along: ReadAlong, place: int, new: str | None) -> None:
    changed = replace_word(along.words, place, new)
    text = change_word(desk.text, along.words, changed, place, new)
    count = len(changed) - len(along.words) + 1  # words in the place of the one
    with st.container(key="what_if_both"):
        before, after = st.columns(2, gap="medium")
        with before:
            st.markdown("**As it is**")
            _show_review(scorer, " ".join(along.words), along, place, 1, "what_if_before")
        with after:
            st.markdown("**Changed**")
            _show_review(scorer, text, read_along(scorer, text), place, count, "what_if_after")
    with st.container(horizontal=True):
        st.button("Take it over", key="what_if_take", type="primary", on_click=desk.put, args=(text,))
        st.button("Back", key="what_if_back", on_click=partial(setattr, desk, "swap", None))


def _show_review(scorer: ReviewScorer, text: str, along: ReadAlong, place: int, count: int, key: str) -> None:
    """Draw the verdict on a review and the part of its line that lies around the `count` words at `place`."""
    st.html(verdict_html(scorer.judge(text), is_small=True))
    first, end = max(0, place - SHOWN_AROUND), place + count + SHOWN_AROUND
    known = scorer.read(text).is_known
    show_word_line(
        along.words[first:end],
        known[first:end],
        along.scores[first:end],
        key,
        label="The review with the score after each word",
        start=float(along.scores[first - 1]) if first else 0.5,
        marked=range(place - first, place - first + count),
    )
