import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, InvalidSetting, RunNotFound, ServiceUnavailable
from lstm_core.knobs import BIN_SECONDS
from lstm_core.service.run_files import disk_errors_as
from lstm_core.service.run_names import clean_run_name
from lstm_core.service.run_store import RunStore
from lstm_core.text.symbols import Vocabulary
from tests.service.conftest import SHAPE, SPEC, TEXT, VOCABULARY, make_arrays


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


def test_a_list_that_was_kept_notices_runs_that_come_and_go(store: RunStore, run_id: str) -> None:
    os.utime(store.folder, (1_000, 1_000))  # long ago: the list is kept from now on
    assert store.list_ids() == store.list_ids() == [run_id]
    other = RunStore(store.folder).create(SPEC, VOCABULARY, SHAPE)  # by another process, as the command line
    assert set(store.list_ids()) == {run_id, other}
    store.delete(run_id)
    assert store.list_ids() == [other]


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


def test_a_deleted_run_is_gone_and_cannot_be_written_to(store: RunStore, run_id: str) -> None:
    other = store.create(SPEC, VOCABULARY, SHAPE)
    store.delete(run_id)
    with pytest.raises(RunNotFound):
        store.save_status(run_id, {})
    assert [folder.name for folder in store.folder.iterdir() if folder != store.bin.folder] == [other]


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


def test_a_deleted_run_comes_back_with_all_that_it_had(store: RunStore, run_id: str) -> None:
    store.append_history(run_id, 1, [3], [0], [1])
    store.save_checkpoint(run_id, 1, make_arrays(1))
    store.save_name(run_id, "Mice")
    files = {file.name: file.read_bytes() for file in store.path(run_id).rglob("*") if file.is_file()}
    store.delete(run_id)
    assert store.list_ids() == []
    store.bring_back(run_id)
    assert store.list_ids() == [run_id]
    assert {file.name: file.read_bytes() for file in store.path(run_id).rglob("*") if file.is_file()} == files


def test_bringing_back_what_was_not_deleted_changes_nothing(store: RunStore, run_id: str) -> None:
    store.bring_back(run_id)
    assert store.load_spec(run_id) == SPEC


@pytest.mark.parametrize("malicious", ["", "..", "*", "[a-z]*", "../outside", "a/b", "a\0"])
def test_only_a_run_id_brings_something_back(store: RunStore, run_id: str, malicious: str) -> None:
    store.delete(run_id)
    with pytest.raises(RunNotFound):
        store.bring_back(malicious)
    assert store.list_ids() == []


def test_the_bin_is_emptied_of_what_has_lain_in_it_long_enough_and_of_nothing_else(
    store: RunStore, run_id: str
) -> None:
    old, kept = (store.create(SPEC, VOCABULARY, SHAPE) for _ in range(2))
    store.delete(old)
    store.delete(run_id)
    (in_bin,) = store.bin.folder.glob(f"{old}.*")
    in_bin.rename(in_bin.with_suffix(f".{int(time.time()) - BIN_SECONDS - 1}"))
    assert RunStore(store.folder).list_ids() == [kept]  # as after a start of the server
    with pytest.raises(RunNotFound, match="not in the bin any more"):
        store.bring_back(old)
    store.bring_back(run_id)
    assert set(store.list_ids()) == {run_id, kept}


def test_a_name_is_kept_and_a_run_without_one_has_none(store: RunStore, run_id: str) -> None:
    assert store.load_name(run_id) == ""
    store.save_name(run_id, "¡Mice & cats!")
    assert RunStore(store.folder).load_name(run_id) == "¡Mice & cats!"


@pytest.mark.parametrize("typed", ["", "  \n ", "\u200b\u202e", "\u200d", "x" * 61])
def test_a_name_that_nobody_could_read_is_refused(typed: str) -> None:
    with pytest.raises(InvalidSetting):
        clean_run_name(typed)


def test_a_name_loses_what_nobody_sees() -> None:
    assert clean_run_name("  a\u202e \n b  ") == "a b"


def test_the_size_of_a_run_is_that_of_its_files(store: RunStore, run_id: str) -> None:
    before = store.size_bytes(run_id)
    store.append_history(run_id, 1, np.ones(1_000), np.ones(1_000), np.ones(1_000))
    assert store.size_bytes(run_id) == before + 12_000
