"""A run's ages: what the network was at a few steps of its life, so that it can be asked again later.

Most changes early, so snapshots lie evenly on a logarithmic scale of steps: the worker sends one whenever the run has
grown by half, and whoever keeps them thins them as they become many. Half precision (float16) is enough to write and
judge with; training goes on from checkpoints, which are exact.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.knobs import MAX_SNAPSHOT_BYTES, MAX_SNAPSHOTS
from lstm_core.network.shape import Weights

GRID_RATIO = math.sqrt(2)  # from one step at which a snapshot is due to the next
BYTES_PER_WEIGHT = 2


@dataclass(frozen=True)
class Snapshot:
    """The weights after `step` steps, float16."""

    step: int
    weights: Weights


def count_kept(parameters: int) -> int:
    """Return how many snapshots a run of a network this large keeps: fewer of a large one, none of the largest."""
    return min(MAX_SNAPSHOTS, MAX_SNAPSHOT_BYTES // (BYTES_PER_WEIGHT * max(1, parameters)))


def is_due(step_before: int, step: int) -> bool:
    """Tell whether a snapshot is due after `step`, when the last look was after `step_before`."""
    return step > step_before and _grid_place(step) > _grid_place(step_before)


def _grid_place(step: int) -> int:
    return math.floor(math.log(step, GRID_RATIO) + 1e-9) if step > 0 else -1


def take_snapshot(step: int, weights: Weights) -> Snapshot | None:
    """Return the weights (float32) at half precision; None when one of them is too large for it, or no number."""
    with np.errstate(over="ignore", invalid="ignore"):
        # In rows: a matrix that was drawn as the transpose of another lies in columns, which nobody reads.
        halved = {name: array.astype(np.float16, order="C") for name, array in weights.items()}
    return Snapshot(step, halved) if all(np.isfinite(array).all() for array in halved.values()) else None


def thin_steps(steps: Sequence[int], kept: int) -> list[int]:
    """Leave out as many of the rising `steps` (each 1 or more) as needed for `kept` that are evenly apart in log time.

    The first and the last stay (the last alone when one is kept). Again and again the step is left out whose two
    neighbours are nearest to each other.
    """
    thinned = list(steps)
    if len(thinned) > 8 * max(kept, 2):  # many at once, as when a long run is read: the nearest go together
        spans = np.floor(np.log(np.array(thinned) / thinned[0]) / np.log(thinned[-1] / thinned[0]) * 4 * max(kept, 2))
        _, firsts = np.unique(spans, return_index=True)
        thinned = [thinned[place] for place in firsts.tolist()]
    while len(thinned) > max(kept, 2):
        gaps = [thinned[i + 1] / thinned[i - 1] for i in range(1, len(thinned) - 1)]
        del thinned[1 + gaps.index(min(gaps))]
    return thinned[-kept:] if kept > 0 else []
