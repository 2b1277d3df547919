"""What is asked of a network while it trains: how often it is right, what it writes; and the time that this may take.

Everything here is plain NumPy on a copy of the weights: looking never changes the training.
"""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lstm_core.network.numpy_network import NetworkLoss, evaluate
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.training.data import TrainingData
from lstm_core.training.observations import predict_next_symbols, write_samples
from lstm_core.training.reports import (
    ARTICLE_STEPS_AVERAGED,
    STEPS_AVERAGED,
    Prediction,
    SampleNote,
    ValidationNote,
)

OBSERVING_SHARE = 0.03  # of the training time may go into samples and predictions,
EVALUATING_SHARE = 0.05  # this much into measuring the accuracy, and as much into the validation loss
MAX_VALIDATION_WINDOWS = 64  # while it trains; `evaluate_fully` measures on all
MAX_ACCURACY_WINDOWS = 2_000  # likewise
# At the end the whole held-out part is measured where that is a second's work: weights times symbols read. So in a
# class's challenge networks with different windows are measured on the same symbols.
MAX_LAST_WORK = 2e10

GetNetwork = Callable[[], TrainedNetwork]  # copies the weights, so it is called only when they are looked at


@dataclass
class Stopwatch:
    """Keeps occasional work to a share of the training time: due again once it has been paid for."""

    share: float
    every_seconds: float
    spent: float = 0.0
    last_seconds: float = -1e9

    def is_due(self, trained_seconds: float) -> bool:
        """Tell whether it may be done now; a first time is always due."""
        is_paid = self.spent <= self.share * trained_seconds + 0.05
        return is_paid and trained_seconds - self.last_seconds >= self.every_seconds

    def charge(self, started: float, trained_seconds: float) -> None:
        """Count what was spent since `started`, a time.perf_counter()."""
        self.spent += time.perf_counter() - started
        self.last_seconds = trained_seconds


class Looks(ABC):
    """What every examiner shares: the held-out part is measured and the network asked when it is due, a step only once.

    Whoever examines says whether there `is_held_out` anything, and how to `_measure_held_out` and to `_ask`.
    """

    def __init__(self, is_held_out: bool) -> None:
        self._is_held_out = is_held_out
        self._validating = Stopwatch(EVALUATING_SHARE, every_seconds=1.0)
        self._observing = Stopwatch(OBSERVING_SHARE, every_seconds=2.0)
        self._validated_step = self._observed_step = -1  # a resting run is not looked at twice

    def validate(self, get_network: GetNetwork, seconds: float, is_last: bool) -> ValidationNote | None:
        """Measure on the held-out part, if there is one and it is due, or it `is_last`."""
        if not self._is_held_out or not (is_last or self._validating.is_due(seconds)):
            return None
        started = time.perf_counter()
        network = get_network()
        if network.step == self._validated_step:
            return None
        self._validated_step = network.step
        loss_nats, accuracy = self._measure_held_out(network, is_last)
        self._validating.charge(started, seconds)
        return ValidationNote(network.step, loss_nats, accuracy)

    def observe(
        self, get_network: GetNetwork, seconds: float, is_last: bool
    ) -> tuple[tuple[SampleNote, ...], tuple[Prediction, ...]]:
        """Let it write and predict, if that is due, or it `is_last`; nothing else."""
        if not (is_last or self._observing.is_due(seconds)):
            return (), ()
        started = time.perf_counter()
        network = get_network()
        if network.step == self._observed_step:
            return (), ()
        self._observed_step = network.step
        asked = self._ask(network)
        self._observing.charge(started, seconds)
        return asked

    @abstractmethod
    def _measure_held_out(self, network: TrainedNetwork, is_last: bool) -> tuple[float, float]:
        """Return loss in nats and accuracy; when it `is_last` there is time for all of the held-out part."""

    @abstractmethod
    def _ask(self, network: TrainedNetwork) -> tuple[tuple[SampleNote, ...], tuple[Prediction, ...]]:
        """Return what it writes, and what it predicts."""


class Examiner(Looks):
    """Examines one run's network now and then; `accuracy` is what it found last over the text's windows."""

    def __init__(self, spec: RunSpec, data: TrainingData) -> None:
        super().__init__(is_held_out=data.split.validation is not None)
        self.accuracy: float | None = None  # None where accuracy is counted by steps
        self._spec = spec
        self._data = data
        self._measuring = Stopwatch(EVALUATING_SHARE, every_seconds=0.25)
        self._measured_step = -1
        averaged = ARTICLE_STEPS_AVERAGED if spec.recipe == "article" else STEPS_AVERAGED
        self._last_accuracies: deque[float] = deque(maxlen=averaged)

    def reaches_goal(
        self, get_network: GetNetwork, seconds: float, accuracies: np.ndarray, until_accuracy: float | None, until: str
    ) -> bool:
        """Measure the accuracy where it is due or promises a goal; tell whether the goal, if there is one, is reached.

        `accuracies` are those of the last steps; `seconds` all that was trained so far.
        """
        self._last_accuracies.extend(accuracies.tolist())
        if self._is_counted_by_steps:
            return until_accuracy is not None and self._reaches_on_average(get_network, until_accuracy)
        goal = until_accuracy if until_accuracy is not None else self._best_accuracy if until == "perfect" else None
        # Steps that already reach the goal are worth a look at once, else whenever there is time for it.
        promises_goal = goal is not None and float(accuracies.mean()) >= goal
        if not (promises_goal or self._measuring.is_due(seconds)):
            return False
        network = get_network()
        accuracy = self.measure(network, seconds)
        return goal is not None and accuracy is not None and accuracy >= goal and self._is_sure(network, goal)

    def measure(self, network: TrainedNetwork, seconds: float) -> float | None:
        """Measure the accuracy over the text's windows, or many of them; None where it is counted by steps."""
        if self._is_counted_by_steps or network.step == self._measured_step:
            return self.accuracy
        started = time.perf_counter()
        self._measured_step = network.step
        self.accuracy = self._evaluate(network, self._data.split.training, MAX_ACCURACY_WINDOWS).accuracy
        self._measuring.charge(started, seconds)
        return self.accuracy

    def evaluate_fully(self, network: TrainedNetwork) -> tuple[NetworkLoss, NetworkLoss | None, None]:
        """Measure on all windows of the training part, and of the held-out part where there is one."""
        split = self._data.split
        validation = None if split.validation is None else self._evaluate(network, split.validation)
        return self._evaluate(network, split.training), validation, None

    @property
    def _is_counted_by_steps(self) -> bool:
        """Whether accuracy is that of the last steps: as the articles count it, or where windows would take long."""
        return self._spec.targets == "every" or self._spec.recipe == "article"

    @cached_property
    def _best_accuracy(self) -> float:
        return self._data.best_accuracy(self._spec.window)

    def _measure_held_out(self, network: TrainedNetwork, is_last: bool) -> tuple[float, float]:
        held_out = self._data.split.validation
        assert held_out is not None
        read = len(held_out) * (1 if self._spec.targets == "every" else self._spec.window)
        is_short = read * self._data.shape.count_parameters() <= MAX_LAST_WORK
        measured = self._evaluate(network, held_out, None if is_last and is_short else MAX_VALIDATION_WINDOWS)
        return measured.loss_nats, measured.accuracy

    def _ask(self, network: TrainedNetwork) -> tuple[tuple[SampleNote, ...], tuple[Prediction, ...]]:
        samples = write_samples(network, self._data, self._spec.random_seed)
        return samples, predict_next_symbols(network, self._data, self._spec.random_seed)

    def _evaluate(self, network: TrainedNetwork, ids: np.ndarray, max_windows: int | None = None) -> NetworkLoss:
        return evaluate(network.text_shape, network.weights, ids, self._spec.window, max_windows)

    def _is_sure(self, network: TrainedNetwork, goal: float) -> bool:
        """Tell whether all windows reach a goal that a part of them, in a long text, has reached."""
        is_measured_in_full = self._data.symbol_count - self._spec.window <= MAX_ACCURACY_WINDOWS
        return is_measured_in_full or self._evaluate(network, self._data.split.training).accuracy >= goal

    def _reaches_on_average(self, get_network: GetNetwork, goal: float) -> bool:
        """Tell whether the last steps reach a goal on average, and for a text of words all its windows too."""
        last = self._last_accuracies
        if len(last) < (last.maxlen or 0) or sum(last) < goal * len(last):
            return False
        is_counted_by_steps = self._spec.recipe == "article" or self._spec.symbols == "characters"
        return is_counted_by_steps or self._evaluate(get_network(), self._data.split.training).accuracy >= goal
