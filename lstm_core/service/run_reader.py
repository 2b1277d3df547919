"""What anybody who has a run's id may ask of it, and nothing changes: how it stands, its curves, networks and files.

Next: `training_service.py`, which starts and changes runs.
"""

import time
from collections.abc import Container, Hashable, Iterable
from contextlib import suppress

from lstm_core.errors import RunNotFound, ServiceUnavailable
from lstm_core.export.exported_run import ExportedRun
from lstm_core.network.shape import draw_weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.conductor import Conductor
from lstm_core.service.owners import NOBODY, hash_token
from lstm_core.service.run_archive import pack_run
from lstm_core.service.run_exports import load_exported_run
from lstm_core.service.run_files import damaged
from lstm_core.service.run_shelf import RunShelf
from lstm_core.service.run_store import RunStore
from lstm_core.service.views import History, HistoryPart, RunView

SETTLE_SECONDS = 3.0  # a slice takes half a second; a run that is compiling for the first time is not waited for


class RunReader:
    """Looks at the runs of one store while a conductor trains them. May be used from any thread.

    Every method that takes a run's id raises RunNotFound when there is no such run, DamagedRun when its folder cannot
    be read.
    """

    def __init__(self, store: RunStore, shelf: RunShelf, conductor: Conductor) -> None:
        self._store = store
        self._shelf = shelf
        self._conductor = conductor
        self._lock = conductor.lock

    def view(self, run_id: str) -> RunView:
        """Return how a run stands now. Whoever asks is watching it."""
        with self._lock:
            self._shelf.take(run_id).seen = time.monotonic()
            return self._shelf.view(run_id)

    def wait_for_news(self, known: int, timeout: float) -> int:
        """Wait until there may be something new of any run, see `Conductor.wait_for_news`."""
        return self._conductor.wait_for_news(known, timeout)

    def stamp(self, run_id: str) -> Hashable:
        """Return what changes whenever there is something new to be told of a run. Cheap: for those who look often."""
        with self._lock:
            return self._shelf.take(run_id).stamp()

    def history(self, run_id: str) -> History:
        """Return a run's curves."""
        with self._lock:
            return self._shelf.take(run_id).curves.history()

    def history_after(self, run_id: str, step: int, generation: int) -> HistoryPart:
        """Return what a run's curves have beyond `step`; all of them when they are not those of `generation` any more.

        For whoever keeps what came before: a long run's curves are not copied at every look.
        """
        with self._lock:
            return self._shelf.take(run_id).curves.history_after(step, generation)

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

    def exported(self, run_id: str) -> ExportedRun:
        """Return all of a run that its exports need, a living one as it stands now.

        Raises ServiceUnavailable before its first checkpoint.
        """
        self._ask_for_checkpoint(run_id)
        self._settle(run_id)
        return load_exported_run(self._store, run_id)

    def note_shared(self, run_id: str) -> None:
        """Remember that somebody has opened a run of another visitor's by its link: it leaves later than others."""
        self._store.mark_shared(run_id)

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
