"""Where training runs are kept: one folder per run, which survives the server and can be carried elsewhere.

    <run id>/spec.json, text.txt          what was asked for          status.json           how it stands
             vocabulary.json              the symbols and their ids   checkpoints/<step>.npz  the two latest
             network.json                 title and shape             validation.jsonl, samples.jsonl
             name.txt                     what a visitor called it
             forecast.json                what was expected of it before it began
             owner.txt                    hash of the token of the browser that made it
             shared                       an empty file: another browser has opened it
             snapshots/<step>.npz         its ages, float16, evenly in log time
             reviews.npz, reviews.json    in place of a text: the labelled reviews, and their words
             losses.f32, accuracies.f32, seconds.f32                  one little-endian float32 per step

Nothing is pickled. What is replaced is replaced in one piece; what grows may end in the middle of a value or a line
when the machine stops, and is read up to there.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_core.errors import CoreError, DamagedRun
from lstm_core.knobs import MAX_RUN_NAME_CHARACTERS
from lstm_core.network.shapes import Shape, shape_class
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.checkpoints import (
    checkpoint_steps,
    read_latest_checkpoint,
    remove_checkpoints,
    take_weights,
    write_checkpoint,
)
from lstm_core.service.run_files import (
    append_json_line,
    append_values,
    damaged,
    disk_errors_as,
    drop_later_lines,
    read_json,
    read_json_lines,
    read_values,
    replace_file,
    replace_json,
)
from lstm_core.service.run_folders import RunFolders
from lstm_core.service.run_reviews import load_reviews
from lstm_core.service.snapshots import read_snapshot, remove_snapshots, snapshot_steps, write_snapshot
from lstm_core.text.symbols import Vocabulary
from lstm_core.training.forecast import Forecast
from lstm_core.training.snapshots import Snapshot, take_snapshot


@dataclass(frozen=True)
class StepHistory:
    """What was measured at each step, from step 1; each array is float32, (steps,).

    A step whose values could not be written, because the disk was full, is NaN.
    """

    losses: np.ndarray  # nats
    accuracies: np.ndarray  # 0 to 1
    seconds: np.ndarray  # of training, from the run's beginning


class RunStore(RunFolders):
    """What is kept of each run of one folder. All methods raise what those of `RunFolders` raise."""

    # What was asked for, and how it stands

    def load_spec(self, run_id: str) -> RunSpec:
        """Return what the run was asked to do. Raises DamagedRun when its files contradict each other."""
        folder = self.path(run_id)
        record = read_json(folder / "spec.json")
        try:
            spec = RunSpec.from_record(record, (folder / "text.txt").read_bytes().decode(), load_reviews(folder))
            found = spec.to_record()
            if all(found.get(name) == record.get(name) for name in ("text_sha256", "reviews_sha256")):
                return spec
        except (OSError, ValueError, KeyError, TypeError, CoreError) as error:
            raise damaged("description or text cannot be read") from error
        raise damaged("text is not the one that it was made with")

    def save_status(self, run_id: str, status: Mapping[str, Any]) -> None:
        """Replace the run's status: plain JSON values by name."""
        with self._lock, disk_errors_as("The run's status could not be saved"):
            replace_json(self.path(run_id) / "status.json", dict(status))

    def load_status(self, run_id: str) -> dict[str, Any]:
        """Return what `save_status` saved last, {} before. Raises DamagedRun when it cannot be read."""
        file = self.path(run_id) / "status.json"
        return read_json(file) if file.exists() else {}

    def save_name(self, run_id: str, name: str) -> None:
        """Keep what a visitor calls the run; a name that `clean_run_name` has passed."""
        with self._lock, disk_errors_as("The run's name could not be saved"):
            replace_file(self.path(run_id) / "name.txt", lambda file: file.write(name.encode()))

    def load_name(self, run_id: str) -> str:
        """Return what `save_name` saved last, "" before, or when that cannot be read."""
        with suppress(OSError, ValueError):
            return (self.path(run_id) / "name.txt").read_bytes().decode()[:MAX_RUN_NAME_CHARACTERS]
        return ""

    def save_forecast(self, run_id: str, forecast: Forecast) -> None:
        """Keep what was expected of the run."""
        with self._lock, disk_errors_as("The prediction could not be saved"):
            replace_json(self.path(run_id) / "forecast.json", forecast.to_record())

    def load_forecast(self, run_id: str) -> Forecast:
        """Return what `save_forecast` saved; nothing before, or when that cannot be read."""
        file = self.path(run_id) / "forecast.json"
        with suppress(CoreError):
            return Forecast.from_record(read_json(file)) if file.exists() else Forecast()
        return Forecast()

    def status_time(self, run_id: str) -> int:
        """Return when the status was saved last, in nanoseconds of the file system's clock; 0 before."""
        file = self.path(run_id) / "status.json"
        return file.stat().st_mtime_ns if file.exists() else 0

    # What was measured and written

    def append_history(
        self,
        run_id: str,
        first_step: int,
        losses: Sequence[float] | np.ndarray,
        accuracies: Sequence[float] | np.ndarray,
        seconds: Sequence[float] | np.ndarray,
    ) -> None:
        """Write the values of steps `first_step`, `first_step + 1`, … (from 1), in place of all that was known of them.

        So a run that went back to a checkpoint has each step once. Steps left out before `first_step` become NaN.
        """
        if first_step < 1 or not len(losses) == len(accuracies) == len(seconds):
            raise ValueError("steps are counted from 1, and each has a loss, an accuracy and a time")
        with self._lock, disk_errors_as("The run's history could not be saved"):
            folder = self.path(run_id)
            for name, values in (("losses", losses), ("accuracies", accuracies), ("seconds", seconds)):
                append_values(folder / f"{name}.f32", first_step - 1, values)

    def load_history(self, run_id: str) -> StepHistory:
        """Return all steps of which loss, accuracy and time are known."""
        folder = self.path(run_id)
        with self._lock, disk_errors_as("The run's history could not be read"):
            columns = [read_values(folder / f"{name}.f32") for name in ("losses", "accuracies", "seconds")]
        steps = min(len(column) for column in columns)
        return StepHistory(*(column[:steps] for column in columns))

    def append_sample(self, run_id: str, sample: Mapping[str, Any]) -> None:
        """Add a sample: plain JSON values by name, "step" among them."""
        self._append_record(run_id, "samples.jsonl", sample)

    def load_samples(self, run_id: str) -> list[dict[str, Any]]:
        """Return all samples in the order in which they were added."""
        return self._load_records(run_id, "samples.jsonl")

    def append_validation(self, run_id: str, validation: Mapping[str, Any]) -> None:
        """Add a measurement on the held-out part: plain JSON values by name, "step" among them."""
        self._append_record(run_id, "validation.jsonl", validation)

    def load_validations(self, run_id: str) -> list[dict[str, Any]]:
        """Return all measurements on the held-out part in the order in which they were added."""
        return self._load_records(run_id, "validation.jsonl")

    def rewind(self, run_id: str, step: int) -> None:
        """Forget what came after `step`: history, samples, validations, checkpoints. For a run that goes back."""
        with self._lock, disk_errors_as("The run could not be taken back"):
            folder = self.path(run_id)
            self.append_history(run_id, min(step, len(self.load_history(run_id).losses)) + 1, [], [], [])
            for name in ("samples.jsonl", "validation.jsonl"):
                drop_later_lines(folder / name, step)
            earlier = [known for known in checkpoint_steps(folder / "checkpoints") if known <= step]
            remove_checkpoints(folder / "checkpoints", keep=earlier)
            ages = folder / "snapshots"
            remove_snapshots(ages, keep=[known for known in snapshot_steps(ages) if known <= step])

    # What it has learnt

    def save_checkpoint(self, run_id: str, step: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Save what `TrainingState.to_arrays` gave after `step`; the two latest checkpoints are kept."""
        with self._lock, disk_errors_as("The run's checkpoint could not be saved"):
            write_checkpoint(self.path(run_id) / "checkpoints", step, dict(arrays))

    def load_checkpoint(self, run_id: str) -> tuple[int, dict[str, np.ndarray]] | None:
        """Return step and arrays of the latest checkpoint, of the one before when that is damaged, None before any.

        Raises DamagedRun when none of the checkpoints can be read.
        """
        with self._lock, disk_errors_as("The run's checkpoint could not be read"):
            return read_latest_checkpoint(self.path(run_id) / "checkpoints")

    def load_network(self, run_id: str) -> TrainedNetwork:
        """Return the network as the latest checkpoint has it.

        Raises DamagedRun when shape, vocabulary or weights do not fit together, ServiceUnavailable before the first
        checkpoint.
        """
        vocabulary, shape = self.load_vocabulary_and_shape(run_id)
        checkpoint = self.load_checkpoint(run_id)
        weights = take_weights(checkpoint, shape)
        title = str(read_json(self.path(run_id) / "network.json").get("title", ""))
        return TrainedNetwork(shape, weights, vocabulary, checkpoint[0] if checkpoint else 0, title)

    def save_snapshot(self, run_id: str, snapshot: Snapshot) -> None:
        """Save the network at one age; as many are kept as a run may have, evenly in log time."""
        with self._lock, disk_errors_as("The run's snapshot could not be saved"):
            write_snapshot(self.path(run_id) / "snapshots", snapshot)

    def snapshot_steps(self, run_id: str) -> list[int]:
        """Return the steps of all snapshots, rising."""
        return snapshot_steps(self.path(run_id) / "snapshots")

    def load_snapshot(self, run_id: str, step: int) -> TrainedNetwork:
        """Return the network as it was after `step`, one of `snapshot_steps`. Raises DamagedRun when it cannot be read.

        It may have been thinned out since the steps were listed.
        """
        vocabulary, shape = self.load_vocabulary_and_shape(run_id)
        folder = self.path(run_id)
        with self._lock:
            weights = read_snapshot(folder / "snapshots", step, shape)
        title = str(read_json(folder / "network.json").get("title", ""))
        return TrainedNetwork(shape, weights, vocabulary, step, title)

    def load_snapshots(self, run_id: str, last_step: int) -> list[Snapshot]:
        """Return all snapshots up to `last_step` as they are kept, float16; spoilt ones are left out."""
        found = []
        for step in self.snapshot_steps(run_id):
            with suppress(DamagedRun):
                snapshot = take_snapshot(step, self.load_snapshot(run_id, step).weights) if step <= last_step else None
                found += [snapshot] if snapshot else []
        return found

    def load_vocabulary_and_shape(self, run_id: str) -> tuple[Vocabulary, Shape]:
        """Return the run's symbols and its network's shape. Raises DamagedRun when they do not fit together."""
        folder = self.path(run_id)
        vocabulary = Vocabulary.from_record(read_json(folder / "vocabulary.json"))
        try:
            record = read_json(folder / "network.json")["shape"]
            shape = shape_class(record)(**record)
        except (KeyError, TypeError) as error:
            raise damaged("file network.json does not hold what it should") from error
        if shape.symbol_count != len(vocabulary):
            raise damaged("vocabulary is not the one of its network")
        return vocabulary, shape

    def _append_record(self, run_id: str, name: str, record: Mapping[str, Any]) -> None:
        if not isinstance(record["step"], int):
            raise TypeError("a record's step is a whole number")
        with self._lock, disk_errors_as("The run's notes could not be saved"):
            append_json_line(self.path(run_id) / name, dict(record))

    def _load_records(self, run_id: str, name: str) -> list[dict[str, Any]]:
        with self._lock, disk_errors_as("The run's notes could not be read"):
            return read_json_lines(self.path(run_id) / name)
