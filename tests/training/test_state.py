"""A state leaves and comes back as named arrays, and nothing that is not of its network is taken in."""

from io import BytesIO

import numpy as np
import pytest

from lstm_core.errors import DamagedRun
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.training.optimizers import SLOT_STARTS, initial_slots
from lstm_core.training.state import TrainingState

SHAPE = NetworkShape(symbol_count=7, coding="embedding", embedding=3, layers=2, units=5, targets="every", window=4)


def build_state(optimizer: str = "adam") -> TrainingState:
    weights = draw_weights(SHAPE, 1, 1.0, "keras")
    return TrainingState(12, 3.5, weights, initial_slots(optimizer, weights))


@pytest.mark.parametrize("optimizer", SLOT_STARTS)
def test_a_state_comes_back_from_a_file_as_it_was(optimizer: str) -> None:
    state = build_state(optimizer)
    file = BytesIO()
    np.savez(file, allow_pickle=False, **state.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        found = TrainingState.from_arrays(dict(archive), SHAPE, optimizer)
    assert (found.step, found.seconds) == (12, 3.5)
    assert found.slots.keys() == state.slots.keys()
    for arrays, expected in [(found.weights, state.weights), *((found.slots[s], state.slots[s]) for s in state.slots)]:
        assert list(arrays) == list(expected)
        for name, array in arrays.items():
            assert array.dtype == np.float32
            np.testing.assert_array_equal(array, expected[name])


@pytest.mark.parametrize("name", ["weights/lstm_2/kernel", "slots/mean/embedding", "step", "seconds"])
def test_a_state_with_an_array_missing_is_refused(name: str) -> None:
    arrays = build_state().to_arrays()
    del arrays[name]
    with pytest.raises(DamagedRun, match=name):
        TrainingState.from_arrays(arrays, SHAPE, "adam")


def test_a_state_of_another_network_is_refused() -> None:
    arrays = build_state().to_arrays()
    arrays["weights/output/bias"] = np.zeros(8, np.float32)
    with pytest.raises(DamagedRun, match="output/bias"):
        TrainingState.from_arrays(arrays, SHAPE, "adam")
