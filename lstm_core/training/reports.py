"""What training says of itself: small frozen records that travel from a worker to the page. No TensorFlow here."""

from dataclasses import dataclass

import numpy as np

from lstm_core.training.snapshots import Snapshot

STEPS_AVERAGED = 100  # what loss and accuracy of a run are the mean of, at most, where they are counted step by step
ARTICLE_STEPS_AVERAGED = 1_000  # as the word tutorials print it


@dataclass(frozen=True)
class SampleNote:
    """What the network wrote at a step, at one temperature, after `seed_text`."""

    step: int
    temperature: float
    seed_text: str
    text: str


@dataclass(frozen=True)
class Prediction:
    """One row of the articles' table: after `context`, `expected` should come; the likeliest was `predicted`."""

    context: tuple[str, ...]
    expected: str
    predicted: str
    probability: float  # of `predicted`, 0 to 1


@dataclass(frozen=True)
class ValidationNote:
    """The loss (nats) and accuracy (0 to 1) on the held-out part at a step."""

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class TrainingReport:
    """A stretch of steps: `losses[0]` belongs to `first_step`, counted from 1."""

    first_step: int
    losses: np.ndarray  # (n,) float32, nats
    accuracies: np.ndarray  # (n,) float32, share of the step's predictions that were right
    seconds: float  # training time of this stretch; no compiling, no evaluating
    compile_seconds: float  # 0 but for the stretch that had to compile first
    accuracy: float | None = None  # over all windows of the training text, where the run measures it
    validation: ValidationNote | None = None
    samples: tuple[SampleNote, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    stopped_by: str | None = None  # "steps", "perfect" or "accuracy" on the last stretch
    total_steps: int | None = None  # the budget, once it is known in steps
    snapshots: tuple[Snapshot, ...] = ()
    cpu_seconds: float = 0.0  # of all cores together, compiling and looking included

    @property
    def last_step(self) -> int:
        """The step after which this report was made."""
        return self.first_step + len(self.losses) - 1
