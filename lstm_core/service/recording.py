"""What is written to a run's folder after each stretch of training, whoever trained it: service or command line."""

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.service.live_run import LiveRun
from lstm_core.service.owners import NOBODY
from lstm_core.service.run_store import RunStore
from lstm_core.training.data import TrainingData, count_steps_per_epoch, count_symbols_per_step, program_key
from lstm_core.training.forecast import Forecast
from lstm_core.training.plan import Plan
from lstm_core.training.reports import TrainingReport
from lstm_core.training.review_data import ReviewData

NO_FORECAST = Forecast()


def record_new_run(
    store: RunStore,
    spec: RunSpec,
    data: TrainingData | ReviewData,
    owner: str = NOBODY,
    forecast: Forecast = NO_FORECAST,
) -> LiveRun:
    """Make a run's folder, and the run as it stands before its first step; `owner` is a token's hash, see owners.py.

    Raises ServiceUnavailable when the folder cannot be made.
    """
    run_id = store.create(spec, data.vocabulary, data.shape, owner)
    symbols_per_step = count_symbols_per_step(spec, data)
    run = LiveRun(run_id, spec, data.vocabulary, data.shape, Plan.from_spec(spec), data.note, symbols_per_step)
    run.owner, run.forecast = owner, forecast
    if forecast:
        store.save_forecast(run_id, forecast)
    run.steps_per_epoch = count_steps_per_epoch(spec, data)
    run.program = program_key(spec, data)
    store.save_status(run_id, run.status())
    return run


def record_report(store: RunStore, run: LiveRun, report: TrainingReport) -> None:
    """Add a stretch that `run` has taken in to its folder, and what could not be added before.

    Raises ServiceUnavailable when the disk refuses.
    """
    run.unsaved_samples.extend(report.samples)
    run.unsaved_validations.extend([report.validation] if report.validation else [])
    run.unsaved_snapshots.extend(report.snapshots)
    record_unsaved(store, run)


def record_unsaved(store: RunStore, run: LiveRun) -> None:
    """Add to the run's folder what `run` has taken in and is not there yet. Raises ServiceUnavailable as above."""
    store.append_history(run.run_id, run.saved_step + 1, *run.curves.after(run.saved_step))
    run.saved_step = run.step
    while run.unsaved_samples:
        store.append_sample(run.run_id, vars(run.unsaved_samples[0]))
        run.unsaved_samples.popleft()
    while run.unsaved_validations:
        store.append_validation(run.run_id, vars(run.unsaved_validations[0]))
        run.unsaved_validations.popleft()
    while run.unsaved_snapshots:
        store.save_snapshot(run.run_id, run.unsaved_snapshots[0])
        run.unsaved_snapshots.popleft()


def record_checkpoint(store: RunStore, run: LiveRun, step: int, arrays: dict[str, np.ndarray]) -> None:
    """Add the state after `step` to the run's folder. Raises ServiceUnavailable when the disk refuses."""
    store.save_checkpoint(run.run_id, step, arrays)
    run.checkpoint_step, run.checkpoint_seconds = step, run.seconds
    store.save_status(run.run_id, run.status())
