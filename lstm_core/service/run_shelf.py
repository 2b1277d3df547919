"""All runs that a server knows: those that it trains, those taken up from disk, and a view of each that was put away.

Pages list all runs again and again, so a run's folder is read once, and its curves are kept in memory only while
somebody looks at them. Everything here happens under the service's lock.
"""

import time

from lstm_core.errors import CoreError
from lstm_core.service.live_run import LiveRun
from lstm_core.service.run_store import RunStore
from lstm_core.service.stored_run import load_live_run
from lstm_core.service.views import RunView

MAX_RESTING_RUNS = 50  # kept whole, the ones used last; a long run's curves take a few megabytes
DAMAGED_SECONDS = 30.0  # before a folder that could not be read is tried again for the list


class RunShelf:
    """Runs by id; `live` is what the conductor trains from."""

    def __init__(self, store: RunStore) -> None:
        self.live: dict[str, LiveRun] = {}  # in the order of their last use
        self._store = store
        self._put_away: dict[str, RunView] = {}
        self._status_times: dict[str, int] = {}  # when the status of interrupted runs was written, ns
        self._damaged: dict[str, float] = {}  # when it was found to be, time.monotonic()

    def add(self, run: LiveRun) -> None:
        """Take in a new run."""
        self.live[run.run_id] = run

    def take(self, run_id: str) -> LiveRun:
        """Return a run, taking it up from disk if need be. Raises RunNotFound and DamagedRun."""
        run = self.live.pop(run_id, None)
        # An interrupted run may be one that the command line trains at this moment: it tells when it is done.
        if run is None or (
            run.state == "interrupted" and self._store.status_time(run_id) != self._status_times[run_id]
        ):
            self._status_times[run_id] = self._store.status_time(run_id)
            run = load_live_run(self._store, run_id)
            self._put_away.pop(run_id, None)
            self._make_room()
        self.live[run_id] = run
        return run

    def forget(self, run_id: str) -> None:
        """Let go of a run whose folder is being taken away; if it comes back it is read anew."""
        self.live.pop(run_id, None)
        self._put_away.pop(run_id, None)
        self._status_times.pop(run_id, None)
        self._damaged.pop(run_id, None)

    def is_settled(self, run_id: str) -> bool:
        """Whether all there is to know of a run lies in its folder."""
        run = self.live.get(run_id)
        return run is None or run.state == "interrupted" or _can_be_put_away(run)

    def view(self, run_id: str) -> RunView:
        """Return how a run stands. Raises as `take` does."""
        run = self.take(run_id)
        return run.view(self.place(run))

    def view_listed(self, run_id: str) -> RunView | None:
        """Return how a run stands without taking it up again when it was put away; None when it is damaged."""
        now = time.monotonic()
        if run_id in self._put_away:
            return self._put_away[run_id]
        if run_id in self._damaged and now - self._damaged[run_id] < DAMAGED_SECONDS:
            return None
        try:
            return self.view(run_id)
        except CoreError:
            self._damaged[run_id] = now
            return None

    def place(self, run: LiveRun) -> int:
        """Count the runs that get their turn before this one."""
        if run.state != "waiting":
            return 0
        others = (other for other in self.live.values() if other is not run)
        return sum(other.state == "waiting" and other.last_turn < run.last_turn for other in others)

    def _make_room(self) -> None:
        resting = [run for run in self.live.values() if _can_be_put_away(run)]
        for run in resting[: max(0, len(resting) - MAX_RESTING_RUNS)]:
            self._put_away[run.run_id] = run.view(0)
            del self.live[run.run_id]


def _can_be_put_away(run: LiveRun) -> bool:
    """Whether all there is to know of it lies in its folder."""
    is_in_use = run.is_alive or run.state == "interrupted" or run.slice_out is not None
    has_more = run.is_unsaved or bool(run.trouble) or run.learning_rate_wanted is not None
    return not (is_in_use or has_more or (run.wants_checkpoint and run.worker is not None))
