"""What a class room does with its members' runs, whoever owns them: look at all of them often, pause them, let them go.

Next: `rooms.py`, which holds the teacher's side of it to the teacher, and `wall.py`.
"""

import time
from collections.abc import Iterable
from contextlib import suppress

from lstm_core.errors import CoreError
from lstm_core.service.conductor import Conductor
from lstm_core.service.glance import Glance, look_at
from lstm_core.service.run_shelf import RunShelf
from lstm_core.service.run_store import RunStore

WALL_TEMPERATURE = 0.5  # of the samples that a class sees: neither parroting nor stammering


class ClassRuns:
    """The runs of one service as its class rooms may handle them. May be used from any thread."""

    def __init__(self, store: RunStore, shelf: RunShelf, conductor: Conductor) -> None:
        self._store = store
        self._shelf = shelf
        self._conductor = conductor

    def glance(self, run_id: str, known: Glance | None, max_steps: int | None, max_seconds: float | None) -> Glance:
        """Look at a run for a wall, see `look_at`; `known`, what was seen before, comes back while it is still true.

        Raises RunNotFound and DamagedRun.
        """
        self._store.path(run_id)
        with self._conductor.lock:
            run = self._shelf.live.get(run_id)  # not `take`: being on a wall is no use that keeps a run in memory
            if run is not None:
                run.seen = time.monotonic()  # by a whole class
            if known is not None and (run is None or known.is_of(run)):
                return known
            return look_at(run or self._shelf.take(run_id), max_steps, max_seconds, WALL_TEMPERATURE)

    def hold(self, run_ids: Iterable[str]) -> set[str]:
        """Pause those of these runs that train, and return their ids."""
        with self._conductor.lock:
            runs = [self._shelf.live.get(run_id) for run_id in run_ids]  # whatever trains is there
            held = [run for run in runs if run is not None and run.is_alive]
            for run in held:
                run.rest("paused")
        self._conductor.wake()
        return {run.run_id for run in held}

    def release(self, run_ids: Iterable[str]) -> None:
        """Go on with those of these runs that still rest as `hold` has left them."""
        with self._conductor.lock:
            for run_id in run_ids:
                with suppress(CoreError):  # deleted meanwhile, or damaged
                    run = self._shelf.take(run_id)
                    if run.state in ("paused", "interrupted"):
                        run.live()
        self._conductor.wake()
