"""Fetches what a watched run is drawn with before there is one: the chart's library alone takes half a second to come.

Mounted where the chart will be, it draws nothing, and waits for a moment in which the browser has nothing else to do.
"""

import functools
from collections.abc import Callable
from typing import Any

import streamlit as st

from lstm_ui.live_run.component import FIGURE, SCRIPTS
from lstm_ui.static_files import plotly_address, script_address

LONGEST_WAIT = 1_500  # milliseconds; a busy browser may have no such moment
LOADER = """
export default () => {
  const address = (path) => new URL(path, document.baseURI).href;
  const load = () => {
    for (const path of [%(scripts)s]) import(address(path)).catch(() => {}); // whoever draws with it tells
    import(address("%(figure)s")).then((figure) => figure.loadPlotly(address("%(plotly)s"))).catch(() => {});
  };
  window.requestIdleCallback ? requestIdleCallback(load, { timeout: %(wait)d }) : setTimeout(load, %(wait)d);
};
"""


@functools.cache
def _component() -> Callable[..., Any]:
    addresses = {
        "scripts": ", ".join(f'"{script_address(script)}"' for script in SCRIPTS),
        "figure": script_address(FIGURE),
        "plotly": plotly_address(),
        "wait": LONGEST_WAIT,
    }
    return st.components.v2.component("drawn_with", html="<i hidden></i>", js=LOADER % addresses, isolate_styles=False)


def load_ahead() -> None:
    """Have the browser fetch the scripts of a watched run."""
    _component()(key="drawn_with")
