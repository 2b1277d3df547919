"""How it works in one page: what each word means and where to see it move, whose work this rests on, what is kept."""

import streamlit as st

from lstm_core.network.experiments import EXPERIMENTS
from lstm_ui import about
from lstm_ui.page import friendly_errors, page_setup


def show_page() -> None:
    with st.container(key="about_words", gap="small"):
        for paragraph in about.HOW_IT_WORKS:
            st.markdown(paragraph)

    st.header("What the words mean", anchor=False)
    st.caption("Each word leads to where one can see it move.")
    about.show_glossary()

    st.header("The three tutorials", anchor=False)
    with st.container(key="credits", horizontal=True, gap="medium"):
        for author, title, year, shows, experiment in about.TUTORIALS:
            about.show_tutorial_credit(author, title, year, shows, EXPERIMENTS[experiment])
    st.markdown("And the papers that they stand on:")
    about.show_list(about.PAPERS)

    st.header("Where the texts come from", anchor=False)
    about.show_sources()
    st.caption(
        "Reviews: the large film review set of Maas and others (2011), fetched when someone asks for it, and a small "
        "set that was written for this app. Files, addresses and checksums stand in assets/SOURCES.md."
    )

    st.header("What is kept of you", anchor=False)
    about.show_list(about.PRIVACY)
    st.header("Limits, and the licence", anchor=False)
    st.markdown(about.LIMITS)
    st.markdown("The program is free software under the MIT licence. The texts are under their own, as told above.")


page_setup("About", "/about")
st.title("How it works", anchor=False)
with friendly_errors():
    show_page()
