"""How long a run goes on and at which learning rate: numbers that depend on the step alone, so it can be repeated."""

from dataclasses import dataclass, replace

import numpy as np

from lstm_core.network.spec import RunSpec


@dataclass(frozen=True)
class Plan:
    """A run's budget and learning rates, with every change a visitor made."""

    total_steps: int | None  # None: a budget in seconds whose speed is not known yet
    schedule_start: int  # the step at which the schedule begins to count
    schedule: str  # "constant" or "cosine"
    decay_steps: int  # length of the cosine; 0: to the end of the budget
    final_rate: float  # share of the learning rate that the cosine ends at, 0 to 1
    until: str  # "steps": to the end of the budget; "perfect": ends early when every window that can be right is
    learning_rates: tuple[tuple[int, float], ...]  # (first step, value), in order; the first entry is step 1
    is_timed: bool  # the budget was given in seconds

    @classmethod
    def from_spec(cls, spec: RunSpec) -> "Plan":
        """Return the plan that a fresh run starts with."""
        return cls(
            total_steps=None if spec.seconds > 0 else spec.steps,
            schedule_start=0,
            schedule=spec.schedule,
            decay_steps=spec.decay_steps,
            final_rate=spec.final_rate,
            until=spec.until,
            learning_rates=((1, spec.learning_rate),),
            is_timed=spec.seconds > 0,
        )

    def with_total(self, step: int, total_steps: int) -> "Plan":
        """End at `total_steps`; a cosine to the end starts anew at `step` (Loshchilov and Hutter 2017)."""
        start = self.schedule_start if self.decay_steps and self.final_rate else step
        return replace(self, total_steps=max(total_steps, step + 1), schedule_start=start)

    def corrected(self, step: int, total_steps: int) -> "Plan":
        """End at `total_steps`, as is now known better; the schedule goes on from where it began."""
        return replace(self, total_steps=max(total_steps, step + 1))

    def train_on(self, step: int, steps: int) -> "Plan":
        """Go on for `steps` more than the `step` that was reached, whatever ended the run before."""
        return replace(self.with_total(step, step + steps), until="steps", is_timed=False)

    def with_learning_rate(self, step: int, value: float) -> "Plan":
        """Use `value` from the step after `step` on."""
        kept = tuple(change for change in self.learning_rates if change[0] <= step)
        return replace(self, learning_rates=(*kept, (step + 1, value)))

    def rate_at(self, step: int) -> float:
        """Return the learning rate that was set at `step`, before any schedule."""
        return next((value for start, value in reversed(self.learning_rates) if start <= max(1, step)), 0.0)

    def rates(self, first_step: int, count: int) -> np.ndarray:
        """Return the learning rates of steps `first_step` …, shape (count,), float32."""
        steps = np.arange(first_step, first_step + count)
        starts = np.array([start for start, _ in self.learning_rates])
        values = np.array([value for _, value in self.learning_rates])
        rates = values[np.maximum(np.searchsorted(starts, steps, side="right") - 1, 0)]
        length = self.decay_steps or (self.total_steps or 0) - self.schedule_start
        if self.schedule == "cosine" and length > 0:
            progress = np.clip((steps - 1 - self.schedule_start) / length, 0, 1)
            rates = rates * (self.final_rate + (1 - self.final_rate) * (0.5 + 0.5 * np.cos(np.pi * progress)))
        return rates.astype(np.float32)

    def to_record(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {
            "total_steps": self.total_steps,
            "schedule_start": self.schedule_start,
            "schedule": self.schedule,
            "decay_steps": self.decay_steps,
            "final_rate": self.final_rate,
            "until": self.until,
            "learning_rates": [list(change) for change in self.learning_rates],
            "is_timed": self.is_timed,
        }

    @classmethod
    def from_record(cls, record: dict) -> "Plan":
        """Rebuild what `to_record` wrote."""
        rates = tuple((int(start), float(value)) for start, value in record["learning_rates"])
        return cls(**(record | {"learning_rates": rates}))
