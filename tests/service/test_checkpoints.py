import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, ServiceUnavailable
from lstm_core.network.shape import draw_weights
from lstm_core.service.run_store import RunStore
from tests.service.conftest import SHAPE, VOCABULARY, checkpoint_file, make_arrays


def test_there_is_no_checkpoint_before_the_first(store: RunStore, run_id: str) -> None:
    assert store.load_checkpoint(run_id) is None


def test_training_goes_on_from_a_checkpoint_exactly_where_it_was(store: RunStore, run_id: str) -> None:
    saved = make_arrays(step=7)
    store.save_checkpoint(run_id, 7, saved)
    step, arrays = store.load_checkpoint(run_id)
    assert step == 7 and arrays.keys() == saved.keys()
    for name, array in saved.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype


def test_the_two_latest_checkpoints_are_kept(store: RunStore, run_id: str) -> None:
    for step in (8, 9, 10, 100):
        store.save_checkpoint(run_id, step, make_arrays(step))
    assert sorted(file.name for file in (store.path(run_id) / "checkpoints").iterdir()) == ["10.npz", "100.npz"]


def test_a_checkpoint_of_an_earlier_step_makes_later_ones_void(store: RunStore, run_id: str) -> None:
    for step in (10, 20, 15):
        store.save_checkpoint(run_id, step, make_arrays(step))
    assert store.load_checkpoint(run_id)[0] == 15


@pytest.mark.parametrize("damage", ["cut off", "a bit flipped", "empty", "not an archive", "renamed"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(store: RunStore, run_id: str, damage: str) -> None:
    for step in (1, 2):
        store.save_checkpoint(run_id, step, make_arrays(step))
    file = checkpoint_file(store, run_id, 2)
    whole = file.read_bytes()
    middle = len(whole) // 2
    spoilt = {
        "cut off": whole[:middle],
        "a bit flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "not an archive": b"hello" * 100,
        "renamed": checkpoint_file(store, run_id, 1).read_bytes(),
    }
    file.write_bytes(spoilt[damage])
    step, arrays = store.load_checkpoint(run_id)
    assert step == 1
    np.testing.assert_array_equal(arrays["weights/output/kernel"], make_arrays(1)["weights/output/kernel"])


def test_no_changed_byte_in_a_checkpoint_goes_unnoticed_or_stops_the_run(store: RunStore, run_id: str) -> None:
    saved = {step: {"weights/w": np.float32([step, 0.5])} for step in (1, 2)}
    for step, arrays in saved.items():
        store.save_checkpoint(run_id, step, arrays)
    file = checkpoint_file(store, run_id, 2)
    whole = file.read_bytes()
    for position in range(len(whole)):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        step, arrays = store.load_checkpoint(run_id)  # either: some bytes, such as dates in the archive, mean nothing
        read = {name: array.tolist() for name, array in arrays.items()}
        wanted = {name: array.tolist() for name, array in saved[step].items()} | {"step": step}
        assert read == wanted, f"byte {position}"


def test_a_run_whose_checkpoints_are_all_damaged_says_so(store: RunStore, run_id: str) -> None:
    store.save_checkpoint(run_id, 1, make_arrays(1))
    checkpoint_file(store, run_id, 1).write_bytes(b"")
    with pytest.raises(DamagedRun):
        store.load_checkpoint(run_id)


def test_a_pickle_in_a_checkpoint_is_never_opened(store: RunStore, run_id: str) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(store.folder / "sprung"),)

    with checkpoint_file(store, run_id, 1).open("wb") as file:
        np.savez(file, step=np.array(1), trap=np.array([Trap()], object))
    with pytest.raises(DamagedRun):
        store.load_checkpoint(run_id)
    assert not (store.folder / "sprung").exists()


def test_the_network_is_loaded_as_the_last_checkpoint_has_it(store: RunStore, run_id: str) -> None:
    for step in (1, 2):
        store.save_checkpoint(run_id, step, make_arrays(step))
    network = store.load_network(run_id)
    assert (network.shape, network.vocabulary, network.step, network.title) == (SHAPE, VOCABULARY, 2, "The mice")
    for name, array in draw_weights(SHAPE, 2, 1.0, "keras").items():
        np.testing.assert_array_equal(network.weights[name], array)


def test_a_network_is_not_available_before_the_first_checkpoint(store: RunStore, run_id: str) -> None:
    with pytest.raises(ServiceUnavailable, match="no checkpoint yet"):
        store.load_network(run_id)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((3, 3), np.float32), np.zeros(SHAPE.symbol_count), np.full(SHAPE.symbol_count, np.nan, np.float32), None],
    ids=["shape", "float64", "not finite", "missing"],
)
def test_weights_that_do_not_fit_the_network_are_refused(
    store: RunStore, run_id: str, wrong: np.ndarray | None
) -> None:
    arrays = make_arrays(1) | {"weights/output/bias": wrong}
    store.save_checkpoint(run_id, 1, {name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(DamagedRun):
        store.load_network(run_id)


@pytest.mark.parametrize("record", [{}, {"title": "x", "shape": {}}, {"title": "x", "shape": None}])
def test_a_network_without_its_shape_is_refused(store: RunStore, run_id: str, record: dict[str, object]) -> None:
    store.save_checkpoint(run_id, 1, make_arrays(1))
    (store.path(run_id) / "network.json").write_text(json.dumps(record))
    with pytest.raises(DamagedRun):
        store.load_network(run_id)


WRITE_CHECKPOINTS = """
import sys
from pathlib import Path
from lstm_core.service.run_store import RunStore
from tests.service.conftest import make_arrays

store = RunStore(Path(sys.argv[1]))
for step in range(1, 100_000):
    store.append_history(sys.argv[2], step, [step], [step], [step])
    store.save_checkpoint(sys.argv[2], step, make_arrays(step))
    print(step, flush=True)
"""


def test_a_process_killed_while_it_writes_leaves_a_run_that_can_go_on(store: RunStore, run_id: str) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITE_CHECKPOINTS, str(store.folder), run_id]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as writer:
        written = 0
        while written < 30:
            written = int(writer.stdout.readline())
        writer.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    step, arrays = store.load_checkpoint(run_id)
    assert step >= 30
    np.testing.assert_array_equal(arrays["weights/output/kernel"], make_arrays(step)["weights/output/kernel"])
    losses = store.load_history(run_id).losses
    assert losses.tolist() == list(range(1, len(losses) + 1))
