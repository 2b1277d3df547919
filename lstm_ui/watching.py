"""How many browsers watch runs at this moment, and how often each of them may look.

A look costs the server some 3 ms, so a class of thirty that looked as often as one visitor would take a quarter of a
core from training.
"""

import secrets
import threading
import time

import streamlit as st

WATCHING_SECONDS = 75.0  # after the last sign of life, given every 30 s, a browser is closed or hidden
# While a run has no step yet, of so many watchers: its first point is what everybody waits for.
FIRST_POINT_SECONDS, FIRST_POINT_SECONDS_EACH = 0.08, 0.02
# Up to so many watchers, so many seconds between looks. With few of them a little less than a slice of training takes,
# so that none is left out.
PACES = ((8, 0.4), (30, 1.0))
SLOWEST_SECONDS = 2.0
WATCHER = "watcher"  # key of the session


class Watchers:
    """Who looks; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_looks: dict[str, float] = {}  # time.monotonic() by watcher

    def look(self, watcher: str, now: float | None = None) -> None:
        """Take in that a watcher looks."""
        with self._lock:
            self._last_looks[watcher] = time.monotonic() if now is None else now

    def count(self, now: float | None = None) -> int:
        """Return how many watch at this moment."""
        now = time.monotonic() if now is None else now
        with self._lock:
            late = [name for name, last in self._last_looks.items() if now - last > WATCHING_SECONDS]
            for name in late:
                del self._last_looks[name]
            return len(self._last_looks)


def choose_pace(watchers: int, has_begun: bool = True) -> float:
    """Return the seconds between two looks of each of so many watchers, at a run that has made a step or has not."""
    pace = next((seconds for most, seconds in PACES if watchers <= most), SLOWEST_SECONDS)
    return pace if has_begun else min(pace, FIRST_POINT_SECONDS + FIRST_POINT_SECONDS_EACH * watchers)


def name_watcher() -> str:
    """Return by which name this session is counted."""
    return str(st.session_state.setdefault(WATCHER, secrets.token_hex(8)))


@st.cache_resource(show_spinner=False)
def all_watchers() -> Watchers:
    """Return the watchers of all runs of this server."""
    return Watchers()
