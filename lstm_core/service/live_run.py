"""One run as the service holds it: its state, its curves, what it last said. Everything here happens under its lock."""

import time
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from lstm_core.network.shapes import Shape
from lstm_core.network.spec import RunSpec
from lstm_core.service.run_curves import GrowingArray, RunCurves
from lstm_core.service.turns import Place
from lstm_core.service.views import ALIVE, RunView
from lstm_core.text.symbols import Vocabulary
from lstm_core.training.forecast import Forecast
from lstm_core.training.plan import Plan
from lstm_core.training.reports import (
    ARTICLE_STEPS_AVERAGED,
    STEPS_AVERAGED,
    Prediction,
    SampleNote,
    TrainingReport,
    ValidationNote,
)
from lstm_core.training.slices import SliceRequest, SliceResult
from lstm_core.training.snapshots import Snapshot, thin_steps

Note = TypeVar("Note", SampleNote, ValidationNote, Snapshot)
MAX_SAMPLES_KEPT = 300  # on the timeline; three temperatures make three


@dataclass
class LiveRun:
    """A run that somebody trains, has trained, or looks at."""

    run_id: str
    spec: RunSpec
    vocabulary: Vocabulary
    shape: Shape
    plan: Plan
    validation_note: str
    symbols_per_step: int
    created: float = field(default_factory=time.time)
    steps_per_epoch: int = 0  # 0: a run of an older version, which did not write it down
    name: str = ""  # what a visitor called it
    forecast: Forecast = Forecast()  # what its visitor expected of it
    owner: str = ""  # hash of the token of the browser that made it, see owners.py; "" for nobody
    state: str = "waiting"
    step: int = 0
    seconds: float = 0.0
    accuracy: float | None = None  # over all windows, where the run measures it
    stopped_by: str | None = None
    note: str = ""  # what has happened to it
    trouble: str = ""  # why it cannot be written down at the moment
    saved_step: int = 0  # its curves are on disk up to here
    unsaved_samples: "deque[SampleNote]" = field(default_factory=lambda: deque(maxlen=MAX_SAMPLES_KEPT))
    unsaved_validations: "deque[ValidationNote]" = field(default_factory=deque)
    unsaved_snapshots: "deque[Snapshot]" = field(default_factory=deque)
    checkpoint_step: int = 0
    checkpoint_seconds: float = 0.0
    symbols_per_second: float = 0.0
    cpu_seconds: float = 0.0  # what it has cost, also what was lost since
    cores: int = 0
    curves: RunCurves = field(default_factory=RunCurves)
    samples: list[SampleNote] = field(default_factory=list)  # the timeline
    predictions: tuple[Prediction, ...] = ()
    words_version: int = 0  # grows when samples or predictions come or go
    # What the conductor needs to know
    is_single_step: bool = False  # after "Step": pause again when it is made
    learning_rate_wanted: float | None = None  # wishes wait until no slice is out: only then is the step known
    steps_wanted: int | None = None  # more of them, after "Train on"
    wants_checkpoint: bool = False
    is_unsaved: bool = False  # its status has changed since it was written down
    worker: str | None = None  # address of the worker that has the live trainer; None: send spec and state
    carried: dict[str, np.ndarray] | None = None  # its state, which no worker keeps and the disk has refused
    slice_out: SliceRequest | None = None  # what a worker does for it now
    worker_out: str | None = None  # the worker that was asked to do it
    out_since: float = 0.0  # time.monotonic() when it was asked
    since: float = 0.0  # time.monotonic() when it was begun or resumed
    is_new: bool = True  # no slice was handed out since then
    seen: float = float("-inf")  # time.monotonic() when a page asked for it last
    last_end: float | None = None  # time.monotonic() when its last slice came back, since then
    share: float = 1.0  # seconds of training in a second of the clock, lately
    place: Place | None = None  # in the queue, as it was told last; None: it is out, or rests
    program: Hashable = None  # which compiled program it calls; None: not known, for it was taken up from disk
    compile_seconds: float | None = None  # that it is expected to wait for its program; None: it is there
    failures: int = 0  # slices lost in a row
    lost_on: str | None = None  # the worker that the last of them was lost with
    mishap: str = ""  # what the training process did when the last slice was lost; "" when it came back
    save_again: float = 0.0  # time.monotonic() when what could not be saved is tried again

    @cached_property
    def parameters(self) -> int:
        """How many numbers training adjusts."""
        return self.shape.count_parameters()

    @property
    def is_alive(self) -> bool:
        """Whether it wants more slices."""
        return self.state in ALIVE

    def live(self, is_single_step: bool = False) -> None:
        """Want slices from now on, or only one with a single step."""
        self.state, self.is_single_step, self.is_unsaved = "waiting", is_single_step, True
        self.since = self.seen = time.monotonic()
        self.is_new, self.failures, self.last_end = True, 0, None

    def rest(self, state: str, stopped_by: str | None = None, note: str | None = None) -> None:
        """Want no more slices but the one that brings what is not saved yet; `note` in place of the one before."""
        self.state, self.stopped_by = state, stopped_by
        self.note = self.note if note is None else note
        self.is_single_step, self.steps_wanted, self.is_unsaved = False, None, True
        self.wants_checkpoint = self.checkpoint_step < self.step or self.slice_out is not None

    def take_up_wishes(self) -> None:
        """Change the plan as the visitor asked, from the next step on."""
        if self.learning_rate_wanted is not None:
            self.plan = self.plan.with_learning_rate(self.step, self.learning_rate_wanted)
        if self.steps_wanted is not None:
            self.plan = self.plan.train_on(self.step, self.steps_wanted)
        self.learning_rate_wanted = self.steps_wanted = None

    def add_result(self, request: SliceRequest, result: SliceResult) -> None:
        """Take in what came of `request`; the visitor may have changed their mind since it was sent."""
        if result.is_unknown:
            self.worker = None
            return
        self.worker, self.plan = result.worker, result.plan
        self.failures, self.lost_on, self.mishap = 0, None, ""
        if result.report is not None:
            self.add_report(result.report)
            if result.report.stopped_by and self.steps_wanted is None:
                self.state, self.stopped_by = "finished", result.report.stopped_by
            elif request.max_steps and self.is_single_step:
                self.state, self.wants_checkpoint = "paused", True
            elif self.state == "compiling":
                self.state = "training"
        if not self.is_alive:
            self.is_single_step, self.is_unsaved = False, True

    def fail(self, note: str) -> None:
        """Train it no more until somebody asks for it."""
        self.state, self.note, self.is_unsaved = "failed", note, True

    def add_report(self, report: TrainingReport) -> None:
        """Take in what a slice brought."""
        count = len(report.losses)
        self.cpu_seconds += report.cpu_seconds
        if count:
            self._add_steps(report, count)
        self.accuracy = self.accuracy if report.accuracy is None else report.accuracy
        if report.samples or report.predictions:
            self.predictions = report.predictions or self.predictions
            self.add_samples(report.samples)
            self.words_version += 1
        self.curves.validations += [report.validation] if report.validation else []

    def add_samples(self, notes: Iterable[SampleNote]) -> None:
        """Add to the timeline. A long one is thinned evenly in log time, so that its beginning can always be seen."""
        self.samples.extend(notes)
        if len(self.samples) > MAX_SAMPLES_KEPT:
            moments = sorted({max(1, note.step) for note in self.samples})
            at_each = -(-len(self.samples) // len(moments))
            kept = set(thin_steps(moments, max(1, MAX_SAMPLES_KEPT // at_each)))
            self.samples = [note for note in self.samples if max(1, note.step) in kept]

    def _add_steps(self, report: TrainingReport, count: int) -> None:
        at = self.seconds + report.seconds * np.arange(1, count + 1) / count
        self.curves.extend(report.first_step - 1, report.losses, report.accuracies, at)
        self.step = report.last_step
        self.seconds += report.seconds
        self.symbols_per_second = count * self.symbols_per_step / max(report.seconds, 1e-9)

    def go_back_to(self, step: int) -> None:
        """Forget all that came after `step`, the step of the last checkpoint.

        A machine that went down may have lost the history's end and kept a later checkpoint: the gap becomes NaN.
        """
        if step <= self.step:
            self.seconds = self.curves.seconds_at(step)
        self.step = self.checkpoint_step = step
        self.saved_step = min(self.saved_step, step)
        self.curves.go_back_to(step)
        self.samples = [note for note in self.samples if note.step <= step]
        _drop_later(self.unsaved_samples, step)
        _drop_later(self.unsaved_validations, step)
        _drop_later(self.unsaved_snapshots, step)
        self.words_version += 1
        self.checkpoint_seconds = self.seconds
        self.worker = self.carried = None

    def stamp(self) -> tuple[Any, ...]:
        """Return what changes whenever a view or the curves do; cheap to ask for."""
        return (
            self.curves.generation, self.step, self.state, self.slice_out is None, self.words_version,
            len(self.curves.validations),
            self.plan, self.stopped_by, self.note, self.trouble, self.cores, self.name,
            round(2 * self._compiling_for()),
            self.place and (self.place.runs_before, self.place.waits_for_own, round(self.place.seconds or 0)),
        )  # fmt: skip

    def _compiling_for(self) -> float:
        return time.monotonic() - self.out_since if self.state == "compiling" else 0.0

    def view(self) -> RunView:
        """Return a snapshot."""
        place = self.place if self.is_alive and self.slice_out is None else None
        validation = self.curves.validations[-1] if self.curves.validations else None
        return RunView(
            run_id=self.run_id, spec=self.spec, state=self.state, step=self.step, total_steps=self.plan.total_steps,
            loss=self._average(self.curves.losses, STEPS_AVERAGED), accuracy=self._shown_accuracy(),
            validation_loss=validation.loss if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            seconds=self.seconds, symbols_per_second=self.symbols_per_second, seconds_left=self._seconds_left(),
            place=place.runs_before if place else 0, wait_seconds=place.seconds if place else None,
            waits_for_own=bool(place and place.waits_for_own), owner=self.owner,
            cores=self.cores if self.state == "training" else 0,
            learning_rate=self.plan.learning_rates[-1][1], note=self.trouble or self.note,
            validation_note=self.validation_note, stopped_by=self.stopped_by, checkpoint_step=self.checkpoint_step,
            parameters=self.parameters, symbol_count=self.shape.symbol_count,
            samples=tuple(self.samples), predictions=self.predictions, created=self.created,
            name=self.name, is_out=self.slice_out is not None, steps_per_epoch=self.steps_per_epoch,
            cpu_seconds=self.cpu_seconds, forecast=self.forecast, compile_seconds=self.compile_seconds,
            words_version=self.words_version, compiling_for=self._compiling_for(),
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        """Return what the run store keeps beside curves and checkpoints, as plain JSON values."""
        return {
            "state": self.state, "step": self.step, "seconds": self.seconds, "plan": self.plan.to_record(),
            "accuracy": self.accuracy, "stopped_by": self.stopped_by, "note": self.note, "created": self.created,
            "validation_note": self.validation_note, "symbols_per_step": self.symbols_per_step,
            "predictions": [vars(prediction) for prediction in self.predictions],
            "symbols_per_second": self.symbols_per_second, "checkpoint_step": self.checkpoint_step,
            "steps_per_epoch": self.steps_per_epoch, "cpu_seconds": self.cpu_seconds,
        }  # fmt: skip

    def _average(self, curve: GrowingArray, steps: int) -> float | None:
        tail = curve.tail(max(1, min(steps, self.step // 10)))
        return float(tail.mean()) if len(tail) else None

    def _shown_accuracy(self) -> float | None:
        """Over all windows where that is measured; else over the last steps, 1,000 of them in the tutorials' way."""
        if self.accuracy is not None:
            return self.accuracy
        if self.spec.recipe == "article" and self.spec.reviews is None:
            tail = self.curves.accuracies.tail(ARTICLE_STEPS_AVERAGED)
            return float(tail.mean()) if len(tail) else None
        return self._average(self.curves.accuracies, STEPS_AVERAGED)

    def _seconds_left(self) -> float | None:
        """Return the seconds to the end of the budget at its present speed and share of the cores; None if unknown."""
        if not self.is_alive or not self.symbols_per_second:
            return None
        if self.plan.total_steps is None:
            return max(0.0, self.spec.seconds - self.seconds) / self.share
        left = (self.plan.total_steps - self.step) * self.symbols_per_step
        return left / self.symbols_per_second / self.share


def _drop_later(notes: "deque[Note]", step: int) -> None:
    kept = [note for note in notes if note.step <= step]
    notes.clear()
    notes.extend(kept)
