"""A run's curves as a table for a spreadsheet, and what it wrote as a text to read."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from lstm_core.export.exported_run import ExportedRun
from lstm_core.training.reports import ValidationNote

HISTORY_COLUMNS = ("step", "seconds", "loss", "accuracy", "validation_loss", "validation_accuracy")


def history_csv(curves: Sequence[np.ndarray], validations: Sequence[ValidationNote]) -> bytes:
    """Return one line per step; `curves` are seconds, losses (nats) and accuracies (0 to 1), each (steps,).

    %.9g gives each float32 back to the bit, and what is not known stays empty.
    """
    columns = [[_number(value) for value in curve] for curve in curves]
    notes = {note.step: note for note in validations}
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(HISTORY_COLUMNS)
    for number, measured in enumerate(zip(*columns, strict=True), start=1):
        note = notes.get(number)
        writer.writerow((number, *measured, *((note.loss, note.accuracy) if note else ("", ""))))
    return written.getvalue().encode()


def run_history_csv(run: ExportedRun) -> bytes:
    """Return the whole history of a run, as `history_csv` does."""
    return history_csv((run.seconds, run.losses, run.accuracies), run.validations)


def samples_text(run: ExportedRun) -> bytes:
    """Return all that a run wrote while it trained, oldest first, UTF-8; in brackets the beginning it was given."""
    space = " " if run.spec.symbols == "words" else ""
    parts = [
        f"Step {sample.step:,}, temperature {sample.temperature:g}\n\n[{sample.seed_text}]{space}{sample.text}\n"
        for sample in run.samples
    ]
    return "\n\n".join(parts or ["It has not written anything yet.\n"]).encode()


def _number(value: float) -> str:
    return f"{value:.9g}" if np.isfinite(value) else ""
