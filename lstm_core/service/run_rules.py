"""What a class room may forbid its members' runs: asked by the training service before it does what a visitor wants."""

from typing import Protocol

from lstm_core.network.spec import RunSpec


class RunRules(Protocol):
    """Each method raises NotAllowed to forbid; `owner` is the token of who asks, see owners.py."""

    def check_start(self, owner: str, spec: RunSpec) -> None:
        """A visitor is about to begin a run."""

    def note_start(self, owner: str, run_id: str) -> None:
        """The run has begun; it may be put on hold at once."""

    def check_going_on(self, run_id: str) -> None:
        """Somebody wants a resting run to train."""

    def check_learning_rate(self, run_id: str) -> None:
        """Somebody wants another learning rate."""


class NoRules:
    """Everything is allowed."""

    def check_start(self, owner: str, spec: RunSpec) -> None:
        """Allow it."""

    def note_start(self, owner: str, run_id: str) -> None:
        """Take no note."""

    def check_going_on(self, run_id: str) -> None:
        """Allow it."""

    def check_learning_rate(self, run_id: str) -> None:
        """Allow it."""
