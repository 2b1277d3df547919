"""What the pages ask for: start, pause, resume, stop a run, change it. One service per server.

The pages poll; nothing here waits for training. Slices are handed out by the conductor's own thread.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lstm_core.errors import InvalidSetting
from lstm_core.frameworks.comparison import ComparisonRequest
from lstm_core.knobs import KNOBS
from lstm_core.network.size import check_size
from lstm_core.network.spec import RunSpec
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
from lstm_core.service.run_exports import KerasErrand, keras_steps
from lstm_core.service.run_names import clean_run_name
from lstm_core.service.run_reader import RunReader
from lstm_core.service.run_rules import NoRules, RunRules
from lstm_core.service.run_shelf import RunShelf
from lstm_core.service.run_store import RunStore
from lstm_core.service.run_upload import unpack_run
from lstm_core.service.turn_taking import check_room
from lstm_core.service.views import ALIVE
from lstm_core.training.data import prepare_run
from lstm_core.training.forecast import Forecast


class TrainingService(RunReader):
    """Trains the runs of one store on one cluster. May be used from any thread.

    Whoever has the id of a run may look at it, see RunReader; every method that changes it takes the token of its
    `owner`, see owners.py, and raises NotAllowed for anybody else's. As there, RunNotFound and DamagedRun are raised.
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
        store = store or RunStore()
        shelf = RunShelf(store)
        conductor = Conductor(store, shelf.live, start_cluster, checkpoint_seconds, patience, experiments_ahead)
        super().__init__(store, shelf, conductor)
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

    def upload(self, archive: bytes, owner: str = NOBODY) -> str:
        """Take in what `download` gave, here or elsewhere, as a new run of `owner`'s and return its id.

        Raises DamagedRun when it is not whole or not what it says, TooBig when it is larger than a run may be.
        """
        return unpack_run(self._store, archive, hash_token(owner))

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

    def close(self) -> None:
        """Hand out nothing more and end the cluster. Living runs come back as interrupted."""
        self._housekeeper.close()
        self._conductor.close()

    def _remove_unless_used(self, run_id: str) -> bool:
        with self._lock:
            if self._shelf.is_in_use(run_id):
                return False
            self._shelf.forget(run_id)
            self._store.remove(run_id)
            return True

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
