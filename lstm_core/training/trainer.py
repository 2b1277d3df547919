"""Trains a run and reports: `for report in trainer` is all that the command line needs, `trainer.train(seconds)` all
that a slice needs. What it trains on is a course (`courses.py`); the mathematics is in `step.py` and `review_step.py`.
"""

import ctypes
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf

from lstm_core.network.shape import draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.training.courses import Call, build_course, compile_call
from lstm_core.training.data import count_symbols_per_step
from lstm_core.training.environment import own_programs_folder, trim_compiled_programs
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.plan import Plan
from lstm_core.training.program import MAX_STEPS_PER_CALL, PARTS
from lstm_core.training.reports import Prediction, SampleNote, TrainingReport
from lstm_core.training.snapshots import Snapshot, count_kept, is_due, take_snapshot
from lstm_core.training.state import TrainingState

SECONDS_PER_CALL = 0.12  # short enough to notice a goal or a pause, long enough that the call itself costs nothing
SECONDS_TO_MEASURE_SPEED = 1.0  # of training, before a budget in seconds becomes a number of steps


class Trainer:
    """Trains one run, from its beginning or from a state.

    `until_accuracy` (0 to 1) ends it as soon as its accuracy reaches it: over all windows of a text of words; averaged
    over the last steps for the recipe "article" and for characters.
    """

    def __init__(
        self,
        spec: RunSpec,
        state: TrainingState | None = None,
        plan: Plan | None = None,
        until_accuracy: float | None = None,
    ) -> None:
        self.spec = spec
        self.plan = plan or Plan.from_spec(spec)
        self._course = build_course(spec)
        self._examiner = self._course.examiner
        self.data: Any = self._course.data  # TrainingData or ReviewData
        self.symbols_per_step = count_symbols_per_step(spec, self.data)
        self._until_accuracy = until_accuracy
        self.cores = PARTS  # how many may work for this run; what it learns does not depend on it
        self._seconds_per_step: float | None = None
        self._compiled: set[Any] = set()  # keys of the calls that need no compiling any more
        if state is None:
            weights = draw_weights(self.data.shape, spec.random_seed, spec.forget_bias, spec.initialization)
            state = TrainingState(0, 0.0, weights, initial_slots(spec.optimizer, weights))
        self.restore(state)

    def __iter__(self) -> Iterator[TrainingReport]:
        """Train to the end of the budget, a report every half second."""
        while True:
            report = self.train(0.5)
            yield report
            if report.stopped_by:
                return

    def train(self, seconds: float, max_steps: int | None = None) -> TrainingReport:
        """Train for about `seconds` (or `max_steps`, if that comes first) and report. At least one step is made."""
        compile_seconds = trained = 0.0
        cpu_before = time.process_time()
        losses: list[np.ndarray] = []
        accuracies: list[np.ndarray] = []
        snapshots: list[Snapshot] = []
        stopped_by = None
        while stopped_by is None and (trained < seconds or not losses):
            call = self._plan_call(self._steps_in_next_call(seconds - trained, max_steps))
            compile_seconds += self._compile(call)
            call_losses, call_accuracies, call_seconds = self._make_steps(call)
            losses.append(call_losses)
            accuracies.append(call_accuracies)
            trained += call_seconds
            snapshots += self._take_snapshot(self.step - call.count)
            if max_steps is not None:
                max_steps -= call.count
            self._settle_budget()
            stopped_by = self._why_to_stop(call_accuracies)
            if max_steps == 0:
                break
        is_last = stopped_by is not None
        report = self._report(
            np.concatenate(losses), np.concatenate(accuracies), trained, compile_seconds, is_last, stopped_by
        )
        return replace(report, snapshots=tuple(snapshots), cpu_seconds=time.process_time() - cpu_before)

    def examine(self) -> TrainingReport:
        """Report on the network as it is, without a step: for a run that rests from now on."""
        return self._report(np.empty(0, np.float32), np.empty(0, np.float32), 0.0, 0.0, is_last=True)

    def state(self) -> TrainingState:
        """Return a copy of the state after the last step, in plain NumPy."""
        slots = {slot: _to_numpy(tensors) for slot, tensors in self._slots.items()}
        return TrainingState(self.step, self.seconds, _to_numpy(self._weights), slots)

    def network(self) -> TrainedNetwork:
        """Return the network as it is now, ready to write."""
        title = f"{self.spec.text_name}, step {self.step:,}"
        return TrainedNetwork(self.data.shape, _to_numpy(self._weights), self.data.vocabulary, self.step, title)

    def evaluate_fully(self) -> tuple[Any, Any, Any]:
        """Measure on the training part, the held-out one and the test reviews: NetworkLoss or ReviewLoss, or None."""
        return self._examiner.evaluate_fully(self.network())

    @property
    def kept_bytes(self) -> int:
        """Memory that keeping this trainer alive costs: weights, slots and ids."""
        arrays = [*self._weights.values(), *(array for slot in self._slots.values() for array in slot.values())]
        return 4 * sum(array.shape.num_elements() for array in arrays) + self._course.kept_bytes

    def restore(self, state: TrainingState) -> None:
        """Go on from `state`, which must be of this trainer's spec."""
        self.step, self.seconds = state.step, state.seconds
        self._weights = {name: tf.constant(array) for name, array in state.weights.items()}
        self._slots = {
            slot: {name: tf.constant(array) for name, array in arrays.items()} for slot, arrays in state.slots.items()
        }

    def compile_ahead(self, number: int) -> tuple[float, bool]:
        """Compile the program that a run calls first (number 0), second, …; make no step.

        Returns the seconds it took, and whether there are more programs after this one.
        """
        calls = self._course.calls_ahead()
        return self._compile(calls[number]), number + 1 < len(calls)

    def _plan_call(self, count: int) -> Call:
        return self._course.plan_call(self.step + 1, count, self.plan.rates(self.step + 1, count))

    def _compile(self, call: Call) -> float:
        """Compile, if this is the first call of its kind; return the seconds it took."""
        if call.key in self._compiled:
            return 0.0
        self._compiled.add(call.key)
        seconds = compile_call(call, self._weights, self._slots)
        give_back_memory()
        if folder := own_programs_folder():
            trim_compiled_programs(folder)
        return seconds

    def _make_steps(self, call: Call) -> tuple[np.ndarray, np.ndarray, float]:
        """Make the steps of a call; return their losses and accuracies, (count,) float32, and the seconds it took."""
        started = time.perf_counter()
        self._weights, self._slots, *made = call.program(
            self._weights, self._slots, call.data, call.learning_rates, call.numbers, self.cores
        )
        elapsed = time.perf_counter() - started
        self.step += call.count
        self.seconds += elapsed
        self._seconds_per_step = elapsed / call.count
        return made[0], made[1], elapsed

    def _take_snapshot(self, step_before: int) -> list[Snapshot]:
        """Return the network at half precision if it has grown by half since the last look, and is not too large."""
        if not is_due(step_before, self.step) or not count_kept(self.data.shape.count_parameters()):
            return []
        snapshot = take_snapshot(self.step, _to_numpy(self._weights))
        return [snapshot] if snapshot else []

    def _steps_in_next_call(self, seconds_left: float, max_steps: int | None) -> int:
        """How many steps fit into the next call; few at first, while the speed is not known."""
        seconds = min(SECONDS_PER_CALL, max(seconds_left, 0.01))
        count = round(seconds / self._seconds_per_step) if self._seconds_per_step else 2
        limits = [MAX_STEPS_PER_CALL, max_steps, self._last_step and self._last_step - self.step]
        return max(1, min(count, *(limit for limit in limits if limit is not None)))

    @property
    def _last_step(self) -> int | None:
        """Where the budget ends as far as it is known; steps bound it before its seconds have become steps."""
        return self.plan.total_steps or self.spec.steps or None

    def _settle_budget(self) -> None:
        """Turn a budget in seconds into steps as soon as the speed is known, and put that right in its first quarter.

        The first steps are slower than those that follow. Later, a learning rate that sinks to the end would jump.
        """
        quarter = self.spec.seconds / 4
        if not self.plan.is_timed or self._seconds_per_step is None:
            return
        total = round(self.step + (self.spec.seconds - self.seconds) / self._seconds_per_step)
        total = min(total, self.spec.steps or total)
        if self.plan.total_steps is None and self.seconds >= min(SECONDS_TO_MEASURE_SPEED, quarter):
            self.plan = self.plan.with_total(self.step, total)
        elif self.plan.total_steps is not None and self.seconds < quarter:
            self.plan = self.plan.corrected(self.step, total)

    def _report(
        self,
        losses: np.ndarray,
        accuracies: np.ndarray,
        seconds: float,
        compile_seconds: float,
        is_last: bool,
        stopped_by: str | None = None,
    ) -> TrainingReport:
        """Return the report of the steps just made; on the last ones the network is looked at in any case.

        On a run's first ones it never is: the first point of a curve does not wait for words.
        """
        if is_last:
            self._examiner.measure(self.network(), self.seconds)
        validation = None
        samples: tuple[SampleNote, ...] = ()
        predictions: tuple[Prediction, ...] = ()
        if is_last or self.step > len(losses):
            validation = self._examiner.validate(self.network, self.seconds, is_last)
            samples, predictions = self._examiner.observe(self.network, self.seconds, is_last)
        return TrainingReport(
            self.step - len(losses) + 1, losses, accuracies, seconds, compile_seconds, self._examiner.accuracy,
            validation, samples, predictions, stopped_by, self.plan.total_steps,
        )  # fmt: skip

    def _why_to_stop(self, accuracies: np.ndarray) -> str | None:
        """Say which goal or budget has been reached after steps with these accuracies; None to go on."""
        if self._examiner.reaches_goal(self.network, self.seconds, accuracies, self._until_accuracy, self.plan.until):
            return "perfect" if self._until_accuracy is None else "accuracy"
        if self._last_step is not None and self.step >= self._last_step:
            return "seconds" if self.plan.is_timed and self.step != self.spec.steps else "steps"
        return None


def give_back_memory() -> None:
    """Return to the system what compiling has left in the allocator: 140 MB for the articles' network."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        return  # not the GNU C library: other allocators return it by themselves


def _to_numpy(tensors: dict) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in tensors.items()}
