"""Every key of a visitor's session state, spelled once. Pages use the functions, or the constants for their own state.

Keys of widgets that others rely on (`train`, `loss_chart`, …) stand on the pages that draw them.
"""

import streamlit as st

RUN_IN_HAND = "run_id_in_hand"  # the run that travels with the visitor from page to page
RUN_CHOICE = "run_in_hand"  # the selectbox in the top bar
RUN_IN_ADDRESS = "run"  # /train?run=<id> brings a run back, in any browser and after a refresh


def run_in_hand() -> str | None:
    """Return the id of the visitor's run, None before there is one; `?run=<id>` in the address wins.

    The address is typed by anyone: the id need not exist, and whoever looks it up gets `RunNotFound`.
    """
    in_address = st.query_params.get(RUN_IN_ADDRESS)
    if in_address:
        st.session_state[RUN_IN_HAND] = in_address
    return st.session_state.get(RUN_IN_HAND)


def let_go(run_id: str) -> None:
    """Have no run in hand any more, if it was this one."""
    if run_in_hand() == run_id:
        st.session_state.pop(RUN_IN_HAND, None)
        st.query_params.pop(RUN_IN_ADDRESS, None)


def take_in_hand(run_id: str) -> None:
    """Make this the visitor's run, in the session and in the address."""
    st.session_state[RUN_IN_HAND] = run_id
    st.query_params[RUN_IN_ADDRESS] = run_id
