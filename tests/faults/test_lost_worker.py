import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from lstm_core.service.cluster import Cluster
from lstm_core.service.conductor import SLICE_SECONDS
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.service.conftest import (
    LONG,
    check_history,
    pause_and_settle,
    small_spec,
    wait_for_state,
    wait_for_step,
    wait_until,
)

CHECKPOINT_SECONDS = 1.0
KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL


class Server:
    """A training service with a cluster of its own, whose processes can be killed."""

    def __init__(self, folder: Path) -> None:
        self.cluster: Cluster | None = None
        self.service = TrainingService(RunStore(folder), self._start_cluster, CHECKPOINT_SECONDS)

    def _start_cluster(self) -> Cluster:
        self.cluster = Cluster.start(1)
        return self.cluster

    def kill_worker(self) -> None:
        (pid,) = self.cluster.client.run(os.getpid).values()
        os.kill(pid, KILL)

    def kill_program(self) -> None:
        """Kill the process that holds the scheduler; the worker ends with it."""
        (pid,) = self.cluster.client.run(os.getppid).values()
        psutil.Process(pid).kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.service.close()


def check_like_undisturbed(service: TrainingService, run_id: str) -> None:
    """Fail unless a run has each step once, with the losses of a run of the same spec that nobody disturbed."""
    step = pause_and_settle(service, run_id)
    check_history(service, run_id, step)
    undisturbed = service.start_run(service.view(run_id).spec.changed(steps=step))
    wait_for_state(service, undisturbed, "finished")
    losses = [service.history(made).losses for made in (run_id, undisturbed)]
    np.testing.assert_allclose(*losses, rtol=1e-5, atol=1e-5)


def test_a_killed_worker_costs_little_training_and_no_click(server: Server) -> None:
    service = server.service
    resting = service.start_run(small_spec(steps=100, random_seed=2))
    wait_for_state(service, resting, "finished")
    finished = service.history(resting)
    run_id = service.start_run(small_spec(steps=LONG))
    wait_until(lambda: service.view(run_id).seconds > 2 * CHECKPOINT_SECONDS)
    before = service.history(run_id)
    server.kill_worker()
    wait_until(lambda: "The training process was lost" in service.view(run_id).note)
    step = service.view(run_id).checkpoint_step
    wait_for_step(service, run_id, len(before.losses) + 1)
    # At most: the time between checkpoints, and the slices that bring the due one and the first after it.
    lost_seconds = before.seconds[-1] - before.seconds[min(step, len(before.seconds)) - 1]
    assert lost_seconds <= CHECKPOINT_SECONDS + 4 * SLICE_SECONDS
    assert f"it went on from step {step:,}." in service.view(run_id).note
    check_like_undisturbed(service, run_id)
    np.testing.assert_array_equal(service.history(resting).losses, finished.losses)


def test_a_run_that_was_paused_when_its_worker_was_killed_loses_nothing(server: Server) -> None:
    service = server.service
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 10)
    step = pause_and_settle(service, run_id)
    server.kill_worker()
    service.resume(run_id)
    wait_for_step(service, run_id, step + 1)
    assert service.view(run_id).note == ""
    check_like_undisturbed(service, run_id)


def test_a_killed_cluster_is_started_anew_and_its_runs_go_on(server: Server) -> None:
    service = server.service
    run_id = service.start_run(small_spec(steps=LONG))
    wait_until(lambda: service.view(run_id).checkpoint_step > 0)
    step, killed = service.view(run_id).step, server.cluster
    server.kill_program()
    wait_until(lambda: server.cluster is not killed)
    wait_for_step(service, run_id, step + 1)
    assert service.readiness() == "ready"
    check_like_undisturbed(service, run_id)
