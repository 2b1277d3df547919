"""Mounts the moving part of a watched run: a component that draws status, curve and words in place, and asks for more.

`st.plotly_chart` would be torn down and built anew at each change of its data (Streamlit 1.67), and with it a visitor's
zoom.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_ui import pulse
from lstm_ui.static_files import plotly_address, script_address

PARTS = Path(__file__).parents[1]
FIGURE = PARTS / "live_chart" / "figure.js"
SCRIPTS = (
    PARTS / "live_run" / "live_run.js",
    pulse.SCRIPT,
    PARTS / "live_run" / "status.js",
    PARTS / "live_chart" / "live_chart.js",
    FIGURE,
    PARTS / "live_words" / "live_words.js",
)

# Streamlit sends this and the loader again with every update, so the scripts themselves are fetched once, and kept. The
# three parts bear the classes of the containers that stand in their places before there is a run. Looks: page.css.
HTML = """<div class="live-run">
<div class="st-key-run_status"><div class="status-state" role="status"></div><div class="status-slots"></div>
<div class="status-foot"><div class="status-note"></div>
<details class="energy"><summary>Energy</summary><p></p></details></div></div>
<div class="st-key-loss_chart live-chart"><p>The curve begins with the first step.</p><div role="figure"></div></div>
<section class="st-key-live_sample live-words"><div class="writes" hidden><h2>What it writes now</h2>
<div class="latest"></div><p><small>What it wrote before, from its first words on; newest last</small></p>
<div class="timeline" role="region" tabindex="0" aria-label="What it wrote before"></div></div>
<h2>What it predicts</h2><div class="predictions"></div></section></div>"""
LOADER = """
export default (component) => {
  const address = (path) => new URL(path, document.baseURI).href;
  Promise.all([%(scripts)s].map((path) => import(address(path)))).then(
    ([run, ...parts]) => run.draw(component, parts, address("%(plotly)s")),
    () => component.parentElement.querySelector(".live-chart p").textContent =
      "The chart could not be loaded. Training goes on; reload the page to try again.");
};
"""


@functools.cache
def _component() -> Callable[..., Any]:
    addresses = ", ".join(f'"{script_address(script)}"' for script in SCRIPTS)
    loader = LOADER % {"scripts": addresses, "plotly": plotly_address()}
    # Plotly writes its style sheet into the document's head, where a shadow root would not see it.
    return st.components.v2.component("live_run", html=HTML, js=loader, isolate_styles=False)


def take_question(key: str) -> dict[str, Any]:
    """Return what the browser has said with the tick that is being answered, once; {} in any other run."""
    question = st.session_state.pop(f"{key}_question", None)
    return question if isinstance(question, dict) else {}


def mount_live_run(data: dict[str, Any], key: str) -> None:
    """Draw what `make_pack`'s function has packed."""

    def keep_question() -> None:
        st.session_state[f"{key}_question"] = st.session_state[key].tick

    _component()(key=key, data=data, on_tick_change=keep_question)
