"""The two doors of /wall: open a room, or join one; and, for a student inside, the way on and the way out."""

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import MAX_NICKNAME_CHARACTERS
from lstm_core.service.room_codes import CODE_LENGTH
from lstm_core.service.rooms import ClassRooms
from lstm_ui.page import escape_markdown
from lstm_ui.visitor import own_token
from lstm_ui.wall_visit import Visit, forget_room, own_address, take_role

REFUSED = "wall_refused"  # key of the session: why the last button did nothing


def show_doors(rooms: ClassRooms) -> None:
    """Draw both doors side by side."""
    with st.container(key="wall_doors", horizontal=True, gap="medium"):
        with st.container(key="wall_door_open", border=True, gap="small"):
            st.header("Open a room", anchor=False)
            st.markdown(
                "For teachers. You get a code and a picture for the class to join, and one wall on which everyone’s "
                "network learns: for the projector."
            )
            if st.button("Open a room", key="wall_open", type="primary"):
                _open(rooms)
        with st.container(key="wall_door_join", border=True, gap="small"):
            st.header("Join a room", anchor=False)
            st.markdown("For students. No account: a nickname is enough, and it is forgotten when the room closes.")
            show_join_form(rooms, "")


def show_join_form(rooms: ClassRooms, code: str) -> None:
    """Draw the form of a student who wants to come in; with a `code` only the nickname is asked for."""
    with st.form("wall_join_form", border=False):
        if not code:
            st.text_input(
                "Code",
                key="wall_code",
                max_chars=3 * CODE_LENGTH,
                placeholder="ABCDE",
                help="Five letters; they stand on the wall.",
                autocomplete="off",
            )
        st.text_input(
            "Nickname",
            key="wall_nickname",
            max_chars=2 * MAX_NICKNAME_CHARACTERS,
            help="The whole class reads it. It need not be your name.",
            autocomplete="off",
        )
        st.form_submit_button("Join", key="wall_join", type="primary", on_click=_join, args=(rooms, code))
    if refused := st.session_state.pop(REFUSED, ""):
        st.error(escape_markdown(refused))


def show_membership(rooms: ClassRooms, visit: Visit) -> None:
    """Tell a student who they are in this room, where to train, and let them leave."""
    if visit.member is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="wall_member"):
        st.markdown(f"You are **{escape_markdown(visit.member.nickname)}** here.", width="content")
        st.page_link("pages/train.py", label="Go and train a network", icon=":material/arrow_forward:", width="content")
        st.button("Leave the room", key="wall_leave", type="tertiary", on_click=_leave, args=(rooms,))


def _open(rooms: ClassRooms) -> None:
    code, secret = rooms.open_room()
    take_role(rooms.view(code), secret)
    st.rerun()


def _join(rooms: ClassRooms, code: str) -> None:
    typed = code or st.session_state.get("wall_code", "")
    try:
        rooms.join(typed, st.session_state.get("wall_nickname", ""), own_token(), own_address())
    except CoreError as error:
        st.session_state[REFUSED] = str(error)
    else:
        forget_room()


def _leave(rooms: ClassRooms) -> None:
    rooms.leave(own_token())
    forget_room()
