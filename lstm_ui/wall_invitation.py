"""How to get into a room: its code, large, and a picture for phones that leads to the page with the code in it."""

import html

import streamlit as st

from lstm_core.service.room import RoomView
from lstm_ui.link_picture import ONLY_HERE, qr_image, reachable
from lstm_ui.page import page_address
from lstm_ui.wall_visit import ROOM_IN_ADDRESS, TEACHER_IN_ADDRESS


def show_invitation(room: RoomView) -> None:
    """Draw code, address and QR picture."""
    address, is_only_here = reachable(page_address("wall", **{ROOM_IN_ADDRESS: room.code}))
    place = address.split("?")[0].removeprefix("https://").removeprefix("http://")
    with st.container(key="wall_invitation"):
        st.html(
            f'<div class="invitation"><img alt="QR code: {html.escape(address)}" src="{qr_image(address)}"><div>'
            f'<p>Join at <b>{html.escape(place)}</b></p><p>with the code <b class="code">'
            f"{html.escape(room.code)}</b></p></div></div>"
        )
        if is_only_here:
            st.caption(ONLY_HERE)


def show_teacher_link(room: RoomView, secret: str) -> None:
    """Show the link that keeps the teacher's role."""
    query = {ROOM_IN_ADDRESS: room.code, TEACHER_IN_ADDRESS: secret}
    st.caption("Whoever has this link teaches this room. Keep it to come back from another device; show it to nobody.")
    st.code(reachable(page_address("wall", **query))[0], language=None, wrap_lines=True)
    st.caption("On a projector use the button “Projector”: it takes the secret out of the address.")
