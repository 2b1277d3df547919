"""One class room: who is in it, what the teacher has set, and how it is written down.

Nothing is kept of a student but the nickname, the ids of the runs, and the hash of their browser's token.
Next: `rooms.py`, which opens rooms, lets people in and closes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lstm_core.knobs import KNOBS, MAX_MEMBER_RUNS, MAX_ROOM_MEMBERS
from lstm_core.network.locks import Locks
from lstm_core.service.challenge import Challenge
from lstm_core.service.room_codes import clean_code
from lstm_core.text.library import LIBRARY


@dataclass
class Member:
    """A student in a room; `runs` are the ids of what they have trained there, the newest last."""

    member_id: str  # tells lines apart; no secret
    nickname: str
    token_hash: str
    runs: list[str] = field(default_factory=list)

    def add_run(self, run_id: str) -> None:
        """Remember a new run, and forget the oldest of too many."""
        self.runs = [*self.runs, run_id][-MAX_MEMBER_RUNS:]


@dataclass
class Room:
    """A room as its server holds it. Everything here happens under the lock of `ClassRooms`."""

    code: str
    teacher_hash: str
    opened: float  # Unix time
    members: dict[str, Member] = field(default_factory=dict)  # by member id, in the order in which they came
    locks: dict[str, Any] = field(default_factory=dict)  # knobs that stand at these values for all
    text: str | None = None  # the library's text that all train on
    challenge: Challenge | None = None
    is_paused: bool = False
    held: set[str] = field(default_factory=set)  # runs that trained when everyone was paused
    version: int = 0  # counts what the teacher has changed

    def snapshot(self) -> "RoomView":
        """Return what pages may know of it."""
        return RoomView(
            self.code, len(self.members), dict(self.locks), self.text, self.challenge, self.is_paused, self.version
        )

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "code": self.code, "teacher_hash": self.teacher_hash, "opened": self.opened,
            "members": [vars(member) for member in self.members.values()], "locks": self.locks, "text": self.text,
            "challenge": self.challenge.to_record() if self.challenge else None,
            "is_paused": self.is_paused, "held": sorted(self.held),
        }  # fmt: skip

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Room":
        """Rebuild what `to_record` gave.

        Raises TypeError, KeyError, ValueError or a CoreError when it is not that, or of another version of the app.
        """
        members = [Member(**member) for member in record["members"][:MAX_ROOM_MEMBERS]]
        if not clean_code(record["code"]) or (record["text"] is not None and record["text"] not in LIBRARY):
            raise ValueError("a room without a code, or with a text that does not ship")
        return cls(
            record["code"], str(record["teacher_hash"]), float(record["opened"]),
            {member.member_id: member for member in members},
            {name: KNOBS[name].check(value) for name, value in record["locks"].items()}, record["text"],
            Challenge.from_record(record["challenge"]) if record["challenge"] else None,
            bool(record["is_paused"]), set(record["held"]),
        )  # fmt: skip


@dataclass(frozen=True)
class RoomView:
    """What pages may know of a room."""

    code: str
    member_count: int
    locks: Mapping[str, Any]
    text: str | None  # the library's text that all must train on
    challenge: Challenge | None
    is_paused: bool
    version: int  # another one when the teacher has changed something

    @property
    def set_by_teacher(self) -> Locks:
        """Return what its members' runs are held to."""
        return Locks(self.locks, self.text)


@dataclass(frozen=True)
class Membership:
    """Who a visitor is in which room."""

    member_id: str
    nickname: str
    room: RoomView
