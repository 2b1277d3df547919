"""The wall of a class room: a line for each student, with what their newest network does and how it ranks.

However many look at it, each line is worked out once a second at most, and a run that rests only once. Next: the page,
which sends a browser what has changed.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lstm_core.errors import CoreError
from lstm_core.service.challenge import Challenge, Verdict, judge
from lstm_core.service.class_runs import ClassRuns
from lstm_core.service.glance import Glance
from lstm_core.service.room import Member, Room

LOOK_SECONDS = 0.9  # a bit less than pages tick: each tick brings something new


@dataclass(frozen=True)
class WallLine:
    """One student on the wall."""

    member_id: str
    nickname: str
    run: Glance | None  # the newest that is still there; None before the first
    verdict: Verdict | None = None  # in the challenge, if there is one and a run: of their best run that takes part
    rank: int | None = None  # 1 is the lowest loss; None without a result
    is_earlier: bool = False  # the verdict is of an earlier run than the one shown


class Wall:
    """Looks at the runs of a room's members; `lock` guards the room. May be used from any thread."""

    def __init__(
        self,
        runs: ClassRuns,
        lock: "threading.RLock",
        room: Room,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runs = runs
        self._room_lock = lock
        self._room = room
        self._clock = clock
        self._lock = threading.Lock()
        self._glances: dict[str, Glance] = {}  # by run id
        self._challenge: Challenge | None = None  # the one that they were looked at with
        self._lines: tuple[WallLine, ...] = ()
        self._seen: tuple[list[Member], Challenge | None] = ([], None)  # what these are the lines of
        self._next_look = -1.0

    def lines(self) -> tuple[WallLine, ...]:
        """Return all lines: in a challenge by rank, those without a result after them, those out of it last.

        Without a challenge they stand in the order in which the students came.
        """
        with self._room_lock:
            challenge = self._room.challenge
            members = [replace(member) for member in self._room.members.values()]
        with self._lock:
            if (members, challenge) == self._seen and self._clock() < self._next_look:
                return self._lines
            self._seen = (members, challenge)
            self._look(members, challenge)
            self._lines = _rank([self._make_line(member, challenge) for member in members], challenge)
            self._next_look = self._clock() + LOOK_SECONDS
            return self._lines

    def _look(self, members: Sequence[Member], challenge: Challenge | None) -> None:
        """Look at the newest run of each member and, in a challenge, at all of them."""
        if challenge != self._challenge:
            self._glances, self._challenge = {}, challenge
        before, self._glances = self._glances, {}
        steps = challenge.max_steps if challenge else None
        seconds = challenge.max_seconds if challenge else None
        for member in members:
            for run_id in reversed(member.runs):
                try:
                    self._glances[run_id] = self._runs.glance(run_id, before.get(run_id), steps, seconds)
                except CoreError:  # deleted, or damaged
                    continue
                if challenge is None:
                    break

    def _make_line(self, member: Member, challenge: Challenge | None) -> WallLine:
        runs = [self._glances[run_id] for run_id in reversed(member.runs) if run_id in self._glances]
        line = WallLine(member.member_id, member.nickname, runs[0] if runs else None)
        if challenge is None or not runs:
            return line
        verdicts = [judge(challenge, run) for run in runs]
        counted = [place for place, verdict in enumerate(verdicts) if verdict.bits is not None]
        best = min(counted, key=lambda place: verdicts[place].bits or 0.0, default=0)
        return replace(line, verdict=verdicts[best], is_earlier=best > 0)


def _rank(lines: list[WallLine], challenge: Challenge | None) -> tuple[WallLine, ...]:
    if challenge is None:
        return tuple(lines)
    ranked = sorted(
        (line for line in lines if line.verdict and line.verdict.bits is not None),
        key=lambda line: line.verdict.bits,  # type: ignore[union-attr, arg-type, return-value]
    )
    ranked = [replace(line, rank=place) for place, line in enumerate(ranked, start=1)]
    known = {line.member_id for line in ranked}
    out = [line for line in lines if line.verdict and line.verdict.reason]
    outside = {line.member_id for line in out}
    waiting = [line for line in lines if line.member_id not in known | outside]
    return (*ranked, *waiting, *out)
