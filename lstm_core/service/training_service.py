"""What the pages ask for: start, pause, resume, stop a run; see how it stands. One service per server.

The pages poll; nothing here waits for training. Slices are handed out by the conductor's own thread.
"""

import time
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lstm_core.errors import InvalidSetting, RunNotFound, ServiceUnavailable
from lstm_core.export.exported_run import ExportedRun
from lstm_core.frameworks.comparison import ComparisonRequest
from lstm_core.knobs import KNOBS
from lstm_core.network.shape import draw_weights
from lstm_core.network.size import check_size
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.branching import branch_run
from lstm_core.service.class_runs import ClassRuns
from lstm_core.service.cluster import Cluster
from lstm_core.service.conductor import CHECKPOINT_SECONDS, Conductor
from lstm_core.service.deadlines import PATIENCE, Patience
from lstm_core.service.device_links import DeviceLinks
from lstm_core.service.framework_check import FrameworkCheck, check_steps
from lstm_core.service.live_run import LiveRun
from lstm_core.service.owners import NOBODY, check_owner, hash_token
from lstm_core.service.recording import NO_FORECAST, record_new_run
from lstm_core.service.retention import Housekeeper
from lstm_core.service.run_archive import pack_run
from lstm_core.service.run_exports import KerasErrand, keras_steps, load_exported_run
from lstm_core.service.run_files import damaged
from lstm_core.service.run_names import clean_run_name
from lstm_core.service.run_rules import NoRules, RunRules
from lstm_core.service.run_shelf import RunShelf
from lstm_core.service.run_store import RunStore
from lstm_core.service.run_upload import unpack_run
from lstm_core.service.turn_taking import check_room
from lstm_core.service.views import ALIVE, History, HistoryPart, RunView
from lstm_core.training.data import prepare_run
from lstm_core.training.forecast import Forecast

SETTLE_SECONDS = 3.0  # a slice takes half a second; a run that is compiling for the first time is not waited for


class TrainingService:
    """Trains the runs of one store on one cluster. May be used from any thread.

    Every method that takes a run's id raises RunNotFound when there is no such run, DamagedRun when its folder cannot
    be read. Whoever has the id may look at the run; every method that changes it takes the token of its `owner`, see
    owners.py, and raises NotAllowed for anybody else's.
    """

    def __init__(
        self,
        store: RunStore | None = None,
        start_cluster: Callable[[], Cluster] = Cluster.from_environment,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        patience: Patience = PATIENCE,
        experiments_ahead: Sequence[str] = (),
    ) -> None:
        """Start the cluster in the background; runs wait until it is there.

        `checkpoint_seconds` of training is what a run loses at most when its training process does not survive;
        `patience` is how long one may hang. The programs of `experiments_ahead` are compiled while nobody trains.
        """
        self._store = store or RunStore()
        self._shelf = RunShelf(self._store)
        self._conductor = Conductor(
            self._store, self._shelf.live, start_cluster, checkpoint_seconds, patience, experiments_ahead
        )
        self._lock = self._conductor.lock
        self.rules: RunRules = NoRules()  # asked before the lock is taken
        self.class_runs = ClassRuns(self._store, self._shelf, self._conductor)
        self.device_links = DeviceLinks()
        self._housekeeper = Housekeeper(self._store, self._remove_unless_used)
        self._beginning: list[str] = []  # owners of runs whose folders are being made
        self._check: FrameworkCheck | None = None

    @property
    def folder(self) -> Path:
        """Where the runs are kept."""
        return self._store.folder

    def readiness(self) -> str:
        """Return "starting", "ready", or a sentence that says why nothing can be trained at the moment."""
        return self._conductor.readiness

    @property
    def max_training_bytes(self) -> int:
        """What one run may take of a worker's memory, for `check_size`."""
        return self._conductor.max_training_bytes

    def start_run(self, spec: RunSpec, owner: str = NOBODY, forecast: Forecast = NO_FORECAST) -> str:
        """Begin a run, of which `forecast` is expected and kept for good, and return its id.

        Raises TextTooShort when the text has no window to learn from, TooBig when the network needs more memory than
        a run may have, TooManyRuns when one more would be too many, NotAllowed when the rules of its owner's class
        room forbid it, ServiceUnavailable when its folder cannot be made.
        """
        self.rules.check_start(owner, spec)
        data = prepare_run(spec)
        check_size(data.shape, spec, self.max_training_bytes)
        owner_hash = hash_token(owner)
        with self._lock:
            self._check_room(owner_hash)
            self._beginning.append(owner_hash)
        try:
            run = record_new_run(self._store, spec, data, owner_hash, forecast)
            with self._lock:
                run.live()
                self._shelf.add(run)
        finally:
            with self._lock:
                self._beginning.remove(owner_hash)
        self.rules.note_start(owner, run.run_id)
        self._conductor.wake()
        return run.run_id

    def pause(self, run_id: str, owner: str = NOBODY) -> None:
        """Hand out no further slice of a living run; the one that is out still counts."""
        self._rest(run_id, owner, "paused", None)

    def stop(self, run_id: str, owner: str = NOBODY) -> None:
        """End a run where it is; it keeps all that it has learnt, and can be trained on."""
        self._rest(run_id, owner, "stopped", "visitor")

    def resume(self, run_id: str, owner: str = NOBODY) -> None:
        """Go on with a paused, interrupted or failed run.

        Raises TooManyRuns as `start_run` does, and NotAllowed also while its class room is paused.
        """
        self.rules.check_going_on(run_id)
        with self._lock:
            run = self._own(run_id, owner)
            if run.state in ("paused", "interrupted", "failed"):
                self._check_room(run.owner)
                run.live()
            run.is_single_step = False
        self._conductor.wake()

    def step_once(self, run_id: str, owner: str = NOBODY) -> None:
        """Make one step of a paused run; asked again before that is made, it is still one. Raises as `resume` does."""
        self.rules.check_going_on(run_id)
        with self._lock:
            run = self._own(run_id, owner)
            if run.state in ("paused", "interrupted"):
                run.live(is_single_step=True)
        self._conductor.wake()

    def train_on(self, run_id: str, steps: int, owner: str = NOBODY) -> None:
        """Train a resting run for `steps` more.

        Raises InvalidSetting when that is no whole number of steps, and what `resume` raises.
        """
        self.rules.check_going_on(run_id)
        steps = KNOBS["steps"].check(steps)
        if steps == 0:
            raise InvalidSetting("It was asked to train on for 0 steps.", "It takes 1 at least.", "Ask for more.")
        with self._lock:
            run = self._own(run_id, owner)
            if not run.is_alive:
                self._check_room(run.owner)
                run.live()
                run.steps_wanted, run.stopped_by = steps, None
        self._conductor.wake()

    def set_learning_rate(self, run_id: str, value: float, owner: str = NOBODY) -> None:
        """Use another learning rate from the next slice on.

        Raises InvalidSetting when it is out of bounds, NotAllowed also when a teacher has locked it.
        """
        self.rules.check_learning_rate(run_id)
        value = KNOBS["learning_rate"].check(value)
        with self._lock:
            self._own(run_id, owner).learning_rate_wanted = value

    def view(self, run_id: str) -> RunView:
        """Return how a run stands now. Whoever asks is watching it."""
        with self._lock:
            self._shelf.take(run_id).seen = time.monotonic()
            return self._shelf.view(run_id)

    def stamp(self, run_id: str) -> Hashable:
        """Return what changes whenever there is something new to be told of a run. Cheap: for those who look often."""
        with self._lock:
            return self._shelf.take(run_id).stamp()

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
        if self._ask_for_checkpoint(run_id) == 0:
            raise ServiceUnavailable(
                "This network has only just begun.",
                "It can write after its first second of training.",
                "Wait a moment, or choose another run.",
            )
        return self._store.load_network(run_id)

    def ages(self, run_id: str) -> list[int]:
        """Return the steps at which a run's network can be asked, rising: 0, what was kept, and the last checkpoint."""
        with self._lock:
            checkpoint_step = self._shelf.take(run_id).checkpoint_step
        return sorted({0, *self._store.snapshot_steps(run_id), checkpoint_step})

    def network_at(self, run_id: str, step: int) -> TrainedNetwork:
        """Return a run's network as it was at one of its `ages`.

        Raises DamagedRun when it cannot be read, or is no longer kept.
        """
        with self._lock:
            run = self._shelf.take(run_id)
            spec, shape, vocabulary, title = run.spec, run.shape, run.vocabulary, run.spec.text_name
        if step == 0:
            weights = draw_weights(shape, spec.random_seed, spec.forget_bias, spec.initialization)
            return TrainedNetwork(shape, weights, vocabulary, 0, title)
        if step in self._store.snapshot_steps(run_id):
            return self._store.load_snapshot(run_id, step)
        network = self._store.load_network(run_id)
        if network.step != step:
            raise damaged(f"network after step {step:,} is not kept any more")
        return network

    def branch(
        self, run_id: str, step: int, settings: Mapping[str, Any], steps: int | None = None, owner: str = NOBODY
    ) -> str:
        """Begin a run of `owner` that goes on from any run as it was at `step`, with `settings` changed; return its id.

        `step` is one of its `ages` above 0. The other run pauses if it is `owner`'s and alive. Raises what `branch_run`
        and `start_run` raise.
        """
        other, owner_hash = self.view(run_id), hash_token(owner)
        self.rules.check_start(owner, other.spec.changed(**settings))
        makes_room = other.is_alive and other.owner == owner_hash
        if not makes_room:
            with self._lock:
                self._check_room(owner_hash)
        branch_id = branch_run(self._store, run_id, step, settings, steps, owner_hash)
        self.rules.note_start(owner, branch_id)
        if makes_room:
            self.pause(run_id, owner)
        self.resume(branch_id, owner)
        return branch_id

    def rename(self, run_id: str, name: str, owner: str = NOBODY) -> None:
        """Call a run `name`. Raises InvalidSetting when that is empty or too long."""
        name = clean_run_name(name)
        with self._lock:
            run = self._own(run_id, owner)
            self._store.save_name(run_id, name)
            run.name = name

    def delete(self, run_id: str, owner: str = NOBODY) -> None:
        """Stop a run and put it into the bin, from where `bring_back` takes it for BIN_SECONDS.

        Waits a moment for what a living run has just learnt.
        """
        with self._lock:
            run = self._own(run_id, owner)
            is_moving = run.is_alive or run.slice_out is not None
        if is_moving:
            self.stop(run_id, owner)
            self._settle(run_id)
        with self._lock:
            self._store.delete(run_id)
            self._shelf.forget(run_id)
        self._conductor.wake()

    def bring_back(self, run_id: str, owner: str = NOBODY) -> None:
        """Take a deleted run out of the bin, as it was. Raises RunNotFound when it has gone for good."""
        with self._lock:
            check_owner(owner, self._store.load_owner(run_id))
            self._store.bring_back(run_id)
            self._shelf.forget(run_id)  # that it was not found is no longer true

    def size_bytes(self, run_id: str) -> int:
        """Return how much a run takes on the disk."""
        return self._store.size_bytes(run_id)

    def download(self, run_id: str) -> bytes:
        """Return a run as a .zip file that `upload` takes back; a living one as it stands now.

        Raises ServiceUnavailable before its first checkpoint.
        """
        self._ask_for_checkpoint(run_id)
        self._settle(run_id)
        return pack_run(self._store, run_id)

    def upload(self, archive: bytes, owner: str = NOBODY) -> str:
        """Take in what `download` gave, here or elsewhere, as a new run of `owner`'s and return its id.

        Raises DamagedRun when it is not whole or not what it says, TooBig when it is larger than a run may be.
        """
        return unpack_run(self._store, archive, hash_token(owner))

    def exported(self, run_id: str) -> ExportedRun:
        """Return all of a run that its exports need, a living one as it stands now.

        Raises ServiceUnavailable before its first checkpoint.
        """
        self._ask_for_checkpoint(run_id)
        self._settle(run_id)
        return load_exported_run(self._store, run_id)

    def start_keras_file(self, run_id: str) -> KerasErrand:
        """Have a worker make a run's `.keras` file.

        Raises ServiceUnavailable before the run's first checkpoint, or when there is no worker.
        """
        run = self.exported(run_id)
        return KerasErrand(run.network.step, self._conductor.start_errand(keras_steps(run)))

    def check_frameworks(self, request: ComparisonRequest) -> FrameworkCheck:
        """Have a worker run the three programs; who asks for the same meanwhile gets the same check.

        Raises InvalidSetting for a request that cannot be, ServiceUnavailable when there is no worker.
        """
        request.check()
        with self._lock:
            if self._check is None or self._check.request != request or self._check.is_over:
                self._check = FrameworkCheck(request, self._conductor.start_errand(check_steps(request)))
            return self._check

    def list_runs(self, owners: Iterable[str] = (), opened: Container[str] = ()) -> list[RunView]:
        """Return the runs of these owners (tokens), those whose ids were `opened`, and those that nobody owns.

        The newest comes first; damaged ones are left out.
        """
        shown = {NOBODY, *map(hash_token, owners)}
        views = []
        run_ids = self._store.list_ids()
        with self._lock:
            self._shelf.keep_only(run_ids)
        for run_id in run_ids:
            with self._lock, suppress(RunNotFound):  # anew for each: the first list of many runs takes a while
                if run_id in opened or self._shelf.owner(run_id) in shown:
                    view = self._shelf.view_listed(run_id)
                    views += [view] if view is not None else []
        return views

    def close(self) -> None:
        """Hand out nothing more and end the cluster. Living runs come back as interrupted."""
        self._housekeeper.close()
        self._conductor.close()

    def note_shared(self, run_id: str) -> None:
        """Remember that somebody has opened a run of another visitor's by its link: it leaves later than others."""
        self._store.mark_shared(run_id)

    def _remove_unless_used(self, run_id: str) -> bool:
        with self._lock:
            if self._shelf.is_in_use(run_id):
                return False
            self._shelf.forget(run_id)
            self._store.remove(run_id)
            return True

    def _ask_for_checkpoint(self, run_id: str) -> int:
        """Have a newer checkpoint made, if there are later steps, and return the step of the one that is there."""
        with self._lock:
            run = self._shelf.take(run_id)
            run.wants_checkpoint = run.wants_checkpoint or run.checkpoint_step < run.step
            step = run.checkpoint_step
        self._conductor.wake()  # a run that rests gets no slice but for this
        return step

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

    def _rest(self, run_id: str, owner: str, state: str, stopped_by: str | None) -> None:
        with self._lock:
            run = self._own(run_id, owner)
            if run.state in (*ALIVE, "paused", "interrupted"):
                run.rest(state, stopped_by)
        self._conductor.wake()

    def _check_room(self, owner_hash: str) -> None:
        living = [run.owner for run in self._shelf.live.values() if run.is_alive]
        check_room(owner_hash, living + self._beginning)

    def _own(self, run_id: str, owner: str) -> LiveRun:
        """Return a run for `owner` to change. Raises NotAllowed when it is somebody else's."""
        run = self._shelf.take(run_id)
        check_owner(owner, run.owner)
        return run
