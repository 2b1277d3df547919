"""The ages of a run in its folder: kept evenly, gone with what they came from, asked from the service."""

from collections.abc import Callable

import numpy as np
import pytest

from lstm_core.errors import CoreError, DamagedRun
from lstm_core.knobs import MAX_SNAPSHOTS
from lstm_core.network.shape import draw_weights
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.training.snapshots import take_snapshot
from tests.service.conftest import SHAPE, pause_and_settle, small_spec, wait_for_step


def save(store: RunStore, run_id: str, step: int) -> dict[str, np.ndarray]:
    weights = draw_weights(SHAPE, step, 1.0, "keras")
    snapshot = take_snapshot(step, weights)
    assert snapshot is not None
    store.save_snapshot(run_id, snapshot)
    return weights


def test_a_run_that_grows_keeps_as_many_ages_as_it_may(store: RunStore, run_id: str) -> None:
    for step in [2**power for power in range(15)]:
        save(store, run_id, step)
    steps = store.snapshot_steps(run_id)
    assert len(steps) == MAX_SNAPSHOTS
    assert (steps[0], steps[-1]) == (1, 2**14)


def test_an_age_is_the_network_that_it_was(store: RunStore, run_id: str) -> None:
    weights = save(store, run_id, 7)
    save(store, run_id, 9)
    network = store.load_snapshot(run_id, 7)
    assert network.step == 7
    for name, array in weights.items():
        assert network.weights[name].dtype == np.float32
        np.testing.assert_allclose(network.weights[name], array, rtol=1e-3, atol=1e-6)


def test_a_run_that_goes_back_forgets_later_ages(store: RunStore, run_id: str) -> None:
    for step in (4, 8, 16):
        save(store, run_id, step)
    store.rewind(run_id, 8)
    assert store.snapshot_steps(run_id) == [4, 8]
    save(store, run_id, 6)
    assert store.snapshot_steps(run_id) == [4, 6]


@pytest.mark.parametrize("spoil", [lambda whole: whole[:99], lambda whole: b"", lambda whole: b"PK" + whole[2:90]])
def test_a_spoilt_age_says_so(store: RunStore, run_id: str, spoil: Callable[[bytes], bytes]) -> None:
    save(store, run_id, 4)
    file = store.path(run_id) / "snapshots" / "4.npz"
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(DamagedRun):
        store.load_snapshot(run_id, 4)


def test_a_living_run_can_be_asked_at_every_age_from_its_birth(service: TrainingService) -> None:
    spec = small_spec(steps=1_000_000)
    run_id = service.start_run(spec)
    wait_for_step(service, run_id, 40)
    step = pause_and_settle(service, run_id)
    ages = service.ages(run_id)
    assert ages == sorted(set(ages))
    assert (ages[0], ages[-1]) == (0, step)
    assert 3 <= len(ages) <= MAX_SNAPSHOTS + 2
    networks = [service.network_at(run_id, age) for age in ages]
    assert [network.step for network in networks] == ages
    first = draw_weights(networks[0].text_shape, spec.random_seed, spec.forget_bias, spec.initialization)
    np.testing.assert_array_equal(networks[0].weights["output/kernel"], first["output/kernel"])
    with pytest.raises(CoreError):
        service.network_at(run_id, step + 1)
