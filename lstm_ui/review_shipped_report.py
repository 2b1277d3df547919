"""How good is the network that ships, and which words push it? Measured here, once IMDB's test reviews are here."""

import streamlit as st

from lstm_core.network.pretrained import PRETRAINED, load_pretrained
from lstm_core.reviewing.scorer import MAX_SCORED_WORDS
from lstm_core.text.downloads import downloads_folder
from lstm_core.text.imdb import IMDB_FILES, is_imdb_downloaded, load_imdb
from lstm_core.text.review_set import encode_reviews
from lstm_ui.download_choice import download_desk, show_download
from lstm_ui.page import friendly_errors
from lstm_ui.review_model import Judge
from lstm_ui.review_report import Measured, measure, show_report

WANTED = "shipped_report_of"  # key of the session: the network whose report this visitor has asked for


def show_shipped_report(judge: Judge) -> None:
    """Offer the report on a network that ships; a run has its own, below its curve."""
    name = judge.key[0]
    if name not in PRETRAINED:
        return
    with st.expander("How good is it, and which words push it?", key="review_shipped_report"), friendly_errors():
        if not is_imdb_downloaded(downloads_folder()):
            st.info(
                "Right and wrong, the words that push most and the reviews that it gets most wrong are measured on "
                "IMDB’s 25,000 test reviews. They are missing: they do not ship with the app. Fetched once (19 MB), "
                "they are here for all visitors."
            )
            show_download(download_desk(downloads_folder()), *IMDB_FILES, key="shipped_report_download")
        elif st.session_state.get(WANTED) == name:
            show_report(*_measure_shipped(name))
        else:
            st.caption("On IMDB’s 25,000 test reviews, which it has never seen: about a minute, once for all visitors.")
            if st.button("Measure it", key="shipped_report_measure"):
                st.session_state[WANTED] = name
                st.rerun()


@st.cache_resource(max_entries=2, show_spinner="Asking it about 25,000 reviews: about a minute …")
def _measure_shipped(name: str) -> Measured:
    network = load_pretrained(name)
    reviews = encode_reviews(network.vocabulary, load_imdb(downloads_folder()).test)
    return measure(network, reviews, MAX_SCORED_WORDS)
