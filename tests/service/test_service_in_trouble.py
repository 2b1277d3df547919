import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lstm_core.errors import DamagedRun, RunNotFound
from lstm_core.service import cluster_watch
from lstm_core.service.cluster import Cluster
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.training.environment import tensorflow_environment
from tests.service.conftest import LONG, check_history, small_spec, wait_for_state, wait_for_step, wait_until

ROOT = Path(__file__).parents[2]
StartService = Callable[..., TrainingService]


def test_a_run_whose_folder_is_deleted_in_mid_training_is_gone(service: TrainingService, store: RunStore) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 1)
    store.delete(run_id)

    def is_gone() -> bool:
        try:
            service.view(run_id)
        except RunNotFound:
            return True
        return False

    wait_until(is_gone)
    other = service.start_run(small_spec(steps=10))
    wait_for_state(service, other, "finished")


def test_a_disk_that_refuses_costs_the_record_and_never_the_training(
    service: TrainingService, start_service: StartService, store: RunStore
) -> None:
    run_id = service.start_run(small_spec(steps=2_000))
    in_the_way = store.path(run_id) / "losses.f32"
    in_the_way.mkdir()
    view = wait_for_state(service, run_id, "finished")
    assert "could not be saved" in view.note
    check_history(service, run_id, 2_000)
    in_the_way.rmdir()
    service.train_on(run_id, 10)
    wait_until(lambda: service.view(run_id).note == "")
    service.close()
    check_history(start_service(), run_id, 2_010)


def test_a_run_with_a_spoilt_checkpoint_goes_on_from_the_one_before(
    start_service: StartService, store: RunStore
) -> None:
    first = start_service()
    run_id = first.start_run(small_spec(steps=100))
    wait_for_state(first, run_id, "finished")
    first.train_on(run_id, 100)
    wait_for_step(first, run_id, 200)
    wait_until(lambda: first.view(run_id).checkpoint_step == 200)
    first.close()
    (store.path(run_id) / "checkpoints" / "200.npz").write_bytes(b"spoilt")
    second = start_service()
    second.train_on(run_id, 10)
    view = wait_for_state(second, run_id, "finished")
    assert (view.step, "went on from step 100" in view.note) == (210, True)
    check_history(second, run_id, 210)


def test_a_run_whose_checkpoints_are_all_spoilt_fails_and_says_why(
    start_service: StartService, store: RunStore
) -> None:
    first = start_service()
    run_id = first.start_run(small_spec(steps=10))
    wait_for_state(first, run_id, "finished")
    first.close()
    (store.path(run_id) / "checkpoints" / "10.npz").write_bytes(b"spoilt")
    second = start_service()
    second.train_on(run_id, 10)
    assert "spoilt" in wait_for_state(second, run_id, "failed").note
    with pytest.raises(DamagedRun):
        second.network(run_id)


def test_a_cluster_that_cannot_start_is_told_in_plain_words(store: RunStore) -> None:
    service = TrainingService(store, lambda: Cluster.start(1, memory_limit="plenty"))
    wait_until(lambda: service.readiness() != "starting")
    assert "The training processes could not start" in service.readiness()
    run_id = service.start_run(small_spec())
    service.stop(run_id)
    service.close()
    assert store.load_status(run_id)["state"] == "stopped"


def test_a_cluster_that_could_not_be_reached_at_first_is_tried_again(
    store: RunStore, training_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_watch, "RETRY_SECONDS", 0.1)
    addresses = iter(["nonsense://x", training_cluster.client.scheduler.address])
    service = TrainingService(store, lambda: Cluster.connect(next(addresses)))
    run_id = service.start_run(small_spec(steps=10))
    wait_for_state(service, run_id, "finished")
    service.close()


@pytest.fixture
def scheduler_file(tmp_path: Path) -> Iterator[Path]:
    """A scheduler started by hand, without any worker."""
    file = tmp_path / "scheduler.json"
    with start_dask("scheduler", "--host=127.0.0.1", "--port=0", f"--scheduler-file={file}") as process:
        wait_until(file.exists)
        yield file
        process.kill()


def start_dask(role: str, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-m", "dask", role, "--no-dashboard", *options]
    environment = os.environ | tensorflow_environment() | {"PYTHONPATH": str(ROOT)}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, env=environment, **silent)


def test_a_cluster_named_by_the_environment_trains_as_soon_as_it_has_a_worker(
    store: RunStore, scheduler_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_SCHEDULER", json.loads(scheduler_file.read_text())["address"])
    service = TrainingService(store)
    run_id = service.start_run(small_spec(steps=50))
    wait_until(lambda: "No training process is there" in service.readiness())
    options = ["--no-nanny", "--nthreads=1", f"--scheduler-file={scheduler_file}"]
    with start_dask("worker", *options, f"--local-directory={scheduler_file.parent}") as worker:
        view = wait_for_state(service, run_id, "finished", "failed")
        worker.kill()
    service.close()
    assert (view.state, view.step) == ("finished", 50)
