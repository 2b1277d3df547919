"""From an uploaded .zip file, which may come from anywhere, back to a run of the store.

Nothing in it is believed: sizes are bounded before anything is unpacked, no path of the file is ever used, nothing is
unpickled, every record goes through the checks of what it describes, and symbols and shape are worked out anew from
the text. The run is put together out of sight and appears in one piece or not at all.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NoReturn

from lstm_core.errors import CoreError, DamagedRun, TooBig
from lstm_core.knobs import KNOBS, MAX_ARCHIVE_BYTES, MAX_TEXT_CHARACTERS
from lstm_core.network.experiments import recipe_settings
from lstm_core.network.size import check_size
from lstm_core.network.spec import RunSpec
from lstm_core.service.owners import NOBODY
from lstm_core.service.run_archive import ARCHIVE_FORMAT
from lstm_core.service.run_assembly import RunParts, assemble_run
from lstm_core.service.run_names import clean_run_name
from lstm_core.service.run_reviews import read_review_arrays
from lstm_core.service.run_store import RunStore
from lstm_core.service.run_upload_arrays import read_snapshots, read_state
from lstm_core.service.run_upload_notes import (
    check_plan,
    check_predictions,
    check_samples,
    is_number,
    read_history,
)
from lstm_core.text.reading import clean_text
from lstm_core.text.review_set import ReviewSet
from lstm_core.training.data import TrainingData, prepare_run
from lstm_core.training.forecast import Forecast
from lstm_core.training.plan import Plan
from lstm_core.training.review_data import ReviewData

MAX_BYTES = {  # of each file when it is unpacked
    "README.txt": 10_000,
    "run.json": 10 * 2**20,  # 20,000 symbols of 30 characters, each a six-byte escape, take 4 MB
    "text.txt": 4 * MAX_TEXT_CHARACTERS,  # UTF-8 needs four bytes at most
    "samples.json": 20 * 2**20,
    "history.csv": 200 * 2**20,  # read line by line
    "weights.npz": MAX_ARCHIVE_BYTES,
}
REVIEW_FILES = {  # in place of a text
    "reviews.npz": MAX_ARCHIVE_BYTES,
    "reviews.json": 10 * 2**20,
}
OPTIONAL_FILES = {"snapshots.npz": MAX_ARCHIVE_BYTES}  # a run may have none
MAX_TITLE_CHARACTERS = 200
_RESTING = ("paused", "stopped", "finished")
_STATUS_ENDS = (None, "steps", "seconds", "perfect", "accuracy", "visitor")
# What zipfile raises for files that are cut off, altered, encrypted or packed by other means, and JSON for no JSON.
_FAILURES = (OSError, EOFError, ValueError, RuntimeError, RecursionError, zipfile.BadZipFile, zlib.error)


def unpack_run(store: RunStore, data: bytes, owner: str = NOBODY) -> str:
    """Add the run that `pack_run` packed to the store, as its newest and as `owner`'s (a hash), and return its id.

    Raises TooBig when file or network are larger than a run may be, DamagedRun when the file is not whole or not what
    it says, ServiceUnavailable when the disk refuses. Then the store is as before.
    """
    if len(data) > MAX_ARCHIVE_BYTES:
        raise TooBig(
            f"The file is {len(data) / 2**20:,.0f} MB large.",
            f"A run may take {MAX_ARCHIVE_BYTES // 2**20} MB.",
            "Networks larger than that stay where they were trained.",
        )
    with _as_damage(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = _check_members(archive)
        record = _load_record(archive, members)
        reviews = _read_reviews(archive, members) if "reviews.json" in members else None
        spec, training_data = _check_spec(record, _read(archive, members["text.txt"]), reviews)
        state = read_state(record, _read(archive, members["weights.npz"]), spec, training_data.shape)
        with archive.open(members["history.csv"]) as lines:
            history = read_history(lines, state.step, state.seconds)
        snapshots = []
        if "snapshots.npz" in members:
            snapshots = read_snapshots(_read(archive, members["snapshots.npz"]), state.step, training_data.shape)
        samples = check_samples(json.loads(_read(archive, members["samples.json"])), state.step)
        status = _check_status(record.get("status"))
        name = clean_run_name(record["name"]) if record.get("name") else ""
        forecast = Forecast.from_record(record.get("forecast") or {})
    parts = RunParts(
        spec, training_data, state, history.losses, history.accuracies, history.seconds, history.validations, samples,
        snapshots, Plan.from_record(status.pop("plan")), status, name, owner, forecast,
    )  # fmt: skip
    return assemble_run(store, parts)


@contextmanager
def _as_damage() -> Iterator[None]:
    """Turn what a spoilt file makes Python raise into an error that a visitor can read."""
    try:
        yield
    except CoreError:
        raise
    except (*_FAILURES, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise _damage("The file cannot be read to its end.") from error


def _check_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files by name; look at their sizes before anything is unpacked: a small file can hold any size."""
    infos = archive.infolist()
    members = {info.filename: info for info in infos}
    largest = MAX_BYTES | (REVIEW_FILES if "reviews.json" in members else {})
    largest |= OPTIONAL_FILES if "snapshots.npz" in members else {}
    if len(infos) != len(members) or set(members) != set(largest):
        _refuse("The .zip file holds other files than a run's.", f"It should hold {', '.join(MAX_BYTES)}, each once.")
    for name, info in members.items():
        if info.file_size > largest[name]:
            _refuse(f"{name} is {info.file_size / 2**20:,.0f} MB large.", f"At most {largest[name]:,} bytes fit.")
    return members


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        return file.read(info.file_size + 1)  # zipfile stops at the size that was checked


def _load_record(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    record = json.loads(_read(archive, members["run.json"]))
    if not isinstance(record, dict) or record.get("format") != ARCHIVE_FORMAT:
        _refuse("run.json is of another format.", f"It should be a record of format {ARCHIVE_FORMAT}.")
    return record


def _read_reviews(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> ReviewSet:
    record = json.loads(_read(archive, members["reviews.json"]))
    title = " ".join(clean_text(str(record["name"])).split())[:MAX_TITLE_CHARACTERS]
    arrays = read_review_arrays(io.BytesIO(_read(archive, members["reviews.npz"])))
    return ReviewSet.from_record(record | {"name": title}, arrays)


def _check_spec(
    record: dict[str, Any], encoded: bytes, reviews: ReviewSet | None
) -> tuple[RunSpec, TrainingData | ReviewData]:
    text, asked = encoded.decode(), record.get("spec")
    if clean_text(text) != text:
        _refuse("text.txt is too long or holds invisible characters.", "It should be as the app wrote it.")
    if not isinstance(asked, dict) or not all(name in asked for name in KNOBS):
        _refuse("run.json does not tell every setting.", f"It should name {', '.join(KNOBS)}.")
    title = " ".join(clean_text(str(asked["text_name"])).split())  # a file's name, once: anything may stand in it
    asked |= {"text_name": title[:MAX_TITLE_CHARACTERS] or "a text"}
    recipe_settings(asked["experiment"], asked["recipe"])  # raises InvalidSetting for what there is not
    spec = RunSpec.from_record(asked, text, reviews)
    if spec.to_record() != asked:
        _refuse("Settings and text do not belong together.", "Both should be of one run, unchanged.")
    data = prepare_run(spec)
    if record.get("vocabulary") != json.loads(json.dumps(data.vocabulary.to_record())):
        _refuse("The list of symbols is not the one of the text.", "It should be as the app wrote it.")
    if record.get("shape") != asdict(data.shape):
        _refuse("The network's shape is not the one of the settings.", "It should be as the app wrote it.")
    check_size(data.shape, spec)
    return spec, data


def _check_status(status: Any) -> dict[str, Any]:
    """Return what a run's status takes over from the file; the rest is worked out anew."""
    expected = "It should be as the app wrote it."
    if not isinstance(status, dict) or status.get("stopped_by") not in _STATUS_ENDS:
        _refuse("How the run stands cannot be read.", expected)
    accuracy, speed = status["accuracy"], status["symbols_per_second"]
    cpu_seconds = status.get("cpu_seconds") or 0.0  # older runs did not count it
    if not (accuracy is None or is_number(accuracy, 0, 1)) or not is_number(speed, 0, 1e12):
        _refuse("The run's accuracy or speed cannot be.", expected)
    if not is_number(cpu_seconds, 0, 1e9):
        _refuse("The run's processor time cannot be.", expected)
    return {
        "state": status["state"] if status.get("state") in _RESTING else "paused",
        "stopped_by": status["stopped_by"] if status.get("state") in _RESTING else None,
        "plan": check_plan(status.get("plan")),
        "accuracy": accuracy,
        "symbols_per_second": float(speed),
        "cpu_seconds": float(cpu_seconds),
        "predictions": check_predictions(status.get("predictions")),
    }


def _damage(came: str, expected: str = "It should be a run's .zip file as the app made it, unchanged.") -> DamagedRun:
    return DamagedRun(came, expected, "Download the run once more and upload that file.")


def _refuse(came: str, expected: str) -> NoReturn:
    raise _damage(came, expected)
