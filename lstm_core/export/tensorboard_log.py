"""A run as a log that TensorBoard opens: its curves, what it wrote, and how its weights are spread.

Written with tensorboardX, which needs no TensorFlow. TensorBoard itself: `pip install tensorboard`, then
`tensorboard --logdir FOLDER`.
"""

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.export.exported_run import ExportedRun

MAX_POINTS = 2_000  # of each curve; TensorBoard itself draws 1,000 unless told otherwise
LOG_FILE = "events.out.tfevents.lstm"  # TensorBoard looks for “tfevents”; written again, a run's log replaces itself


def write_tensorboard_log(run: ExportedRun, folder: Path) -> Path:
    """Write the log into `folder`, which is made if need be, and return its file. Raises OSError as the disk does."""
    from tensorboardX import SummaryWriter

    with tempfile.TemporaryDirectory() as made:
        with SummaryWriter(made) as writer:
            _add_curves(writer, run)
            for sample in run.samples:
                words = f"{sample.seed_text} | {sample.text}"
                tag = f"samples/temperature_{sample.temperature:g}"
                writer.add_text(tag, _as_plain_text(words), sample.step, _time_of(run, sample.step))
            settings = "\n".join(f"{name} = {value}" for name, value in run.spec.settings.items())
            writer.add_text("settings", _as_plain_text(settings), 0, run.created)
            for name, array in run.network.weights.items():
                writer.add_histogram(
                    f"weights/{name}", array, run.network.step, walltime=_time_of(run, run.network.step)
                )
        content = next(Path(made).iterdir()).read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / LOG_FILE
    file.write_bytes(content)
    return file


def pack_tensorboard_log(run: ExportedRun, folder_name: str) -> bytes:
    """Return the log as a .zip file with one folder in it."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as made, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(write_tensorboard_log(run, Path(made)), f"{folder_name}/{LOG_FILE}")
    return packed.getvalue()


def _add_curves(writer: Any, run: ExportedRun) -> None:
    """Add loss and accuracy of the training, thinned where there are very many steps, and of what was held out."""
    count = len(run.losses)
    places = np.unique(np.linspace(0, count - 1, min(count, MAX_POINTS)).astype(int)) if count else np.empty(0, int)
    for place in places.tolist():
        for name, curve in (("loss", run.losses), ("accuracy", run.accuracies)):
            if np.isfinite(curve[place]):
                writer.add_scalar(f"{name}/training", float(curve[place]), place + 1, _time_of(run, place + 1))
    for note in run.validations:
        writer.add_scalar("loss/validation", note.loss, note.step, _time_of(run, note.step))
        writer.add_scalar("accuracy/validation", note.accuracy, note.step, _time_of(run, note.step))


def _time_of(run: ExportedRun, step: int) -> float:
    """Return a step's Unix time as if the run had trained without a pause."""
    seconds = run.seconds[step - 1] if 0 < step <= len(run.seconds) else 0.0
    return run.created + (float(seconds) if np.isfinite(seconds) else 0.0)


def _as_plain_text(words: str) -> str:
    """Indent each line: TensorBoard reads Markdown, in which that is text as it stands."""
    return "".join(f"    {line}\n" for line in words.splitlines())
