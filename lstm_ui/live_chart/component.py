"""Sends the live chart's data to the browser and mounts the component that draws it in place.

`st.plotly_chart` is torn down and built anew at each change of its data (Streamlit 1.67), and with it a visitor's zoom.
"""

import base64
import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from lstm_ui.live_chart.data import ChartData
from lstm_ui.live_chart.labels import name_line, place_labels
from lstm_ui.static_files import plotly_address, script_address

FOLDER = Path(__file__).parent
CHART_HEIGHT = 420  # pixels: a laptop of 800 shows it whole below the buttons and the numbers

# Streamlit sends these three again with every update, so they only fetch the real script, which the browser keeps.
HTML = '<div class="live-chart"><p>The curve begins with the first step.</p><div role="figure"></div></div>'
CSS = """
.live-chart { position: relative }
.live-chart, div:has(> .live-chart), div:has(> div > .live-chart) { height: 100% }
.live-chart > div { position: absolute; inset: 0 }
.live-chart > p { position: absolute; inset: 30% 0 auto; margin: 0; text-align: center; z-index: 1 }
"""
LOADER = """
export default (component) => {
  const address = (path) => new URL(path, document.baseURI).href;
  import(address("%(script)s")).then(
    (chart) => chart.draw(component, address("%(plotly)s")),
    () => component.parentElement.querySelector("p").textContent =
      "The chart could not be loaded. Training goes on; reload the page to try again.");
};
"""

UNITS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "loss": ("loss (nats)", lambda loss: loss),
    "perplexity": ("perplexity", np.exp),
    "bits": ("bits per symbol", lambda loss: loss / math.log(2)),
}


@functools.cache
def _component() -> Callable[..., Any]:
    loader = LOADER % {"script": script_address(FOLDER / "live_chart.js"), "plotly": plotly_address()}
    # Plotly writes its style sheet into the document's head, where a shadow root would not see it.
    return st.components.v2.component("live_chart", html=HTML, css=CSS, js=loader, isolate_styles=False)


def show_live_chart(
    data: ChartData,
    key: str = "loss_chart",
    log_axis: bool = False,
    x_axis: str = "steps",
    unit: str = "loss",
    height: int = CHART_HEIGHT,
) -> None:
    """Draw the loss, and the accuracy below it. Called again with more data, the same chart grows; zoom stays.

    `x_axis` is "steps" or "seconds", `unit` "loss", "perplexity" or "bits"; `height` in pixels holds from the first
    paint on, so that nothing on the page moves. Another axis or unit starts without zoom.
    """
    with st.container(key=key):
        payload = pack_chart(data, log_axis, x_axis, unit)
        _component()(key=f"{key}_component", data=payload, height=height)


def pack_chart(data: ChartData, log_axis: bool, x_axis: str, unit: str) -> dict[str, Any]:
    """Return what live_chart.js reads, as plain JSON values; curves as base64 of little-endian float32."""
    title, convert = UNITS[unit]
    with np.errstate(over="ignore"):  # the perplexity of a loss above 88 is drawn as a gap
        losses = {name: convert(getattr(data, name)) for name in ("raw", "smoothed", "validation_losses")}
        lines = [name_line("loss", convert(data.start_loss), "knowing nothing", "end")]
        if data.published_loss is not None:
            lines.append(name_line("loss", convert(data.published_loss), data.published_label))
        lines += place_labels([(label, convert(loss)) for label, loss in data.yardsticks], lines)
        if data.published_accuracy is not None:
            lines.append(name_line("accuracy", data.published_accuracy, data.published_label))
    curves = losses | {
        "x": data.steps if x_axis == "steps" else data.seconds,
        "validation_x": data.validation_steps if x_axis == "steps" else data.validation_seconds,
        "accuracy": data.accuracy,
        "validation_accuracies": data.validation_accuracies,
    }
    return {
        "curves": {name: _pack_array(values) for name, values in curves.items()},
        "lines": lines,
        "log": log_axis,
        "x_title": "step" if x_axis == "steps" else "seconds of training",
        "loss_title": title,
        "sentence": describe_chart(data, unit),
        "revision": f"{log_axis} {x_axis} {unit}",  # zoom survives as long as this stays the same
    }


def describe_chart(data: ChartData, unit: str = "loss") -> str:
    """Tell what the chart shows in one sentence, for those who listen to the page."""
    if not len(data.steps):
        return "Chart of the loss; no step yet."
    title, convert = UNITS[unit]
    sentence = f"Chart of the loss. Step {int(data.steps[-1]):,}: {title} {convert(float(data.smoothed[-1])):.3f}"
    sentence += f", accuracy {100 * float(data.accuracy[-1]):.1f} percent"
    if len(data.validation_losses):
        sentence += f", in validation {convert(float(data.validation_losses[-1])):.3f}"
    return sentence + "."


def _pack_array(values: np.ndarray) -> str:
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()
