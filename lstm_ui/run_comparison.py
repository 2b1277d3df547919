"""Some runs in one chart, and a table of what differs between them and what came of it."""

import html
import math

import numpy as np
import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import KNOBS, MAX_COMPARED_RUNS
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.live_chart.data import ChartData, thin_history
from lstm_ui.page import run_name
from lstm_ui.run_actions import COMPARED, choose_compared, compared_list_key
from lstm_ui.run_status import format_seconds
from lstm_ui.run_summary import format_value, results

CHART_HEIGHT = 420  # pixels
SMOOTHING = 0.9
POINTS = 500  # of each curve
# On both backgrounds at least 3 : 1; each run has its own mark too, so that none is told by colour alone.
COLOURS = ("#4583b5", "#c9661c", "#3c9270", "#9d6ab3", "#9a7a2e", "#cf5570")
MARKS = ("circle", "square", "diamond", "triangle-up", "cross", "star")
NAME_CHARACTERS = 40  # in the legend: what a phone shows in a line
MARKS_SHOWN = 8  # on each curve

TABLE_STYLE = """<style>
.compared { overflow-x: auto; }
.compared table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.compared th { text-align: left; font-weight: 600; vertical-align: bottom; overflow-wrap: anywhere; }
.compared td, .compared th { padding: 0.3em 1.2em 0.3em 0; border-bottom: 1px solid rgba(128, 128, 128, 0.35); }
.compared thead th { min-width: 6.5em; max-width: 14em; }
.compared tbody th { white-space: nowrap; }
</style>"""


def show_comparison(service: TrainingService, runs: dict[str, RunView]) -> None:
    """Let up to six of `runs` be chosen, and draw them together."""
    kept = [run_id for run_id in st.session_state.get(COMPARED, ()) if run_id in runs]
    st.session_state[COMPARED] = kept  # a run that somebody has deleted must not be among them
    key = compared_list_key()
    st.session_state[key] = kept
    chosen = st.multiselect(
        "Compare",
        list(runs),
        key=key,
        on_change=choose_compared,
        args=(key,),
        format_func=lambda run_id: run_name(runs[run_id]),
        max_selections=MAX_COMPARED_RUNS,
        placeholder=f"Choose two to {MAX_COMPARED_RUNS} runs, here or by their button",
    )
    if len(chosen) < 2:
        return
    views = [runs[run_id] for run_id in chosen]
    with st.container(key="comparison"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            x_axis = st.segmented_control("Against", ("steps", "seconds"), key="compare_x_axis", default="steps")
            log_axis = st.toggle("Logarithmic axis", key="compare_log_axis")
        curves = {}
        for view in views:
            try:
                history = service.history(view.run_id)
            except CoreError:  # deleted by somebody since the list was read
                continue
            start_loss = math.log(2 if view.is_of_reviews else max(2, view.symbol_count))
            curves[run_name(view)] = thin_history(history, SMOOTHING, start_loss, POINTS)
        st.plotly_chart(
            build_figure(curves, x_axis or "steps", log_axis),
            key="compare_chart",
            config={"displaylogo": False, "modeBarButtonsToRemove": ["sendDataToCloud"]},
            alt=f"The losses of {len(curves)} runs; the table below tells where each of them stands.",
        )
        st.html(TABLE_STYLE + table_html(views))


def build_figure(curves: dict[str, ChartData], x_axis: str, log_axis: bool) -> dict:
    """Return Plotly's description of the chart: each run's loss, raw and smoothed, and its validation loss dashed."""
    traces = []
    for place, (name, data) in enumerate(curves.items()):
        colour, mark = COLOURS[place % len(COLOURS)], MARKS[place % len(MARKS)]
        short = name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 8]}…{name[-7:]}"
        shown = html.escape(short)  # Plotly reads a few tags
        x = data.steps if x_axis == "steps" else data.seconds
        validation_x = data.validation_steps if x_axis == "steps" else data.validation_seconds
        marker = {"symbol": mark, "size": 9, "maxdisplayed": MARKS_SHOWN}
        common = {"type": "scatter", "legendgroup": str(place), "hovertemplate": "%{y:.3f}"}
        traces += [
            common | {
                "x": _plain(x), "y": _plain(data.raw), "name": shown, "mode": "lines", "opacity": 0.3,
                "line": {"color": colour, "width": 1}, "showlegend": False, "hoverinfo": "skip",
            },
            common | {
                "x": _plain(x), "y": _plain(data.smoothed), "name": shown, "mode": "lines+markers", "marker": marker,
                "line": {"color": colour, "width": 2.5},
            },
        ]  # fmt: skip
        if len(data.validation_steps):
            traces.append(
                common | {
                    "x": _plain(validation_x), "y": _plain(data.validation_losses), "name": f"{shown}, validation",
                    "mode": "lines", "line": {"color": colour, "width": 2, "dash": "dash"}, "showlegend": False,
                }
            )  # fmt: skip
    layout = {
        "height": CHART_HEIGHT,
        "margin": {"l": 56, "r": 8, "t": 8, "b": 48},
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},  # above, a phone puts the buttons
        "xaxis": {"title": {"text": "step" if x_axis == "steps" else "seconds of training"}, "rangemode": "tozero"},
        "yaxis": {
            "title": {"text": "loss (nats); validation dashed"},
            "type": "log" if log_axis else "linear",
            "rangemode": "normal" if log_axis else "tozero",
        },
    }
    return {"data": traces, "layout": layout}


def table_html(views: list[RunView]) -> str:
    """Write a table with one column per run: first the knobs that differ, then what each has reached."""
    head = "".join(f'<th scope="col">{html.escape(run_name(view))}</th>' for view in views)
    rows = [_row_html(name, values) for name, values in compared_rows(views)]
    table = f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="compared"><table>{table}</table></div>'


def compared_rows(views: list[RunView]) -> list[tuple[str, list[str]]]:
    """Return the rows of the table: a name, and a value for each run."""
    learned_from = {(view.spec.text, view.spec.reviews) for view in views}
    rows = [("text", [view.spec.text_name for view in views])] if len(learned_from) > 1 else []
    rows += [
        (KNOBS[name].label.lower(), [format_value(view.spec.settings[name]) for view in views])
        for name in KNOBS
        if len({view.spec.settings[name] for view in views}) > 1
    ]
    reached = [
        {"state": view.state} | results(view) | {
            "trained for": format_seconds(view.seconds), "parameters": f"{view.parameters:,}",
        }
        for view in views
    ]  # fmt: skip
    return rows + [(name, [each[name] for each in reached]) for name in reached[0]]


def _row_html(name: str, values: list[str]) -> str:
    cells = "".join(f"<td>{html.escape(value)}</td>" for value in values)
    return f'<tr><th scope="row">{html.escape(name)}</th>{cells}</tr>'


def _plain(values: np.ndarray) -> list[float | None]:
    """Return numbers that JSON can hold; a gap where there is none."""
    return [float(value) if np.isfinite(value) else None for value in values]
