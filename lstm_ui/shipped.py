"""The networks that ship with the app, opened once for all visitors of this server."""

import streamlit as st

from lstm_core.network.pretrained import ModelCard, load_card, load_pretrained
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.writing.writer import Writer


@st.cache_resource(show_spinner=False)
def shipped_writer(name: str) -> Writer:
    """Open a network that ships, ready to write. Raises CoreError as `load_pretrained` does."""
    return Writer(load_pretrained(name))


@st.cache_resource(show_spinner=False)
def shipped_scorer(name: str) -> ReviewScorer:
    """Open a network that ships, ready to judge. Raises CoreError as `load_pretrained` does."""
    return ReviewScorer(load_pretrained(name))


@st.cache_resource(show_spinner=False)
def shipped_card(name: str) -> ModelCard:
    """Return the card of a network that ships. Raises CoreError as `load_card` does."""
    return load_card(name)


def describe_card(card: ModelCard) -> str:
    """Tell in one sentence what a network has learnt from, for how long, and how well."""
    minutes = max(1, round(card.seconds / 60))
    time = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"Trained on {card.trained_on}, for {time}; validation loss {card.measures['validation_loss']:.2f}."
