"""A run's checkpoints: `<step>.npz`, the two latest, so that a damaged one leaves the one before.

The arrays are those of `TrainingState.to_arrays`: "weights/<name>", "slots/<slot>/<name>", "step" and what else it
keeps. Nothing in them is pickled.
"""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from lstm_core.errors import ServiceUnavailable
from lstm_core.network.shape import Weights
from lstm_core.network.shapes import Shape
from lstm_core.service.run_files import damaged, replace_file

CHECKPOINTS_KEPT = 2
# What NumPy and zipfile raise for a file that is cut off, overwritten, no archive, or has any of its bytes changed.
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    MemoryError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


def checkpoint_steps(folder: Path) -> list[int]:
    """Return the steps of all checkpoints in `folder`, the latest first."""
    return sorted((int(file.stem) for file in folder.glob("*.npz") if file.stem.isdecimal()), reverse=True)


def write_checkpoint(folder: Path, step: int, arrays: dict[str, np.ndarray]) -> None:
    """Write a checkpoint and remove those that it makes superfluous: older than the one before it, or of later steps.

    Later steps are from before the run went back.
    """
    complete = arrays | {"step": np.array(step)}
    complete["names"] = np.array(list(complete))  # zipfile does not notice when the end of its directory is spoilt
    replace_file(folder / f"{step}.npz", lambda file: np.savez(file, allow_pickle=False, **complete))
    earlier = [known for known in checkpoint_steps(folder) if known <= step]
    remove_checkpoints(folder, keep=earlier[:CHECKPOINTS_KEPT])


def remove_checkpoints(folder: Path, keep: list[int]) -> None:
    """Remove all checkpoints but those of the steps in `keep`."""
    for step in checkpoint_steps(folder):
        if step not in keep:
            (folder / f"{step}.npz").unlink(missing_ok=True)


def read_latest_checkpoint(folder: Path) -> tuple[int, dict[str, np.ndarray]] | None:
    """Return step and arrays of the latest checkpoint that is whole; None when there has been none.

    Raises DamagedRun when there are some and all are spoilt.
    """
    steps = checkpoint_steps(folder)
    for step in steps:
        try:
            # Opened here: given a path, NumPy 2.4 leaves a spoilt file open.
            with (folder / f"{step}.npz").open("rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            if set(arrays.pop("names").tolist()) == set(arrays) and int(arrays["step"]) == step:
                return step, arrays
        except _DAMAGE:
            continue
    if steps:
        raise damaged("checkpoints are spoilt, both the last and the one before")
    return None


def take_weights(checkpoint: tuple[int, dict[str, np.ndarray]] | None, shape: Shape) -> Weights:
    """Return the network's weights from a checkpoint.

    Raises DamagedRun when one is missing, or is not float32, of its shape and finite; ServiceUnavailable when there is
    no checkpoint yet.
    """
    if checkpoint is None:
        raise ServiceUnavailable(
            "The run has no checkpoint yet.",
            "The first is written within ten seconds of training.",
            "Wait a moment, or let the run train on.",
        )
    weights: Weights = {}
    for name, size in shape.weight_shapes().items():
        array = checkpoint[1].get(f"weights/{name}")
        if array is None or array.shape != size or array.dtype != np.float32:
            raise damaged(f"checkpoint does not hold the array “{name}” as its network needs it")
        if not np.isfinite(array).all():
            raise damaged(f"checkpoint holds numbers in “{name}” that are infinite or none at all")
        weights[name] = array
    return weights
