"""The curves of a run that is held in memory: a value for each step, added to with every stretch of training.

Everything here happens under the service's lock, as with the runs themselves.
"""

import itertools
from dataclasses import dataclass, field

import numpy as np

from lstm_core.service.views import History, HistoryPart
from lstm_core.training.reports import ValidationNote

_generations = itertools.count(1)  # of the curves of all runs, so that two are never taken for one


@dataclass
class GrowingArray:
    """Float32 values that are appended to often and read as one array."""

    _values: np.ndarray = field(default_factory=lambda: np.empty(1024, np.float32))
    _length: int = 0

    def extend(self, first: int, values: np.ndarray) -> None:
        """Write `values` at position `first`, forgetting whatever stood there and after; a gap before it is NaN."""
        end = first + len(values)
        if end > len(self._values):
            grown = np.empty(max(end, 2 * len(self._values)), np.float32)
            grown[: self._length] = self._values[: self._length]
            self._values = grown
        self._values[self._length : first] = np.nan
        self._values[first:end] = values
        self._length = end

    def after(self, position: int) -> np.ndarray:
        """Return the values from `position` on, from 0 all of them; they may change when more are written."""
        return self._values[position : self._length]

    def tail(self, count: int) -> np.ndarray:
        """Return the last `count` values, or fewer; they may change when more are written."""
        return self.after(max(0, self._length - count))


@dataclass
class RunCurves:
    """Loss, accuracy and training seconds after each step, and what was measured on the part held out."""

    losses: GrowingArray = field(default_factory=GrowingArray)
    accuracies: GrowingArray = field(default_factory=GrowingArray)
    seconds: GrowingArray = field(default_factory=GrowingArray)
    validations: list[ValidationNote] = field(default_factory=list)
    generation: int = field(default_factory=lambda: next(_generations))  # another one: what was known of them is wrong

    def extend(self, step: int, losses: np.ndarray, accuracies: np.ndarray, seconds: np.ndarray) -> None:
        """Write down the steps after `step`, (steps,) each, forgetting what stood there; a gap before them is NaN."""
        for curve, values in ((self.losses, losses), (self.accuracies, accuracies), (self.seconds, seconds)):
            curve.extend(step, values)

    def go_back_to(self, step: int) -> None:
        """Forget all that came after `step`."""
        nothing = np.empty(0, np.float32)
        self.extend(step, nothing, nothing, nothing)
        self.validations = [note for note in self.validations if note.step <= step]
        self.generation = next(_generations)

    def seconds_at(self, step: int) -> float:
        """Return the training time after a step that was made, 0 before the first; NaN where it is not known."""
        return float(self.seconds.after(step - 1)[0]) if step else 0.0

    def after(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return losses, accuracies and seconds of the steps after `step`; they may change when more are written."""
        return self.losses.after(step), self.accuracies.after(step), self.seconds.after(step)

    def history(self) -> History:
        """Return copies of all."""
        losses, accuracies, seconds = (values.copy() for values in self.after(0))
        return History(losses, accuracies, seconds, *self._validation_arrays())

    def history_after(self, step: int, generation: int) -> HistoryPart:
        """Return copies of what came after `step`, if the curves are still those of `generation`; else of all."""
        first = step if generation == self.generation else 0
        losses, accuracies, seconds = (values.copy() for values in self.after(first))
        return HistoryPart(self.generation, first, losses, accuracies, seconds, *self._validation_arrays())

    def _validation_arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        notes = self.validations
        steps = np.array([note.step for note in notes], np.int32)
        losses = np.array([note.loss for note in notes], np.float32)
        return steps, losses, np.array([note.accuracy for note in notes], np.float32)
