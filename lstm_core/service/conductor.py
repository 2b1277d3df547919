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
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import Future as Fetched

from lstm_core.errors import CoreError, RunNotFound, ServiceUnavailable
from lstm_core.network.size import check_size
from lstm_core.service.cluster import Cluster
from lstm_core.service.cluster_watch import HEALTH_SECONDS, ClusterWatch
from lstm_core.service.deadlines import PATIENCE, Deadlines, Patience, fetch
from lstm_core.service.errand import Errand, ErrandStep
from lstm_core.service.known_programs import KnownPrograms
from lstm_core.service.live_run import LiveRun
from lstm_core.service.mishaps import WAS_LOST, lose_slice, may_train_beside, tell_loss
from lstm_core.service.run_store import RunStore
from lstm_core.service.saving import RunSaver
from lstm_core.service.turn_taking import TurnTaking
from lstm_core.service.turns import Turn
from lstm_core.service.warm_ups import WarmUps
from lstm_core.training.slices import RunState, SliceRequest, train_slice

CHECKPOINT_SECONDS = 10.0  # of training: what a lost worker costs at most
FIRST_CHECKPOINT_SECONDS = 1.0  # so that a new run can be asked to write soon
QUEUE_PAUSES = 20  # times as long as a look at the whole queue took, before the next

logger = logging.getLogger(__name__)


class Conductor:
    """Trains the live runs on a cluster; `lock` guards every run in `runs`."""

    def __init__(
        self,
        store: RunStore,
        runs: dict[str, LiveRun],
        start_cluster: Callable[[], Cluster],
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        patience: Patience = PATIENCE,
        experiments_ahead: Sequence[str] = (),
    ) -> None:
        self.store = store
        self.lock = threading.RLock()
        self.runs = runs
        self._saver = RunSaver(store, runs, self.lock)
        self._checkpoint_seconds = checkpoint_seconds
        self._deadlines = Deadlines(patience)
        self._turns = TurnTaking()
        self._programs = KnownPrograms()
        self._warm_ups = WarmUps(experiments_ahead, self._programs, self.wake)
        self._cluster = ClusterWatch(start_cluster, self._deadlines, self._warm_ups, self._lose_slices)
        self._errands: list[weakref.ref[Errand]] = []
        self._next_queue = 0.0  # time.monotonic()
        self._events: queue.SimpleQueue[tuple[SliceRequest, Fetched] | None] = queue.SimpleQueue()
        self._news, self._news_count = threading.Condition(), 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._conduct, daemon=True, name="conductor")
        self._thread.start()

    def wake(self) -> None:
        """Look at the runs now: one of them has changed its mind."""
        self._events.put(None)

    def start_errand(self, steps: Sequence[ErrandStep]) -> Errand:
        """Have a worker do something else than training. Raises ServiceUnavailable when there is none."""
        errand = Errand.start(self._cluster.ready_client(), steps)
        self._errands = [*self._errands_under_way(), weakref.ref(errand)]
        return errand

    def _errands_under_way(self) -> list["weakref.ref[Errand]"]:
        return [known for known in self._errands if (errand := known()) is not None and not errand.is_over]

    def wait_for_news(self, known: int, timeout: float) -> int:
        """Wait `timeout` seconds at most until something has come in since `known` was returned; return what is known.

        For threads that would else look again and again; 0 is what nobody has returned yet.
        """
        with self._news:
            self._news.wait_for(lambda: self._news_count != known, timeout)
            return self._news_count

    def _tell_news(self) -> None:
        with self._news:
            self._news_count += 1
            self._news.notify_all()

    @property
    def readiness(self) -> str:
        """How the cluster is, see `TrainingService.readiness`."""
        return self._cluster.readiness

    @property
    def max_training_bytes(self) -> int:
        """What one run may take of a worker's memory."""
        return self._cluster.max_training_bytes

    def close(self) -> None:
        """Hand out nothing more and end the cluster."""
        self._closing.set()
        self.wake()
        self._thread.join()

    def _conduct(self) -> None:
        while not self._closing.is_set():
            try:
                self._cluster.look()
                self._hand_out_slices()
                self._deadlines.let_go()
                self._warm_up()
                self._take_in_results()
                self._tell_news()
                self._saver.save_statuses()
            except Exception:  # a bug with one run must not end everyone's training for good
                logger.exception("The conductor stumbled and goes on")
                self._closing.wait(HEALTH_SECONDS)
        self._saver.save_statuses()
        self._cluster.close()

    def _lose_slices(self) -> None:
        """Forget all slices that are out: they went with their cluster."""
        with self.lock:
            for run in self.runs.values():
                run.mishap = WAS_LOST if run.slice_out is not None else run.mishap
                run.worker, run.slice_out = None, None

    def _warm_up(self) -> None:
        """Have programs compiled ahead, as long as nobody trains, and no errand is measured."""
        if self._cluster.slots and not self._warm_ups.is_done:
            with self.lock:
                is_idle = not any(run.is_alive or run.slice_out is not None for run in self.runs.values())
            self._warm_ups.go_on(self._cluster.client, is_idle and not self._errands_under_way())

    # Out

    def _hand_out_slices(self) -> None:
        """Hand out as many slices as the workers have room for, and those that save the last steps of resting runs."""
        slots = self._cluster.slots
        with self.lock:
            runs = list(self.runs.values())
            for run in runs:
                rests = not run.is_alive and run.slice_out is None
                if rests and run.wants_checkpoint and run.worker in slots:
                    self._try_to_hand_out(Turn(run.run_id, run.worker, 0.0))
            out = [run for run in runs if run.slice_out is not None]
            ready = [run for run in runs if run.slice_out is not None or may_train_beside(run, out)]
            for turn in self._turns.next(ready, slots, self._cluster.count_cores()):
                run = self.runs[turn.run_id]
                if may_train_beside(run, out):
                    out.append(run)
                    self._try_to_hand_out(turn)
                else:  # chosen together with another of which one may have killed both their worker
                    self._turns.give_back(run, turn)
            self._look_at_queue(runs)

    def _look_at_queue(self, runs: list[LiveRun]) -> None:
        """Pause runs that nobody looks at, and tell each its place in the queue; of many runs a little later."""
        started = time.monotonic()
        if started >= self._next_queue:
            self._turns.pause_abandoned(runs, sum(self._cluster.slots.values()))
            self._turns.tell_places(runs)
            now = time.monotonic()
            self._next_queue = now + QUEUE_PAUSES * (now - started)

    def _try_to_hand_out(self, turn: Turn) -> None:
        run = self.runs[turn.run_id]
        try:
            self._hand_out(run, turn)
        except RunNotFound:
            del self.runs[run.run_id]  # somebody has deleted its folder
        except CoreError as error:  # its files are damaged, or it does not fit
            run.fail(str(error))

    def _hand_out(self, run: LiveRun, turn: Turn) -> None:
        if run.worker is None:  # it may have come before the worker's memory was known, or with an upload
            check_size(run.shape, run.spec, self.max_training_bytes)
        run.take_up_wishes()
        if run.worker != turn.worker:  # it has none yet, or that one has gone
            run.worker = None
        state = self._state_to_send(run) if run.worker is None else None
        max_steps = (1 if run.is_single_step else None) if run.is_alive else 0
        # Early enough: what this slice and the next will have learnt is lost with the worker as well.
        due = max(0.0, self._checkpoint_seconds - 2 * turn.seconds)
        due = min(due, FIRST_CHECKPOINT_SECONDS if run.checkpoint_step == 0 else float("inf"))
        wants_checkpoint = run.wants_checkpoint or turn.leaves or run.seconds - run.checkpoint_seconds >= due
        request = SliceRequest(
            run.run_id, run.step, run.plan, turn.seconds, max_steps, wants_checkpoint, state, run.cores, turn.leaves
        )
        # If the worker has gone meanwhile, another one says that it does not have the run.
        future = self._cluster.client.submit(
            train_slice, request, workers=[turn.worker], allow_other_workers=True, pure=False
        )
        run.slice_out, run.worker_out, run.is_new = request, turn.worker, False
        self._deadlines.begin(request, future, turn.worker)
        if run.is_alive:
            run.state = "compiling" if run.worker is None else "training"
            run.out_since = time.monotonic()
            run.compile_seconds = self._programs.expect(run.program, self._warm_ups.is_importing)
        fetch(self._cluster.client, future).add_done_callback(lambda done: self._events.put((request, done)))

    def _state_to_send(self, run: LiveRun) -> RunState:
        """Return what a worker needs that does not have the run, going back to the last checkpoint."""
        if run.carried is not None:
            return RunState(run.spec, run.carried)
        checkpoint = self.store.load_checkpoint(run.run_id) if run.step else None
        step, arrays = checkpoint or (0, None)
        tell_loss(run, step)
        if step != run.step:
            run.go_back_to(step)
            try:
                self.store.rewind(run.run_id, step)
            except ServiceUnavailable as error:
                run.trouble = str(error)
        return RunState(run.spec, arrays)

    # In

    def _take_in_results(self) -> None:
        """Wait for a slice that is back, or a change of mind, and take in all that came until now.

        What to hand out next is decided once for all of them: of thousands of runs that takes as long as a slice's
        way there and back.
        """
        try:
            event = self._events.get(timeout=HEALTH_SECONDS if self._cluster.slots else HEALTH_SECONDS / 4)
        except queue.Empty:
            return
        for others in range(self._events.qsize(), -1, -1):
            if event is not None:
                self._take_in_slice(*event)
            if others:
                event = self._events.get()

    def _take_in_slice(self, request: SliceRequest, fetched: "Fetched") -> None:
        self._deadlines.end(request)
        with self.lock:
            run = self.runs.get(request.run_id)
        if run is None or run.slice_out is not request:
            return  # the run was deleted, or the slice belongs to a cluster that has gone
        try:
            self._take_in(run, request, fetched)
        finally:
            run.slice_out = None

    def _take_in(self, run: LiveRun, request: SliceRequest, fetched: "Fetched") -> None:
        from distributed import KilledWorker

        result = None
        try:
            result = fetched.result()
        except (KilledWorker, CancelledError, OSError) as error:
            with self.lock:
                lose_slice(run, error)
            self._cluster.note_lost(str(run.worker_out))
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
            self._saver.save_result(run, result)
        with self.lock:
            self._turns.note_end(run, request, result)
