"""A server whose parts can be killed, and what to look at before and after. The oracle: a run that nobody disturbs."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from lstm_core.network.spec import RunSpec
from lstm_core.service import cluster_watch, conductor, turns
from lstm_core.service.cluster import Cluster
from lstm_core.service.deadlines import Patience
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import History
from tests.faults.fault_table import FaultCost
from tests.faults.odd_slices import train_oddly
from tests.service.conftest import (
    LONG,
    check_history,
    pause_and_settle,
    small_spec,
    wait_for_state,
    wait_for_step,
    wait_until,
)

CHECKPOINT_SECONDS = 1.0  # of training that may be lost; 10 in the app
SLICE_SECONDS = 0.2
PATIENCE = Patience(slice_seconds=4.0, compile_seconds=60.0)
MEMORY_LIMIT = "2GB"  # of the worker, which takes about 0.8 with TensorFlow
KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL


class Server:
    """A training service with a cluster of its own, whose processes can be killed."""

    def __init__(self, folder: Path, shorten: pytest.MonkeyPatch) -> None:
        self.cluster: Cluster | None = None
        self.oddities: dict[str, str] = {}
        self._reference = ""
        shorten.setattr(turns, "SLICE_SECONDS", SLICE_SECONDS)
        shorten.setattr(turns, "SHORT_SLICE_SECONDS", SLICE_SECONDS)
        shorten.setattr(cluster_watch, "RETRY_SECONDS", 1.0)
        for module in (cluster_watch, conductor):
            shorten.setattr(module, "HEALTH_SECONDS", 0.5)
        # A function of its own only where it goes wrong: else the worker gets the very one of the app.
        shorten.setattr(conductor, "train_slice", partial(train_oddly, self.oddities))
        self.store = RunStore(folder)
        self.service = TrainingService(self.store, self._start_cluster, CHECKPOINT_SECONDS, PATIENCE)

    def _start_cluster(self) -> Cluster:
        self.cluster = Cluster.start(1, memory_limit=MEMORY_LIMIT)
        return self.cluster

    def start_run(self) -> str:
        """Begin a run. All are alike, so that one undisturbed run can be compared with each."""
        return self.service.start_run(spec())

    def kill_worker(self) -> None:
        (pid,) = self.cluster.client.run(os.getpid).values()
        os.kill(pid, KILL)

    def kill_program(self) -> None:
        """Kill the process that holds the scheduler; the worker ends with it."""
        self.program().kill()

    def program(self) -> psutil.Process:
        """Return the process that holds scheduler and nanny."""
        (program,) = (
            child
            for child in psutil.Process().children()
            if "lstm_core.service.cluster_program" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE
        )
        return program

    def memory_bytes(self) -> int:
        """Return what the cluster's processes take."""
        return tree_bytes(self.program())

    def undisturbed_losses(self, steps: int) -> np.ndarray:
        """Return the losses of a run that nothing ever happened to, (steps,)."""
        if not self._reference:
            self._reference = self.service.start_run(spec().changed(steps=steps))
        made = wait_for_state(self.service, self._reference, "finished").step
        if made < steps:
            self.service.train_on(self._reference, steps - made)
            wait_for_step(self.service, self._reference, steps)
            wait_for_state(self.service, self._reference, "finished")
        return self.service.history(self._reference).losses[:steps]


def spec() -> RunSpec:
    return small_spec(steps=LONG)


def tree_bytes(process: psutil.Process) -> int:
    """Return the memory of a process and all below it, as the system counts it for each."""
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])


class Watch:
    """Two runs that train and one that rests, from before a fault until after it."""

    def __init__(self, server: Server) -> None:
        self.server, self.service = server, server.service
        self.run_id, self.other_id, self.resting_id = (server.start_run() for _ in range(3))
        wait_for_step(self.service, self.resting_id, 1)
        self._rested_at = pause_and_settle(self.service, self.resting_id)
        self._resting = self.service.history(self.resting_id)
        for run_id in (self.run_id, self.other_id):
            wait_until(lambda run_id=run_id: self.service.view(run_id).seconds > 1.5 * CHECKPOINT_SECONDS)
        self._bytes_before = server.memory_bytes()
        self._seen: dict[str, History] = {}
        self._struck = self._recovery_seconds = 0.0

    def strike(self, action: Callable[[], object]) -> None:
        """Let it happen, and remember what was there just before."""
        self._remember()
        self._struck = time.monotonic()
        action()

    def await_note(self) -> None:
        """Wait until the run says that something has happened to it."""

        def has_note() -> bool:
            self._remember()
            return self.service.view(self.run_id).note != ""

        wait_until(has_note)

    def await_recovery(self, words: str) -> None:
        """Wait until both runs have gone on beyond where they were; the first one's note is to begin with `words`."""
        self.await_note()
        assert self.service.view(self.run_id).note.startswith(words)
        wait_for_step(self.service, self.run_id, self._lost_and_found(self.run_id)[0] + 1)
        self._recovery_seconds = time.monotonic() - self._struck
        # By now the old worker has gone: whatever the other run learns, it learns from the new one.
        made = max(self.service.view(self.other_id).step, len(self._seen[self.other_id].losses))
        wait_for_step(self.service, self.other_id, made + 1)

    def _remember(self) -> None:
        """Keep the longest history of each run that was ever seen: what it goes back behind is lost."""
        for run_id in (self.run_id, self.other_id):
            history = self.service.history(run_id)
            if run_id not in self._seen or len(history.losses) >= len(self._seen[run_id].losses):
                self._seen[run_id] = history

    def check(self) -> FaultCost:
        """Fail unless nobody has lost more than the promise, nor any step, and the memory is as before."""
        lost = max(self._lost_seconds(run_id) for run_id in self._seen)
        assert lost <= CHECKPOINT_SECONDS + SLICE_SECONDS  # a slice may take longer than it was asked to
        note = self.service.view(self.run_id).note
        for run_id in self._seen:
            self.check_like_undisturbed(run_id)
        self._check_resting()
        bytes_after = self.server.memory_bytes()
        assert bytes_after < 1.1 * self._bytes_before + 50 * 2**20
        return FaultCost(lost, self._recovery_seconds, self._bytes_before, bytes_after, note)

    def check_like_undisturbed(self, run_id: str) -> None:
        """Fail unless a run has each step once, with the losses of one that nobody disturbed, in memory and on disk."""
        step = pause_and_settle(self.service, run_id)
        check_history(self.service, run_id, step)
        losses = self.service.history(run_id).losses
        np.testing.assert_allclose(losses, self.server.undisturbed_losses(step), rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(self.server.store.load_history(run_id).losses, losses)

    def _check_resting(self) -> None:
        """Fail unless the run that rested is as it was, and goes on from where it was."""
        after = self.service.history(self.resting_id)
        np.testing.assert_array_equal(after.losses, self._resting.losses)
        self.service.resume(self.resting_id)
        wait_for_step(self.service, self.resting_id, self._rested_at + 1)
        assert self.service.view(self.resting_id).note == ""
        self.check_like_undisturbed(self.resting_id)

    def _lost_and_found(self, run_id: str) -> tuple[int, int]:
        """Return the steps at which a run was lost and from which it went on, as its note tells them."""
        told = re.search(r"at step ([\d,]+); it went on from (?:step ([\d,]+)|there)", self.service.view(run_id).note)
        if told is None:
            return 0, 0
        lost, found = (int((number or told[1]).replace(",", "")) for number in told.groups())
        return lost, found

    def _lost_seconds(self, run_id: str) -> float:
        """Return the seconds of training that a run had made and had to make again."""
        lost, found = self._lost_and_found(run_id)
        seconds = np.append(0.0, self._seen[run_id].seconds)
        assert lost < len(seconds), "the run had made more steps than were ever seen"
        return float(seconds[lost] - seconds[found])
