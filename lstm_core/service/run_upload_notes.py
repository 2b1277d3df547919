"""What an uploaded run says of itself beside text and weights: its curves, plan, samples and predictions, all checked.

Everything here raises DamagedRun when it is not what the app writes.
"""

import math
from array import array
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from lstm_core.errors import DamagedRun
from lstm_core.export.history_file import HISTORY_COLUMNS
from lstm_core.knobs import KNOBS, MAX_ARCHIVE_NOTES, MAX_ARCHIVE_STEPS
from lstm_core.text.reading import clean_text

MAX_LINE_BYTES = 200  # six numbers
MAX_WORDS_CHARACTERS = 5_000  # of one sample; the app writes some hundred
MAX_PREDICTIONS = 100
MAX_RATE_CHANGES = 10_000
_PLAN = {
    "total_steps", "schedule_start", "schedule", "decay_steps", "final_rate", "until", "learning_rates", "is_timed"
}  # fmt: skip


@dataclass(frozen=True)
class UploadedHistory:
    """The columns of history.csv, one float32 per step, NaN where nothing is known; validation as it is stored."""

    seconds: array
    losses: array
    accuracies: array
    validations: list[dict[str, Any]]


def read_history(file: IO[bytes], steps: int, seconds: float) -> UploadedHistory:
    """Read one line for each of `steps` steps, line by line, so that no size surprises; `seconds` ends the last."""
    if steps > MAX_ARCHIVE_STEPS:
        _refuse(f"The run has {steps:,} steps.", f"At most {MAX_ARCHIVE_STEPS:,} can be taken in.")
    history = UploadedHistory(array("f"), array("f"), array("f"), [])
    if _next_row(file) != list(HISTORY_COLUMNS):
        _refuse("history.csv has other columns.", f"It should have {', '.join(HISTORY_COLUMNS)}.")
    for step in range(1, steps + 1):
        row = _next_row(file)
        if len(row) != len(HISTORY_COLUMNS) or row[0] != str(step):
            _refuse(f"The line of step {step:,} in history.csv cannot be read.", "Each step should have one line.")
        at, loss, accuracy, validation_loss, validation_accuracy = (_read_number(cell, step) for cell in row[1:])
        for column, value in ((history.seconds, at), (history.losses, loss), (history.accuracies, accuracy)):
            column.append(value)
        if not math.isnan(validation_loss) and not math.isnan(validation_accuracy):
            history.validations.append({"step": step, "loss": validation_loss, "accuracy": validation_accuracy})
    if file.read(1) or len(history.validations) > MAX_ARCHIVE_NOTES:
        _refuse("history.csv is longer than the run.", f"It should end with step {steps:,}.")
    if math.isnan(history.seconds[-1]):
        history.seconds[-1] = seconds
    return history


def _next_row(file: IO[bytes]) -> list[str]:
    line = file.readline(MAX_LINE_BYTES)
    return line.decode().rstrip("\r\n").split(",")


def _read_number(cell: str, step: int) -> float:
    number = float(cell) if cell else math.nan
    if cell and not is_number(number, 0, 1e30):
        _refuse(f"Step {step:,} has the value “{cell[:20]}” in history.csv.", "It should be a number from 0 on.")
    return number


def check_samples(records: Any, step: int) -> list[dict[str, Any]]:
    """Return what the network wrote, cleaned."""
    if not isinstance(records, list) or len(records) > MAX_ARCHIVE_NOTES:
        _refuse("samples.json cannot be read.", f"It should be a list of at most {MAX_ARCHIVE_NOTES:,} samples.")
    for record in records:
        if (
            not isinstance(record, dict)
            or set(record) != {"step", "temperature", "seed_text", "text"}
            or type(record["step"]) is not int
            or not 0 <= record["step"] <= step
            or not is_number(record["temperature"], 0, 2)
        ):
            _refuse("samples.json holds a sample that cannot be read.", "It should be as the app wrote it.")
    return [record | {name: _check_words(record[name]) for name in ("seed_text", "text")} for record in records]


def check_predictions(records: Any) -> list[dict[str, Any]]:
    """Return what the network predicted last, cleaned."""
    if not isinstance(records, list) or len(records) > MAX_PREDICTIONS:
        _refuse("The run's predictions cannot be read.", "They should be as the app wrote them.")
    checked = []
    for record in records:
        context = record["context"]
        if not isinstance(context, list) or len(context) > 256 or not is_number(record["probability"], 0, 1.001):
            _refuse("A prediction cannot be read.", "It should be as the app wrote it.")
        words = {name: _check_words(record[name]) for name in ("expected", "predicted")}
        words["context"] = [_check_words(symbol) for symbol in context]  # type: ignore[assignment]
        checked.append(words | {"probability": float(record["probability"])})
    return checked


def check_plan(record: Any) -> dict[str, Any]:
    """Return a run's budget and learning rates, within the bounds of the knobs."""
    expected = "It should be as the app wrote it."
    if not isinstance(record, dict) or set(record) != _PLAN or type(record["is_timed"]) is not bool:
        _refuse("The run's plan is incomplete.", expected)
    total, rates = record["total_steps"], record["learning_rates"]
    for number in (0 if total is None else total, record["schedule_start"]):
        if type(number) is not int or not 0 <= number <= 10 * MAX_ARCHIVE_STEPS:
            _refuse("The run's plan has a number of steps that cannot be.", expected)
    if not isinstance(rates, list) or not 1 <= len(rates) <= MAX_RATE_CHANGES or rates[0][0] != 1:
        _refuse("The run's learning rates cannot be read.", expected)
    starts = [start for start, _ in rates]
    if any(type(start) is not int for start in starts) or starts != sorted(set(starts)):
        _refuse("The run's learning rates are not in order.", expected)
    checked = {name: KNOBS[name].check(record[name]) for name in ("schedule", "decay_steps", "final_rate", "until")}
    return record | checked | {"learning_rates": [[start, KNOBS["learning_rate"].check(rate)] for start, rate in rates]}


def is_number(value: Any, lowest: float, highest: float) -> bool:
    """Whether this is a finite number within the bounds."""
    return type(value) in (int, float) and math.isfinite(value) and lowest <= value <= highest


def _check_words(words: Any) -> str:
    if not isinstance(words, str):
        _refuse("The run holds something else where words should be.", "It should be as the app wrote it.")
    return clean_text(words[:MAX_WORDS_CHARACTERS])


def _refuse(came: str, expected: str) -> NoReturn:
    raise DamagedRun(came, expected, "Download the run once more and upload that file.")
