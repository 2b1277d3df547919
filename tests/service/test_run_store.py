import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, RunNotFound, ServiceUnavailable
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.service.run_files import disk_errors_as
from lstm_core.service.run_store import RunStore
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.training.state import TrainingState

TEXT = "The mice held a council — ¡qué idea!\nThe cat did not come.\n"
SPEC = RunSpec.build(TEXT, "The mice", symbols="characters", window=4, units=8)
VOCABULARY = Vocabulary.build(split_symbols(TEXT, "characters"), "characters", 100)
SHAPE = NetworkShape(len(VOCABULARY), "embedding", 6, 1, 8, "every", 4)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def run_id(store: RunStore) -> str:
    return store.create(SPEC, VOCABULARY, SHAPE)


def make_arrays(step: int) -> dict[str, np.ndarray]:
    """What training hands over after a step; each step's numbers differ."""
    weights = draw_weights(SHAPE, random_seed=step, forget_bias=1.0, initialization="keras")
    slots = {"m": {name: 2 * array for name, array in weights.items()}}
    return TrainingState(step, step / 10, weights, slots).to_arrays()


def checkpoint_file(store: RunStore, run_id: str, step: int) -> Path:
    return store.path(run_id) / "checkpoints" / f"{step}.npz"


def test_a_created_run_gives_back_its_spec(store: RunStore, run_id: str) -> None:
    assert store.load_spec(run_id) == SPEC


def test_run_ids_are_unlike_each_other_and_cannot_be_guessed(store: RunStore) -> None:
    ids = {store.create(SPEC, VOCABULARY, SHAPE) for _ in range(50)}
    assert len(ids) == 50 and all(len(run_id) == 22 for run_id in ids)  # 16 random bytes


def test_run_ids_begin_with_a_letter_or_digit(store: RunStore) -> None:
    assert all(store.create(SPEC, VOCABULARY, SHAPE)[0].isalnum() for _ in range(150))


def test_runs_are_listed_newest_first(store: RunStore) -> None:
    ids = [store.create(SPEC, VOCABULARY, SHAPE) for _ in range(3)]
    for age, run_id in enumerate(reversed(ids)):
        os.utime(store.path(run_id) / "spec.json", (1_000 - age, 1_000 - age))
    assert store.list_ids() == ids[::-1]


def test_the_list_of_runs_is_empty_before_the_first(store: RunStore) -> None:
    assert store.list_ids() == []


def test_folders_that_are_no_runs_are_not_listed(store: RunStore, run_id: str) -> None:
    for name in ("notes", ".hidden", "with space"):
        (store.folder / name).mkdir()
    (store.folder / ".hidden" / "spec.json").write_text("{}")
    (store.folder / "with space" / "spec.json").write_text("{}")
    assert store.list_ids() == [run_id]


@pytest.mark.parametrize(
    "malicious",
    [
        "",
        ".",
        "..",
        "../outside",
        "a/../../outside",
        "/etc",
        "C:\\x",
        "..\\outside",
        "a\0",
        "a\n",
        "-rf",
        "é",
        "a" * 65,
        "~",
    ],
)
def test_an_id_from_the_address_bar_cannot_leave_the_folder(store: RunStore, run_id: str, malicious: str) -> None:
    outside = store.folder.parent / "outside"
    outside.mkdir()
    (outside / "spec.json").write_text("{}")
    for method in (store.load_spec, store.load_history, store.load_status, store.load_checkpoint, store.delete):
        with pytest.raises(RunNotFound):
            method(malicious)
    assert (outside / "spec.json").exists()


def test_an_id_is_not_completed_by_a_line_break(store: RunStore, run_id: str) -> None:
    with pytest.raises(RunNotFound):
        store.load_spec(run_id + "\n")


def test_a_run_that_cannot_be_created_leaves_nothing_behind(store: RunStore) -> None:
    broken = Vocabulary((object(),), (1,), "words")  # type: ignore[arg-type]  # nothing that JSON can hold
    with pytest.raises(TypeError):
        store.create(SPEC, broken, SHAPE)
    assert list(store.folder.iterdir()) == []


def test_a_text_changed_by_hand_is_noticed(store: RunStore, run_id: str) -> None:
    (store.path(run_id) / "text.txt").write_text(TEXT + "!")
    with pytest.raises(DamagedRun):
        store.load_spec(run_id)


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"units": "many"}', "[" * 100_000])
def test_a_spoilt_description_is_a_damaged_run(store: RunStore, run_id: str, spoilt: str) -> None:
    (store.path(run_id) / "spec.json").write_text(spoilt)
    with pytest.raises(DamagedRun):
        store.load_spec(run_id)


def test_history_comes_back_as_it_was_appended(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [3.0, 2.5], [0.1, 0.2], [0.5, 1.0])
    store.append_history(run_id, 3, np.float32([2.25]), np.float32([0.25]), np.float32([1.5]))
    history = store.load_history(run_id)
    assert history.losses.tolist() == [3.0, 2.5, 2.25]
    assert history.accuracies.tolist() == np.float32([0.1, 0.2, 0.25]).tolist()
    assert history.seconds.tolist() == [0.5, 1.0, 1.5]


def test_history_is_empty_before_the_first_step(store: RunStore, run_id: str) -> None:
    assert store.load_history(run_id).losses.shape == (0,)


def test_appending_the_same_steps_twice_changes_nothing(store: RunStore, run_id: str) -> None:
    for _ in range(2):
        store.append_history(run_id, 1, [3, 2], [0, 0], [1, 2])
    assert store.load_history(run_id).losses.tolist() == [3, 2]


def test_going_back_to_a_checkpoint_replaces_the_steps_after_it(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [9, 8, 7, 6], [0] * 4, [1, 2, 3, 4])
    store.append_history(run_id, 3, [5], [0], [3])
    assert store.load_history(run_id).losses.tolist() == [9, 8, 5]


def test_steps_that_could_not_be_written_stand_as_nan_in_their_place(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [3], [0], [1])
    store.append_history(run_id, 4, [1], [0], [4])
    np.testing.assert_array_equal(store.load_history(run_id).losses, [3, np.nan, np.nan, 1])


def test_half_a_value_at_the_end_is_neither_read_nor_in_the_way(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [3, 2], [0, 0], [1, 2])
    with (store.path(run_id) / "losses.f32").open("ab") as file:
        file.write(b"\x01\x02")
    assert store.load_history(run_id).losses.tolist() == [3, 2]
    store.append_history(run_id, 3, [1], [0], [3])
    assert store.load_history(run_id).losses.tolist() == [3, 2, 1]


def test_history_ends_with_the_shortest_of_its_files(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [3, 2], [0, 0], [1, 2])
    os.truncate(store.path(run_id) / "seconds.f32", 4)
    assert [len(column) for column in vars(store.load_history(run_id)).values()] == [1, 1, 1]


def test_samples_and_validations_come_back_in_order(store: RunStore, run_id: str) -> None:
    samples = [{"step": 1, "text": "¡a\nb"}, {"step": 1, "text": "\u2028"}, {"step": 5, "text": ""}]
    for sample in samples:
        store.append_sample(run_id, sample)
    store.append_validation(run_id, {"step": 5, "loss": 1.5})
    assert store.load_samples(run_id) == samples
    assert store.load_validations(run_id) == [{"step": 5, "loss": 1.5}]


def test_a_line_cut_off_by_a_crash_spoils_no_other(store: RunStore, run_id: str) -> None:
    store.append_sample(run_id, {"step": 1})
    with (store.path(run_id) / "samples.jsonl").open("ab") as file:
        file.write(b'{"step": 2, "te')
    store.append_sample(run_id, {"step": 3})
    assert store.load_samples(run_id) == [{"step": 1}, {"step": 3}]


def test_rewinding_forgets_all_that_came_after_the_step(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [4, 3, 2, 1], [0] * 4, [1, 2, 3, 4])
    for step in (2, 4):
        store.append_sample(run_id, {"step": step})
        store.append_validation(run_id, {"step": step})
        store.save_checkpoint(run_id, step, make_arrays(step))
    store.rewind(run_id, 2)
    assert store.load_history(run_id).losses.tolist() == [4, 3]
    assert store.load_samples(run_id) == store.load_validations(run_id) == [{"step": 2}]
    assert store.load_checkpoint(run_id)[0] == 2


def test_rewinding_a_run_that_has_nothing_yet_changes_nothing(store: RunStore, run_id: str) -> None:
    store.rewind(run_id, 0)
    assert len(store.load_history(run_id).losses) == 0 and store.load_samples(run_id) == []


def test_a_status_replaces_the_one_before(store: RunStore, run_id: str) -> None:
    assert store.load_status(run_id) == {}
    store.save_status(run_id, {"state": "training", "step": 1, "note": "é"})
    store.save_status(run_id, {"state": "paused"})
    assert store.load_status(run_id) == {"state": "paused"}


def test_a_status_that_json_cannot_hold_leaves_the_old_one(store: RunStore, run_id: str) -> None:
    store.save_status(run_id, {"step": 1})
    with pytest.raises(TypeError):
        store.save_status(run_id, {"step": object()})
    assert store.load_status(run_id) == {"step": 1}


def test_a_reader_always_meets_a_whole_status(store: RunStore, run_id: str) -> None:
    store.save_status(run_id, {"step": 0, "filling": ""})
    done = threading.Event()

    def write() -> None:
        for step in range(300):
            store.save_status(run_id, {"step": step, "filling": "x" * step * 10})
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        status = store.load_status(run_id)
        assert len(status["filling"]) == status["step"] * 10
    writer.join()


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


def test_a_deleted_run_is_gone_and_cannot_be_written_to(store: RunStore, run_id: str) -> None:
    other = store.create(SPEC, VOCABULARY, SHAPE)
    store.delete(run_id)
    with pytest.raises(RunNotFound):
        store.save_status(run_id, {})
    assert [folder.name for folder in store.folder.iterdir()] == [other]


def test_a_folder_that_cannot_be_made_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ServiceUnavailable, match="The run could not be set up"):
        RunStore(tmp_path / "file" / "runs").create(SPEC, VOCABULARY, SHAPE)


FILL_THE_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from lstm_core.errors import ServiceUnavailable
from lstm_core.service.run_store import RunStore

store, run_id = RunStore(Path(sys.argv[1])), sys.argv[2]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))  # no file may grow beyond: the nearest to a full disk
for save in (
    lambda: store.save_checkpoint(run_id, 2, {"weights/w": np.zeros(100_000, np.float32)}),
    lambda: store.append_history(run_id, 3, [0.0] * 1_000, [0.0] * 1_000, [0.0] * 1_000),
    lambda: store.save_status(run_id, {"note": "x" * 5_000}),
):
    try:
        save()
        sys.exit("the disk was not full")
    except ServiceUnavailable as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited by setrlimit")
def test_a_full_disk_spoils_nothing_that_was_there(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [2, 1], [0, 0], [1, 2])
    store.save_status(run_id, {"step": 2})
    store.save_checkpoint(run_id, 1, make_arrays(1))
    command = [sys.executable, "-c", FILL_THE_DISK, str(store.folder), run_id]
    root = Path(__file__).parents[2]
    finished = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr
    assert store.load_status(run_id) == {"step": 2}
    assert store.load_history(run_id).losses[:2].tolist() == [2, 1]
    assert [file.name for file in (store.path(run_id) / "checkpoints").iterdir()] == ["1.npz"]


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "may not write")],
)
def test_a_disk_error_says_what_is_the_matter(number: int, words: str) -> None:
    with pytest.raises(ServiceUnavailable, match=words), disk_errors_as("The run could not be saved"):
        raise OSError(number, os.strerror(number))


WRITE_CHECKPOINTS = """
import sys
from pathlib import Path
from lstm_core.service.run_store import RunStore
from tests.service.test_run_store import make_arrays

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
