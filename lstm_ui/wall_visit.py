"""Who a visitor is on /wall: the teacher of a room, a student in one, somebody who looks at one, or nobody yet.

The teacher has a secret link, `/wall?room=<code>&teacher=<secret>`: a refresh keeps the role. On a projector the
secret is taken out of the address, where the whole class would read it, and comes back when the mode is left.
"""

from dataclasses import dataclass

import streamlit as st

from lstm_core.errors import CoreError, NotAllowed
from lstm_core.service.room import Membership, RoomView
from lstm_core.service.rooms import ClassRooms
from lstm_ui.projector import is_projected
from lstm_ui.visitor import own_token

ROOM_IN_ADDRESS = "room"
TEACHER_IN_ADDRESS = "teacher"
ROLE = "wall_role"  # key of the session: code and secret of the room that this visitor teaches


@dataclass(frozen=True)
class Visit:
    """What a visitor sees of a room: everyone the wall, the teacher with `secret` more, a student as `member`."""

    room: RoomView
    secret: str = ""
    member: Membership | None = None


def own_address() -> str:
    """Return where the visitor comes from, which wrong codes are counted by."""
    return st.context.ip_address or "this machine"


def find_visit(rooms: ClassRooms) -> Visit | None:
    """Return where the visitor stands; None before they are in a room. Raises RoomNotFound and NotAllowed.

    The address may name a room of others, or one that has closed; then it leads nowhere, and is forgotten.
    """
    code = st.query_params.get(ROOM_IN_ADDRESS, "")
    secret = st.query_params.get(TEACHER_IN_ADDRESS, "")
    own_code, own_secret = st.session_state.get(ROLE, ("", ""))
    try:
        if secret:
            room = rooms.find(code, own_address())
            if not rooms.is_teacher(room.code, secret):
                raise NotAllowed("This is not the link of the room's teacher.", "It was cut short.", "Copy it again.")
            return take_role(room, secret)
        if own_code and code in ("", own_code):
            return take_role(rooms.view(own_code), own_secret)
        member = rooms.membership(own_token())
        if member is not None and code in ("", member.room.code):
            return Visit(member.room, member=member)
        return Visit(rooms.find(code, own_address())) if code else None
    except CoreError:
        forget_room()
        raise


def take_role(room: RoomView, secret: str) -> Visit:
    """Make this visitor the teacher of a room, in the session and, but on a projector, in the address."""
    st.session_state[ROLE] = (room.code, secret)
    st.query_params[ROOM_IN_ADDRESS] = room.code
    if is_projected():
        st.query_params.pop(TEACHER_IN_ADDRESS, None)
    else:
        st.query_params[TEACHER_IN_ADDRESS] = secret
    return Visit(room, secret)


def forget_room() -> None:
    """Be nobody's teacher, and have no room in the address."""
    st.session_state.pop(ROLE, None)
    for name in (ROOM_IN_ADDRESS, TEACHER_IN_ADDRESS):
        st.query_params.pop(name, None)
