"""Class rooms on a service that trains nothing, members, and runs that look as if they had trained."""

import numpy as np

from lstm_core.errors import ServiceUnavailable
from lstm_core.network.spec import RunSpec
from lstm_core.service.cluster import Cluster
from lstm_core.service.live_run import LiveRun
from lstm_core.service.owners import make_token
from lstm_core.service.rooms import ClassRooms
from lstm_core.service.training_service import TrainingService
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.training.reports import SampleNote, TrainingReport, ValidationNote

HERE = "10.0.0.7"  # where a visitor comes from
FABLES = "aesop-fables"


def no_cluster() -> Cluster:
    """Start none: runs wait for ever."""
    raise ServiceUnavailable("No training here.", "None is needed.", "Go on.")


class Clock:
    """Tells whatever time it is set to."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Class:
    """A room with its teacher's key, and students who can be let in."""

    def __init__(self, rooms: ClassRooms) -> None:
        self.rooms = rooms
        self.code, self.secret = rooms.open_room()
        self.key = (self.code, self.secret)

    def join(self, nickname: str) -> str:
        """Let a student in and return their token."""
        token = make_token()
        self.rooms.join(self.code, nickname, token, HERE)
        return token


def fable_spec(**settings: object) -> RunSpec:
    """Build a run on the fables, by characters, that can take part in a challenge."""
    chosen = {"symbols": "characters", "window": 16, "units": 8, "embedding": 4} | settings
    return RunSpec.build(load_text(FABLES), LIBRARY[FABLES].title, **chosen)


def pretend_training(
    service: TrainingService, run_id: str, steps: int = 100, seconds: float = 10.0, loss: float = 2.0
) -> LiveRun:
    """Have a run look as if it had trained on: its losses fall to `loss`, which it then has on held-out text, too."""
    run = service._shelf.take(run_id)
    losses = np.linspace(loss + 1, loss, steps, dtype=np.float32)
    at = run.step + steps
    run.add_report(
        TrainingReport(
            run.step + 1, losses, losses / 10, seconds, 0.0, validation=ValidationNote(at, loss, 0.3),
            samples=(SampleNote(at, 0.5, "The", f" mouse of step {at}"),),
        )
    )  # fmt: skip
    return run
