"""The one thread that hands out slices of training, in turn, and takes in what they bring.

Nothing is ever stopped in mid-step: to pause a run is to hand out no further slice of it. A slice that is lost with
its worker is made up for from the run's last checkpoint. No other thread writes to the folder of a run that was
begun, but for its name.
"""

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from lstm_core.errors import CoreError, RunNotFound, ServiceUnavailable
from lstm_core.service.cluster import Cluster
from lstm_core.service.known_programs import KnownPrograms
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_checkpoint, record_report
from lstm_core.service.run_store import RunStore
from lstm_core.service.warm_ups import WarmUps
from lstm_core.training.slices import RunState, SliceRequest, SliceResult, train_slice

if TYPE_CHECKING:
    from distributed import Future

SLICE_SECONDS = 0.45  # of training: two a second with all else, so the chart moves twice; Dask takes 12 ms of each
FIRST_SLICE_SECONDS = 0.1  # so that the first point of a new curve comes soon
CHECKPOINT_SECONDS = 10.0  # of training between checkpoints: what a lost worker costs at most
FIRST_CHECKPOINT_SECONDS = 1.0  # so that a new run can be asked to write soon
MAX_FAILURES = 3  # slices lost in a row before a run is given up
HEALTH_SECONDS = 2.0  # between looks at the cluster
RETRY_SECONDS = 10.0  # between attempts to start a cluster that does not start or does not last
NO_WORKER_SECONDS = 30.0  # a worker is replaced within seconds; after this nobody is coming
ANSWER_SECONDS = 60.0  # the longest wait for the scheduler, or for a result that lies ready

logger = logging.getLogger(__name__)


class Conductor:
    """Trains the live runs on a cluster; `lock` guards every run in `runs`."""

    def __init__(
        self,
        store: RunStore,
        runs: dict[str, LiveRun],
        start_cluster: Callable[[], Cluster],
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        experiments_ahead: Sequence[str] = (),
    ) -> None:
        self.store = store
        self.lock = threading.RLock()
        self.runs = runs
        self.readiness = "starting"
        self._checkpoint_seconds = checkpoint_seconds
        self._start_cluster = start_cluster
        self._cluster: Cluster | None = None
        self._capacity = 0  # tasks that run at once on all workers together
        self._programs = KnownPrograms()
        self._warm_ups = WarmUps(experiments_ahead, self._programs, self.wake)
        self._next_start = self._next_look = self._last_worker = 0.0  # time.monotonic()
        self._events: queue.SimpleQueue[tuple[SliceRequest, Future] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._conduct, daemon=True, name="conductor")
        self._thread.start()

    def wake(self) -> None:
        """Look at the runs now: one of them has changed its mind."""
        self._events.put(None)

    def close(self) -> None:
        """Hand out nothing more and end the cluster."""
        self._closing.set()
        self.wake()
        self._thread.join()

    def _conduct(self) -> None:
        while not self._closing.is_set():
            try:
                self._look_after_cluster()
                self._hand_out_slices()
                self._warm_up()
                self._take_in_next()
                self._save_statuses()
            except Exception:  # a bug with one run must not end everyone's training for good
                logger.exception("The conductor stumbled and goes on")
                self._closing.wait(HEALTH_SECONDS)
        self._save_statuses()
        if self._cluster is not None:
            self._cluster.close()

    # The cluster

    def _look_after_cluster(self) -> None:
        """Start the cluster, anew if it has gone, and count its workers, which may come and go."""
        now = time.monotonic()
        if self._cluster is None or not self._cluster.alive():
            self._capacity = 0
            if now >= self._next_start:
                self._connect()
        elif now >= self._next_look:
            self._count_workers(self._cluster)

    def _connect(self) -> None:
        if self._cluster is not None:
            logger.warning("The cluster has gone; starting it anew")
            self._cluster.close()
            self._cluster = None
        with self.lock:
            for run in self.runs.values():
                run.worker, run.slice_out = None, None
        try:
            self._cluster = self._start_cluster()
            self._warm_ups.forget_all()
            self._last_worker = time.monotonic()
            self._count_workers(self._cluster)
        except CoreError as error:
            self.readiness = str(error)
        finally:
            self._next_start = time.monotonic() + RETRY_SECONDS

    def _count_workers(self, cluster: Cluster) -> None:
        threads = cluster.client.nthreads(callback_timeout=ANSWER_SECONDS)
        self._warm_ups.meet(cluster.client, threads)
        now = time.monotonic()
        self._capacity = sum(threads.values())
        self._next_look = now + HEALTH_SECONDS if threads else now
        if threads:
            self.readiness, self._last_worker = "ready", now
        else:
            self.readiness = "No training process is there at the moment. Training goes on as soon as one is."
            if cluster.is_embedded and now - self._last_worker > NO_WORKER_SECONDS:
                cluster.close()

    def _warm_up(self) -> None:
        """Have programs compiled ahead, as long as nobody trains."""
        if self._cluster is not None and self._cluster.alive() and not self._warm_ups.is_done:
            with self.lock:
                is_idle = not any(run.is_alive or run.slice_out is not None for run in self.runs.values())
            self._warm_ups.go_on(self._cluster.client, is_idle)

    # Out

    def _hand_out_slices(self) -> None:
        with self.lock:
            waiting = sorted(
                (run for run in self.runs.values() if run.slice_out is None and _wants_turn(run)),
                key=lambda run: run.last_turn,
            )
            free = self._capacity - sum(run.slice_out is not None for run in self.runs.values())
            alive = sum(run.is_alive for run in self.runs.values())
            for run in waiting[: max(0, free)]:
                run.cores = max(1, self._capacity // max(1, alive))
                try:
                    self._hand_out(run)
                except RunNotFound:
                    del self.runs[run.run_id]  # somebody has deleted its folder
                except CoreError as error:  # its files are damaged
                    run.fail(str(error))

    def _hand_out(self, run: LiveRun) -> None:
        assert self._cluster is not None
        run.last_turn = time.monotonic()  # also when it fails: the others get their turn
        run.take_up_wishes()
        state = self._state_to_send(run) if run.worker is None else None
        seconds = SLICE_SECONDS if run.worker else FIRST_SLICE_SECONDS
        max_steps = (1 if run.is_single_step else None) if run.is_alive else 0
        due = min(self._checkpoint_seconds, FIRST_CHECKPOINT_SECONDS if run.checkpoint_step == 0 else float("inf"))
        wants_checkpoint = run.wants_checkpoint or run.seconds - run.checkpoint_seconds >= due
        request = SliceRequest(run.run_id, run.step, run.plan, seconds, max_steps, wants_checkpoint, state)
        preferred = {"workers": [run.worker], "allow_other_workers": True} if run.worker else {}
        future = self._cluster.client.submit(train_slice, request, **preferred, pure=False)
        run.slice_out = request
        if run.is_alive:
            run.state = "compiling" if run.worker is None else "training"
            run.compile_seconds = self._programs.expect(run.program, self._warm_ups.is_importing)
        future.add_done_callback(lambda done: self._events.put((request, done)))

    def _state_to_send(self, run: LiveRun) -> RunState:
        """Return what a worker needs that does not have the run, going back to the last checkpoint."""
        checkpoint = self.store.load_checkpoint(run.run_id) if run.step else None
        step, arrays = checkpoint or (0, None)
        if step != run.step:
            run.note = f"The training process was lost at step {run.step:,}; it went on from step {step:,}."
            run.go_back_to(step)
            try:
                self.store.rewind(run.run_id, step)
            except ServiceUnavailable as error:
                run.trouble = str(error)
        return RunState(run.spec, arrays)

    # In

    def _take_in_next(self) -> None:
        try:
            event = self._events.get(timeout=HEALTH_SECONDS if self._capacity else HEALTH_SECONDS / 4)
        except queue.Empty:
            return
        if event is None:
            return
        request, future = event
        with self.lock:
            run = self.runs.get(request.run_id)
        if run is None or run.slice_out is not request:
            return  # the run was deleted, or the slice belongs to a cluster that has gone
        try:
            self._take_in(run, request, future)
        finally:
            run.slice_out = None

    def _take_in(self, run: LiveRun, request: SliceRequest, future: "Future") -> None:
        from distributed import KilledWorker

        try:
            result = future.result(timeout=ANSWER_SECONDS)
        except (KilledWorker, CancelledError, OSError):
            self._lose_slice(run)
        except CoreError as error:
            with self.lock:
                run.fail(str(error))
        except Exception:  # a bug in a slice must not end everyone's training
            number = secrets.token_hex(3)
            logger.exception("Error %s in a slice of run %s", number, run.run_id)
            with self.lock:
                run.fail(f"Something went wrong in training that we did not expect (error number {number}).")
        else:
            with self.lock:
                run.add_result(request, result)
            if result.report is not None and len(result.report.losses):
                self._programs.add(run.program, result.report.compile_seconds)
            self._save(run, result)

    def _save(self, run: LiveRun, result: SliceResult) -> None:
        """Write down what a slice brought. A full disk costs the record, never the training."""
        if result.checkpoint is not None:  # tried once: else a resting run would be asked for it again and again
            run.wants_checkpoint, run.checkpoint_seconds = False, run.seconds
        try:
            if result.report is not None:
                record_report(self.store, run, result.report)
            if result.checkpoint is not None:
                record_checkpoint(self.store, run, run.step, result.checkpoint)
                run.trouble = ""
        except RunNotFound:
            self._forget(run)
        except CoreError as error:
            run.trouble = str(error)

    def _save_statuses(self) -> None:
        with self.lock:
            unsaved = [run for run in self.runs.values() if run.is_unsaved]
        for run in unsaved:
            try:
                run.is_unsaved = False  # before it is read: a change from now on is saved next time
                with self.lock:
                    status = run.status()
                self.store.save_status(run.run_id, status)
            except RunNotFound:
                self._forget(run)
            except CoreError as error:
                run.trouble = str(error)

    def _lose_slice(self, run: LiveRun) -> None:
        with self.lock:
            run.worker = None
            run.failures += 1
            if run.failures >= MAX_FAILURES:
                run.fail("The training process was lost three times in a row; the network may be too large for it.")

    def _forget(self, run: LiveRun) -> None:
        """Train no longer a run whose folder somebody has deleted."""
        with self.lock:
            self.runs.pop(run.run_id, None)


def _wants_turn(run: LiveRun) -> bool:
    """A living run wants to train; one that rests, only to have its last steps saved."""
    return run.is_alive or (run.wants_checkpoint and run.worker is not None)
