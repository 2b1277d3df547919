"""What the pages ask for: start, pause, resume, stop a run; see how it stands. One service per server.

The pages poll; nothing here waits for training. Slices are handed out by the conductor's own thread.
"""

from collections.abc import Callable

from lstm_core.errors import CoreError, InvalidSetting, ServiceUnavailable
from lstm_core.knobs import KNOBS
from lstm_core.network.size import check_size
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.cluster import Cluster
from lstm_core.service.conductor import Conductor
from lstm_core.service.live_run import ALIVE, LiveRun
from lstm_core.service.recording import record_new_run
from lstm_core.service.run_store import RunStore
from lstm_core.service.stored_run import load_live_run
from lstm_core.service.views import History, RunView
from lstm_core.training.data import prepare_data


class TrainingService:
    """Trains the runs of one store on one cluster. May be used from any thread."""

    def __init__(
        self, store: RunStore | None = None, start_cluster: Callable[[], Cluster] = Cluster.from_environment
    ) -> None:
        """Start the cluster in the background; runs wait until it is there."""
        self._store = store or RunStore()
        self._conductor = Conductor(self._store, start_cluster)
        self._lock = self._conductor.lock
        self._runs = self._conductor.runs

    def readiness(self) -> str:
        """Return "starting", "ready", or a sentence that says why nothing can be trained."""
        return self._conductor.readiness

    def start_run(self, spec: RunSpec) -> str:
        """Begin a run and return its id.

        Raises TextTooShort when the text has no window to learn from, TooBig when the network needs more memory than
        a run may have, ServiceUnavailable when its folder cannot be made.
        """
        data = prepare_data(spec)
        check_size(data.shape, spec)
        run = record_new_run(self._store, spec, data)
        with self._lock:
            self._runs[run.run_id] = run
        self._conductor.wake()
        return run.run_id

    def pause(self, run_id: str) -> None:
        """Hand out no further slice of a living run."""
        self._rest(run_id, "paused", None)

    def stop(self, run_id: str) -> None:
        """End a run where it is; it keeps all that it has learnt, and can be trained on."""
        self._rest(run_id, "stopped", "visitor")

    def resume(self, run_id: str) -> None:
        """Go on with a paused, interrupted or failed run."""
        with self._lock:
            run = self._run(run_id)
            if run.state in ("paused", "interrupted", "failed"):
                run.state, run.failures, run.lock_steps = "waiting", 0, None
        self._conductor.wake()

    def step_once(self, run_id: str) -> None:
        """Make one step of a paused run."""
        with self._lock:
            run = self._run(run_id)
            if run.state in ("paused", "interrupted"):
                run.state, run.lock_steps = "waiting", 1
        self._conductor.wake()

    def train_on(self, run_id: str, steps: int) -> None:
        """Train an ended run for `steps` more. Raises InvalidSetting when that is no whole number of steps."""
        steps = KNOBS["steps"].check(steps)
        if steps == 0:
            raise InvalidSetting("It was asked to train on for 0 steps.", "It takes 1 at least.", "Ask for more.")
        with self._lock:
            run = self._run(run_id)
            if not run.is_alive:
                run.plan = run.plan.train_on(run.step, steps)
                run.state, run.stopped_by, run.failures, run.lock_steps = "waiting", None, 0, None
        self._conductor.wake()

    def set_learning_rate(self, run_id: str, value: float) -> None:
        """Use another learning rate from the next slice on. Raises InvalidSetting when it is out of bounds."""
        value = KNOBS["learning_rate"].check(value)
        with self._lock:
            self._run(run_id).learning_rate_wanted = value

    def view(self, run_id: str) -> RunView:
        """Return how a run stands now. Raises RunNotFound."""
        with self._lock:
            run = self._run(run_id)
            ahead = sum(
                other.state == "waiting" and other.last_turn < run.last_turn
                for other in self._runs.values()
                if other is not run
            )
            return run.view(ahead if run.state == "waiting" else 0)

    def history(self, run_id: str) -> History:
        """Return a run's curves. Raises RunNotFound."""
        with self._lock:
            return self._run(run_id).history()

    def network(self, run_id: str) -> TrainedNetwork:
        """Return the network of the last checkpoint, and have a newer one made for the next time.

        Raises ServiceUnavailable while there is none.
        """
        with self._lock:
            run = self._run(run_id)
            if run.checkpoint_step < run.step:
                run.wants_checkpoint = True
            if run.checkpoint_step == 0:
                raise ServiceUnavailable(
                    "This network has only just begun.",
                    "It can write after its first second of training.",
                    "Wait a moment, or choose another run.",
                )
        return self._store.load_network(run_id)

    def list_runs(self) -> list[RunView]:
        """Return all runs, the newest first; damaged ones are left out."""
        views = []
        for run_id in self._store.list_ids():
            try:
                views.append(self.view(run_id))
            except CoreError:
                continue
        return views

    def close(self) -> None:
        """Hand out nothing more and end the cluster."""
        self._conductor.close()

    def _rest(self, run_id: str, state: str, stopped_by: str | None) -> None:
        with self._lock:
            run = self._run(run_id)
            if run.state in (*ALIVE, "paused", "interrupted"):
                run.state, run.stopped_by, run.lock_steps = state, stopped_by, None
                run.wants_checkpoint = run.checkpoint_step < run.step or run.is_out
                self._store.save_status(run_id, run.status())
        self._conductor.wake()

    def _run(self, run_id: str) -> LiveRun:
        """Return the live run, taking it up from the store if this server has not met it yet."""
        run = self._runs.get(run_id)
        if run is None:
            run = self._runs[run_id] = load_live_run(self._store, run_id)
        return run
