"""One wall for a class: open a room or join one, and see everyone's network learn, live."""

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.service.room import RoomView
from lstm_core.service.rooms import ClassRooms
from lstm_ui.page import escape_markdown, friendly_errors, page_setup
from lstm_ui.projector import is_projected
from lstm_ui.service import class_rooms
from lstm_ui.wall_board import show_board
from lstm_ui.wall_desk import show_desk
from lstm_ui.wall_doors import show_doors, show_join_form, show_membership
from lstm_ui.wall_invitation import show_invitation
from lstm_ui.wall_visit import Visit, find_visit


def show_page() -> None:
    rooms = class_rooms()
    visit = None
    try:
        visit = find_visit(rooms)
    except CoreError as error:  # a room that has closed, a link cut short: the doors are still there
        st.warning(escape_markdown(str(error)))
    if visit is None:
        st.title("The wall of a class", anchor=False)
        st.caption("Everyone trains on their own screen; here stand all curves together.")
        show_doors(rooms)
    else:
        show_room(rooms, visit)


def show_room(rooms: ClassRooms, visit: Visit) -> None:
    with st.container(key="wall_head"):
        with st.container(key="wall_title", gap="xsmall"):
            st.title(f"Room {visit.room.code}", anchor=False)
            show_membership(rooms, visit)
            show_what_goes(visit.room)
        if visit.member is None:
            show_invitation(visit.room)
    if visit.secret and not is_projected():
        show_desk(rooms, visit)
    elif visit.member is None and not is_projected():
        with st.expander("Join this room", expanded=True, key="wall_join_here"):
            show_join_form(rooms, visit.room.code)
    show_board(rooms, visit, is_projected())


def show_what_goes(room: RoomView) -> None:
    """Say what the teacher has set: the challenge, the text, the locks, the pause."""
    if room.is_paused:
        st.markdown("**Paused.** Nobody trains until the teacher lets everyone go on.")
    if room.challenge:
        st.markdown(f"**Challenge.** {escape_markdown(room.challenge.describe())}")
        st.caption(
            "Lower is better. Bits per character can be compared here because all name the same symbols of the same "
            "held-out text."
        )
    elif not is_projected():
        st.caption("Each curve is a loss: it starts at the dotted line, which is knowing nothing, and falls.")


page_setup("Wall", "/wall")
with st.container(key="wall_page"), friendly_errors():
    show_page()
