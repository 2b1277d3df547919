"""A run's snapshots: `snapshots/<step>.npz`, float16 weights by name, at most MAX_SNAPSHOTS, evenly in log time."""

from pathlib import Path

import numpy as np

from lstm_core.network.shape import Weights
from lstm_core.network.shapes import Shape
from lstm_core.network.trained import read_arrays
from lstm_core.service.run_files import replace_file
from lstm_core.training.snapshots import Snapshot, count_kept, thin_steps


def snapshot_steps(folder: Path) -> list[int]:
    """Return the steps of all snapshots in `folder`, rising; none when there is no such folder."""
    return sorted(int(file.stem) for file in folder.glob("*.npz") if file.stem.isdecimal())


def write_snapshot(folder: Path, snapshot: Snapshot) -> None:
    """Add a snapshot, and remove what is too much with it, or of a later step, from before the run went back."""
    folder.mkdir(exist_ok=True)
    replace_file(folder / f"{snapshot.step}.npz", lambda file: np.savez(file, allow_pickle=False, **snapshot.weights))
    steps = [step for step in snapshot_steps(folder) if step <= snapshot.step]
    kept = count_kept(sum(array.size for array in snapshot.weights.values()))
    remove_snapshots(folder, keep=thin_steps(steps, kept))


def remove_snapshots(folder: Path, keep: list[int]) -> None:
    """Remove all snapshots but those of the steps in `keep`."""
    for step in snapshot_steps(folder):
        if step not in keep:
            (folder / f"{step}.npz").unlink(missing_ok=True)


def read_snapshot(folder: Path, step: int, shape: Shape) -> Weights:
    """Return the weights after `step`, float32. Raises DamagedRun when there are none, or not this network's."""
    halved = read_arrays(folder / f"{step}.npz", shape.weight_shapes(), "<f2")
    return {name: array.astype(np.float32) for name, array in halved.items()}
