"""Trains a run and reports: `for report in trainer` is all that the command line needs, `trainer.train(seconds)` all
that a slice needs. The mathematics is in `step.py`, the order of windows in `orders.py`.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf

from lstm_core.network.numpy_network import NetworkLoss, evaluate
from lstm_core.network.shape import draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.training.data import TrainingData, prepare_data
from lstm_core.training.observations import predict_next_symbols, write_samples
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.orders import WindowOrder
from lstm_core.training.plan import Plan
from lstm_core.training.reports import (
    ARTICLE_STEPS_AVERAGED,
    STEPS_AVERAGED,
    Prediction,
    SampleNote,
    TrainingReport,
    ValidationNote,
)
from lstm_core.training.state import TrainingState
from lstm_core.training.step import MAX_STEPS_PER_CALL, StepNumbers, compiled_steps

SECONDS_PER_CALL = 0.12  # short enough to notice a goal or a pause, long enough that the call itself costs nothing
SECONDS_TO_MEASURE_SPEED = 1.0  # of training, before a budget in seconds becomes a number of steps
OBSERVING_SHARE = 0.03  # of the training time may go into samples and predictions,
EVALUATING_SHARE = 0.05  # and this much into measuring accuracy and validation loss
MAX_VALIDATION_WINDOWS = 64  # while it trains; `evaluate_fully` measures on all
MAX_ACCURACY_WINDOWS = 2_000  # likewise


@dataclass
class _Stopwatch:
    """Keeps occasional work to a share of the training time: due again once it has been paid for."""

    share: float
    every_seconds: float
    spent: float = 0.0
    last_seconds: float = -1e9

    def is_due(self, trained_seconds: float) -> bool:
        return (
            trained_seconds - self.last_seconds >= self.every_seconds
            and self.spent <= self.share * trained_seconds + 0.05
        )

    def charge(self, started: float, trained_seconds: float) -> None:
        self.spent += time.perf_counter() - started
        self.last_seconds = trained_seconds


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
        self.data: TrainingData = prepare_data(spec)
        self.plan = plan or Plan.from_spec(spec)
        self.order = WindowOrder(spec, self.data.symbol_count)
        self.until_accuracy = until_accuracy
        self._has_dropout = spec.dropout > 0 or spec.recurrent_dropout > 0
        self._ids = tf.constant(_pad_to_power_of_two(self.data.split.training))
        self._seconds_per_step: float | None = None
        averaged = ARTICLE_STEPS_AVERAGED if spec.recipe == "article" else STEPS_AVERAGED
        self._last_accuracies: deque[float] = deque(maxlen=averaged)
        self._observing = _Stopwatch(OBSERVING_SHARE, every_seconds=2.0)
        self._evaluating = _Stopwatch(EVALUATING_SHARE, every_seconds=0.25)
        self._validating = _Stopwatch(EVALUATING_SHARE, every_seconds=1.0)
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

    @property
    def symbols_per_step(self) -> int:
        """Symbols read in one step: what speeds are counted in."""
        return self.order.batch * self.spec.window

    def train(self, seconds: float, max_steps: int | None = None) -> TrainingReport:
        """Train for about `seconds` (or `max_steps`, if that comes first) and report. At least one step is made."""
        compile_seconds = self._compile()
        first_step, trained = self.step + 1, 0.0
        losses: list[np.ndarray] = []
        accuracies: list[np.ndarray] = []
        accuracy = stopped_by = None
        while stopped_by is None and (trained < seconds or not losses):
            count = self._steps_in_next_call(seconds - trained, max_steps)
            call_losses, call_accuracies, call_seconds = self._make_steps(count)
            losses.append(call_losses)
            accuracies.append(call_accuracies)
            self._last_accuracies.extend(call_accuracies.tolist())
            trained += call_seconds
            if max_steps is not None:
                max_steps -= count
            self._settle_budget()
            accuracy, stopped_by = self._check_goal(accuracy, float(call_accuracies.max()))
            if max_steps == 0:
                break
        validation = self._validate() if stopped_by or self._validating.is_due(self.seconds) else None
        samples, predictions = self._observe(is_last=stopped_by is not None)
        return TrainingReport(
            first_step, np.concatenate(losses), np.concatenate(accuracies), trained, compile_seconds, accuracy,
            validation, samples, predictions, stopped_by, self.plan.total_steps,
        )  # fmt: skip

    def state(self) -> TrainingState:
        """Return a copy of the state after the last step, in plain NumPy."""
        slots = {slot: _to_numpy(tensors) for slot, tensors in self._slots.items()}
        return TrainingState(self.step, self.seconds, _to_numpy(self._weights), slots)

    def network(self) -> TrainedNetwork:
        """Return the network as it is now, ready to write."""
        title = f"{self.spec.text_name}, step {self.step:,}"
        return TrainedNetwork(self.data.shape, _to_numpy(self._weights), self.data.vocabulary, self.step, title)

    def evaluate_fully(self) -> tuple[NetworkLoss, NetworkLoss | None]:
        """Measure on all windows of the training part, and of the held-out part where there is one."""
        network, split = self.network(), self.data.split
        training = evaluate(network.shape, network.weights, split.training, self.spec.window)
        if split.validation is None:
            return training, None
        return training, evaluate(network.shape, network.weights, split.validation, self.spec.window)

    @cached_property
    def _best_accuracy(self) -> float:
        return self.data.best_accuracy(self.spec.window)

    @property
    def kept_bytes(self) -> int:
        """Memory that keeping this trainer alive costs: weights, slots and ids."""
        arrays = [*self._weights.values(), *(array for slot in self._slots.values() for array in slot.values())]
        return 4 * (sum(array.shape.num_elements() for array in arrays) + len(self._ids))

    def restore(self, state: TrainingState) -> None:
        """Go on from `state`, which must be of this trainer's spec."""
        self.step, self.seconds = state.step, state.seconds
        self._weights = {name: tf.constant(array) for name, array in state.weights.items()}
        self._slots = {
            slot: {name: tf.constant(array) for name, array in arrays.items()} for slot, arrays in state.slots.items()
        }

    def _compile(self) -> float:
        """Compile, if this is the first call, by making no step; return the seconds it took."""
        if self._seconds_per_step is not None:
            return 0.0
        started = time.perf_counter()
        self._call(0)
        self._seconds_per_step = 0.0
        return time.perf_counter() - started

    def _call(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Make `count` steps in one call; return their losses and accuracies, (count,) float32 each."""
        spec, first_step = self.spec, self.step + 1
        offsets = np.zeros((MAX_STEPS_PER_CALL, self.order.batch), np.int32)
        rates = np.zeros(MAX_STEPS_PER_CALL, np.float32)
        offsets[:count] = self.order.offsets(first_step, count)
        rates[:count] = self.plan.rates(first_step, count)
        numbers = StepNumbers(
            first_step, count, spec.dropout, spec.recurrent_dropout, spec.clip_norm, spec.beta_2, spec.random_seed
        )
        run_steps = compiled_steps(self.data.shape, spec.optimizer, self._has_dropout, spec.clip_norm > 0)
        self._weights, self._slots, losses, accuracies = run_steps(
            self._weights, self._slots, self._ids, tf.constant(offsets), tf.constant(rates), numbers.to_tensors()
        )
        return losses.numpy()[:count], accuracies.numpy()[:count]

    def _make_steps(self, count: int) -> tuple[np.ndarray, np.ndarray, float]:
        started = time.perf_counter()
        losses, accuracies = self._call(count)
        elapsed = time.perf_counter() - started
        self.step += count
        self.seconds += elapsed
        self._seconds_per_step = elapsed / count
        return losses, accuracies, elapsed

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
        """Turn a budget in seconds into steps, once, as soon as the speed is known."""
        if self.plan.total_steps is None and self.seconds >= min(SECONDS_TO_MEASURE_SPEED, self.spec.seconds / 4):
            total = round(self.step * self.spec.seconds / self.seconds)
            self.plan = self.plan.with_total(self.step, min(total, self.spec.steps or total))

    def _check_goal(self, accuracy: float | None, best_batch: float) -> tuple[float | None, str | None]:
        """Measure the accuracy over the training text where a goal asks for it or it is cheap; say if a goal is met."""
        goal = self.until_accuracy
        if goal is None and self.plan.until == "perfect":
            goal = self._best_accuracy
        if self.spec.targets == "last" and self.spec.recipe != "article":
            # A batch that already reaches the goal is worth a look at once, else whenever there is time for it.
            if (goal is not None and best_batch >= goal) or self._evaluating.is_due(self.seconds):
                accuracy = self._measure_accuracy()
                if goal is not None and accuracy >= goal and self._is_sure_of(goal):
                    return accuracy, "perfect" if self.until_accuracy is None else "accuracy"
        elif self.until_accuracy is not None and self._reaches_on_average(self.until_accuracy):
            return accuracy, "accuracy"
        if self._last_step is not None and self.step >= self._last_step:
            return accuracy, "seconds" if self.plan.is_timed and self.step != self.spec.steps else "steps"
        return accuracy, None

    def _is_sure_of(self, goal: float) -> bool:
        """Tell whether all windows reach a goal that a part of them, in a long text, has reached."""
        is_measured_in_full = self.data.symbol_count - self.spec.window <= MAX_ACCURACY_WINDOWS
        return is_measured_in_full or self.evaluate_fully()[0].accuracy >= goal

    def _reaches_on_average(self, goal: float) -> bool:
        """Tell whether the last steps reach a goal on average, and for a text of words all its windows too."""
        last = self._last_accuracies
        if len(last) < (last.maxlen or 0) or sum(last) < goal * len(last):
            return False
        is_counted_by_steps = self.spec.recipe == "article" or self.spec.symbols == "characters"
        return is_counted_by_steps or self.evaluate_fully()[0].accuracy >= goal

    def _measure_accuracy(self) -> float:
        started = time.perf_counter()
        ids, weights = self.data.split.training, _to_numpy(self._weights)
        measured = evaluate(self.data.shape, weights, ids, self.spec.window, MAX_ACCURACY_WINDOWS)
        self._evaluating.charge(started, self.seconds)
        return measured.accuracy

    def _validate(self) -> ValidationNote | None:
        if self.data.split.validation is None:
            return None
        started = time.perf_counter()
        ids, weights = self.data.split.validation, _to_numpy(self._weights)
        measured = evaluate(self.data.shape, weights, ids, self.spec.window, MAX_VALIDATION_WINDOWS)
        self._validating.charge(started, self.seconds)
        return ValidationNote(self.step, measured.loss_nats, measured.accuracy)

    def _observe(self, is_last: bool) -> tuple[tuple[SampleNote, ...], tuple[Prediction, ...]]:
        if not (is_last or self._observing.is_due(self.seconds)):
            return (), ()
        started = time.perf_counter()
        network = self.network()
        samples = write_samples(network, self.data, self.spec.random_seed)
        predictions = predict_next_symbols(network, self.data, self.spec.random_seed)
        self._observing.charge(started, self.seconds)
        return samples, predictions


def _pad_to_power_of_two(ids: np.ndarray) -> np.ndarray:
    """Pad with zeros that no window reaches: texts of similar length then share one compiled program."""
    padded = np.zeros(1 << (len(ids) - 1).bit_length(), np.int32)
    padded[: len(ids)] = ids
    return padded


def _to_numpy(tensors: dict) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in tensors.items()}
