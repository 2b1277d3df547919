"""A new run that goes on from an age of another, with settings changed: "back to step 400, half the learning rate".

It brings the other's curves, samples and ages up to there, so that its own chart tells the whole story.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import KNOBS, MAX_RUN_NAME_CHARACTERS
from lstm_core.network.spec import RunSpec
from lstm_core.service.owners import NOBODY
from lstm_core.service.run_assembly import RunParts, assemble_run
from lstm_core.service.run_files import damaged
from lstm_core.service.run_names import clean_run_name
from lstm_core.service.run_store import RunStore
from lstm_core.training.data import prepare_run
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.plan import Plan
from lstm_core.training.state import TrainingState


def branch_run(
    store: RunStore, run_id: str, step: int, settings: Mapping[str, Any], steps: int | None = None, owner: str = NOBODY
) -> str:
    """Make a run that rests at `step` of run `run_id`, with `settings` changed, and return its id; `owner` is a hash.

    It goes on to the end of the other's budget, or for `steps` more. From the last checkpoint it goes on exactly; from
    a snapshot the optimizer begins afresh. Raises InvalidSetting when a setting is out of bounds or would be another
    network, DamagedRun when that age is not kept or cannot be read, ServiceUnavailable when the disk refuses.
    """
    parent = store.load_spec(run_id)
    spec = parent.changed(**settings)
    data = prepare_run(spec)
    _, shape = store.load_vocabulary_and_shape(run_id)
    if data.shape != shape:
        raise InvalidSetting(
            "With these settings it would be another network.",
            "A run that branches off keeps its network and its symbols.",
            "Start anew with them.",
        )
    history = store.load_history(run_id)
    if not 0 < step <= len(history.losses):
        raise damaged(f"step {step:,} is not kept")
    state = _load_state(store, run_id, spec, step, float(np.nan_to_num(history.seconds[step - 1])))
    status = store.load_status(run_id)
    name = store.load_name(run_id) or spec.text_name
    changes = ", ".join(f"{KNOBS[knob].label.lower()} {value:g}" for knob, value in settings.items())
    parts = RunParts(
        spec, data, state, history.losses[:step], history.accuracies[:step], history.seconds[:step],
        [note for note in store.load_validations(run_id) if note["step"] <= step],
        [note for note in store.load_samples(run_id) if note["step"] <= step],
        store.load_snapshots(run_id, step), _plan(Plan.from_record(status["plan"]), spec, step, settings, steps),
        {"state": "paused", "note": f"It branched off “{name}” at step {step:,}{f': {changes}' if changes else ''}."},
        clean_run_name(f"{name[: MAX_RUN_NAME_CHARACTERS - 24]}, from step {step:,}"), owner,
    )  # fmt: skip
    return assemble_run(store, parts)


def _load_state(store: RunStore, run_id: str, spec: RunSpec, step: int, seconds: float) -> TrainingState:
    """Return weights and what the optimizer remembers: all of it from a checkpoint, nothing yet from a snapshot."""
    checkpoint = store.load_checkpoint(run_id)
    _, shape = store.load_vocabulary_and_shape(run_id)
    if checkpoint is not None and checkpoint[0] == step:
        return TrainingState.from_arrays(checkpoint[1], shape, spec.optimizer)
    weights = store.load_snapshot(run_id, step).weights
    return TrainingState(step, seconds, weights, initial_slots(spec.optimizer, weights))


def _plan(plan: Plan, spec: RunSpec, step: int, settings: Mapping[str, Any], steps: int | None) -> Plan:
    """Return the other run's plan from `step` on: its budget, with what was changed."""
    plan = plan.with_learning_rate(step, float(settings.get("learning_rate", plan.rate_at(step))))
    if steps is not None:
        return plan.train_on(step, steps)
    if plan.total_steps is not None and plan.total_steps <= step:
        return plan.train_on(step, spec.steps or step)
    return plan
