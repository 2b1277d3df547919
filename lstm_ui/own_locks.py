"""What a teacher holds this visitor to: by the room that they are in, and by the link that they came by."""

import streamlit as st

from lstm_core.network.locks import Locks
from lstm_ui.room_note import own_room

LINK_LOCKS = "link_locks"  # key of the session: of the link opened last


def own_locks() -> Locks:
    """Return both together; the room's stand where they contradict each other."""
    room = own_room()
    return link_locks().merged(room.set_by_teacher if room else Locks())


def link_locks() -> Locks:
    """Return what the link alone holds this session to."""
    return st.session_state.get(LINK_LOCKS, Locks())
