"""The moving part of a watched run: its numbers, its curve, its words, which grow while one looks.

The page draws it once, and again when something else on it must change. From then on the browser reads how the run
stands from a file (publisher.py) and draws it itself (live_run.js); component.py mounts.
"""

import hashlib
import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from lstm_core.network.experiments import find_experiment
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.live_chart.packing import ChartLines, ChartSettings, Had, pack_chart
from lstm_ui.live_chart.shared import SharedCurves, shared_curves
from lstm_ui.live_run.component import mount_live_run, take_question
from lstm_ui.live_run.publisher import Publisher
from lstm_ui.live_words.rows import pack_words
from lstm_ui.page import friendly_errors
from lstm_ui.run_status import pack_status
from lstm_ui.watching import Watchers, all_watchers, choose_pace
from lstm_ui.yardsticks import are_yardsticks_coming, find_yardsticks, lines_on_chart

KEY = "live_run_component"

__all__ = ["ChartSettings", "describe_standing", "show_live_run"]


def describe_standing(service: TrainingService, run: RunView | None) -> str:
    """Name all of a run that what stands still around it depends on: buttons, hints, whether it moves."""
    standing: tuple[Any, ...] = (service.readiness(),)
    if run is not None:
        standing += (run.is_alive, run.is_moving, "" if run.is_alive else run.state, find_yardsticks(run) is not None)
    return hashlib.sha256(repr(standing).encode()).hexdigest()[:8]


@st.fragment
def show_live_run(
    service: TrainingService, run_id: str, settings: ChartSettings, standing: str, watcher: str, is_own: bool = True
) -> None:
    """Draw the run; while it moves the browser of `watcher` goes on by itself. `is_own`: they may change the run.

    When it has come to stand otherwise than in `standing`, the whole page is drawn once.
    """
    with friendly_errors():
        question = take_question(KEY)
        pack = make_pack(service, run_id, settings, shared_curves(), all_watchers(), is_own)
        data = pack(Had.read(question), question.get("words"))
        if data["ask_after"] and not question.get("is_hidden"):
            all_watchers().look(watcher)
            data["address"] = _publisher(service).watch(run_id, (settings, is_own), _make_stamp(service, run_id), pack)
        mount_live_run(data, KEY)
        if data["standing"] != standing:
            st.rerun()


def _make_stamp(service: TrainingService, run_id: str) -> Callable[[], Any]:
    """Return a function, for any thread, of what changes whenever there is something new to be told."""
    run = service.view(run_id)

    def stamp() -> Any:
        return service.stamp(run_id), service.readiness(), are_yardsticks_coming(run)

    return stamp


def make_pack(
    service: TrainingService,
    run_id: str,
    settings: ChartSettings,
    curves: SharedCurves,
    watchers: Watchers,
    is_own: bool = True,
) -> Callable[[Had, Any], dict[str, Any]]:
    """Return a function of what a browser has, in any thread: what live_run.js reads of a run, as plain JSON values."""

    def pack(had: Had, words_had: Any) -> dict[str, Any]:
        run = service.view(run_id)
        lines = _choose_lines(run, settings.has_yardsticks)
        curve = curves.look(service, run_id, settings.smoothing, lines.start_loss)
        return {
            "status": pack_status(run, is_own),
            "chart": pack_chart(curve, settings, lines, had),
            "words": pack_words(run, words_had),
            "standing": describe_standing(service, run),
            "ask_after": _milliseconds_to_next_tick(run, watchers),
        }

    return pack


def _milliseconds_to_next_tick(run: RunView, watchers: Watchers) -> int:
    """Return 0 when there will be none."""
    if not run.is_moving and not are_yardsticks_coming(run):
        return 0
    return round(1000 * choose_pace(watchers.count(), has_begun=run.step > 0))


def _choose_lines(run: RunView, has_yardsticks: bool) -> ChartLines:
    experiment = find_experiment(run.spec.experiment)
    start_loss = math.log(2 if run.is_of_reviews else max(2, run.symbol_count))
    yardsticks = lines_on_chart(find_yardsticks(run)) if has_yardsticks else ()
    if experiment is None:
        return ChartLines(start_loss, yardsticks=yardsticks)
    label = f"{experiment.author} {experiment.year}"
    return ChartLines(start_loss, experiment.published_loss, experiment.published_accuracy, label, yardsticks)


@st.cache_resource(show_spinner=False)
def _publisher(_service: TrainingService) -> Publisher:
    return Publisher(_service.wait_for_news)
