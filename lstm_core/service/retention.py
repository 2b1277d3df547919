"""Which runs leave by themselves: those that are old, and the oldest when all together take too much of the disk.

A run's age counts from when it last changed: trained, paused, renamed. A run in use never leaves: one that trains or
waits, or that a page has looked at within the last minutes. Where room is needed, runs with a name and runs that
somebody else has opened go last. Runs without an owner come from the command line of this machine and are left to
whoever made them.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lstm_core.errors import CoreError
from lstm_core.knobs import MAX_RUN_AGE_SECONDS, MAX_RUNS_BYTES
from lstm_core.service.run_store import RunStore

LOOK_SECONDS = 300.0  # between looks at the disk
RECENT_SECONDS = 600.0  # since a page has asked for it: it is in use

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptRun:
    """A run on the disk as far as it matters here."""

    run_id: str
    size_bytes: int
    changed: float  # Unix time
    is_treasured: bool  # it has a name, or somebody else has opened it


def choose_leaving(
    runs: Iterable[KeptRun],
    now: float,
    max_age_seconds: float = MAX_RUN_AGE_SECONDS,
    max_bytes: int = MAX_RUNS_BYTES,
) -> list[str]:
    """Return the ids of the runs that leave: all that are too old, then as many as it takes to come below `max_bytes`.

    The latter in this order: those that are not treasured before those that are, and of each the oldest first.
    """
    runs = sorted(runs, key=lambda run: (run.is_treasured, run.changed))
    leaving = [run for run in runs if now - run.changed > max_age_seconds]
    kept = [run for run in runs if now - run.changed <= max_age_seconds]
    too_many = sum(run.size_bytes for run in kept) - max_bytes
    for run in kept:
        if too_many <= 0:
            break
        leaving.append(run)
        too_many -= run.size_bytes
    return [run.run_id for run in leaving]


class Housekeeper:
    """Removes what leaves, in a thread of its own: at once, and then every few minutes."""

    def __init__(self, store: RunStore, remove_unless_used: Callable[[str], bool]) -> None:
        """Begin. `remove_unless_used` removes a run and tells whether it did: not when the run is in use."""
        self._store = store
        self._remove_unless_used = remove_unless_used
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep_house, daemon=True, name="housekeeper")
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join()

    def look(self) -> list[str]:
        """Look once, and return the ids of the runs that were removed."""
        self._store.bin.empty()
        leaving = choose_leaving(self._list_kept(), time.time())
        removed = [run_id for run_id in leaving if self._remove_unless_used(run_id)]
        if removed:
            logger.info("Removed %d runs that were old or took too much room", len(removed))
        return removed

    def _keep_house(self) -> None:
        while not self._closing.is_set():
            try:
                self.look()
            except Exception:  # the next look may find the disk in order again
                logger.exception("The housekeeper stumbled and goes on")
            self._closing.wait(LOOK_SECONDS)

    def _list_kept(self) -> list[KeptRun]:
        kept = []
        for run_id in self._store.list_ids():
            try:
                if self._store.load_owner(run_id):
                    size, changed = self._store.size_bytes(run_id), self._store.changed(run_id)
                    kept.append(KeptRun(run_id, size, changed, self._store.is_treasured(run_id)))
            except (CoreError, OSError):  # somebody has just deleted it
                continue
        return kept
