"""The moving part of a watched run: its numbers, its curve, its words, drawn again at each tick of the browser's.

Nothing else is drawn at a tick, and of these no more travels than has come since the last one. component.py mounts,
live_run.js hands each part to its script.
"""

import math
from typing import Any

import streamlit as st

from lstm_core.network.experiments import find_experiment
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.live_chart.packing import ChartLines, ChartSettings, Had, pack_chart
from lstm_ui.live_chart.shared import shared_curves
from lstm_ui.live_run.component import mount_live_run, take_question
from lstm_ui.live_words.rows import pack_words
from lstm_ui.page import friendly_errors
from lstm_ui.run_status import pack_status
from lstm_ui.watching import FIRST_POINT_SECONDS, watch

KEY = "live_run_component"

__all__ = ["ChartSettings", "describe_standing", "show_live_run"]


def describe_standing(service: TrainingService, run: RunView | None) -> tuple[Any, ...]:
    """Return all of a run that what stands still around it depends on: buttons, hints, whether it ticks."""
    if run is None:
        return (service.readiness(),)
    return service.readiness(), run.is_alive, run.is_moving, "" if run.is_alive else run.state


@st.fragment
def show_live_run(
    service: TrainingService, run_id: str, settings: ChartSettings, standing: tuple[Any, ...], watcher: str
) -> None:
    """Draw the run, and have the browser of `watcher` ask for the next tick while it moves.

    When it has come to stand otherwise than in `standing`, the whole page is drawn once.
    """
    with friendly_errors():
        run = service.view(run_id)
        question = take_question(KEY)
        lines = _choose_lines(run)
        curve = shared_curves().look(service, run_id, settings.smoothing, lines.start_loss)
        data = {
            "status": pack_status(run),
            "chart": pack_chart(curve, settings, lines, Had.read(question)),
            "words": pack_words(run, question.get("words")),
        }
        mount_live_run(data, _seconds_to_next_tick(run, watcher), KEY)
        if describe_standing(service, run) != standing:
            st.rerun()


def _seconds_to_next_tick(run: RunView, watcher: str) -> float:
    if not run.is_moving:
        return 0.0
    pace = watch(watcher)
    return min(pace, FIRST_POINT_SECONDS) if run.step == 0 else pace


def _choose_lines(run: RunView) -> ChartLines:
    experiment = find_experiment(run.spec.experiment)
    start_loss = math.log(2 if run.is_of_reviews else max(2, run.symbol_count))
    if experiment is None:
        return ChartLines(start_loss)
    label = f"{experiment.author} {experiment.year}"
    return ChartLines(start_loss, experiment.published_loss, experiment.published_accuracy, label)
