"""Home: a network that is already writing, the doors into the app, and the three tutorials that it brings to life."""

import streamlit as st

from lstm_core.network.experiments import EXPERIMENTS
from lstm_core.text.library import LIBRARY
from lstm_ui.home import show_door, show_tutorial, show_writing_network
from lstm_ui.lessons import LESSONS, show_lesson_card
from lstm_ui.page import friendly_errors, page_setup

DOORS = (  # name, page, label, explanation
    ("train", "pages/train.py", "Train on a text", "Choose a text and see the loss fall, step by step."),
    ("write", "pages/generate.py", "Write with a network", "Give it a beginning, choose the next letter yourself."),
    ("reviews", "pages/sentiment.py", "Score a review", "Is it praise or blame? Watch it make up its mind."),
    ("inside", "pages/inside.py", "Look inside", "Find the unit that counts the letters of a line, and mute it."),
    ("runs", "pages/runs.py", "Your runs", "Go on with what you trained, compare it, take it home."),
)
TUTORIALS = {  # and how long each takes on two cores
    "rubik-meditations": "about 10 seconds",
    "atienza-aesop": "about 10 seconds",
    "horas-shakespeare": "about a minute",
}

page_setup("Home", "/")

with st.container(key="hero"):  # page.css: words at the left, the paper at the right; one below the other on a phone
    with st.container(key="hero_words", gap="xsmall"):
        st.title("Watch an LSTM learn", anchor=False)
        st.markdown("Give a small neural network a text, watch it learn what comes next, then let it write.")
        st.caption(
            "The network on this page has read Shakespeare, letter by letter, and nothing else. It is writing now."
        )
    with st.container(key="hero_paper"), friendly_errors():
        show_writing_network("shakespeare-characters")

with friendly_errors():
    with st.container(key="doors", horizontal=True, gap="medium"):
        for door in DOORS:
            show_door(*door)

    st.header("Three tutorials, run live", anchor=False)
    with st.container(key="tutorials", horizontal=True, gap="medium"):
        for name, takes in TUTORIALS.items():
            show_tutorial(EXPERIMENTS[name], LIBRARY[EXPERIMENTS[name].corpus], takes)

    st.header("Four lessons", anchor=False)
    with st.container(key="lessons", horizontal=True, gap="medium"):
        for lesson in LESSONS.values():
            show_lesson_card(lesson)
