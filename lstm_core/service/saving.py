"""Writing down what training brings, as slices come back: a full disk costs the record for a while, never the training.

What the disk refuses stays in memory and is tried again. Used by the conductor's thread alone.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from lstm_core.errors import CoreError, RunNotFound
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_checkpoint, record_report, record_unsaved
from lstm_core.service.run_store import RunStore
from lstm_core.training.slices import SliceResult

SAVE_AGAIN_SECONDS = 5.0  # between attempts to write down what the disk has refused


class RunSaver:
    """Saves the live runs into a store; `lock` guards every run in `runs`."""

    def __init__(self, store: RunStore, runs: dict[str, LiveRun], lock: threading.RLock) -> None:
        self._store = store
        self._runs = runs
        self._lock = lock

    def save_result(self, run: LiveRun, result: SliceResult) -> None:
        """Write down what a slice brought, which `run` has taken in."""
        run.carried = result.checkpoint if result.worker is None else None
        with self._noting_trouble(run):
            if result.report is not None:
                record_report(self._store, run, result.report)
            if result.checkpoint is not None:
                record_checkpoint(self._store, run, run.step, result.checkpoint)
                run.trouble, run.carried = "", None
        if result.checkpoint is not None:  # tried once: else a resting run would be asked for it again and again
            # Not before it is there to be read: whoever asked for it waits for this.
            run.wants_checkpoint, run.checkpoint_seconds = False, run.seconds

    def save_statuses(self) -> None:
        """Write down how those runs stand that have changed, and all that is left of those that were refused."""
        now = time.monotonic()
        with self._lock:
            refused = [run for run in self._runs.values() if run.trouble and run.save_again <= now]
            changed = [run for run in self._runs.values() if run.is_unsaved]
        for run in refused:
            run.save_again = now + SAVE_AGAIN_SECONDS
            with self._noting_trouble(run):
                self._save_all(run)
        for run in changed:
            with self._noting_trouble(run):
                self._save_status(run)

    def _save_all(self, run: LiveRun) -> None:
        record_unsaved(self._store, run)
        if run.carried is not None:
            record_checkpoint(self._store, run, run.step, run.carried)
            run.carried = None
        self._save_status(run)
        if run.worker is None or run.checkpoint_step == run.step:
            run.trouble = ""
        else:
            run.wants_checkpoint = True  # its worker has more to save

    def _save_status(self, run: LiveRun) -> None:
        run.is_unsaved = False  # before it is read: a change from now on is saved next time
        with self._lock:
            status = run.status()
        self._store.save_status(run.run_id, status)

    @contextmanager
    def _noting_trouble(self, run: LiveRun) -> Iterator[None]:
        """Note why the disk refuses; train no longer what somebody has deleted."""
        try:
            yield
        except RunNotFound:
            with self._lock:
                self._runs.pop(run.run_id, None)
        except CoreError as error:
            if not run.trouble:
                run.save_again = time.monotonic() + SAVE_AGAIN_SECONDS
            run.trouble = str(error)
