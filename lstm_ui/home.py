"""What Home is made of: the writing network, the doors, the tutorial cards."""

import streamlit as st

from lstm_core.network.experiments import Experiment
from lstm_core.network.pretrained import PRETRAINED
from lstm_core.text.library import LibraryText
from lstm_ui.live_paper import show_live_paper
from lstm_ui.shipped import describe_card, shipped_card, shipped_writer


def show_writing_network(name: str) -> None:
    """Draw a network that ships at work, and under it what it has learnt. Raises CoreError when it is damaged."""
    show_live_paper(shipped_writer(name), PRETRAINED[name].example, describe_card(shipped_card(name)))


def show_door(name: str, file: str, label: str, explanation: str) -> None:
    """Draw a large link to the page in `file`."""
    with st.container(key=f"door_{name}", border=True, height="stretch", gap="xxsmall"):
        st.page_link(file, label=label, width="stretch")
        st.markdown(explanation)


def show_tutorial(experiment: Experiment, text: LibraryText, takes: str) -> None:
    """Draw one tutorial: who, what, the published figure, how long it takes, and a button that starts it on /train."""
    with st.container(key=f"tutorial_{experiment.name}", border=True, height="stretch", gap="xsmall"):
        st.subheader(experiment.title, anchor=False)
        st.caption(f"{experiment.author}, {experiment.year} · {text.author}")
        st.markdown(experiment.summary)
        with st.container(height="stretch", vertical_alignment="bottom", gap="xsmall"):
            st.markdown(f"**Published:** {experiment.published_note}.  \n**Here:** {takes}.")
            if st.button("Run it now", key=f"run_{experiment.name}", type="primary", width="stretch"):
                st.switch_page("pages/train.py", query_params={"experiment": experiment.name, "start": "1"})
