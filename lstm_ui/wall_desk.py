"""The teacher's desk on /wall: pause and resume everyone, set a challenge, choose the text, lock knobs, close."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import KNOBS, Knob
from lstm_core.network.locks import LOCKABLE
from lstm_core.service.challenge import MAX_PARAMETERS, UNITS, Challenge, challenge_texts
from lstm_core.service.room import RoomView
from lstm_core.service.rooms import ClassRooms
from lstm_core.text.library import LIBRARY
from lstm_ui.page import escape_markdown
from lstm_ui.wall_doors import REFUSED
from lstm_ui.wall_invitation import show_teacher_link
from lstm_ui.wall_visit import Visit, forget_room

OWN_CHOICE = "each their own"  # in place of a text
LOCKED = "wall_locked"  # key of the list of knobs


def show_desk(rooms: ClassRooms, visit: Visit) -> None:
    """Draw all that the teacher of a room can do; what a button did stands on the page at once."""
    act = partial(_act, rooms, visit)
    with st.container(key="wall_desk", gap="small"):
        with st.container(horizontal=True, gap="small"):
            press = partial(st.button, on_click=act)
            paused = visit.room.is_paused
            press("Pause everyone", key="wall_pause", disabled=paused, args=(rooms.pause_everyone,))
            press("Resume everyone", key="wall_resume", disabled=not paused, args=(rooms.resume_everyone,))
            with st.popover("Challenge", key="wall_challenge"):
                _show_challenge(rooms, visit, act)
            with st.popover("Text", key="wall_text_choice"):
                _show_text(rooms, visit.room, act)
            with st.popover("Lock knobs", key="wall_locks"):
                _show_locks(rooms, visit.room, act)
            with st.popover("Your link", key="wall_link"):
                show_teacher_link(visit.room, visit.secret)
            with st.popover("Close the room", key="wall_closing"):
                st.markdown(
                    "The code, all nicknames and this wall are gone at once. The networks stay with those who "
                    "trained them."
                )
                st.button("Close it now", key="wall_close", type="primary", on_click=_close, args=(rooms, visit))
        if rooms.trouble:
            st.warning(escape_markdown(f"{rooms.trouble} Until then a restart of the server ends the room."))
        if refused := st.session_state.pop(REFUSED, ""):
            st.error(escape_markdown(refused))


def _show_challenge(rooms: ClassRooms, visit: Visit, act: Callable[..., None]) -> None:
    st.caption(
        "Who reaches the lowest loss on the last tenth of the same text? It is held out for all alike, and told in "
        "bits per character. What is trained after the budget does not count; other texts and larger networks stand "
        "below, with the reason."
    )
    symbols = st.segmented_control(
        "Symbols", KNOBS["symbols"].choices, key="wall_symbols", default="characters", required=True,
        help="Losses can be compared only between networks that name the same symbols.",
    )  # fmt: skip
    text = st.selectbox(
        "Text", challenge_texts(symbols), key="wall_challenge_text", format_func=lambda name: LIBRARY[name].title,
        help="One that ships, and is long enough for a part to be held out.",
    )  # fmt: skip
    unit = st.segmented_control(
        "Budget in", UNITS, key="wall_unit", default="seconds", required=True,
        help="Seconds of training. Steps are fairer while many share the machine: each has the same number of them.",
    )  # fmt: skip
    most = int(KNOBS[unit].maximum or 1)
    budget = st.number_input("Budget", 1, most, 60 if unit == "seconds" else 500, key=f"wall_budget_{unit}")
    parameters = st.number_input(
        "At most so many parameters", 1, MAX_PARAMETERS, 200_000, step=50_000, key="wall_parameters",
        help="Weights that training adjusts; the drawing of the network on /train counts them.",
    )  # fmt: skip
    with st.container(horizontal=True):
        values = (text, symbols, float(budget), unit, int(parameters))
        st.button(
            "Set the challenge", key="wall_set_challenge", type="primary",
            on_click=lambda: act(lambda *key: rooms.set_challenge(*key, Challenge(*values))),
        )  # fmt: skip
        st.button(
            "End it", key="wall_end_challenge", disabled=visit.room.challenge is None,
            on_click=lambda: act(rooms.set_challenge, None),
        )  # fmt: skip


def _show_text(rooms: ClassRooms, room: RoomView, act: Callable[..., None]) -> None:
    st.selectbox(
        "Everyone trains on",
        [OWN_CHOICE, *LIBRARY],
        [OWN_CHOICE, *LIBRARY].index(room.text or OWN_CHOICE),
        key="wall_text",
        format_func=lambda name: LIBRARY[name].title if name in LIBRARY else name,
        help="New runs in the room are on this text alone; those that train go on.",
        on_change=lambda: act(rooms.choose_text, name if (name := st.session_state["wall_text"]) in LIBRARY else None),
    )


def _show_locks(rooms: ClassRooms, room: RoomView, act: Callable[..., None]) -> None:
    st.caption("A locked knob stands at your value on everyone’s /train and cannot be moved there. It is for new runs.")
    if LOCKED not in st.session_state:
        st.session_state[LOCKED] = list(room.locks)
    chosen = st.multiselect("Locked", LOCKABLE, key=LOCKED, format_func=lambda name: KNOBS[name].label)
    values = {name: _ask_value(KNOBS[name], room.locks.get(name)) for name in chosen}
    st.button(
        "Lock these and no others", key="wall_lock", type="primary", disabled=values == dict(room.locks),
        on_click=lambda: act(rooms.lock_knobs, values),
    )  # fmt: skip


def _ask_value(knob: Knob, locked: Any) -> Any:
    value, key = knob.default if locked is None else locked, f"wall_lock_{knob.name}"
    if knob.choices:
        return st.selectbox(knob.label, knob.choices, knob.choices.index(value), key=key, help=knob.help)
    kind = type(knob.default)
    form = "%d" if kind is int else "%g"
    least, most = kind(knob.minimum), kind(knob.maximum)
    return st.number_input(knob.label, least, most, value, key=key, format=form, help=knob.help)


def _act(rooms: ClassRooms, visit: Visit, action: Callable[..., None], *arguments: object) -> None:
    """Do what a button asks; when it is refused, the page says why."""
    try:
        action(visit.room.code, visit.secret, *arguments)
    except CoreError as error:
        st.session_state[REFUSED] = str(error)


def _close(rooms: ClassRooms, visit: Visit) -> None:
    _act(rooms, visit, rooms.close)
    forget_room()
