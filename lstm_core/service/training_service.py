"""What the pages ask for: start, pause, resume, stop a run; see how it stands. One service per server.

The pages poll; nothing here waits for training. Slices are handed out by the conductor's own thread.
"""

import time
from collections.abc import Callable, Hashable, Sequence

from lstm_core.errors import InvalidSetting, ServiceUnavailable
from lstm_core.knobs import KNOBS
from lstm_core.network.size import check_size
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.cluster import Cluster
from lstm_core.service.conductor import CHECKPOINT_SECONDS, Conductor
from lstm_core.service.recording import record_new_run
from lstm_core.service.run_archive import pack_run
from lstm_core.service.run_names import clean_run_name
from lstm_core.service.run_shelf import RunShelf
from lstm_core.service.run_store import RunStore
from lstm_core.service.run_upload import unpack_run
from lstm_core.service.views import ALIVE, History, HistoryPart, RunView
from lstm_core.training.data import prepare_run

SETTLE_SECONDS = 3.0  # a slice takes half a second; a run that is compiling for the first time is not waited for


class TrainingService:
    """Trains the runs of one store on one cluster. May be used from any thread.

    Every method that takes a run's id raises RunNotFound when there is no such run, DamagedRun when its folder cannot
    be read.
    """

    def __init__(
        self,
        store: RunStore | None = None,
        start_cluster: Callable[[], Cluster] = Cluster.from_environment,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        experiments_ahead: Sequence[str] = (),
    ) -> None:
        """Start the cluster in the background; runs wait until it is there.

        `checkpoint_seconds` of training is what a run loses at most when its training process does not survive.
        The programs of `experiments_ahead` are compiled while nobody trains.
        """
        self._store = store or RunStore()
        self._shelf = RunShelf(self._store)
        self._conductor = Conductor(self._store, self._shelf.live, start_cluster, checkpoint_seconds, experiments_ahead)
        self._lock = self._conductor.lock

    def readiness(self) -> str:
        """Return "starting", "ready", or a sentence that says why nothing can be trained at the moment."""
        return self._conductor.readiness

    def start_run(self, spec: RunSpec) -> str:
        """Begin a run and return its id.

        Raises TextTooShort when the text has no window to learn from, TooBig when the network needs more memory than
        a run may have, ServiceUnavailable when its folder cannot be made.
        """
        data = prepare_run(spec)
        check_size(data.shape, spec)
        run = record_new_run(self._store, spec, data)
        with self._lock:
            self._shelf.add(run)
        self._conductor.wake()
        return run.run_id

    def pause(self, run_id: str) -> None:
        """Hand out no further slice of a living run; the one that is out still counts."""
        self._rest(run_id, "paused", None)

    def stop(self, run_id: str) -> None:
        """End a run where it is; it keeps all that it has learnt, and can be trained on."""
        self._rest(run_id, "stopped", "visitor")

    def resume(self, run_id: str) -> None:
        """Go on with a paused, interrupted or failed run."""
        with self._lock:
            run = self._shelf.take(run_id)
            if run.state in ("paused", "interrupted", "failed"):
                run.state, run.failures, run.is_unsaved = "waiting", 0, True
            run.is_single_step = False
        self._conductor.wake()

    def step_once(self, run_id: str) -> None:
        """Make one step of a paused run; asked again before that is made, it is still one."""
        with self._lock:
            run = self._shelf.take(run_id)
            if run.state in ("paused", "interrupted"):
                run.state, run.is_single_step = "waiting", True
        self._conductor.wake()

    def train_on(self, run_id: str, steps: int) -> None:
        """Train a resting run for `steps` more. Raises InvalidSetting when that is no whole number of steps."""
        steps = KNOBS["steps"].check(steps)
        if steps == 0:
            raise InvalidSetting("It was asked to train on for 0 steps.", "It takes 1 at least.", "Ask for more.")
        with self._lock:
            run = self._shelf.take(run_id)
            if not run.is_alive:
                run.steps_wanted, run.state, run.stopped_by = steps, "waiting", None
                run.failures, run.is_single_step, run.is_unsaved = 0, False, True
        self._conductor.wake()

    def set_learning_rate(self, run_id: str, value: float) -> None:
        """Use another learning rate from the next slice on. Raises InvalidSetting when it is out of bounds."""
        value = KNOBS["learning_rate"].check(value)
        with self._lock:
            self._shelf.take(run_id).learning_rate_wanted = value

    def view(self, run_id: str) -> RunView:
        """Return how a run stands now."""
        with self._lock:
            return self._shelf.view(run_id)

    def stamp(self, run_id: str) -> Hashable:
        """Return what changes whenever there is something new to be told of a run. Cheap: for those who look often."""
        with self._lock:
            run = self._shelf.take(run_id)
            return run.stamp(), self._shelf.place(run)

    def history(self, run_id: str) -> History:
        """Return a run's curves."""
        with self._lock:
            return self._shelf.take(run_id).history()

    def history_after(self, run_id: str, step: int, generation: int) -> HistoryPart:
        """Return what a run's curves have beyond `step`; all of them when they are not those of `generation` any more.

        For whoever keeps what came before: a long run's curves are not copied at every look.
        """
        with self._lock:
            return self._shelf.take(run_id).history_after(step, generation)

    def network(self, run_id: str) -> TrainedNetwork:
        """Return the network of the last checkpoint, and have a newer one made for the next time.

        Raises ServiceUnavailable while there is none.
        """
        with self._lock:
            run = self._shelf.take(run_id)
            run.wants_checkpoint = run.wants_checkpoint or run.checkpoint_step < run.step
            if run.checkpoint_step == 0:
                raise ServiceUnavailable(
                    "This network has only just begun.",
                    "It can write after its first second of training.",
                    "Wait a moment, or choose another run.",
                )
        self._conductor.wake()  # a run that rests gets no slice but for this
        return self._store.load_network(run_id)

    def rename(self, run_id: str, name: str) -> None:
        """Call a run `name`. Raises InvalidSetting when that is empty or too long."""
        name = clean_run_name(name)
        with self._lock:
            self._store.save_name(run_id, name)
            self._shelf.take(run_id).name = name

    def delete(self, run_id: str) -> None:
        """Stop a run and put it into the bin, from where `bring_back` takes it for BIN_SECONDS.

        Waits a moment for what a living run has just learnt.
        """
        if self.view(run_id).is_moving:
            self.stop(run_id)
            self._settle(run_id)
        with self._lock:
            self._store.delete(run_id)
            self._shelf.forget(run_id)
        self._conductor.wake()

    def bring_back(self, run_id: str) -> None:
        """Take a deleted run out of the bin, as it was. Raises RunNotFound when it has gone for good."""
        with self._lock:
            self._store.bring_back(run_id)
            self._shelf.forget(run_id)  # that it was not found is no longer true

    def size_bytes(self, run_id: str) -> int:
        """Return how much a run takes on the disk."""
        return self._store.size_bytes(run_id)

    def download(self, run_id: str) -> bytes:
        """Return a run as a .zip file that `upload` takes back; a living one as it stands now.

        Raises ServiceUnavailable before its first checkpoint.
        """
        with self._lock:
            run = self._shelf.take(run_id)
            run.wants_checkpoint = run.wants_checkpoint or run.checkpoint_step < run.step
        self._conductor.wake()
        self._settle(run_id)
        return pack_run(self._store, run_id)

    def upload(self, archive: bytes) -> str:
        """Take in what `download` gave, here or elsewhere, as a new run and return its id.

        Raises DamagedRun when it is not whole or not what it says, TooBig when it is larger than a run may be.
        """
        return unpack_run(self._store, archive)

    def list_runs(self) -> list[RunView]:
        """Return all runs, the newest first; damaged ones are left out."""
        views = []
        for run_id in self._store.list_ids():
            with self._lock:  # anew for each: the first list of many runs takes a while
                view = self._shelf.view_listed(run_id)
            if view is not None:
                views.append(view)
        return views

    def close(self) -> None:
        """Hand out nothing more and end the cluster. Living runs come back as interrupted."""
        self._conductor.close()

    def _settle(self, run_id: str) -> None:
        """Wait until the checkpoint that a run was asked for is made; not for long."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                run = self._shelf.live.get(run_id)
                if run is None or self._shelf.is_settled(run_id):
                    return
                if run.is_alive and not (run.wants_checkpoint and run.worker):
                    return
            time.sleep(0.02)

    def _rest(self, run_id: str, state: str, stopped_by: str | None) -> None:
        with self._lock:
            run = self._shelf.take(run_id)
            if run.state in (*ALIVE, "paused", "interrupted"):
                run.state, run.stopped_by = state, stopped_by
                run.is_single_step, run.steps_wanted, run.is_unsaved = False, None, True
                run.wants_checkpoint = run.checkpoint_step < run.step or run.slice_out is not None
        self._conductor.wake()
