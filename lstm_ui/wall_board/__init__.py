"""The wall that the whole class looks at: forty curves in one drawing, of which each second only what changed is sent.

`lines.py` puts lines into words, this sends them, wall_board.js draws them in place, as cards or as a table.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.errors import RoomNotFound
from lstm_core.service.rooms import ClassRooms
from lstm_ui.page import friendly_errors
from lstm_ui.static_files import script_address
from lstm_ui.wall_board.lines import SentLines
from lstm_ui.wall_doors import REFUSED
from lstm_ui.wall_visit import Visit

FOLDER = Path(__file__).parent
TICK_SECONDS = 1.0
SENT = "wall_sent"  # key of the session: what this browser was told

# Streamlit sends these again with every update, so they only fetch the real script, which the browser keeps.
HTML = '<div class="wall-board" role="region" aria-label="The wall"></div>'
LOADER = """
export default (component) => {
  import(new URL("%s", document.baseURI).href).then(
    (board) => board.draw(component),
    () => component.parentElement.querySelector(".wall-board").textContent =
      "The wall could not be loaded. Training goes on; reload the page to try again.");
};
"""


@functools.cache
def _component() -> Callable[..., Any]:
    loader = LOADER % script_address(FOLDER / "wall_board.js")
    return st.components.v2.component("wall_board", html=HTML, js=loader, isolate_styles=False)


def show_board(rooms: ClassRooms, visit: Visit, is_projected: bool) -> None:
    """Draw the wall of a room, which keeps itself up to date; the teacher's can take lines away."""
    st.html(FOLDER / "wall_board.css")
    sent: SentLines = st.session_state.setdefault(SENT, SentLines())
    sent.forget()  # a page that is drawn anew may be another browser's, or a board that has just appeared
    st.fragment(_show_tick, run_every=TICK_SECONDS)(rooms, visit, is_projected)


def _show_tick(rooms: ClassRooms, visit: Visit, is_projected: bool) -> None:
    code, sent = visit.room.code, st.session_state[SENT]

    def remove() -> None:
        member_id = st.session_state["wall_board"].remove
        if visit.secret and isinstance(member_id, str):
            try:
                rooms.remove(code, visit.secret, member_id)
            except RoomNotFound as error:
                st.session_state[REFUSED] = str(error)

    with friendly_errors():
        try:
            if rooms.view(code).version != visit.room.version:
                st.rerun()  # the teacher has changed something that stands above the wall
            data = sent.pack(rooms.wall(code).lines())
        except RoomNotFound:
            st.rerun()  # it has closed; the page says so
        data |= {"isTeacher": bool(visit.secret) and not is_projected, "isProjected": is_projected}
        data["own"] = visit.member.member_id if visit.member else ""
        _component()(
            key="wall_board", data=data, on_missing_change=sent.forget, on_remove_change=remove, width="stretch"
        )
