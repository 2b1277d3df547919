"""Reviews that are easily misread, ready to be tried: each with what to look for."""

from dataclasses import dataclass

import streamlit as st

from lstm_ui.review_desk import Desk


@dataclass(frozen=True)
class Trap:
    """A ready-made review. `look_for` is one sentence."""

    name: str
    label: str
    text: str
    look_for: str


TRAPS = (
    Trap(
        "not-bad",
        "Not bad at all",
        "Not bad at all.",
        "“Bad” alone pulls the line down; only whoever has understood “not … at all” brings it up again.",
    ),
    Trap(
        "sarcasm",
        "Sarcasm",
        "Oh great, another sequel. Just what the world was waiting for. I loved every minute of my sleep.",
        "Nothing in the words is unkind, so watch whether the network takes the praise at its word.",
    ),
    Trap(
        "typos",
        "Typos",
        "A woderful movie, I realy enjoied it, the acters were fantastik and the story was briliant!",
        "The underlined words are unknown to it, and often they are just those that matter.",
    ),
    Trap(
        "names",
        "Only names",
        "Steven Seagal, Meryl Streep, Uwe Boll and Al Pacino.",
        "There is no opinion here, yet the line moves: it has learned whose films were liked.",
    ),
    Trap(
        "mixed",
        "Mixed feelings",
        "The acting is superb and the music is beautiful, but the story is boring and the ending is awful.",
        "Look where the line turns, and whether what comes last counts more than what comes first.",
    ),
    Trap(
        "double-negation",
        "Twice not",
        "I can not say that I did not enjoy this film. It is never dull.",
        "Two times no make a yes to us; see whether “not” pulls the line down each time it comes.",
    ),
    Trap(
        "short",
        "One word",
        "Fine.",
        "With one word there is nothing to weigh it against, and the network may be surer than it should be.",
    ),
    Trap(
        "language",
        "Another language",
        "Ein wunderbarer Film, ich habe jede Minute geliebt und am Ende geweint.",
        "It knows English words only and should say so, instead of guessing.",
    ),
    Trap(
        "capitals",
        "CAPITALS!!!",
        "WORST FILM EVER!!! DO NOT WATCH IT!!!",
        "Capitals and exclamation marks are thrown away before it reads: the verdict is that of the whispered words.",
    ),
    Trap(
        "plot",
        "A sad story",
        "A beautiful film about war, death and loss; the boy dies alone and I cried through the terrible last scene.",
        "Sad words tell what happens, not what the writer thinks: does it hold the war against the film?",
    ),
)


def show_traps(desk: Desk) -> None:
    """Draw a button for each trap, and below them what to look for in the one that stands in the box."""
    st.markdown("**Easily misread.** Try one, then change a word of it.")
    with st.container(horizontal=True, gap="xsmall", key="traps"):
        for trap in TRAPS:
            st.button(trap.label, key=f"trap_{trap.name}", on_click=desk.put, args=(trap.text, trap.name))
    with st.container(key="trap_hint"):
        chosen = next((trap for trap in TRAPS if trap.name == desk.trap), None)
        if chosen is not None:
            st.markdown(f"**What to look for:** {chosen.look_for}")
