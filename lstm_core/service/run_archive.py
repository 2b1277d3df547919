"""A run as one .zip file that people can keep, read and upload again.

It holds the run as it stood at its last checkpoint. README.txt inside tells what each file is; `run_upload.py` reads
such a file back.
"""

import dataclasses
import io
import json
import zipfile
from typing import Any

import numpy as np

from lstm_core.errors import ServiceUnavailable
from lstm_core.export.history_file import history_csv
from lstm_core.knobs import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_NOTES
from lstm_core.service.run_reviews import write_review_arrays
from lstm_core.service.run_store import RunStore, StepHistory
from lstm_core.text.review_set import ReviewSet
from lstm_core.training.reports import ValidationNote
from lstm_core.training.snapshots import BYTES_PER_WEIGHT, thin_steps

ARCHIVE_FORMAT = 1
ROOM_FOR_ARRAYS = 0.9  # of an archive; the rest is for text, curves and samples
STATUS_KEPT = ("state", "plan", "accuracy", "stopped_by", "predictions", "symbols_per_second", "cpu_seconds")

README = """A training run of “Watch an LSTM learn”.

Upload this .zip file on the app's page “Runs” to write with the network, compare it, or train it on.
Nothing in it is needed to read it but a text editor, a spreadsheet and, for the weights, NumPy.

run.json      what was asked for (spec: every setting), what was expected of it (forecast), how it stands (status),
              the network's shape, and its symbols: the first has id 0, the second 1, and so on
text.txt      the text it learned from, UTF-8; for a run that learned to judge reviews it is empty, and there are
reviews.npz   the reviews: ids (one after the other), lengths and labels (1 positive), to train on and to test
reviews.json  what they are called, and the words that the ids stand for: the first has id 0
history.csv   one line per step: step, seconds of training, loss in nats, accuracy from 0 to 1; and the same
              on the part of the text that was held out (validation), where it was measured
samples.json  what it wrote at which step, at which temperature, after which beginning
weights.npz   numpy.load("weights.npz") gives the arrays by name, all float32:
              weights/…        the network; the four gates of an LSTM lie side by side in the order
                               input, forget, candidate, output, as in Keras
              slots/…          what the optimizer remembers of each weight, to train on as if nothing
                               had happened; they are left out where the file would become too large
snapshots.npz what the network was at earlier steps, if any were kept: the weights by <step>/<name>, float16
"""


def pack_run(store: RunStore, run_id: str) -> bytes:
    """Return a run as it stood at its last checkpoint, as the bytes of a .zip file.

    Raises ServiceUnavailable before the first checkpoint, DamagedRun when its files cannot be read.
    """
    checkpoint = store.load_checkpoint(run_id)
    if checkpoint is None:
        raise ServiceUnavailable(
            "This run has nothing to download yet.",
            "Its first checkpoint comes after a second of training.",
            "Wait a moment, then press Download again.",
        )
    step, arrays = checkpoint
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("run.json", _to_json(_describe(store, run_id, step, float(arrays["seconds"]))))
        spec = store.load_spec(run_id)
        archive.writestr("text.txt", spec.text.encode())
        if spec.reviews is not None:
            archive.writestr("reviews.npz", _write_reviews(spec.reviews))
            archive.writestr("reviews.json", _to_json(spec.reviews.to_record()))
        archive.writestr("history.csv", _write_history(store, run_id, step))
        samples = [note for note in store.load_samples(run_id) if note["step"] <= step]
        archive.writestr("samples.json", _to_json(samples[-MAX_ARCHIVE_NOTES:]))
        # As it is: numbers that training has brought forth hardly get smaller, and it takes seconds.
        weights = _write_weights(arrays)
        archive.writestr("weights.npz", weights, zipfile.ZIP_STORED)
        snapshots = _write_snapshots(store, run_id, step, ROOM_FOR_ARRAYS * MAX_ARCHIVE_BYTES - len(weights))
        if snapshots:
            archive.writestr("snapshots.npz", snapshots, zipfile.ZIP_STORED)
    return packed.getvalue()


def _describe(store: RunStore, run_id: str, step: int, seconds: float) -> dict[str, Any]:
    vocabulary, shape = store.load_vocabulary_and_shape(run_id)
    status = store.load_status(run_id)
    return {
        "format": ARCHIVE_FORMAT,
        "name": store.load_name(run_id),
        "forecast": store.load_forecast(run_id).to_record(),
        "step": step,
        "seconds": seconds,
        "spec": store.load_spec(run_id).to_record(),
        "status": {name: status.get(name) for name in STATUS_KEPT},
        "shape": dataclasses.asdict(shape),
        "vocabulary": vocabulary.to_record(),
    }


def _write_history(store: RunStore, run_id: str, step: int) -> bytes:
    """Write steps 1 to `step`; those that are missing in the history are empty lines."""
    history: StepHistory = store.load_history(run_id)
    missing = np.full(max(0, step - len(history.losses)), np.nan)
    curves = [np.append(curve[:step], missing) for curve in (history.seconds, history.losses, history.accuracies)]
    notes = store.load_validations(run_id)[-MAX_ARCHIVE_NOTES:]
    return history_csv(curves, [ValidationNote(note["step"], note["loss"], note["accuracy"]) for note in notes])


def _write_weights(arrays: dict[str, np.ndarray]) -> bytes:
    kept = {name: array for name, array in arrays.items() if name.startswith(("weights/", "slots/"))}
    if sum(array.nbytes for array in kept.values()) > ROOM_FOR_ARRAYS * MAX_ARCHIVE_BYTES:
        kept = {name: array for name, array in kept.items() if name.startswith("weights/")}
    rows = {name: np.ascontiguousarray(array, np.float32) for name, array in kept.items()}
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **rows)
    return packed.getvalue()


def _write_snapshots(store: RunStore, run_id: str, step: int, max_bytes: float) -> bytes:
    """Write the run's snapshots up to `step`, or as many of them, evenly in log time, as find room; b"" for none."""
    snapshots = store.load_snapshots(run_id, step)
    _, shape = store.load_vocabulary_and_shape(run_id)
    room = int(max_bytes // (BYTES_PER_WEIGHT * shape.count_parameters() + 10_000))
    kept = thin_steps([snapshot.step for snapshot in snapshots], room)
    rows = {
        f"{snapshot.step}/{name}": array
        for snapshot in snapshots
        if snapshot.step in kept
        for name, array in snapshot.weights.items()
    }
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **rows)
    return packed.getvalue() if rows else b""


def _write_reviews(reviews: ReviewSet) -> bytes:
    packed = io.BytesIO()
    write_review_arrays(reviews, packed)
    return packed.getvalue()


def _to_json(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, indent=1).encode()
