"""What a page may know of a run: small frozen snapshots, taken under the service's lock."""

from dataclasses import dataclass, field

import numpy as np

from lstm_core.network.spec import RunSpec
from lstm_core.training.forecast import Forecast
from lstm_core.training.reports import Prediction, SampleNote

ALIVE = ("waiting", "compiling", "training")
"""States in which a run gets, or waits for, slices."""


@dataclass(frozen=True)
class RunView:
    """A run as it stands now. Losses in nats, accuracies 0 to 1, times in seconds of training unless said otherwise."""

    run_id: str
    spec: RunSpec = field(repr=False)
    state: str  # one of ALIVE, or "paused", "stopped", "finished", "interrupted", "failed"
    step: int
    total_steps: int | None  # None until a budget in seconds has been turned into steps
    loss: float | None  # smoothed over the last steps; None before the first step
    accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    symbols_per_second: float
    seconds_left: float | None
    place: int  # runs that get their next slice before this one
    cores: int
    learning_rate: float  # as the visitor set it last; a schedule may have lowered it since
    note: str
    validation_note: str
    stopped_by: str | None
    checkpoint_step: int  # 0 while there is no checkpoint yet
    parameters: int
    symbol_count: int
    samples: tuple[SampleNote, ...]
    predictions: tuple[Prediction, ...]
    created: float  # Unix time
    name: str = ""  # what a visitor called it
    steps_per_epoch: int = 0  # 0 where it is not known
    owner: str = ""  # hash of the token of the browser that made it; "" for a run of the command line
    wait_seconds: float | None = None  # until its next slice, about; None: it is out, rests, or nobody can tell
    waits_for_own: bool = False  # it begins when one of its visitor's other runs ends or rests
    cpu_seconds: float = 0.0  # of all cores together; 0 where it was not counted
    forecast: Forecast = Forecast()  # what was expected of it before it began
    is_out: bool = False  # a worker has it at this moment, be it for a last slice after Pause or Stop
    compile_seconds: float | None = None  # while it compiles: about how long that takes; None: its program is there
    compiling_for: float = 0.0  # seconds, by the clock
    words_version: int = 0  # changes with `samples` and `predictions`

    @property
    def is_alive(self) -> bool:
        """Whether its curve moves, or will as soon as its turn comes."""
        return self.state in ALIVE

    @property
    def is_of_reviews(self) -> bool:
        """Whether it learns to judge reviews, and not to go on with a text."""
        return self.spec.reviews is not None

    @property
    def is_moving(self) -> bool:
        """Whether its numbers may still change without anybody's doing."""
        return self.is_alive or self.is_out


@dataclass(frozen=True)
class History:
    """A run's curves; one value per step from step 1 on, validation at its own steps."""

    losses: np.ndarray  # (n,) float32, nats, mean over the step's windows
    accuracies: np.ndarray  # (n,) float32, 0 to 1
    seconds: np.ndarray  # (n,) float32, training time since step 0
    validation_steps: np.ndarray  # (m,) int32
    validation_losses: np.ndarray  # (m,) float32, nats
    validation_accuracies: np.ndarray  # (m,) float32, 0 to 1


@dataclass(frozen=True)
class HistoryPart:
    """What a run's curves have beyond some step; validation whole. Arrays as in `History`."""

    generation: int  # another one than before: the run went back, and what was known of it does not hold any more
    first_step: int  # after which the arrays begin; 0: they are whole
    losses: np.ndarray
    accuracies: np.ndarray
    seconds: np.ndarray
    validation_steps: np.ndarray
    validation_losses: np.ndarray
    validation_accuracies: np.ndarray
