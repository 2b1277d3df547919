"""The points that `data.thin_history` chooses, of a run that goes on: each look costs what is new, not what is old.

Of each stretch of steps only the lowest and the highest loss are kept, so a curve of a million steps takes as little
memory as one of a thousand. When stretches double in length two become one, and the lower of two lowest is the lowest.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.service.views import HistoryPart
from lstm_ui.live_chart.data import smooth

STEP, SECONDS, RAW, SMOOTHED, ACCURACY = range(5)  # rows of the arrays below, each column a step
_NOTHING = np.empty((5, 0))


@dataclass(frozen=True)
class Curve:
    """A curve as it stands. Points are (5, n) float64: step, seconds of training, loss in nats, smoothed, accuracy."""

    generation: int  # see `HistoryPart`
    steps: int
    stretch: int  # steps of which at most two are drawn
    points: np.ndarray
    validation: np.ndarray  # (4, m) float64: step, seconds, loss in nats, accuracy

    def settled(self) -> int:
        """Return up to which step the points stay as they are while the stretches keep their length."""
        return settled_step(self.steps, self.stretch)


def settled_step(steps: int, stretch: int) -> int:
    """Return the step before the stretch that the last step lies in: from there on points may still be replaced."""
    return max(0, steps - 1) // stretch * stretch


class GrowingCurve:
    """One run's curve with one smoothing. Not for several threads at once."""

    def __init__(self, smoothing: float, start_loss: float, points: int = 500) -> None:
        """`start_loss` is what a network that knows nothing scores; at most `points` are drawn, validation aside."""
        self._smoothing = smoothing
        self._most_stretches = (points - 2) // 2  # two of each, and the first and the last step
        self._points = points
        self._starts = start_loss, float(np.exp(-start_loss))
        self.generation = 0
        self._begin()

    def _begin(self) -> None:
        self.steps, self._stretch = 0, 1
        self._smoothed = self._starts  # of loss and accuracy, after the last step
        self._first = self._last = self._lowest = self._highest = _NOTHING
        self._validation = np.empty((4, 0))

    def extend(self, part: HistoryPart) -> None:
        """Take in what is new, or all anew where the run went back."""
        if part.generation != self.generation or part.first_step != self.steps:
            self._begin()
            self.generation = part.generation
        if len(part.losses):
            self._add(self._columns(part))
        steps = part.validation_steps
        if len(steps) != self._validation.shape[1] and self.steps:
            known = self._validation.shape[1] if len(steps) > self._validation.shape[1] else 0
            self._add_validation(part, known)

    def curve(self) -> Curve:
        """Return the points to draw now, in the order of their steps."""
        points = np.concatenate([self._first, self._lowest, self._highest, self._last], axis=1)
        _, places = np.unique(points[STEP], return_index=True)
        return Curve(self.generation, self.steps, self._stretch, points[:, places], self._validation)

    def _columns(self, part: HistoryPart) -> np.ndarray:
        """Return the new steps as columns, smoothed from where the last ones ended."""
        count = len(part.losses)
        columns = np.empty((5, count))
        columns[STEP] = np.arange(self.steps + 1, self.steps + count + 1)
        columns[SECONDS], columns[RAW] = part.seconds, part.losses
        columns[SMOOTHED] = smooth(part.losses, self._smoothing, self._smoothed[0])
        columns[ACCURACY] = smooth(part.accuracies, self._smoothing, self._smoothed[1])
        self._smoothed = float(columns[SMOOTHED, -1]), float(columns[ACCURACY, -1])
        return columns

    def _add(self, columns: np.ndarray) -> None:
        count = self.steps + columns.shape[1]
        if self.steps == 0:
            self._first = columns[:, :1]
        self._lengthen_stretches(count)
        front = self.steps % self._stretch  # steps of the stretch that is not full yet
        lowest, highest = _choose_extremes(columns, front, self._stretch)
        if front:
            lowest[:, 0] = _better(self._lowest[:, -1], lowest[:, 0], np.less)
            highest[:, 0] = _better(self._highest[:, -1], highest[:, 0], np.greater)
        kept = self._lowest.shape[1] - bool(front)
        self._lowest = np.concatenate([self._lowest[:, :kept], lowest], axis=1)
        self._highest = np.concatenate([self._highest[:, :kept], highest], axis=1)
        self._last, self.steps = columns[:, -1:], count

    def _lengthen_stretches(self, count: int) -> None:
        """Double the stretches until `count` steps have no more of them than can be drawn."""
        wanted = 1 if count <= self._points else 2 ** int(np.ceil(np.log2(count / self._most_stretches)))
        while self._stretch < wanted:
            self._lowest = _join_pairs(self._lowest, np.less)
            self._highest = _join_pairs(self._highest, np.greater)
            self._stretch *= 2

    def _add_validation(self, part: HistoryPart, known: int) -> None:
        """Take in measurements on the held-out part. Their seconds are those of the new steps that they belong to."""
        steps = part.validation_steps[known:]
        places = np.clip(steps - 1 - part.first_step, 0, max(0, len(part.seconds) - 1))
        seconds = part.seconds[places] if len(part.seconds) else np.full(len(steps), self._last[SECONDS, 0])
        new = np.stack([steps, seconds, part.validation_losses[known:], part.validation_accuracies[known:]])
        self._validation = np.concatenate([self._validation[:, :known], new], axis=1)


def _choose_extremes(columns: np.ndarray, front: int, stretch: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns with the lowest and the highest loss of each stretch, of which the first begins `front` ago.

    Losses that are not finite are neither, unless a stretch has no others.
    """
    count = columns.shape[1]
    losses = np.full(-(-(front + count) // stretch) * stretch, np.nan)
    losses[front : front + count] = columns[RAW]
    finite = np.isfinite(losses)
    starts = np.arange(0, len(losses), stretch)
    lowest = starts + np.where(finite, losses, np.inf).reshape(-1, stretch).argmin(axis=1)
    highest = starts + np.where(finite, losses, -np.inf).reshape(-1, stretch).argmax(axis=1)
    return tuple(columns[:, np.clip(places - front, 0, count - 1)] for places in (lowest, highest))  # type: ignore


def _better(first: np.ndarray, second: np.ndarray, is_better: np.ufunc) -> np.ndarray:
    """Return the column whose loss is lower, or higher; the first where they are equal or the second is no number."""
    if np.isfinite(second[RAW]) and (not np.isfinite(first[RAW]) or is_better(second[RAW], first[RAW])):
        return second
    return first


def _join_pairs(extremes: np.ndarray, is_better: np.ufunc) -> np.ndarray:
    """Keep of each two neighbouring columns the better one, and a last one that has no neighbour."""
    first, second = extremes[:, 0::2].copy(), extremes[:, 1::2]
    paired = first[:, : second.shape[1]]
    is_second = is_better(second[RAW], paired[RAW]) | ~np.isfinite(paired[RAW])
    takes_second = np.isfinite(second[RAW]) & is_second
    paired[:, takes_second] = second[:, takes_second]
    return first
