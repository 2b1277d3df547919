"""A run goes out as a .zip file and comes back as it was; what is not such a file is refused and leaves nothing."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lstm_core.errors import CoreError, DamagedRun, InvalidSetting, ServiceUnavailable, TooBig
from lstm_core.service import run_archive, run_assembly, run_upload
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_checkpoint, record_new_run, record_report
from lstm_core.service.run_archive import pack_run
from lstm_core.service.run_store import RunStore
from lstm_core.service.run_upload import unpack_run
from lstm_core.service.stored_run import load_live_run
from lstm_core.service.training_service import TrainingService
from lstm_core.training.data import prepare_data
from lstm_core.training.forecast import Forecast
from lstm_core.training.reports import Prediction, SampleNote, TrainingReport, ValidationNote
from lstm_core.training.snapshots import take_snapshot
from lstm_core.training.state import TrainingState
from lstm_core.training.trainer import Trainer
from tests.service.conftest import LONG, small_spec, wait_for_state, wait_for_step

Files = dict[str, bytes]


def train_stored_run(store: RunStore, steps: int = 20, **settings: object) -> LiveRun:
    """Put a run into the store that was really trained, in this process."""
    spec = small_spec(**settings)
    data = prepare_data(spec)
    run = record_new_run(store, spec, data)
    trainer = Trainer(spec)
    report = trainer.train(60, steps)
    run.add_report(report)
    record_report(store, run, report)
    run.state = "paused"
    record_checkpoint(store, run, run.step, trainer.state().to_arrays())
    return run


def train_on(run: LiveRun, arrays: dict[str, np.ndarray], steps: int) -> np.ndarray:
    """Return the losses of the next steps after a checkpoint."""
    state = TrainingState.from_arrays(arrays, run.shape, run.spec.optimizer)
    return Trainer(run.spec, state=state).train(60, steps).losses


@pytest.fixture
def run(store: RunStore) -> LiveRun:
    """A run of twelve steps with all that can be said of it, its numbers drawn, not trained: quicker."""
    spec = small_spec(steps=100)
    data = prepare_data(spec)
    run = record_new_run(store, spec, data)
    run.name = "Mice & <b>men</b>"
    store.save_name(run.run_id, run.name)
    losses = np.linspace(3, 1 / 3, 12, dtype=np.float32)
    report = TrainingReport(
        1, losses, losses / 9, 1.25, 0.0, None, ValidationNote(7, 1.5, 0.25),
        (SampleNote(3, 0.5, "the", "mice\nheld"),), (Prediction(("the",), "mice", "cat", 0.5),),
    )  # fmt: skip
    run.add_report(report)
    record_report(store, run, report)
    run.state, run.plan = "stopped", run.plan.with_learning_rate(12, 0.01)
    run.stopped_by = "visitor"
    weights = Trainer(spec).state()
    record_checkpoint(store, run, 12, weights.to_arrays() | {"seconds": np.array(1.25)})
    for step in (2, 8):
        store.save_snapshot(run.run_id, take_snapshot(step, weights.weights))
    return run


def open_files(packed: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack_files(files: Files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def all_paths(store: RunStore) -> set[str]:
    return {str(path) for path in store.folder.rglob("*") if path != store.bin.folder}


def test_an_uploaded_run_is_the_one_that_was_downloaded(store: RunStore, run: LiveRun) -> None:
    copy = load_live_run(store, unpack_run(store, pack_run(store, run.run_id)))
    assert copy.run_id != run.run_id
    for name in ("spec", "vocabulary", "shape", "plan", "state", "stopped_by", "name", "step", "seconds", "samples",
                 "predictions", "checkpoint_step", "symbols_per_second", "validation_note"):  # fmt: skip
        assert getattr(copy, name) == getattr(run, name), name
    assert copy.curves.validations == run.curves.validations
    for name, values in vars(run.curves.history()).items():
        np.testing.assert_array_equal(getattr(copy.curves.history(), name), values)
    (step, arrays), (copied_step, copied) = (store.load_checkpoint(each.run_id) for each in (run, copy))
    assert step == copied_step and set(arrays) == set(copied)
    assert all(np.array_equal(arrays[name], copied[name]) for name in arrays)
    assert store.snapshot_steps(copy.run_id) == [2, 8]
    for step in (2, 8):
        kept, copied = (store.load_snapshot(each.run_id, step).weights for each in (run, copy))
        assert all(np.array_equal(kept[name], copied[name]) for name in kept)


def test_what_was_expected_of_a_run_comes_back_with_it(store: RunStore, run: LiveRun) -> None:
    forecast = Forecast(0.5, "It is <b>short</b>.", "Does it learn by heart?")
    store.save_forecast(run.run_id, forecast)
    copy = unpack_run(store, pack_run(store, run.run_id))
    assert load_live_run(store, copy).view().forecast == forecast


def test_an_uploaded_run_stands_first_in_the_list(store: RunStore, run: LiveRun) -> None:
    copy = unpack_run(store, pack_run(store, run.run_id))
    assert store.list_ids() == [copy, run.run_id]


def test_a_run_goes_to_another_server(store: RunStore, run: LiveRun, tmp_path: Any) -> None:
    elsewhere = RunStore(tmp_path / "elsewhere")
    copy = unpack_run(elsewhere, pack_run(store, run.run_id))
    assert elsewhere.load_network(copy).step == 12


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_training_on_from_the_upload_gives_the_losses_that_the_original_would_have_given(
    store: RunStore, optimizer: str
) -> None:
    run = train_stored_run(store, optimizer=optimizer, dropout=0.2)
    copy = unpack_run(store, pack_run(store, run.run_id))
    losses = []
    for run_id in (run.run_id, copy):
        _, arrays = store.load_checkpoint(run_id)
        losses.append(train_on(run, arrays, 15))
    assert len(losses[0]) == 15
    np.testing.assert_array_equal(*losses)


def test_a_run_without_what_its_optimizer_remembers_can_still_be_trained_on(
    store: RunStore, run: LiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_archive, "MAX_ARCHIVE_BYTES", 1_000)
    packed = pack_run(store, run.run_id)
    assert not [name for name in np.load(io.BytesIO(open_files(packed)["weights.npz"])) if name.startswith("slots")]
    _, arrays = store.load_checkpoint(unpack_run(store, packed))
    assert np.isfinite(train_on(run, arrays, 3)).all()


def test_the_download_ends_with_the_last_checkpoint(store: RunStore, run: LiveRun) -> None:
    store.append_history(run.run_id, 13, [0.5], [0.9], [1.5])
    store.append_sample(run.run_id, {"step": 13, "temperature": 0.5, "seed_text": "", "text": "later"})
    files = open_files(pack_run(store, run.run_id))
    assert files["history.csv"].decode().strip().splitlines()[-1].startswith("12,")
    assert b"later" not in files["samples.json"]


def test_the_files_can_be_read_with_what_people_have(store: RunStore, run: LiveRun) -> None:
    files = open_files(pack_run(store, run.run_id))
    assert all(name in files["README.txt"].decode() for name in files if name != "README.txt")
    rows = list(csv.DictReader(io.StringIO(files["history.csv"].decode())))
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 13)]
    assert float(rows[0]["loss"]) == 3 and rows[6]["validation_loss"] == "1.5" and rows[0]["validation_loss"] == ""
    assert json.loads(files["run.json"])["spec"]["units"] == 8
    assert files["text.txt"].decode() == run.spec.text


def test_a_run_before_its_first_checkpoint_has_nothing_to_download(store: RunStore, run_id: str) -> None:
    with pytest.raises(ServiceUnavailable, match="nothing to download"):
        pack_run(store, run_id)


def test_steps_of_which_nothing_is_known_stay_unknown(store: RunStore, run: LiveRun) -> None:
    store.append_history(run.run_id, 5, [np.nan], [np.nan], [np.nan])  # and all that came after it is lost
    copy = unpack_run(store, pack_run(store, run.run_id))
    losses = load_live_run(store, copy).curves.history().losses
    assert len(losses) == 12 and np.isfinite(losses[:4]).all() and np.isnan(losses[4:]).all()
    assert load_live_run(store, copy).seconds == 1.25


# Whatever is wrong with a file is refused, in words, and nothing is left behind.


def edit_json(name: str, change: Callable[[Any], Any]) -> Callable[[Files], Files]:
    def edit(files: Files) -> Files:
        record = json.loads(files[name])
        changed = change(record)
        return files | {name: json.dumps(record if changed is None else changed).encode()}

    return edit


def set_in(*path: Any) -> Callable[[Files], Files]:
    """Put the last of `path` at the place in run.json that the others name."""
    *keys, last, value = path

    def change(record: Any) -> None:
        for key in keys:
            record = record[key]
        record[last] = value

    return edit_json("run.json", change)


def edit_weights(change: Callable[[dict[str, np.ndarray]], Any], file: str = "weights.npz") -> Callable[[Files], Files]:
    def edit(files: Files) -> Files:
        arrays = dict(np.load(io.BytesIO(files[file])))
        change(arrays)
        packed = io.BytesIO()
        np.savez(packed, **arrays)
        return files | {file: packed.getvalue()}

    return edit


def set_weight(name: str, value: Any) -> Callable[[Files], Files]:
    return edit_weights(lambda arrays: arrays.update({name: value(arrays.get(name))}))


def edit_snapshots(change: Callable[[dict[str, np.ndarray]], Any]) -> Callable[[Files], Files]:
    return edit_weights(change, "snapshots.npz")


def replace_in(name: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    return lambda files: files | {name: files[name].replace(old, new, 1)}


BIAS = "weights/output/bias"

TAMPERED: dict[str, Callable[[Files], Files]] = {
    "a file is missing": lambda files: {name: files[name] for name in files if name != "text.txt"},
    "a file too many": lambda files: files | {"more.txt": b""},
    "a path that leads out": lambda files: {name.replace("text", "../text"): files[name] for name in files},
    "an absolute path": lambda files: files | {"/etc/passwd": b"root"},
    "no record": lambda files: files | {"run.json": b"[]"},
    "no JSON": lambda files: files | {"run.json": b"{"},
    "JSON nested without end": lambda files: files | {"run.json": b"[" * 200_000},
    "a number of 10,000 digits": lambda files: files | {"run.json": b'{"format": ' + b"1" * 10_000 + b"}"},
    "another format": set_in("format", 2),
    "a prediction that is no number": set_in("forecast", {"loss": "much"}),
    "a prediction of words without end": set_in("forecast", {"why": "because " * 1_000}),
    "a prediction that is no record": set_in("forecast", [1]),
    "a text of bytes": lambda files: files | {"text.txt": b"\xff\xfe\x00"},
    "another text": replace_in("text.txt", b"mice", b"rats"),
    "a text with what nobody sees": replace_in("text.txt", b"mice", "m\u202eice".encode()),
    "an empty text": lambda files: files | {"text.txt": b""},
    "a setting is missing": edit_json("run.json", lambda record: record["spec"].pop("units")),
    "a setting out of bounds": set_in("spec", "units", 100_000),
    "a setting that is no number": set_in("spec", "units", "many"),
    "a setting that is not a number": set_in("spec", "dropout", float("nan")),
    "an unknown setting": set_in("spec", "colour", "red"),
    "an unknown experiment": set_in("spec", "experiment", "none"),
    "an experiment that is a list": set_in("spec", "experiment", []),
    "an unknown recipe": set_in("spec", "recipe", "slow"),
    "another size than that of the weights": set_in("spec", "units", 9),
    "another shape": set_in("shape", "units", 9),
    "other symbols": set_in("vocabulary", "symbols", 0, "ox"),
    "symbols in another order": edit_json("run.json", lambda record: record["vocabulary"]["symbols"].reverse()),
    "a step below 0": set_in("step", -1),
    "a step that is true": set_in("step", True),
    "more steps than lines": set_in("step", 13),
    "fewer steps than lines": set_in("step", 11),
    "steps without end": set_in("step", 10**12),
    "a time that is infinite": set_in("seconds", float("inf")),
    "no status": set_in("status", None),
    "a status with an unknown end": set_in("status", "stopped_by", "<script>"),
    "an accuracy above 1": set_in("status", "accuracy", 2),
    "no plan": set_in("status", "plan", None),
    "a plan with more in it": set_in("status", "plan", "more", 1),
    "a plan of half a step": set_in("status", "plan", "total_steps", 1.5),
    "a learning rate out of bounds": set_in("status", "plan", "learning_rates", [[1, 1e9]]),
    "learning rates out of order": set_in("status", "plan", "learning_rates", [[1, 0.1], [1, 0.2]]),
    "no learning rate": set_in("status", "plan", "learning_rates", []),
    "predictions that are a text": set_in("status", "predictions", "x"),
    "a prediction without words": set_in("status", "predictions", [{"context": [1]}]),
    "a name of control characters": set_in("name", "\u200b\u0007"),
    "a name without end": set_in("name", "x" * 61),
    "samples that are none": lambda files: files | {"samples.json": b"{}"},
    "a sample of a later step": edit_json("samples.json", lambda records: records[0].update(step=13)),
    "a sample that is a number": edit_json("samples.json", lambda records: records[0].update(text=5)),
    "a sample with more in it": edit_json("samples.json", lambda records: records[0].update(more=5)),
    "other columns": replace_in("history.csv", b"loss", b"gain"),
    "a line is missing": lambda files: files
    | {"history.csv": b"".join(line for line in files["history.csv"].splitlines(True) if not line.startswith(b"5,"))},
    "a line twice": replace_in("history.csv", b"\r\n5,", b"\r\n4,"),
    "a loss that is a word": replace_in("history.csv", b",3,", b",three,"),
    "a loss that is infinite": replace_in("history.csv", b",3,", b",inf,"),
    "a loss below 0": replace_in("history.csv", b",3,", b",-3,"),
    "a line without end": replace_in("history.csv", b",3,", b"," + b"3" * 1_000 + b","),
    "a weight is missing": edit_weights(lambda arrays: arrays.pop(BIAS)),
    "a weight too many": set_weight("weights/more", lambda _: np.zeros(3, np.float32)),
    "a weight of another shape": set_weight(BIAS, lambda array: array[:-1]),
    "a weight of another type": set_weight(BIAS, lambda array: array.astype(np.float64)),
    "a weight that is pickled": set_weight(BIAS, lambda array: array.astype(object)),
    "a weight that is not a number": set_weight(BIAS, lambda array: array * np.float32("nan")),
    "a weight that is infinite": set_weight(BIAS, lambda array: array + np.float32("inf")),
    "half of what the optimizer remembers": edit_weights(lambda arrays: arrays.pop("slots/mean/output/bias")),
    "a square below 0": set_weight("slots/mean_square/output/bias", lambda array: array - 1),
    "snapshots of more than it has made": edit_snapshots(
        lambda arrays: [arrays.update({f"13{name[1:]}": arrays.pop(name)}) for name in list(arrays) if name[0] == "8"]
    ),
    "a snapshot of another network": edit_snapshots(
        lambda arrays: arrays.update({"2/output/bias": arrays["2/output/bias"][:-1]})
    ),
    "too many snapshots": edit_snapshots(
        lambda arrays: [arrays.update({f"{n}{name[1:]}": arrays[name]}) for name in list(arrays) for n in range(1, 14)]
    ),
    "a snapshot without a step": edit_snapshots(lambda arrays: arrays.update(more=np.zeros(3, np.float16))),
    "a snapshot of another type": edit_snapshots(
        lambda arrays: arrays.update({"2/output/bias": arrays["2/output/bias"].astype(np.float32)})
    ),
    "a snapshot that is not a number": edit_snapshots(lambda arrays: arrays["2/output/bias"].fill(np.nan)),
    "half a snapshot": edit_snapshots(lambda arrays: arrays.pop("8/output/bias")),
    "snapshots that are no archive": lambda files: files | {"snapshots.npz": b"PK"},
    "weights that are no archive": lambda files: files | {"weights.npz": b"PK"},
}  # fmt: skip


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_file_that_was_tampered_with_is_refused_and_leaves_nothing_behind(
    store: RunStore, run: LiveRun, tamper: Callable[[Files], Files]
) -> None:
    before = all_paths(store)
    packed = pack_files(tamper(open_files(pack_run(store, run.run_id))))
    with pytest.raises((DamagedRun, InvalidSetting, TooBig)) as refusal:
        unpack_run(store, packed)
    assert refusal.value.came and refusal.value.expected and refusal.value.advice
    assert all_paths(store) == before


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all" * 100])
def test_what_is_no_archive_is_refused(store: RunStore, data: bytes) -> None:
    with pytest.raises(DamagedRun):
        unpack_run(store, data)
    assert store.list_ids() == []


def test_a_file_with_any_of_its_bytes_changed_comes_back_whole_or_is_refused(store: RunStore, run: LiveRun) -> None:
    packed = pack_run(store, run.run_id)
    random = np.random.default_rng(1)
    for place in random.choice(len(packed), 150, replace=False):
        spoilt = packed[:place] + bytes([packed[place] ^ 1 << int(random.integers(8))]) + packed[place + 1 :]
        try:
            assert load_live_run(store, unpack_run(store, spoilt)).spec == run.spec
        except CoreError:
            pass


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(store: RunStore, run: LiveRun, share: float) -> None:
    packed = pack_run(store, run.run_id)
    with pytest.raises(DamagedRun):
        unpack_run(store, packed[: int(share * len(packed))])


def test_the_same_name_twice_is_refused(store: RunStore, run: LiveRun) -> None:
    packed = io.BytesIO(pack_run(store, run.run_id))
    with zipfile.ZipFile(packed, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("text.txt", "another")
    with pytest.raises(DamagedRun, match="each once"):
        unpack_run(store, packed.getvalue())


@pytest.mark.parametrize("name", ["run.json", "text.txt", "samples.json", "history.csv", "weights.npz", "README.txt"])
def test_a_small_file_that_unpacks_to_a_large_one_is_refused_before_it_is_unpacked(
    store: RunStore, run: LiveRun, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run_upload.MAX_BYTES, name, 2_000_000)
    files = open_files(pack_run(store, run.run_id))
    packed = pack_files(files | {name: bytes(2_000_001)})
    assert len(packed) < 50_000
    monkeypatch.setattr(run_upload, "_read", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(DamagedRun, match="large"):
        unpack_run(store, packed)


def test_an_array_that_unpacks_to_more_than_its_shape_is_refused(store: RunStore, run: LiveRun) -> None:
    files = open_files(pack_run(store, run.run_id))
    arrays = dict(np.load(io.BytesIO(files["weights.npz"])))
    bomb = io.BytesIO()
    np.savez_compressed(bomb, **(arrays | {BIAS: np.zeros(5_000_000, np.float32)}))
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(DamagedRun, match="too long"):
        unpack_run(store, pack_files(files | {"weights.npz": bomb.getvalue()}))


def test_a_file_above_the_limit_is_refused_unopened(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_upload, "MAX_ARCHIVE_BYTES", 10)
    with pytest.raises(TooBig):
        unpack_run(store, bytes(11))


def test_a_network_too_large_for_a_run_is_refused(
    store: RunStore, run: LiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = pack_run(store, run.run_id)
    monkeypatch.setattr("lstm_core.network.size.MAX_TRAINING_BYTES", 1_000)
    with pytest.raises(TooBig):
        unpack_run(store, packed)


def test_a_disk_that_refuses_in_the_middle_leaves_nothing_behind(
    store: RunStore, run: LiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed, before = pack_run(store, run.run_id), all_paths(store)

    def refuse(*_: object) -> None:
        raise ServiceUnavailable("The disk is full.", "It needs room.", "Make some.")

    monkeypatch.setattr(run_assembly, "record_checkpoint", refuse)
    with pytest.raises(ServiceUnavailable):
        unpack_run(store, packed)
    assert all_paths(store) == before


def test_markup_in_names_and_samples_comes_through_as_text_alone(store: RunStore, run: LiveRun) -> None:
    files = open_files(pack_run(store, run.run_id))
    files = set_in("spec", "text_name", "<img src=x>\x07\n" + "x" * 300)(files)
    files = edit_json("samples.json", lambda records: records[0].update(text="a\u202eb"))(files)
    copy = load_live_run(store, unpack_run(store, pack_files(files)))
    assert copy.spec.text_name == "<img src=x> " + "x" * 188
    assert copy.samples[0].text == "ab"


def test_a_living_run_is_downloaded_as_it_stands_and_its_copy_trains_on(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 50)
    copy = service.upload(service.download(run_id))
    service.stop(run_id)
    view = service.view(copy)
    assert view.state == "paused" and view.step >= 50 and service.list_runs()[0].run_id == copy
    assert service.network(copy).step == view.step
    service.train_on(copy, 30)
    assert wait_for_state(service, copy, "finished", "failed").step == view.step + 30
    assert service.view(copy).note == ""
