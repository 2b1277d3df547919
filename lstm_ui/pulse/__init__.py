"""A fragment's timer that runs in the browser, and only while the page can be seen.

A fragment's own (`run_every`) goes on in hidden tabs: thirty forgotten ones would cost a server as much as thirty
visitors (Streamlit 1.67). This one also takes its pace from each answer, so a crowd can be made to look less often.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_ui.static_files import script_address

SCRIPT = Path(__file__).parent / "pulse.js"
HTML = "<span></span>"
LOADER = """
export default ({ parentElement, data, setTriggerValue }) => {
  const element = parentElement.querySelector("span");
  import(new URL("%s", document.baseURI).href).then(
    (pulse) => pulse.beat(element, data.ask_after, () => setTriggerValue("tick", true)));
};
"""


@functools.cache
def _component() -> Callable[..., Any]:
    loader = LOADER % script_address(SCRIPT)
    return st.components.v2.component("pulse", html=HTML, js=loader, isolate_styles=False)


def show_pulse(key: str, seconds: float) -> None:
    """Have the browser run the fragment that this is called in again after `seconds`; never with 0.

    The key ends in "_pulse": page.css gives such elements no room.
    """
    _component()(key=key, data={"ask_after": round(1000 * seconds)}, height=1, on_tick_change=lambda: None)
