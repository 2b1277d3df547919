"""The one thread that hands out slices of training, in turn, and takes in what they bring.

Nothing is ever stopped in mid-step: to pause a run is to hand out no further slice of it. A slice that is lost with
its worker is made up for from the run's last checkpoint.
"""

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lstm_core.errors import CoreError
from lstm_core.service.cluster import Cluster
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_checkpoint, record_report
from lstm_core.service.run_store import RunStore
from lstm_core.training.slices import RunState, SliceRequest, SliceResult, train_slice, warm_up

if TYPE_CHECKING:
    from distributed import Future

SLICE_SECONDS = 0.5  # of training: Dask's 12 ms per round trip cost about 2 % of it
FIRST_SLICE_SECONDS = 0.1  # so that the first point of a new curve comes soon
CHECKPOINT_SECONDS = 10.0  # of training between checkpoints: what a lost worker costs at most
FIRST_CHECKPOINT_SECONDS = 1.0  # so that a new run can be asked to write soon
MAX_FAILURES = 3  # slices lost in a row before a run is given up
HEALTH_SECONDS = 2.0  # between looks at the cluster while nothing else happens

logger = logging.getLogger(__name__)


class Conductor:
    """Holds the live runs and trains them on a cluster; `lock` guards every run in `runs`."""

    def __init__(self, store: RunStore, start_cluster: Callable[[], Cluster]) -> None:
        self.store = store
        self.lock = threading.RLock()
        self.runs: dict[str, LiveRun] = {}
        self.readiness = "starting"
        self._start_cluster = start_cluster
        self._cluster: Cluster | None = None
        self._capacity = 1
        self._events: queue.SimpleQueue[tuple[str, Future] | None] = queue.SimpleQueue()
        self._is_closing = False
        self._thread = threading.Thread(target=self._conduct, daemon=True, name="conductor")
        self._thread.start()

    def wake(self) -> None:
        """Look at the runs now: one of them has changed its mind."""
        self._events.put(None)

    def close(self) -> None:
        """Hand out nothing more and end the cluster."""
        self._is_closing = True
        self.wake()
        self._thread.join()

    def _conduct(self) -> None:
        while not self._is_closing:
            try:
                if (self._cluster is None or not self._cluster.alive()) and not self._connect():
                    return
                self._hand_out_slices()
                self._take_in_next()
            except Exception:  # a bug with one run must not end everyone's training for good
                logger.exception("The conductor stumbled and goes on")
                time.sleep(HEALTH_SECONDS)
        if self._cluster is not None:
            self._cluster.close()

    def _take_in_next(self) -> None:
        try:
            event = self._events.get(timeout=HEALTH_SECONDS)
        except queue.Empty:
            return
        if event is not None:
            self._take_in(*event)

    def _connect(self) -> bool:
        """Start the cluster, anew if it has gone; return False and say why when it cannot be had."""
        if self._cluster is not None:
            logger.warning("The cluster has gone; starting it anew")
            self._cluster.close()
        try:
            self._cluster = self._start_cluster()
        except CoreError as error:
            self.readiness = str(error)
            return False
        threads = self._cluster.client.nthreads()
        self._capacity = max(1, sum(threads.values()))
        # Kept, or Dask would forget the tasks: TensorFlow is imported before anyone needs it.
        self._warm_ups = [self._cluster.client.submit(warm_up, workers=[worker], pure=False) for worker in threads]
        with self.lock:
            for run in self.runs.values():
                run.worker, run.is_out = None, False
        self.readiness = "ready"
        return True

    def _hand_out_slices(self) -> None:
        with self.lock:
            waiting = sorted(
                (run for run in self.runs.values() if not run.is_out and _wants_turn(run)),
                key=lambda run: run.last_turn,
            )
            free = self._capacity - sum(run.is_out for run in self.runs.values())
            alive = sum(run.is_alive for run in self.runs.values())
            for run in waiting[: max(0, free)]:
                run.cores = max(1, self._capacity // max(1, alive))
                self._hand_out(run)

    def _hand_out(self, run: LiveRun) -> None:
        try:
            state = self._state_to_send(run) if run.worker is None else None
        except CoreError as error:  # its files are gone or damaged
            run.state, run.note = "failed", str(error)
            return
        if run.learning_rate_wanted is not None:
            run.plan = run.plan.with_learning_rate(run.step, run.learning_rate_wanted)
            run.learning_rate_wanted = None
        seconds = SLICE_SECONDS if run.worker else FIRST_SLICE_SECONDS
        max_steps = run.lock_steps if run.is_alive else 0
        due = FIRST_CHECKPOINT_SECONDS if run.checkpoint_step == 0 else CHECKPOINT_SECONDS
        wants_checkpoint = run.wants_checkpoint or run.seconds - run.checkpoint_seconds >= due
        request = SliceRequest(run.run_id, run.step, run.plan, seconds, max_steps, wants_checkpoint, state)
        if run.is_alive:
            run.state = "compiling" if run.worker is None else "training"
        run.is_out, run.last_turn = True, time.monotonic()
        assert self._cluster is not None
        preferred = {"workers": [run.worker], "allow_other_workers": True} if run.worker else {}
        future = self._cluster.client.submit(train_slice, request, **preferred, pure=False)
        future.add_done_callback(lambda done, run_id=run.run_id: self._events.put((run_id, done)))

    def _state_to_send(self, run: LiveRun) -> RunState:
        """Return what a worker needs that does not have the run, going back to the last checkpoint."""
        checkpoint = self.store.load_checkpoint(run.run_id) if run.step else None
        step, arrays = checkpoint or (0, None)
        if step < run.step:
            run.note = f"The training process was lost at step {run.step:,}; it went on from step {step:,}."
            run.go_back_to(step)
            self.store.rewind(run.run_id, step)
        return RunState(run.spec, arrays)

    def _take_in(self, run_id: str, future: "Future") -> None:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        with self.lock:
            run = self.runs[run_id]
            run.is_out = False
        try:
            result = future.result()
        except (KilledWorker, FutureCancelledError, OSError):
            self._lose_slice(run)
        except CoreError as error:
            self._fail(run, str(error))
        except Exception:  # a bug in a slice must not end everyone's training
            number = secrets.token_hex(3)
            logger.exception("Error %s in a slice of run %s", number, run_id)
            self._fail(run, f"Something went wrong in training that we did not expect (error number {number}).")
        else:
            self._add_result(run, result)

    def _add_result(self, run: LiveRun, result: SliceResult) -> None:
        with self.lock:
            if result.is_unknown:
                run.worker = None
                return
            run.worker, run.plan, run.failures = result.worker, result.plan, 0
            if result.report is not None:
                run.add_report(result.report)
                if result.report.stopped_by:
                    run.state, run.stopped_by = "finished", result.report.stopped_by
                elif run.lock_steps:
                    run.state, run.lock_steps, run.wants_checkpoint = "paused", None, True
                elif run.state == "compiling":
                    run.state = "training"
            step = run.step
        try:
            self._save(run, result, step)
        except CoreError as error:  # a full disk costs the record, never the training
            with self.lock:
                run.note = str(error)

    def _save(self, run: LiveRun, result: SliceResult, step: int) -> None:
        if result.report is not None:
            record_report(self.store, run, result.report)
        if result.checkpoint is not None:
            with self.lock:
                record_checkpoint(self.store, run, step, result.checkpoint)
                run.wants_checkpoint = False
        elif not run.is_alive:
            with self.lock:
                self.store.save_status(run.run_id, run.status())

    def _lose_slice(self, run: LiveRun) -> None:
        with self.lock:
            run.worker = None
            run.failures += 1
        if run.failures >= MAX_FAILURES:
            self._fail(run, "The training process was lost three times in a row; the network may be too large for it.")

    def _fail(self, run: LiveRun, note: str) -> None:
        with self.lock:
            run.state, run.note = "failed", note
            status = run.status()
        try:
            self.store.save_status(run.run_id, status)
        except CoreError as error:
            logger.error("%s", error)


def _wants_turn(run: LiveRun) -> bool:
    """A living run wants to train; one that rests, only to have its last steps saved."""
    return run.is_alive or (run.wants_checkpoint and run.worker is not None)
