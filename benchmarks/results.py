"""What a benchmark finds: a section of rows, each with our figure, the peer's, their ratio and what was to be reached.

Plain records, so that a benchmark can run in a process of its own and hand its section over as JSON.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.timing import Spread, paired_ratio


@dataclass(frozen=True)
class Goal:
    """What a row is to reach: its ratio, or our figure itself, `at_least` or else at most `bound`."""

    bound: float
    at_least: bool = True
    of: str = "ratio"  # or "ours"

    def is_reached(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True)
class Row:
    """One measured thing, in `unit`. `measure` is the row of measures that it belongs to; "" for what stands beside."""

    measure: str
    what: str
    unit: str
    ours: Spread | None = None
    peer: Spread | None = None
    ratio: float | None = None
    goal: Goal | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none, or nothing could be measured."""
        if self.goal is None:
            return None
        value = self.ratio if self.goal.of == "ratio" else self.ours.median if self.ours else None
        return None if value is None else self.goal.is_reached(value)


@dataclass(frozen=True)
class Table:
    """Further figures that belong to a section, as they are shown."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """All that a benchmark found. `notes` say what was measured and how; `picture` is a file beside RESULTS.md."""

    name: str
    title: str
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    picture: str = ""
    failure: str = ""  # what could not be measured, and why
    seconds: float = field(default=0.0)  # that it took

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Section":
        """Rebuild what `to_record` gave, also after a way through JSON."""
        rows = tuple(
            Row(
                **row
                | {name: Spread(**row[name]) if row[name] else None for name in ("ours", "peer")}
                | {"goal": Goal(**row["goal"]) if row["goal"] else None}
            )
            for row in record["rows"]
        )
        tables = tuple(
            Table(table["title"], tuple(table["head"]), tuple(tuple(row) for row in table["rows"]))
            for table in record["tables"]
        )
        return cls(**record | {"rows": rows, "tables": tables, "notes": tuple(record["notes"])})


def compare(
    measure: str,
    what: str,
    unit: str,
    ours: Sequence[float],
    peer: Sequence[float],
    goal: Goal | None = None,
    less_is_better: bool = False,
) -> Row:
    """Return the row of two sides that were measured in turn; the ratio says how many times better ours is."""
    ratio = paired_ratio(peer, ours) if less_is_better else paired_ratio(ours, peer)
    return Row(measure, what, unit, _spread(ours), _spread(peer), ratio, goal)


def alone(measure: str, what: str, unit: str, ours: Sequence[float], goal: Goal | None = None) -> Row:
    """Return the row of something that has no peer."""
    return Row(measure, what, unit, _spread(ours), goal=goal)


def at_least(bound: float) -> Goal:
    """Our figure itself is to be this or more."""
    return Goal(bound, at_least=True, of="ours")


def at_most(bound: float) -> Goal:
    """Our figure itself is to be this or less."""
    return Goal(bound, at_least=False, of="ours")


def times(bound: float) -> Goal:
    """We are to be this many times better than the peer."""
    return Goal(bound)


def _spread(values: Sequence[float]) -> Spread | None:
    return Spread.of(values) if len(values) else None
