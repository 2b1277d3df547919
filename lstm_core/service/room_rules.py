"""Holds the runs of a room's members to what the teacher has set, whatever page or program asks for them."""

import threading
from collections.abc import Callable, Mapping

from lstm_core.errors import NotAllowed
from lstm_core.network.locks import Locks
from lstm_core.network.spec import RunSpec
from lstm_core.service.class_runs import ClassRuns
from lstm_core.service.owners import hash_token
from lstm_core.service.room import Member, Room


class RoomRules:
    """The rules of all rooms, see `run_rules.py`; `rooms` may change at any time, under `lock`."""

    def __init__(
        self,
        lock: "threading.RLock",
        rooms: Mapping[str, Room],
        save: Callable[[], None],
        runs: ClassRuns,
    ) -> None:
        self._lock = lock
        self._rooms = rooms
        self._save = save
        self._runs = runs

    def check_start(self, owner: str, spec: RunSpec) -> None:
        """Refuse a run while its room is paused, on another text, or with a locked knob elsewhere."""
        with self._lock:
            room, _ = self._find_owner(owner)
            if room is None:
                return
            self._check_paused(room)
            Locks(room.locks, room.text).check(spec)

    def note_start(self, owner: str, run_id: str) -> None:
        """Put a new run on its owner's line. A room that was paused in that very moment holds it."""
        with self._lock:
            room, member = self._find_owner(owner)
            if room is None or member is None:
                return
            member.add_run(run_id)
            if room.is_paused:
                room.held |= self._runs.hold([run_id])
            self._save()

    def check_going_on(self, run_id: str) -> None:
        """Refuse to let a run train whose room is paused."""
        with self._lock:
            room = self._find_run(run_id)
            if room is not None:
                self._check_paused(room)

    def check_learning_rate(self, run_id: str) -> None:
        """Refuse to move a learning rate that is locked."""
        with self._lock:
            room = self._find_run(run_id)
            if room is not None and "learning_rate" in room.locks:
                raise NotAllowed(
                    "The learning rate was moved.", "Your teacher has locked it.", "It stays where it stands."
                )

    def _find_owner(self, owner: str) -> tuple[Room, Member] | tuple[None, None]:
        owner_hash = hash_token(owner)
        for room in self._rooms.values() if owner else ():
            for member in room.members.values():
                if member.token_hash == owner_hash:
                    return room, member
        return None, None

    def _find_run(self, run_id: str) -> Room | None:
        for room in self._rooms.values():
            if any(run_id in member.runs for member in room.members.values()):
                return room
        return None

    def _check_paused(self, room: Room) -> None:
        if room.is_paused:
            raise NotAllowed(
                "Your teacher has paused everyone in the room.", "Nobody trains until it goes on.", "Wait for that."
            )
