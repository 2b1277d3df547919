"""A run as the exports need it: what was asked for, what was learned, and what was measured on the way."""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.training.forecast import Forecast
from lstm_core.training.plan import Plan
from lstm_core.training.reports import SampleNote, ValidationNote


@dataclass(frozen=True)
class ExportedRun:
    """A run as it stands; `network` is that of its last checkpoint, whose step may lie a little before the curves' end.

    Each curve is float32, (steps,): losses in nats, accuracies 0 to 1, seconds of training since the beginning. A step
    that could not be written down is NaN. `created` is Unix time.
    """

    name: str
    spec: RunSpec
    plan: Plan
    network: TrainedNetwork
    losses: np.ndarray
    accuracies: np.ndarray
    seconds: np.ndarray
    validations: tuple[ValidationNote, ...]
    samples: tuple[SampleNote, ...]
    created: float
    forecast: Forecast = Forecast()  # what was expected of it before it began
    loss: float | None = None  # nats, as the pages tell it: of the last steps
    accuracy: float | None = None  # 0 to 1, likewise
    cpu_seconds: float = 0.0  # of all cores together; 0 where it was not counted
