"""The curves that are being watched, each kept once for all who watch it with the same smoothing."""

import threading
from collections import OrderedDict
from typing import Protocol

import streamlit as st

from lstm_core.service.views import HistoryPart
from lstm_ui.live_chart.growing import Curve, GrowingCurve

MAX_CURVES = 64  # the ones looked at last, some 50 kB each


class HasHistories(Protocol):
    """What is asked of the training service."""

    def history_after(self, run_id: str, step: int, generation: int) -> HistoryPart:
        """Return what a run's curves have beyond `step`."""


class SharedCurves:
    """Curves by run and smoothing. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, float], tuple[threading.Lock, GrowingCurve]] = OrderedDict()

    def look(self, service: HasHistories, run_id: str, smoothing: float, start_loss: float) -> Curve:
        """Return a run's curve as it stands now. Raises what the service raises of a run that is not there."""
        key = (run_id, smoothing)
        with self._lock:
            lock, growing = self._kept.get(key) or (threading.Lock(), GrowingCurve(smoothing, start_loss))
            self._kept[key] = (lock, growing)
            self._kept.move_to_end(key)
            if len(self._kept) > MAX_CURVES:
                self._kept.popitem(last=False)
        with lock:
            growing.extend(service.history_after(run_id, growing.steps, growing.generation))
            return growing.curve()


@st.cache_resource(show_spinner=False)
def shared_curves() -> SharedCurves:
    """Return the curves that all visitors of this server share."""
    return SharedCurves()
