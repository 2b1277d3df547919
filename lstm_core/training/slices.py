"""A slice of training, under half a second, as a task for a Dask worker: what goes out, what comes back.

A worker keeps the live trainer of each run that it was given, compiled program, weights and all; so most slices carry
only a few numbers. A worker that does not have the run (it is new, or the run moved) says so, and gets spec and state.
No TensorFlow is imported until a slice runs: the server process reads this module too.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.training.plan import Plan
from lstm_core.training.reports import TrainingReport

if TYPE_CHECKING:
    from lstm_core.training.trainer import Trainer

MAX_KEPT_BYTES = 400 * 2**20  # of weights and slots of all runs that a worker keeps alive
IDLE_SECONDS = 10.0  # without a turn, before a run whose state is safe makes room for others
ABANDONED_SECONDS = 600.0  # without a turn, before any run does: the server that it belongs to has gone


@dataclass(frozen=True)
class RunState:
    """All that a worker needs to take up a run; `arrays` is a checkpoint (None: from the beginning)."""

    spec: RunSpec
    arrays: dict[str, np.ndarray] | None


@dataclass(frozen=True)
class SliceRequest:
    """Train run `run_id` on from `step` for about `seconds`, or `max_steps` if that comes first; 0 steps: only look."""

    run_id: str
    step: int
    plan: Plan
    seconds: float
    max_steps: int | None
    wants_checkpoint: bool
    state: RunState | None  # None: the worker should have it
    cores: int = 1  # how many may work for it
    leaves: bool = False  # the worker is not to keep it: its state travels, and another one takes it up


@dataclass(frozen=True)
class SliceResult:
    """What a slice brought. Without a report and with `is_unknown` the worker does not have the run at that step."""

    report: TrainingReport | None
    plan: Plan
    checkpoint: dict[str, np.ndarray] | None
    worker: str | None  # address of the worker that keeps the live trainer now; None: there was no room for it
    is_unknown: bool = False


@dataclass(frozen=True)
class _Kept:
    trainer: "Trainer"
    since: float  # time.monotonic() of its last slice
    is_safe: bool  # its state has travelled as a checkpoint


_kept: OrderedDict[str, _Kept] = OrderedDict()  # by run id, the one used last at the end
_lock = threading.Lock()  # a worker runs several tasks at once, each of another run
_at_work = 0  # slices that this process makes at this moment


def train_slice(request: SliceRequest) -> SliceResult:
    """Run one slice in a worker process. Raises what preparing the run raises, such as TextTooShort."""
    from distributed import get_worker

    address = get_worker().address
    trainer = _take_trainer(request)
    if trainer is None:
        return SliceResult(None, request.plan, None, None, is_unknown=True)
    trainer.plan, trainer.cores = request.plan, request.cores
    report = _make_slice(trainer, request)
    wants_checkpoint = request.wants_checkpoint or bool(report.stopped_by)
    is_wanted = not (request.leaves or report.stopped_by)  # one that has reached its end seldom trains on
    keeps = is_wanted and _keep_trainer(request.run_id, trainer, is_safe=wants_checkpoint)
    checkpoint = trainer.state().to_arrays() if wants_checkpoint or not keeps else None
    return SliceResult(report, trainer.plan, checkpoint, address if keeps else None)


def _make_slice(trainer: "Trainer", request: SliceRequest) -> TrainingReport:
    """Train, or only look; the processor time of the process is shared out among the slices that were at work in it."""
    global _at_work
    with _lock:
        _at_work += 1
        at_beginning = _at_work
    try:
        report = trainer.examine() if request.max_steps == 0 else trainer.train(request.seconds, request.max_steps)
    finally:
        with _lock:
            at_end = _at_work
            _at_work -= 1
    return replace(report, cpu_seconds=2 * report.cpu_seconds / (at_beginning + at_end))


def _take_trainer(request: SliceRequest) -> "Trainer | None":
    """Take the run's live trainer out of the kept ones, or build it from the state that came along."""
    with _lock:
        kept = _kept.pop(request.run_id, None)
    if request.state is None:
        return kept.trainer if kept is not None and kept.trainer.step == request.step else None
    from lstm_core.training.state import TrainingState
    from lstm_core.training.trainer import Trainer

    spec, arrays = request.state.spec, request.state.arrays
    trainer = Trainer(spec, plan=request.plan)
    if arrays is not None:
        trainer.restore(TrainingState.from_arrays(arrays, trainer.data.shape, spec.optimizer))
    return trainer


def _keep_trainer(run_id: str, trainer: "Trainer", is_safe: bool) -> bool:
    """Put the trainer back; return False when there is no room for it, so that its state must travel."""
    with _lock:
        others = sum(kept.trainer.kept_bytes for kept in _kept.values())
        for oldest_id, oldest in list(_kept.items()):
            if others + trainer.kept_bytes <= MAX_KEPT_BYTES:
                break
            if time.monotonic() - oldest.since > (IDLE_SECONDS if oldest.is_safe else ABANDONED_SECONDS):
                others -= _kept.pop(oldest_id).trainer.kept_bytes
        has_room = others + trainer.kept_bytes <= MAX_KEPT_BYTES
        if has_room:
            _kept[run_id] = _Kept(trainer, time.monotonic(), is_safe)
        return has_room
