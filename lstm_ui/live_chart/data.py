"""From a history of any length to at most a few hundred points that show the same curve. Pure NumPy.

For a run that goes on, growing.py does the same without reading what is old again.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lstm_core.service.views import History

VALIDATION_POINTS = 200  # validation is measured seldom and moves slowly
SMOOTHING_BLOCK = 128  # steps per matrix product in `smooth`: 64 to 256 are equally fast


@dataclass(frozen=True)
class ChartData:
    """A curve as it is drawn. Losses in nats, accuracies 0 to 1, seconds of training; all arrays float32."""

    steps: np.ndarray  # (n,)
    seconds: np.ndarray  # (n,) since step 0
    raw: np.ndarray  # (n,) each step's own loss
    smoothed: np.ndarray  # (n,)
    accuracy: np.ndarray  # (n,) smoothed likewise
    validation_steps: np.ndarray  # (m,)
    validation_seconds: np.ndarray  # (m,)
    validation_losses: np.ndarray  # (m,)
    validation_accuracies: np.ndarray  # (m,)
    start_loss: float  # ln V: what a network that knows nothing scores over V symbols


def thin_history(
    history: History,
    smoothing: float,
    start_loss: float,
    points: int = 500,
) -> ChartData:
    """Choose at most `points` steps that keep every peak of the raw loss, the first step and the last.

    `smoothing` is from 0 (none) to below 1. The smoothed curves come from all steps, not only from the chosen ones;
    the accuracy starts at the chance of a blind guess, exp(-start_loss) = 1 / V.
    """
    losses = np.asarray(history.losses, dtype=np.float32)
    chosen = _choose_steps(losses, points)
    marks = choose_evenly(len(history.validation_steps), VALIDATION_POINTS)
    validation_steps = np.asarray(history.validation_steps)[marks]
    seconds = np.concatenate([[0], history.seconds])  # at step 0, 1, …, n
    return ChartData(
        steps=_float32(chosen + 1),
        seconds=_float32(seconds[chosen + 1]),
        raw=losses[chosen],
        smoothed=_float32(smooth(losses, smoothing, start_loss)[chosen]),
        accuracy=_float32(smooth(history.accuracies, smoothing, float(np.exp(-start_loss)))[chosen]),
        validation_steps=_float32(validation_steps),
        validation_seconds=_float32(seconds[np.minimum(validation_steps, len(seconds) - 1)]),
        validation_losses=_float32(np.asarray(history.validation_losses)[marks]),
        validation_accuracies=_float32(np.asarray(history.validation_accuracies)[marks]),
        start_loss=start_loss,
    )


def smooth(values: np.ndarray, smoothing: float, start: float) -> np.ndarray:
    """Smooth `values` (n,) as s = smoothing · s + (1 - smoothing) · value, from s = `start`; float64 (n,).

    Horas' smoothed loss (he takes 0.999 and ln V). A value that is not finite leaves s as it was.
    """
    values = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(values)
    smoothed = _smooth_finite(values[finite], smoothing, start)
    return np.concatenate([[start], smoothed])[np.cumsum(finite)]


def _smooth_finite(values: np.ndarray, smoothing: float, start: float) -> np.ndarray:
    """Run the recurrence by blocks: one matrix product within them, one number handed on from each to the next."""
    block = SMOOTHING_BLOCK
    count = len(values)
    blocks = np.pad(values, (0, -count % block)).reshape(-1, block)
    weights, decay = _smoothing_weights(smoothing)
    within = blocks @ weights  # each block as if s had been 0 before it
    handed_on = np.empty(len(blocks))
    last = start
    for index, end in enumerate(within[:, -1]):
        handed_on[index] = last
        last = end + smoothing**block * last
    return (within + handed_on[:, None] * decay).reshape(-1)[:count]


@lru_cache(maxsize=16)
def _smoothing_weights(smoothing: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what each value of a block counts in each result, (block, block), and what is left of the start."""
    block = SMOOTHING_BLOCK
    ages = np.arange(block)[None, :] - np.arange(block)[:, None]  # (value, result): how many steps ago it came
    weights = np.where(ages >= 0, (1 - smoothing) * smoothing ** np.maximum(ages, 0), 0.0)
    return weights, smoothing ** np.arange(1, block + 1)


def _choose_steps(losses: np.ndarray, points: int) -> np.ndarray:
    """Return the indices of the lowest and the highest loss of each stretch, the first and the last; sorted.

    Stretches double in length as the run grows and never shift otherwise, so that a curve once drawn stays as it is.
    """
    count = len(losses)
    if count <= points:
        return np.arange(count)
    stretch = 2 ** int(np.ceil(np.log2(count / ((points - 2) // 2))))
    starts = np.arange(0, count, stretch)
    filled = np.pad(losses, (0, -count % stretch), constant_values=np.nan).reshape(-1, stretch)
    lowest = np.argmin(np.where(np.isfinite(filled), filled, np.inf), axis=1)
    highest = np.argmax(np.where(np.isfinite(filled), filled, -np.inf), axis=1)
    return np.unique(np.concatenate([[0], starts + lowest, starts + highest, [count - 1]]))


def choose_evenly(count: int, points: int) -> np.ndarray:
    """Return at most `points` indices spread over 0 … count - 1, both ends among them."""
    return np.unique(np.linspace(0, count - 1, min(count, points)).round().astype(int)) if count else np.arange(0)


def _float32(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)
