"""A run as small as a class's wall needs it: forty of them are looked at each second. Next: `wall.py`."""

from dataclasses import dataclass, field

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.service.live_run import LiveRun
from lstm_core.text.symbols import RARE

POINTS = 48  # of a curve as wide as a thumb
MEANT = 64  # steps at most that a point is the mean of; of longer stretches every so many-th
LEVELS = 200  # a point at this height knows nothing; 0 is perfect
GAP = 255  # a point that is not known


@dataclass(frozen=True)
class Glance:
    """How a run stands now, in few numbers. Losses in nats, accuracy 0 to 1."""

    run_id: str
    spec: RunSpec = field(repr=False)
    state: str
    step: int
    loss: float | None  # smoothed over the last steps
    accuracy: float | None
    validation_loss: float | None  # the last one measured
    counted_loss: float | None  # the last one measured within the budget that was asked about
    parameters: int
    has_rare: bool  # its vocabulary does not tell all symbols apart
    wrote: str  # what it wrote last, without the seed text
    curve: bytes  # `draw_curve` of its losses
    is_moving: bool  # it may still change without anybody's doing

    def is_of(self, run: LiveRun) -> bool:
        """Tell whether nothing has changed that a wall shows."""
        return (self.step, self.state, self.is_moving) == (run.step, run.state, _is_moving(run))


def look_at(run: LiveRun, max_steps: int | None, max_seconds: float | None, temperature: float) -> Glance:
    """Look at a run, and at what it had reached by `max_steps`, or `max_seconds` of training.

    `temperature`: which of its samples to show. To be called under the service's lock.
    """
    view = run.view()
    counted = _last_within(run, max_steps, max_seconds)
    samples = [sample for sample in run.samples if abs(sample.temperature - temperature) < 0.01]
    start_loss = float(np.log(2 if view.is_of_reviews else max(2, view.symbol_count)))
    return Glance(
        run_id=run.run_id, spec=run.spec, state=run.state, step=run.step, loss=view.loss, accuracy=view.accuracy,
        validation_loss=view.validation_loss, counted_loss=counted, parameters=view.parameters,
        has_rare=RARE in run.vocabulary.symbols[-1:], wrote=samples[-1].text if samples else "",
        curve=draw_curve(run.curves.losses.after(0), start_loss), is_moving=_is_moving(run),
    )  # fmt: skip


def draw_curve(losses: np.ndarray, start_loss: float) -> bytes:
    """Draw `losses` (steps,) in nats as at most POINTS heights from 0 to 254, one byte each.

    LEVELS is `start_loss`, what a network scores that knows nothing. Each point is the mean of as many steps as the
    others; that number doubles as the run grows, so that between two doublings the drawn points stay where they are.
    """
    count = len(losses)
    stretch = 1
    while stretch * POINTS < count:
        stretch *= 2
    stride = max(1, stretch // MEANT)
    chosen = losses[::stride].astype(np.float64)
    each = stretch // stride
    rows = np.pad(chosen, (0, -len(chosen) % each), constant_values=np.nan).reshape(-1, each)
    known = np.isfinite(rows)
    counts = known.sum(axis=1)
    means = np.where(known, rows, 0.0).sum(axis=1) / np.maximum(counts, 1)
    heights = np.clip(np.rint(means / start_loss * LEVELS), 0, GAP - 1)
    return np.where(counts > 0, heights, GAP).astype(np.uint8).tobytes()


def _last_within(run: LiveRun, max_steps: int | None, max_seconds: float | None) -> float | None:
    for note in reversed(run.curves.validations):
        is_in_steps = max_steps is None or note.step <= max_steps
        if is_in_steps and (max_seconds is None or run.curves.seconds_at(note.step) <= max_seconds):
            return note.loss
    return None


def _is_moving(run: LiveRun) -> bool:
    return run.is_alive or run.slice_out is not None
