"""How to get into a room: its code, large, and a picture for phones that leads to the page with the code in it."""

import base64
import html
import io
import socket
from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

from lstm_core.service.room import RoomView
from lstm_ui.page import page_address
from lstm_ui.wall_visit import ROOM_IN_ADDRESS, TEACHER_IN_ADDRESS

LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
            st.caption(
                "This address leads to this machine alone. Open the page by the machine’s name or address in the "
                "network, so that others can follow it."
            )


def show_teacher_link(room: RoomView, secret: str) -> None:
    """Show the link that keeps the teacher's role."""
    query = {ROOM_IN_ADDRESS: room.code, TEACHER_IN_ADDRESS: secret}
    st.caption("Whoever has this link teaches this room. Keep it to come back from another device; show it to nobody.")
    st.code(reachable(page_address("wall", **query))[0], language=None, wrap_lines=True)
    st.caption("On a projector use the button “Projector”: it takes the secret out of the address.")


def reachable(address: str) -> tuple[str, bool]:
    """Return an address as others can follow it, and whether only this machine can.

    It is the one that the visitor's own browser shows, so it is right behind a proxy too. Of a server on one's own
    machine, "localhost" is replaced by the machine's address in the network, if it has one.
    """
    parts = urlsplit(address)
    host = parts.netloc or "localhost"
    if parts.hostname in LOOPBACK:
        own = find_own_address()
        host = f"{own}:{parts.port}" if own and parts.port else own or host
    is_only_here = (urlsplit(f"//{host}").hostname or "") in LOOPBACK
    return urlunsplit((parts.scheme or "http", host, parts.path, parts.query, "")), is_only_here


def find_own_address() -> str:
    """Return this machine's address in the network; "" when it has none. Nothing is sent."""
    if st.get_option("server.address") in LOOPBACK:
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # for documentation only (RFC 5737): to ask by which way one would go
            return asked.getsockname()[0]
        except OSError:
            return ""


@st.cache_data(max_entries=100, show_spinner=False)
def qr_image(address: str) -> str:
    """Draw a QR code, dark on white in both themes or no camera reads it, as the address of an image."""
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", border=4, light="white", omitsize=True)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.getvalue()).decode()}"
