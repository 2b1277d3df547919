"""What an experiment is: a tutorial, what it published, and the recipes that reach it here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Experiment:
    """A tutorial's experiment. Settings are knob values; knobs not named keep their defaults."""

    name: str
    title: str
    author: str
    year: int
    summary: str
    corpus: str  # a name in lstm_core.text.library, or of a set of reviews
    article: Mapping[str, Any]
    fast: Mapping[str, Any]
    fast_reason: str
    published_note: str
    published_accuracy: float | None = None  # 0 to 1, averaged over its last 1,000 steps
    published_loss: float | None = None  # nats, likewise
    best: Mapping[str, Any] | None = None  # a third recipe, that of what gets furthest

    @property
    def recipes(self) -> tuple[str, ...]:
        """Names of the recipes that it has, the usual one first."""
        return ("fast", "article") if self.best is None else ("fast", "article", "best")
