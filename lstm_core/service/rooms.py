"""Class rooms: a teacher opens one, students join with a code and a nickname, and what they train stands on one wall.

A room lives in the server's memory and, so that a restart keeps it, in one small file in the folder of the runs,
secrets as hashes. It goes, with all that was known of its members, when the teacher closes it or after ROOM_SECONDS;
the networks stay with those who trained them. Next: `room_rules.py`, which holds members' runs to what the teacher
has set, and `wall.py`.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lstm_core.errors import InvalidSetting, NotAllowed, RoomNotFound, ServiceUnavailable
from lstm_core.knobs import MAX_ROOM_MEMBERS, MAX_ROOMS, ROOM_SECONDS
from lstm_core.network.locks import LOCKABLE
from lstm_core.network.spec import RunSpec
from lstm_core.service.challenge import Challenge
from lstm_core.service.nicknames import clean_nickname
from lstm_core.service.owners import hash_token
from lstm_core.service.room import Member, Membership, Room, RoomView
from lstm_core.service.room_codes import GuessLimiter, clean_code, is_secret, make_code, make_secret
from lstm_core.service.room_file import RoomFile
from lstm_core.service.room_rules import RoomRules
from lstm_core.service.training_service import TrainingService
from lstm_core.service.wall import Wall
from lstm_core.text.library import LIBRARY

SWEEP_SECONDS = 60.0  # between looks for rooms whose time is over
UNUSED_SECONDS = 600.0  # a room that nobody has joined makes place after this, when all are taken


class ClassRooms:
    """The rooms of one server. May be used from any thread.

    Methods that take a room's code raise RoomNotFound when there is none of this code, or it has closed; those that
    take the teacher's secret NotAllowed when it is another.
    """

    def __init__(
        self, service: TrainingService, folder: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """Take up the rooms in `folder`, the service's own if it is not given. `clock` returns Unix time."""
        self._runs = service.class_runs
        self._file = RoomFile(folder or service.folder)
        self._clock = clock
        self._lock = threading.RLock()  # taken before the service's own, never after it
        self._guesses = GuessLimiter()
        self._rooms: dict[str, Room] = {}
        self._walls: dict[str, Wall] = {}
        found = self._file.load()
        self._rooms.update((room.code, room) for room in found if clock() - room.opened <= ROOM_SECONDS)
        if len(self._rooms) < len(found):
            self._save()
        service.rules = RoomRules(self._lock, self._rooms, self._save, self._runs)
        self._closing = threading.Event()
        threading.Thread(target=self._sweep, daemon=True, name="class rooms").start()

    @property
    def trouble(self) -> str:
        """Why the rooms cannot be written down at the moment; "" when they can."""
        return self._file.trouble

    def close_all(self) -> None:
        """Look after the rooms no longer; they are kept for the next server."""
        self._closing.set()

    # Coming in

    def open_room(self) -> tuple[str, str]:
        """Open a room and return its code and the teacher's secret, which is nowhere kept.

        Raises ServiceUnavailable when there are MAX_ROOMS already.
        """
        with self._lock:
            self._make_room()
            code = make_code()
            while code in self._rooms:
                code = make_code()
            secret = make_secret()
            self._rooms[code] = Room(code, hash_token(secret), self._clock())
            self._save()
        return code, secret

    def find(self, typed: str, visitor: str) -> RoomView:
        """Return the room whose code somebody has typed, or followed; `visitor` is their network address.

        Raises RoomNotFound, and NotAllowed after too many codes that led nowhere.
        """
        self._guesses.check(visitor)
        try:
            return self.view(clean_code(typed))
        except RoomNotFound:
            self._guesses.note_wrong(visitor)
            raise

    def join(self, typed: str, nickname: str, token: str, visitor: str) -> Membership:
        """Let a student into a room; `token` is what their browser keeps, see owners.py.

        Whoever is in that room already gets another nickname; whoever is in another room leaves it. Raises what `find`
        does, InvalidSetting for a nickname that cannot be taken, NotAllowed when the room is full.
        """
        code = self.find(typed, visitor).code
        with self._lock:
            room = self._room(code)
            member = _find_member(room, token)
            taken = [other.nickname for other in room.members.values() if other is not member]
            nickname = clean_nickname(nickname, taken)
            if member is None:
                if len(room.members) >= MAX_ROOM_MEMBERS:
                    raise NotAllowed(
                        f"There are {MAX_ROOM_MEMBERS} people in this room.",
                        "More do not fit on a wall.",
                        "Ask the teacher to open a second room.",
                    )
                self.leave(token)
                member = Member(secrets.token_hex(4), nickname, hash_token(token))
                room.members[member.member_id] = member
            member.nickname = nickname
            self._save()
            return Membership(member.member_id, nickname, room.snapshot())

    def leave(self, token: str) -> None:
        """Take a student's line off the wall, if there is one."""
        with self._lock:
            for room in self._rooms.values():
                member = _find_member(room, token)
                if member is not None:
                    self._remove(room, member)

    def membership(self, token: str) -> Membership | None:
        """Return who a student is in which room; None when they are in none."""
        with self._lock:
            for room in self._rooms.values():
                member = _find_member(room, token)
                if member is not None:
                    return Membership(member.member_id, member.nickname, room.snapshot())
        return None

    # Looking

    def view(self, code: str) -> RoomView:
        """Return a room as it stands. For a code that somebody typed: `find`."""
        with self._lock:
            return self._room(code).snapshot()

    def wall(self, code: str) -> Wall:
        """Return the room's wall, one for all who look at it."""
        with self._lock:
            room = self._room(code)
            if code not in self._walls:
                self._walls[code] = Wall(self._runs, self._lock, room)
            return self._walls[code]

    def is_teacher(self, code: str, secret: str) -> bool:
        """Tell whether this is the secret of the room's teacher."""
        with self._lock:
            return is_secret(secret, self._room(code).teacher_hash)

    # What the teacher does

    def lock_knobs(self, code: str, secret: str, values: Mapping[str, Any]) -> None:
        """Have these knobs, and no others, stand at these values for all. Raises InvalidSetting as RunSpec does."""
        spec = RunSpec.build("", "", **values)
        unknown = [name for name in values if name not in LOCKABLE]
        if unknown:
            raise InvalidSetting(f"“{unknown[0]}” was to be locked.", "It is for reviews alone.", "Leave it out.")
        self._change(code, secret, locks={name: getattr(spec, name) for name in values})

    def choose_text(self, code: str, secret: str, text: str | None) -> None:
        """Have all train on this text of the library, or each on what they like. Raises InvalidSetting."""
        if text is not None and text not in LIBRARY:
            raise InvalidSetting(f"The library has no text “{text}”.", f"It has {', '.join(LIBRARY)}.", "Choose one.")
        self._change(code, secret, text=text)

    def set_challenge(self, code: str, secret: str, challenge: Challenge | None) -> None:
        """Set a challenge, or end it."""
        self._change(code, secret, challenge=challenge)

    def pause_everyone(self, code: str, secret: str) -> None:
        """Pause all that trains in the room; until `resume_everyone` nobody in it trains."""
        with self._lock:
            room = self._teachers_room(code, secret)
            for member in room.members.values():
                room.held |= self._runs.hold(member.runs)
            self._change(code, secret, is_paused=True)

    def resume_everyone(self, code: str, secret: str) -> None:
        """Let everyone train again, and have go on what was paused by `pause_everyone`."""
        with self._lock:
            room = self._teachers_room(code, secret)
            self._change(code, secret, is_paused=False)
            self._release(room, room.held)

    def remove(self, code: str, secret: str, member_id: str) -> None:
        """Take a line off the wall; whoever it was can join again, with another nickname. Unknown ids do nothing."""
        with self._lock:
            room = self._teachers_room(code, secret)
            if member_id in room.members:
                self._remove(room, room.members[member_id])

    def close(self, code: str, secret: str) -> None:
        """Close a room: all that was known of it is gone at once, and what it held goes on."""
        with self._lock:
            self._close(self._teachers_room(code, secret))

    # Inside

    def _room(self, code: str) -> Room:
        room = self._rooms.get(code)
        if room is not None and self._clock() - room.opened > ROOM_SECONDS:
            self._close(room)
            room = None
        if room is None:
            raise RoomNotFound(
                "No room has this code.",
                "A code has five letters; a room closes when its teacher says so, or after twelve hours.",
                "Look at the wall once more, or ask the teacher.",
            )
        return room

    def _teachers_room(self, code: str, secret: str) -> Room:
        room = self._room(code)
        if not is_secret(secret, room.teacher_hash):
            raise NotAllowed(
                "This is not the link of the room's teacher.",
                "Only whoever opened the room has it.",
                "Open the page by that link again.",
            )
        return room

    def _change(self, code: str, secret: str, **values: Any) -> None:
        with self._lock:
            room = self._teachers_room(code, secret)
            vars(room).update(values)
            room.version += 1
            self._save()

    def _remove(self, room: Room, member: Member) -> None:
        del room.members[member.member_id]
        self._release(room, room.held & set(member.runs))
        self._save()

    def _release(self, room: Room, runs: set[str]) -> None:
        room.held = room.held - runs
        self._runs.release(runs)
        self._save()

    def _make_room(self) -> None:
        """Make place for one more room. Raises ServiceUnavailable."""
        now = self._clock()
        if len(self._rooms) < MAX_ROOMS:
            return
        unused = [room for room in self._rooms.values() if not room.members and now - room.opened > UNUSED_SECONDS]
        if not unused:
            raise ServiceUnavailable(
                f"{MAX_ROOMS} rooms are open on this server.", "No more can be at once.", "Try again later."
            )
        self._close(min(unused, key=lambda room: room.opened))

    def _close(self, room: Room) -> None:
        self._rooms.pop(room.code, None)
        self._walls.pop(room.code, None)
        self._release(room, set(room.held))

    def _sweep(self) -> None:
        """Close what nobody closes."""
        while not self._closing.wait(SWEEP_SECONDS):
            with self._lock:
                for room in list(self._rooms.values()):
                    if self._clock() - room.opened > ROOM_SECONDS:
                        self._close(room)

    def _save(self) -> None:
        self._file.save(self._rooms.values())


def _find_member(room: Room, token: str) -> Member | None:
    if not token:
        return None
    token_hash = hash_token(token)
    return next((member for member in room.members.values() if member.token_hash == token_hash), None)
