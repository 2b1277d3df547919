"""The projector mode of a page: large type, no menu, readable from the back row. `?projector=1` in the address.

A page that has it names itself in `PROJECTED`; what it leaves out then, projector.css hides.
"""

from pathlib import Path

import streamlit as st

PROJECTED = ("/train", "/generate", "/wall")  # pages with the button
IN_ADDRESS = "projector"


def is_projected() -> bool:
    """Tell whether the page is shown on a projector."""
    return st.query_params.get(IN_ADDRESS) == "1"


def show_projector_button(path: str) -> None:
    """Draw the button that makes all larger, where the page at `path` has the mode."""
    if path in PROJECTED:
        st.button(
            "Projector",
            key="projector_on",
            icon=":material/open_in_full:",
            type="tertiary",
            on_click=lambda: st.query_params.update({IN_ADDRESS: "1"}),
        )


def show_way_back() -> None:
    """Make all larger, and draw the one button that makes it as it was, in a corner."""
    st.html(Path(__file__).with_name("projector.css"))
    st.button(
        "Leave the projector mode",
        key="projector_off",
        icon=":material/close_fullscreen:",
        type="tertiary",
        on_click=lambda: st.query_params.pop(IN_ADDRESS, None),
    )
