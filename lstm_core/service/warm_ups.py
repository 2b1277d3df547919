"""What each worker makes ready while nobody trains: TensorFlow at once, then the programs of the built-in experiments.

The conductor calls this from its own thread. A worker has one small task of this kind at a time, and none is handed out
while a run is alive or has just been: whoever presses Train waits at most for the program that is being compiled.
"""

import logging
import os
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lstm_core.service.known_programs import KnownPrograms
from lstm_core.training.warm_up import WarmedUp, compile_ahead, import_tensorflow

if TYPE_CHECKING:
    from distributed import Client, Future

# In the order in which a class is likely to ask for them: the cards of Home, the third tutorial's other text, then the
# reviews, with a program for each of four lengths, and last what is rather asked for by a single visitor.
# `rubik-imdb` is not among them: its 50,000 reviews are seldom here, and would have to be read first.
LIKELY_EXPERIMENTS = (
    "rubik-meditations",
    "atienza-aesop",
    "horas-shakespeare",
    "horas-quijote",
    "mini-reviews",
    "atienza-aesop-two-layers",
)
SWITCH = "LSTM_COMPILE_AHEAD"  # environment variable; 0: only what a run asks for is compiled
ANSWER_SECONDS = 10.0  # for a result that lies ready
IDLE_SECONDS = 2.0  # without a living run, before the next program: a visitor between two clicks is left alone

logger = logging.getLogger(__name__)


def experiments_ahead() -> tuple[str, ...]:
    """Return what the app compiles ahead: the likely experiments, or none where LSTM_COMPILE_AHEAD is 0."""
    return () if os.environ.get(SWITCH) == "0" else LIKELY_EXPERIMENTS


@dataclass
class _Worker:
    """How far a worker is; `place` counts experiments, `number` the programs of the present one."""

    future: "Future | None"  # what it does now
    is_imported: bool = False
    has_room: bool = True
    place: int = 0
    number: int = 0


class WarmUps:
    """Hands out the tasks of all workers; `wake` is called, from any thread, whenever one is done."""

    def __init__(self, experiments: Sequence[str], programs: KnownPrograms, wake: Callable[[], None]) -> None:
        """`programs` is told of each experiment that is ready."""
        self._experiments = experiments
        self._programs = programs
        self._wake = wake
        self._workers: dict[str, _Worker] = {}
        self._is_given_up = False
        self._last_busy = time.monotonic()

    def forget_all(self) -> None:
        """Begin anew: the cluster has been replaced."""
        self._workers = {}
        self._programs.forget_all()

    def meet(self, client: "Client", workers: Collection[str]) -> None:
        """Have each worker that is new import TensorFlow; forget those that have gone."""
        known = self._workers
        if known.keys() - set(workers):
            self._programs.forget_all()
        self._workers = {name: known.get(name) or self._begin(client, name) for name in workers}

    def go_on(self, client: "Client", is_idle: bool) -> None:
        """Take in what is done, and hand out what comes next if nobody trains."""
        now = time.monotonic()
        if not is_idle:
            self._last_busy = now
        for name, worker in self._workers.items():
            if worker.future is not None and worker.future.done():
                self._take_in(worker, worker.future)
            if worker.future is None and self._wants_more(worker) and now - self._last_busy >= IDLE_SECONDS:
                experiment = self._experiments[worker.place]
                worker.future = self._submit(client, name, compile_ahead, experiment, worker.number)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be made ready, on no worker that is known."""
        return all(worker.future is None and not self._wants_more(worker) for worker in self._workers.values())

    @property
    def is_importing(self) -> bool:
        """Whether a worker has not yet imported TensorFlow."""
        return any(not worker.is_imported for worker in self._workers.values())

    def _begin(self, client: "Client", name: str) -> _Worker:
        return _Worker(self._submit(client, name, import_tensorflow))

    def _submit(self, client: "Client", name: str, task: Callable, *arguments: object) -> "Future":
        future = client.submit(task, *arguments, workers=[name], pure=False)
        future.add_done_callback(lambda _: self._wake())
        return future

    def _wants_more(self, worker: _Worker) -> bool:
        return worker.has_room and worker.place < len(self._experiments) and not self._is_given_up

    def _take_in(self, worker: _Worker, future: "Future") -> None:
        """Move on to the worker's next program."""
        worker.future = None
        worker.is_imported = True
        try:
            result: WarmedUp | None = future.result(timeout=ANSWER_SECONDS)
        except (Exception, CancelledError) as error:
            # With it a worker may have been lost, and would be lost again.
            logger.info("A program could not be compiled ahead: %s", error)
            self._is_given_up = True
            return
        if result is None:  # TensorFlow is there
            return
        worker.has_room = result.program is not None
        if result.has_more:
            worker.number += 1
        elif worker.has_room:
            self._programs.add(result.program)
            worker.place, worker.number = worker.place + 1, 0
