"""What is written to a run's folder after each stretch of training, whoever trained it: service or command line."""

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.service.live_run import LiveRun
from lstm_core.service.run_store import RunStore
from lstm_core.training.data import TrainingData, count_steps_per_epoch, count_symbols_per_step, program_key
from lstm_core.training.plan import Plan
from lstm_core.training.reports import TrainingReport
from lstm_core.training.review_data import ReviewData


def record_new_run(store: RunStore, spec: RunSpec, data: TrainingData | ReviewData) -> LiveRun:
    """Make a run's folder, and the run as it stands before its first step.

    Raises ServiceUnavailable when the folder cannot be made.
    """
    run_id = store.create(spec, data.vocabulary, data.shape)
    symbols_per_step = count_symbols_per_step(spec, data)
    run = LiveRun(run_id, spec, data.vocabulary, data.shape, Plan.from_spec(spec), data.note, symbols_per_step)
    run.steps_per_epoch = count_steps_per_epoch(spec, data)
    run.program = program_key(spec, data)
    store.save_status(run_id, run.status())
    return run


def record_report(store: RunStore, run: LiveRun, report: TrainingReport) -> None:
    """Add a stretch that `run` has taken in to its folder, and what could not be added before.

    Raises ServiceUnavailable when the disk refuses.
    """
    unsaved = run.step - run.saved_step
    curves = (run.losses, run.accuracies, run.step_seconds)
    store.append_history(run.run_id, run.saved_step + 1, *(curve.tail(unsaved) for curve in curves))
    run.saved_step = run.step
    for sample in report.samples:
        store.append_sample(run.run_id, vars(sample))
    if report.validation is not None:
        store.append_validation(run.run_id, vars(report.validation))


def record_checkpoint(store: RunStore, run: LiveRun, step: int, arrays: dict[str, np.ndarray]) -> None:
    """Add the state after `step` to the run's folder. Raises ServiceUnavailable when the disk refuses."""
    store.save_checkpoint(run.run_id, step, arrays)
    run.checkpoint_step, run.checkpoint_seconds = step, run.seconds
    store.save_status(run.run_id, run.status())
