"""How original a network's writing is, as a curve that grows point by point: against temperature, against its age."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from lstm_core.writing.copied import CopyIndex
from lstm_core.writing.originality import CURVE_TEMPERATURES, Originality, iter_originality
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.symbol_writer import SymbolWriter
from lstm_core.writing.writer import Writer
from lstm_ui import generate_controls as controls
from lstm_ui.background_job import BackgroundJob
from lstm_ui.page import escape_markdown

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService

CURVE = "generate_originality"  # key of the curve that was drawn last
TICK_SECONDS = 0.5
CHART_HEIGHT = 300  # pixels


@dataclass(frozen=True)
class CurvePoint:
    """How original a text was at `x`: a temperature, or the steps that its network was trained for."""

    x: float
    originality: Originality


@dataclass(frozen=True)
class Curve:
    """A curve on its way: what it tells, and the job that brings its points."""

    title: str
    x_title: str
    is_logarithmic: bool
    job: BackgroundJob[CurvePoint]


def against_temperature(writer: SymbolWriter, index: CopyIndex, seed_ids: list[int], min_length: int) -> Curve:
    """Begin to write a text at each temperature and to judge it."""
    random_seed = st.session_state[controls.RANDOM_SEED]

    def work() -> Iterator[CurvePoint | None]:
        for temperature in CURVE_TEMPERATURES:
            sampling = Sampling(temperature)
            for judged in iter_originality(writer, seed_ids, sampling, random_seed, index, min_length):
                yield None if judged is None else CurvePoint(temperature, judged)

    return Curve("Originality against temperature", "temperature", False, BackgroundJob(work, len(CURVE_TEMPERATURES)))


def against_age(
    service: "TrainingService", run_id: str, sampling: Sampling, index: CopyIndex, seed_ids: list[int], min_length: int
) -> Curve:
    """Begin to have a text written at each age of a run, and to judge it."""
    ages, random_seed = [age for age in service.ages(run_id) if age], st.session_state[controls.RANDOM_SEED]

    def work() -> Iterator[CurvePoint | None]:
        for age in ages:
            writer = Writer(service.network_at(run_id, age))
            for judged in iter_originality(writer, seed_ids, sampling, random_seed, index, min_length):
                yield None if judged is None else CurvePoint(age, judged)

    title = f"Originality against age, at temperature {sampling.temperature:g}"
    return Curve(title, "steps of training", True, BackgroundJob(work, len(ages)))


def begin_curve(curve: Curve) -> None:
    """Draw this curve from now on, and give up the one before."""
    previous: Curve | None = st.session_state.get(CURVE)
    if previous is not None:
        previous.job.stop()
    st.session_state[CURVE] = curve


def show_curve(empty_words: str) -> None:
    """Draw the curve that was asked for last, point by point as they come."""
    curve: Curve | None = st.session_state.get(CURVE)
    if curve is None:
        st.caption(empty_words)
        return
    is_running = curve.job.is_running
    st.fragment(_draw_curve, run_every=TICK_SECONDS if is_running else None)(curve, is_running)


def _draw_curve(curve: Curve, was_running: bool) -> None:
    job, is_running = curve.job, curve.job.is_running
    if was_running and not is_running:
        st.rerun()  # without a timer now
    if job.error is not None:
        st.warning(escape_markdown(str(job.error)))
    points = sorted(job.items, key=lambda point: point.x)
    if is_running:
        st.progress(job.share, text=f"{curve.title}: {len(points)} of {job.total} points")
    elif len(points) < job.total and job.error is None:
        st.caption("The curve was left unfinished.")
    if points:
        st.plotly_chart(
            build_figure(curve, points), key="originality_chart", config={"displayModeBar": False},
            alt=f"{curve.title}. " + ", ".join(f"{point.x:g}: {point.originality.share:.0%}" for point in points),
        )  # fmt: skip
        st.caption(f"{curve.title}: the higher, the more of it is its own. Nonsense is original, too.")


def build_figure(curve: Curve, points: list[CurvePoint]) -> dict:
    """Return Plotly's description of the chart: the share that is invented, and beside each point the longest copy."""
    trace = {
        "type": "scatter", "mode": "lines+markers", "x": [point.x for point in points],
        "y": [point.originality.share for point in points], "name": "invented",
        "text": [f"longest copy: {point.originality.longest:,}" for point in points],
        "hovertemplate": "%{y:.0%} invented<br>%{text}<extra></extra>",
    }  # fmt: skip
    layout = {
        "height": CHART_HEIGHT,
        "margin": {"l": 56, "r": 8, "t": 8, "b": 48},
        "xaxis": {"title": {"text": curve.x_title}, "type": "log" if curve.is_logarithmic else "linear"},
        "yaxis": {"title": {"text": "invented"}, "range": [0, 1.03], "tickformat": ".0%"},
    }
    return {"data": [trace], "layout": layout}
