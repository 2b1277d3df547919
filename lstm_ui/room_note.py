"""What a student in a class room reads on /train: which room, what the teacher has set, how to take up a challenge."""

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.network.experiments import MY_OWN
from lstm_core.network.spec import RunSpec
from lstm_core.service.challenge import Challenge
from lstm_core.service.room import Membership, RoomView
from lstm_core.text.library import LIBRARY, load_text
from lstm_ui.page import escape_markdown
from lstm_ui.service import class_rooms
from lstm_ui.train_setup import set_up_next
from lstm_ui.visitor import own_token

LOOK_SECONDS = 3.0  # a student learns of a pause, a lock, a challenge as soon as this


def own_room() -> RoomView | None:
    """Return the room that this visitor is in; None when they are in none."""
    member = class_rooms().membership(own_token())
    return member.room if member else None


def show_room_note() -> None:
    """Draw the note of a member, which draws the whole page anew when the teacher changes something."""
    member = class_rooms().membership(own_token())
    if member is not None:
        st.fragment(_show_note, run_every=LOOK_SECONDS)(member)


def _show_note(drawn: Membership) -> None:
    member = class_rooms().membership(own_token())
    if member is None or (member.room.code, member.room.version) != (drawn.room.code, drawn.room.version):
        st.rerun()  # buttons and knobs stand elsewhere
    room = member.room
    with st.container(key="room_note", gap="xsmall"):
        st.markdown(
            f"Room **{room.code}**, as **{escape_markdown(member.nickname)}**. "
            + ("**Your teacher has paused everyone.**" if room.is_paused else "What you train stands on the wall.")
        )
        if room.challenge is not None:
            st.markdown(f"**Challenge.** {escape_markdown(room.challenge.describe())}")
            if st.button("Set everything up for it", key="room_set_up"):
                set_up_next(_challenge_spec(room, room.challenge))
                st.rerun()


def _challenge_spec(room: RoomView, challenge: Challenge) -> RunSpec:
    """Return a run that takes part, with what the teacher has locked; where these contradict, the locks stand."""
    text, title = load_text(challenge.text), LIBRARY[challenge.text].title
    try:
        return RunSpec.build(text, title, MY_OWN, **(challenge.settings() | dict(room.locks)))
    except CoreError:  # a lock leaves no budget
        return RunSpec.build(text, title, MY_OWN, **challenge.settings())
