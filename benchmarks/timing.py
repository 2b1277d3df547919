"""How things are measured: in turn, A B A B …, so that whatever else the machine does falls on all sides alike."""

import statistics
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Measured = TypeVar("Measured")

LAST_WORDS = 800  # characters of what a failed side said


@dataclass(frozen=True)
class Stretch:
    """What was done in a stretch of time: `count` steps or symbols in `seconds`."""

    count: float
    seconds: float

    @property
    def rate(self) -> float:
        """So many of them in a second."""
        return self.count / max(self.seconds, 1e-9)


@dataclass(frozen=True)
class Spread:
    """Some measurements of the same thing: the middle one, and between what they lay."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Sum up measurements. Raises ValueError when there is none."""
        if not values:
            raise ValueError("A spread takes one measurement at least.")
        return cls(float(statistics.median(values)), float(min(values)), float(max(values)), len(values))


class SideFailed(Exception):
    """A side could not measure; the message says why, as far as it told."""


def alternate(sides: Mapping[str, Callable[[], Measured]], rounds: int, notes: list[str]) -> dict[str, list[Measured]]:
    """Measure each side once, then each once more, `rounds` times; return what each gave, in the order of rounds.

    A side that fails with SideFailed is left out from then on, which `notes` then say, and has no figures at all; the
    others go on.
    """
    figures: dict[str, list[Measured]] = {name: [] for name in sides}
    failed: set[str] = set()
    for _ in range(rounds):
        for name, measure in sides.items():
            if name in failed:
                continue
            try:
                figures[name].append(measure())
            except SideFailed as error:
                notes.append(f"{name} could not be measured: {error}")
                failed.add(name)
                figures[name] = []
    return figures


def attempt(what: str, make: Callable[[], list[Measured]], failures: list[str]) -> list[Measured]:
    """Return what `make` measures; should it fail, nothing, and `failures` say so: all else is measured as well."""
    try:
        return make()
    except Exception as error:  # of a browser, a process, a library: whatever it is, it must not cost the rest
        traceback.print_exc()
        failures.append(f"{what}: {type(error).__name__}, {str(error)[:LAST_WORDS]}")
        return []


def paired_ratio(ours: Sequence[float], peer: Sequence[float]) -> float | None:
    """Return the median of the rounds' own ratios, ours by the peer's; None where one side has no figures.

    Each round's two measurements follow each other, so what changed between rounds does not count.
    """
    ratios = [own / other for own, other in zip(ours, peer, strict=False) if other > 0]
    return statistics.median(ratios) if ratios else None
