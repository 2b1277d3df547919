"""Home: what this is, the doors into it, and the three tutorials that it brings to life."""

import streamlit as st

from lstm_core.network.experiments import EXPERIMENTS
from lstm_core.text.library import LIBRARY
from lstm_ui.home import show_door, show_tutorial
from lstm_ui.page import friendly_errors, page_setup

TUTORIALS = {  # and how long each takes on two cores
    "rubik-meditations": "about 10 seconds",
    "atienza-aesop": "about 10 seconds",
    "horas-shakespeare": "about a minute",
}

page_setup("Home", "/")

with friendly_errors():
    with st.container(key="hero", gap="xsmall"):
        st.title("Watch an LSTM learn", anchor=False)
        st.markdown("Give a small neural network a text, watch it learn which word comes next, then let it write.")

    with st.container(key="doors", horizontal=True, gap="medium"):
        show_door("train", "pages/train.py", "Train on a text", "Choose a text and see the loss fall, step by step.")
        show_door(
            "write", "pages/generate.py", "Write with a network", "Give it a beginning; it goes on, word by word."
        )

    st.header("Three tutorials, run live", anchor=False)
    with st.container(key="tutorials", horizontal=True, gap="medium"):
        for name, takes in TUTORIALS.items():
            show_tutorial(EXPERIMENTS[name], LIBRARY[EXPERIMENTS[name].corpus], takes)
