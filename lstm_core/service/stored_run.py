"""From a run's folder back to a live run, after the server was started anew or for a run of the command line."""

import numpy as np

from lstm_core.errors import DamagedRun
from lstm_core.service.live_run import ALIVE, LiveRun
from lstm_core.service.run_store import RunStore
from lstm_core.training.plan import Plan
from lstm_core.training.reports import SampleNote, ValidationNote


def load_live_run(store: RunStore, run_id: str) -> LiveRun:
    """Take up a run; one that was alive when its server ended is "interrupted", one click from going on.

    Raises RunNotFound when there is none, DamagedRun when its files cannot be read.
    """
    spec = store.load_spec(run_id)
    status = store.load_status(run_id)
    vocabulary, shape = store.load_vocabulary_and_shape(run_id)
    try:
        run = LiveRun(
            run_id, spec, vocabulary, shape, Plan.from_record(status["plan"]), str(status["validation_note"]),
            int(status["symbols_per_step"]), float(status["created"]),
        )  # fmt: skip
        run.state = "interrupted" if status["state"] in ALIVE else str(status["state"])
        run.accuracy, run.stopped_by, run.note = status["accuracy"], status["stopped_by"], str(status["note"])
        run.symbols_per_second = float(status["symbols_per_second"])
        run.checkpoint_step = int(status["checkpoint_step"])
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedRun(
            "The status of this run cannot be read.", "It must hold plan, state and counts.", "Train it anew."
        ) from error
    history = store.load_history(run_id)
    for curve, values in (
        (run.losses, history.losses), (run.accuracies, history.accuracies), (run.step_seconds, history.seconds),
    ):  # fmt: skip
        curve.extend(0, values)
    run.step = len(history.losses)
    run.seconds = float(history.seconds[-1]) if run.step else 0.0
    run.checkpoint_seconds = float(np.append(history.seconds, 0.0)[max(0, run.checkpoint_step - 1)])
    run.samples.extend(SampleNote(**record) for record in store.load_samples(run_id))
    run.validations = [ValidationNote(**record) for record in store.load_validations(run_id)]
    return run
