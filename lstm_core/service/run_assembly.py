"""A run that is not begun but put together, from an upload or from the beginning of another run.

It is put together in the bin, out of sight, where half a run would vanish by itself, and appears in one piece.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.service.owners import NOBODY
from lstm_core.service.recording import record_checkpoint, record_new_run
from lstm_core.service.run_files import disk_errors_as
from lstm_core.service.run_store import RunStore
from lstm_core.training.data import TrainingData
from lstm_core.training.forecast import Forecast
from lstm_core.training.plan import Plan
from lstm_core.training.review_data import ReviewData
from lstm_core.training.snapshots import Snapshot
from lstm_core.training.state import TrainingState


@dataclass(frozen=True)
class RunParts:
    """All that makes a run. Curves have one value per step; `status` holds what is not worked out anew."""

    spec: RunSpec
    data: TrainingData | ReviewData
    state: TrainingState
    losses: Sequence[float] | np.ndarray
    accuracies: Sequence[float] | np.ndarray
    seconds: Sequence[float] | np.ndarray
    validations: Sequence[Mapping[str, Any]]
    samples: Sequence[Mapping[str, Any]]
    snapshots: Sequence[Snapshot]
    plan: Plan
    status: Mapping[str, Any]
    name: str = ""
    owner: str = NOBODY  # a hash, see owners.py
    forecast: Forecast = Forecast()


def assemble_run(store: RunStore, parts: RunParts) -> str:
    """Add a run to the store, as its newest, and return its id.

    Raises ServiceUnavailable when the disk refuses. Then the store is as before.
    """
    with disk_errors_as("The run could not be set up"):
        draft = store.bin.make_draft()
    try:
        beside = RunStore(draft)
        run = record_new_run(beside, parts.spec, parts.data, parts.owner, parts.forecast)
        beside.append_history(run.run_id, 1, parts.losses, parts.accuracies, parts.seconds)
        for note in parts.validations:
            beside.append_validation(run.run_id, note)
        for sample in parts.samples:
            beside.append_sample(run.run_id, sample)
        for snapshot in parts.snapshots:
            beside.save_snapshot(run.run_id, snapshot)
        if parts.name:
            beside.save_name(run.run_id, parts.name)
        run.step, run.seconds, run.plan = parts.state.step, parts.state.seconds, parts.plan
        record_checkpoint(beside, run, run.step, parts.state.to_arrays())
        beside.save_status(run.run_id, run.status() | dict(parts.status))
        store.adopt(beside, run.run_id)
        return run.run_id
    finally:
        shutil.rmtree(draft, ignore_errors=True)
