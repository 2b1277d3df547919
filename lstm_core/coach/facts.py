"""What the coach looks at: a run's settings, its curves, and where one can go back to. Losses in nats throughout."""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.text.yardsticks import Yardsticks

BLOCKS = 20  # stretches that the curve is cut into: what happens within one is noise
MIN_BLOCK = 5  # steps


@dataclass(frozen=True)
class RunFacts:
    """A run as it stands. `losses` (n,) of each step; validation (m,) at its own steps."""

    spec: RunSpec = field(repr=False)
    losses: np.ndarray
    validation_steps: np.ndarray
    validation_losses: np.ndarray
    symbol_count: int  # distinct symbols; 2 for reviews: positive and negative
    parameters: int
    learning_rate: float  # as it was set last
    total_steps: int | None
    steps_per_epoch: int
    is_alive: bool
    yardsticks: Yardsticks | None = None
    branch_steps: tuple[int, ...] = ()  # where one can go back to, rising

    @property
    def step(self) -> int:
        """Return the steps that were made."""
        return len(self.losses)

    @property
    def start_loss(self) -> float:
        """Return what knowing nothing costs."""
        return math.log(max(2, self.symbol_count))

    @cached_property
    def _stretches(self) -> tuple[np.ndarray, np.ndarray]:
        """The last step and the mean loss of each stretch; losses that are no numbers are left out."""
        finite = np.flatnonzero(np.isfinite(self.losses))
        size = max(MIN_BLOCK, len(finite) // BLOCKS)
        steps = finite[len(finite) % size :].reshape(-1, size)
        return steps[:, -1] + 1, np.asarray(self.losses, np.float64)[steps].mean(axis=1)

    @property
    def blocks(self) -> np.ndarray:
        """The mean loss of each of about 20 stretches of equal length, float64; the curve without its noise."""
        return self._stretches[1]

    @property
    def block_steps(self) -> np.ndarray:
        """The last step of each of `blocks`."""
        return self._stretches[0]

    @property
    def recent_loss(self) -> float:
        """Return the training loss of the last stretch."""
        return float(self.blocks[-1])

    @property
    def measured_loss(self) -> float:
        """Return what is to be held against the yardsticks: the validation loss, where there is one."""
        return float(self.validation_losses[-1]) if len(self.validation_losses) else self.recent_loss

    @property
    def epochs(self) -> float:
        """Return how often it has read everything."""
        return self.step / max(1, self.steps_per_epoch)

    @property
    def training_symbols(self) -> int:
        """Return about how many symbols, or reviews, it can learn from."""
        each = self.spec.batch * (self.spec.window if self.spec.targets == "every" and self.spec.reviews is None else 1)
        return self.steps_per_epoch * each

    @property
    def share_left(self) -> float:
        """Return the share of the budget that is not used up yet, 0 to 1."""
        return max(0.0, 1 - self.step / self.total_steps) if self.total_steps else 1.0

    def branch_step(self, step: float) -> int | None:
        """Return the last step up to `step` that one can go back to; None when there is none."""
        return max((known for known in self.branch_steps if 0 < known <= step), default=None)
