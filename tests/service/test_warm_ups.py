"""While nobody trains, a worker compiles the programs of the built-in experiments, and gives way to whoever comes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lstm_core.network.experiments import build_spec
from lstm_core.service.cluster import Cluster
from lstm_core.service.errand import ErrandStep
from lstm_core.service.known_programs import KnownPrograms
from lstm_core.service.training_service import TrainingService
from lstm_core.service.warm_ups import IDLE_SECONDS
from tests.service.conftest import (
    LONG,
    WAIT_SECONDS,
    pause_and_settle,
    small_spec,
    wait_for_state,
    wait_for_step,
    wait_until,
)

AESOP = build_spec("atienza-aesop", steps=2)


@pytest.fixture(scope="module")
def training_cluster() -> Iterator[Cluster]:
    """A worker of these tests' own: in one that others have filled there is no room to compile ahead."""
    cluster = Cluster.start(1)
    yield cluster
    cluster.close()


def count_compilations() -> int:
    """How often something was compiled, in the worker where this runs, for Aesop's program."""
    from lstm_core.training.trainer import Trainer

    return Trainer(AESOP)._plan_call(1).program.count_compilations()


def test_programs_are_compiled_while_nobody_trains_and_are_there_for_the_run(
    start_service: Callable[..., TrainingService], training_cluster: Cluster
) -> None:
    def compiled() -> int:
        return training_cluster.client.submit(count_compilations, pure=False).result(timeout=WAIT_SECONDS)

    before = compiled()
    service = start_service(experiments_ahead=("atienza-aesop",))
    visitor = service.start_run(small_spec(steps=LONG))
    step = wait_for_step(service, visitor, 1).step
    wait_for_step(service, visitor, step + 2_000)  # some slices later
    assert compiled() == before

    pause_and_settle(service, visitor)
    wait_until(lambda: service._conductor._warm_ups.is_done)
    ready = compiled()
    assert ready > before

    run_id = service.start_run(AESOP)
    wait_until(lambda: service.view(run_id).state != "waiting")
    assert service.view(run_id).compile_seconds is None  # so nobody is told to wait for it
    assert wait_for_state(service, run_id, "finished", "failed").step == 2
    assert compiled() == ready


def test_nothing_is_compiled_ahead_while_an_errand_is_measured(
    start_service: Callable[..., TrainingService], tmp_path: Path
) -> None:
    go_on = tmp_path / "go_on"
    service = start_service(experiments_ahead=("atienza-aesop",))
    conductor = service._conductor
    wait_until(lambda: bool(conductor._cluster.slots))
    errand = conductor.start_errand([ErrandStep(wait_for_file, (str(go_on),))])
    warm_ups = conductor._warm_ups
    wait_until(lambda: not warm_ups.is_importing)
    conductor.wake()
    looked = time.monotonic() + IDLE_SECONDS + 1
    wait_until(lambda: time.monotonic() > looked)
    assert not any(worker.future or worker.place for worker in warm_ups._workers.values())
    go_on.touch()
    wait_until(lambda: errand.is_over and warm_ups.is_done)


def wait_for_file(path: str) -> None:
    """In a worker: be at work until the test says so."""
    while not Path(path).exists():
        time.sleep(0.05)


def test_what_cannot_be_compiled_ahead_is_left_alone(start_service: Callable[..., TrainingService]) -> None:
    service = start_service(experiments_ahead=("no such experiment", "atienza-aesop"))
    wait_until(lambda: bool(service._conductor._warm_ups._workers) and service._conductor._warm_ups.is_done)
    run_id = service.start_run(small_spec(steps=20))
    assert wait_for_state(service, run_id, "finished", "failed").state == "finished"


def test_a_new_program_is_expected_to_take_as_long_as_the_last_one() -> None:
    programs = KnownPrograms()
    programs.add("a", seconds=2.5)
    programs.add("b", seconds=0.01)  # it was there
    assert programs.expect("c", is_importing=False) == 2.5
    assert programs.expect("a", is_importing=True) is None
    programs.forget_all()
    assert programs.expect("a", is_importing=False) == 2.5
