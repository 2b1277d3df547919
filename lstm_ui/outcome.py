"""What was expected of a run and what came of it, side by side, and the lab sheet that tells both."""

import html
import math

import streamlit as st

from lstm_core.export.lab_sheet import describe_difference, write_lab_sheet
from lstm_core.network.setup import Setup
from lstm_core.network.spec import RunSpec
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_core.text.library import LIBRARY
from lstm_ui.link_picture import reachable
from lstm_ui.page import page_address, run_name
from lstm_ui.run_summary import file_name

_STYLE = """<style>
.forecast { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.5rem; }
.forecast p { margin: 0 0 0.25rem; overflow-wrap: anywhere; } .forecast .q { grid-column: 1 / -1; }
.forecast b { font-size: 1.35rem; font-variant-numeric: tabular-nums; font-weight: 600; }
</style>"""


def show_outcome(service: TrainingService, run: RunView) -> None:
    """Draw prediction and result side by side, and offer the lab sheet of a run that rests."""
    with st.container(key="outcome", gap="small"):
        if run.forecast:
            st.html(_STYLE + forecast_html(run))
        if run.checkpoint_step and not run.is_moving:
            show_lab_sheet_button(service, run, "lab_sheet")


def show_lab_sheet_button(service: TrainingService, run: RunView, key: str) -> None:
    """Draw the download, which is made when it is asked for."""
    page = "sentiment" if run.is_of_reviews else "train"
    run_address = reachable(page_address(page, run=run.run_id))[0]
    rebuild_address = run_address if run.is_of_reviews else reachable(current_address(run.spec))[0]
    st.download_button(
        "Lab sheet",
        data=lambda: write_lab_sheet(service.exported(run.run_id), rebuild_address, run_address),
        file_name=file_name(run_name(run), "-lab-sheet.html"), mime="text/html", key=key, on_click="ignore",
    )  # fmt: skip


def forecast_html(run: RunView) -> str:
    """Write prediction and result, escaped."""
    expected = run.forecast
    question = f'<p class="q">{html.escape(expected.question)}</p>' if expected.question else ""
    predicted = "–" if expected.loss is None else f"{expected.loss:.3f}"
    has_result = not run.is_moving and run.loss is not None and math.isfinite(run.loss)
    reached = f"{run.loss:.3f}" if has_result else "–"
    compared = describe_difference(expected.loss, run.loss) if has_result and expected.loss is not None else ""
    when = "When it rests, its result stands here" if run.is_moving else f"After {run.step:,} steps"
    return (
        f'<div class="forecast">{question}<div><p>You predicted loss</p><p><b>{predicted}</b></p>'
        f"<p>{html.escape(expected.why)}</p></div><div><p>It reached</p><p><b>{reached}</b></p>"
        f"<p>{when}. {compared}</p></div></div>"
    )


def current_address(spec: RunSpec) -> str:
    """Return the address that sets up this run again, without locks. Its own text is in it by name alone."""
    names = [name for name, text in LIBRARY.items() if text.title == spec.text_name]
    return page_address("train", **Setup(spec.experiment, spec.recipe, (names or [""])[0], spec.settings).to_query())
