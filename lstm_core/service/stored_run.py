"""From a run's folder back to a live run, after the server was started anew or for a run of the command line."""

import sys
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_core.service.live_run import LiveRun
from lstm_core.service.mishaps import ENDED
from lstm_core.service.run_files import damaged
from lstm_core.service.run_store import RunStore
from lstm_core.service.views import ALIVE
from lstm_core.training.plan import Plan
from lstm_core.training.reports import Prediction, SampleNote, ValidationNote

_RESTING = ("paused", "stopped", "finished", "interrupted", "failed")


def load_live_run(store: RunStore, run_id: str) -> LiveRun:
    """Take up a run; one that was alive when its server ended is "interrupted", one click from going on.

    Raises RunNotFound when there is none, DamagedRun when its files cannot be read.
    """
    spec = store.load_spec(run_id)
    spec = replace(spec, text=sys.intern(spec.text))  # runs of the same text share it in memory
    vocabulary, shape = store.load_vocabulary_and_shape(run_id)
    status = store.load_status(run_id)
    try:
        run = LiveRun(
            run_id, spec, vocabulary, shape, Plan.from_record(status["plan"]), str(status["validation_note"]),
            int(status["symbols_per_step"]), float(status["created"]),
        )  # fmt: skip
        _take_status(run, status)
        run.add_samples(SampleNote(**record) for record in store.load_samples(run_id))
        run.curves.validations = [ValidationNote(**record) for record in store.load_validations(run_id)]
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise damaged("status or notes do not hold what they should") from error
    run.name, run.owner = store.load_name(run_id), store.load_owner(run_id)
    run.forecast = store.load_forecast(run_id)
    _take_history(run, store)
    return run


def _take_status(run: LiveRun, status: dict[str, Any]) -> None:
    run.state = "interrupted" if status["state"] in ALIVE else str(status["state"])
    run.mishap = ENDED if run.state == "interrupted" else ""
    if run.state not in _RESTING:
        raise ValueError(f"unknown state {run.state}")
    run.accuracy = None if status["accuracy"] is None else float(status["accuracy"])
    run.stopped_by = None if status["stopped_by"] is None else str(status["stopped_by"])
    run.note = str(status["note"])
    run.symbols_per_second = float(status["symbols_per_second"])
    run.checkpoint_step = int(status["checkpoint_step"])
    run.steps_per_epoch = int(status.get("steps_per_epoch", 0))
    run.cpu_seconds = float(status.get("cpu_seconds", 0.0))
    records = status.get("predictions", [])
    run.predictions = tuple(Prediction(**(record | {"context": tuple(record["context"])})) for record in records)


def _take_history(run: LiveRun, store: RunStore) -> None:
    history = store.load_history(run.run_id)
    run.curves.extend(0, history.losses, history.accuracies, history.seconds)
    run.step = run.saved_step = len(history.losses)
    run.seconds = float(history.seconds[-1]) if run.step else 0.0
    # A machine that went down may have kept the checkpoint and lost the end of the history.
    run.checkpoint_step = min(run.checkpoint_step, run.step)
    run.checkpoint_seconds = float(np.append(0.0, history.seconds)[run.checkpoint_step])
