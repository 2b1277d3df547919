"""What the lists of networks on /generate, /sentiment and /inside share: whose runs they hold, and which is chosen."""

from collections.abc import Sequence

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.network.pretrained import PRETRAINED
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.page import escape_markdown, run_name
from lstm_ui.session import run_in_hand, take_in_hand
from lstm_ui.visitor import list_runs

SHIPS = " (ships with the app)"


def list_runs_and_in_hand(service: TrainingService) -> dict[str, RunView]:
    """Return the visitor's runs by id; also that in hand when it is not listed, for its address opens it."""
    views = {view.run_id: view for view in list_runs(service)}
    in_hand = run_in_hand()
    if in_hand and in_hand not in views:
        try:
            views[in_hand] = service.view(in_hand)
        except CoreError as error:
            st.info(escape_markdown(str(error)))
    return views


def name_network(name: str, runs: dict[str, RunView]) -> str:
    """Return what a list calls a run, or a network that ships."""
    return run_name(runs[name]) if name in runs else PRETRAINED[name].title + SHIPS


def wanted_network(offered: Sequence[str], shipped_key: str, default: str) -> str:
    """Return what a visitor wants: a network that ships, chosen since the run in hand is in hand; else that run.

    `shipped_key` of the session holds the network that ships, and the run that was in hand when it was chosen.
    """
    in_hand = run_in_hand()
    name, chosen_beside = st.session_state.get(shipped_key, (None, None))
    if name in offered and chosen_beside == in_hand:
        return str(name)
    return in_hand if in_hand in offered and in_hand else default


def remember_network(list_key: str, shipped_key: str) -> None:
    """Take the run that was chosen in the list in hand, or remember beside which run one that ships was chosen."""
    chosen = st.session_state[list_key]
    if chosen in PRETRAINED:  # no run, so it is not taken in hand: the other pages would look for it in vain
        st.session_state[shipped_key] = (chosen, run_in_hand())
    else:
        st.session_state.pop(shipped_key, None)
        take_in_hand(chosen)
