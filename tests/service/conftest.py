"""What tests of the service share: one cluster with one worker, services on it, small runs, a store to look into."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import ServiceUnavailable
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.service.cluster import Cluster
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.training.state import TrainingState

TEXT = "The mice held a council — ¡qué idea!\nThe cat did not come.\n"
SPEC = RunSpec.build(TEXT, "The mice", symbols="characters", window=4, units=8)
VOCABULARY = Vocabulary.build(split_symbols(TEXT, "characters"), "characters", 100)
SHAPE = NetworkShape(len(VOCABULARY), "embedding", 6, 1, 8, "every", 4)
LONG = 1_000_000  # steps: a run that does not end by itself within a test
WAIT_SECONDS = 150.0  # for what takes one second, or with a new program ten, on an idle machine


def make_arrays(step: int) -> dict[str, np.ndarray]:
    """What training hands over after a step; each step's numbers differ."""
    weights = draw_weights(SHAPE, random_seed=step, forget_bias=1.0, initialization="keras")
    slots = {"m": {name: 2 * array for name, array in weights.items()}}
    return TrainingState(step, step / 10, weights, slots).to_arrays()


def checkpoint_file(store: RunStore, run_id: str, step: int) -> Path:
    return store.path(run_id) / "checkpoints" / f"{step}.npz"


def small_spec(**settings: object) -> RunSpec:
    """Build a run whose steps take a millisecond; all of one shape, so that one compiled program serves them."""
    chosen = {"symbols": "words", "window": 3, "units": 8, "embedding": 8, "targets": "last", "batch": 4, "steps": 500}
    return RunSpec.build("the mice held a council and the cat did not come so it goes", "The mice", **chosen | settings)


def no_cluster() -> Cluster:
    """Stand in for a cluster that does not start: runs wait where they are."""
    raise ServiceUnavailable("No training here.", "None is needed.", "Go on.")


def wait_until(happens: Callable[[], bool]) -> None:
    """Wait until something happens; fail when it does not."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def wait_for_state(service: TrainingService, run_id: str, *states: str) -> RunView:
    """Wait until a run is in one of `states`; a run that rests there has then saved its last steps."""

    def is_there() -> bool:
        view = service.view(run_id)
        return view.state in states and (view.is_alive or not view.is_out)

    wait_until(is_there)
    return service.view(run_id)


def wait_for_step(service: TrainingService, run_id: str, step: int) -> RunView:
    """Wait until a run has made `step` steps."""
    wait_until(lambda: service.view(run_id).step >= step)
    return service.view(run_id)


def pause_and_settle(service: TrainingService, run_id: str) -> int:
    """Pause a run, wait until its last slice is back and saved, and return the step that it has reached."""
    service.pause(run_id)

    def rests() -> bool:
        view = service.view(run_id)  # one look: between two, a slice may come back
        return not view.is_out and view.checkpoint_step == view.step

    wait_until(rests)
    return service.view(run_id).step


def check_history(service: TrainingService, run_id: str, steps: int) -> None:
    """Fail unless the history has each step once, in time's order."""
    history = service.history(run_id)
    assert len(history.losses) == len(history.accuracies) == len(history.seconds) == steps
    assert np.isfinite(history.losses).all()
    assert (np.diff(history.seconds) > 0).all()


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def run_id(store: RunStore) -> str:
    return store.create(SPEC, VOCABULARY, SHAPE)


@pytest.fixture(scope="session")
def training_cluster() -> Iterator[Cluster]:
    """A cluster with one worker that stays, with all that it has compiled, for every service of the tests."""
    os.environ.pop("LSTM_SCHEDULER", None)
    cluster = Cluster.start(1)
    yield cluster
    cluster.close()


@pytest.fixture
def start_service(training_cluster: Cluster, store: RunStore) -> Iterator[Callable[..., TrainingService]]:
    """Start services on the test's store, one after the other or together; they are closed at the end."""
    address = training_cluster.client.scheduler.address
    services = []

    def start(store: RunStore = store, **settings: object) -> TrainingService:
        services.append(TrainingService(store, lambda: Cluster.connect(address), **settings))
        return services[-1]

    yield start
    for service in services:
        service.close()


@pytest.fixture
def service(start_service: Callable[..., TrainingService]) -> TrainingService:
    return start_service()
