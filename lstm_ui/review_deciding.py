"""Which words decided: a table with a bar for each, asked in two ways."""

import html
from collections import Counter

import numpy as np
import streamlit as st

from lstm_core.reviewing.deciding import Decision

SHOWN = 8  # words each way
LEAST = 0.05  # log odds; below, a word has decided nothing
EXPLANATION = (
    "**Taken out**: how far the verdict moves when the network reads the review without this word. **Its share**: what "
    "the word gets when the whole verdict is divided among all words. +0.7 doubles the odds of a good verdict; "
    "−0.7 halves them."
)


def show_decision(decision: Decision, is_old: bool) -> None:
    """Draw the bars of the words that decided, and say how far the two ways of asking agree."""
    if decision.left_out:
        st.caption(f"Only the last {len(decision.words):,} words are asked about.")
    places = find_deciding(decision)
    st.text(decision.said)
    if places:
        st.html(decision_html(decision, places, is_old))
        st.caption(EXPLANATION)


def find_deciding(decision: Decision) -> list[int]:
    """Return the places of the words that decided: up to eight towards positive, then as many towards negative."""
    pushes = (decision.occlusion + decision.gradients) / 2
    order = np.argsort(-pushes, kind="stable").tolist()
    up = [place for place in order if pushes[place] >= LEAST][:SHOWN]
    down = [place for place in order if pushes[place] <= -LEAST][-SHOWN:]
    return up + down


def decision_html(decision: Decision, places: list[int], is_old: bool = False) -> str:
    """Write the table: a word in each row, and a bar and a number for each way of asking."""
    both = np.stack([decision.occlusion, decision.gradients])[:, places]
    longest = float(np.abs(both).max()) or 1.0
    rows = "".join(
        f'<tr><th scope="row">{_name(decision.words, place)}</th><td>{_bar(out, longest)}</td>'
        f"<td>{_bar(share, longest)}</td></tr>"
        for place, out, share in zip(places, *both.tolist(), strict=True)
    )
    head = '<tr><th scope="col">Word</th><th scope="col">Taken out</th><th scope="col">Its share</th></tr>'
    faint = ' style="opacity:0.68"' if is_old else ""
    return f'<table class="pushes"{faint}><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _name(words: tuple[str, ...], place: int) -> str:
    """Write a word, and which one of several that are the same."""
    name = html.escape(words[place])
    if Counter(words)[words[place]] == 1:
        return name
    return f"{name} <small>(no. {words[: place + 1].count(words[place])})</small>"


def _bar(push: float, longest: float) -> str:
    side = "positive" if push > 0 else "negative"
    number = f"{push:+.1f}".replace("-", "−")
    bar = f'<b class="toward-{side}" style="--width:{abs(push) / longest:.1%}"></b>'
    return f'<div class="push">{bar}<span>{number}</span></div>'
