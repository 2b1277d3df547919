"""The arrays of an uploaded run: weights, what the optimizer remembers, and snapshots, all checked.

Everything here raises DamagedRun when it is not what the app writes.
"""

import io
import zipfile
from typing import Any, NoReturn

from lstm_core.errors import DamagedRun
from lstm_core.knobs import MAX_SNAPSHOTS
from lstm_core.network.shapes import Shape
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import read_arrays
from lstm_core.service.run_upload_notes import is_number
from lstm_core.training.optimizers import SLOT_STARTS, initial_slots
from lstm_core.training.snapshots import Snapshot, count_kept
from lstm_core.training.state import TrainingState


def read_state(record: dict[str, Any], npz: bytes, spec: RunSpec, shape: Shape) -> TrainingState:
    """Return the state that the record of a run and its weights.npz tell of."""
    step, seconds = record["step"], record["seconds"]
    if type(step) is not int or step < 1 or not is_number(seconds, 0, 1e9):
        _refuse("Step and time of the run cannot be read.", "They should be numbers above 0.")
    shapes = shape.weight_shapes()
    expected = {f"weights/{name}": size for name, size in shapes.items()}
    with zipfile.ZipFile(io.BytesIO(npz)) as inner:
        has_slots = any(name.startswith("slots/") for name in inner.namelist())
    slot_names = SLOT_STARTS[spec.optimizer]
    if has_slots:
        expected |= {f"slots/{slot}/{name}": size for slot in slot_names for name, size in shapes.items()}
    arrays = read_arrays(io.BytesIO(npz), expected)
    weights = {name: arrays[f"weights/{name}"] for name in shapes}
    if not has_slots:  # left out of a large file: the optimizer begins afresh
        return TrainingState(step, float(seconds), weights, initial_slots(spec.optimizer, weights))
    slots = {slot: {name: arrays[f"slots/{slot}/{name}"] for name in shapes} for slot in slot_names}
    if any((array < 0).any() for array in slots.get("mean_square", {}).values()):
        _refuse("What the optimizer remembers cannot be: a mean square is below 0.", "It should be 0 or above.")
    return TrainingState(step, float(seconds), weights, slots)


def read_snapshots(npz: bytes, step: int, shape: Shape) -> list[Snapshot]:
    """Return what the network was before `step`: as many ages as a run keeps at most, each whole."""
    with zipfile.ZipFile(io.BytesIO(npz)) as inner:
        found = {name.partition("/")[0] for name in inner.namelist()}
    steps = sorted(int(known) for known in found if known.isascii() and known.isdecimal() and len(known) <= 9)
    if len(steps) != len(found) or not 1 <= len(steps) <= count_kept(shape.count_parameters()):
        _refuse(
            "The run's snapshots cannot be told apart.", f"There should be at most {MAX_SNAPSHOTS}, by their steps."
        )
    if not 1 <= steps[0] <= steps[-1] <= step:
        _refuse("The run has snapshots of steps that it has not made.", "They should be from before its end.")
    shapes = shape.weight_shapes()
    expected = {f"{known}/{name}": size for known in steps for name, size in shapes.items()}
    arrays = read_arrays(io.BytesIO(npz), expected, "<f2")
    return [Snapshot(known, {name: arrays[f"{known}/{name}"] for name in shapes}) for known in steps]


def _refuse(came: str, expected: str) -> NoReturn:
    raise DamagedRun(came, expected, "Download the run once more and upload that file.")
