"""The disk is full, cannot be written, or has lost half a checkpoint."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lstm_core.service.cluster import Cluster
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.faults.fault_table import FaultCost
from tests.faults.small_server import Remote, start_small_server
from tests.faults.watching import CHECKPOINT_SECONDS, SLICE_SECONDS, Server, spec
from tests.service.conftest import check_history, pause_and_settle, wait_for_step, wait_until

Record = Callable[[FaultCost], None]

pytestmark = pytest.mark.timeout(400)  # new processes import TensorFlow, which takes long on a busy machine


@pytest.fixture(scope="module")
def small(server: Server) -> Iterator[Remote]:
    """A server with a small disk of its own, which trains on the cluster of the other one."""
    wait_until(lambda: server.service.readiness() == "ready")
    with start_small_server(server.cluster.client.scheduler.address) as remote:
        yield remote


def lose_disk(small: Remote, server: Server, lose: str, give_back: str, words: str) -> FaultCost:
    """Let a disk refuse while a run trains, is paused and goes on; fail unless all is there when it is back."""
    run_id = small.call("start_run")
    wait_until(lambda: small.call("view", run_id)["checkpoint_step"] > 0)
    bytes_before = small.call("memory_bytes")
    small.call(lose)
    wait_until(lambda: words in small.call("view", run_id)["note"])
    note, step = small.call("view", run_id)["note"], small.call("view", run_id)["step"]
    folders = small.call("list_folders")
    with pytest.raises(RuntimeError, match=f"could not be set up: {words}"):
        small.call("start_run")
    assert small.call("list_folders") == folders
    wait_until(lambda: small.call("view", run_id)["step"] > step)  # training does not wait for the disk
    small.call("pause", run_id)
    wait_until(lambda: not small.call("view", run_id)["is_out"])
    made = small.call("view", run_id)["step"]
    small.call(give_back)
    started = time.monotonic()
    wait_until(lambda: small.call("view", run_id)["note"] == "")
    seconds = time.monotonic() - started
    stored, losses = small.call("stored", run_id), small.call("losses", run_id)
    assert (len(losses), stored["checkpoint"], stored["state"]) == (made, made, "paused")
    assert stored["losses"] == losses and stored["samples"] == small.call("view", run_id)["samples"]
    np.testing.assert_allclose(losses, server.undisturbed_losses(made), rtol=1e-5, atol=1e-5)
    return FaultCost(0.0, seconds, bytes_before, small.call("memory_bytes"), note)


@pytest.mark.fault("The disk is full")
def test_a_full_disk_costs_nothing_once_there_is_room_again(small: Remote, server: Server, record: Record) -> None:
    record(lose_disk(small, server, "fill_disk", "make_room", "the disk is full"))


@pytest.mark.fault("The runs' folder cannot be written")
def test_a_read_only_folder_costs_nothing_once_it_can_be_written(small: Remote, server: Server, record: Record) -> None:
    record(lose_disk(small, server, "lock_disk", "unlock_disk", "the disk is read-only"))


@pytest.mark.fault("The last checkpoint is cut in half")
def test_half_a_checkpoint_is_passed_over_for_the_one_before(server: Server, tmp_path: Path, record: Record) -> None:
    address = server.cluster.client.scheduler.address
    store = RunStore(tmp_path)
    first = TrainingService(store, lambda: Cluster.connect(address), CHECKPOINT_SECONDS)
    run_id = first.start_run(spec())
    wait_until(lambda: first.view(run_id).seconds > 1.5 * CHECKPOINT_SECONDS)
    made, seconds = pause_and_settle(first, run_id), first.history(run_id).seconds
    first.close()
    checkpoint = store.path(run_id) / "checkpoints" / f"{made}.npz"
    checkpoint.write_bytes(checkpoint.read_bytes()[: checkpoint.stat().st_size // 2])
    bytes_before, started = server.memory_bytes(), time.monotonic()
    second = TrainingService(store, lambda: Cluster.connect(address), CHECKPOINT_SECONDS)
    second.resume(run_id)
    wait_for_step(second, run_id, made + 1)
    recovery_seconds = time.monotonic() - started
    note = second.view(run_id).note
    found = int(note.rsplit("it went on from step ")[1].rstrip(".").replace(",", ""))
    lost = float(seconds[-1] - seconds[found - 1])
    assert 0 < lost <= CHECKPOINT_SECONDS + SLICE_SECONDS
    step = pause_and_settle(second, run_id)
    check_history(second, run_id, step)
    losses = second.history(run_id).losses
    np.testing.assert_allclose(losses, server.undisturbed_losses(step), rtol=1e-5, atol=1e-5)
    second.close()
    record(FaultCost(lost, recovery_seconds, bytes_before, server.memory_bytes(), note))
