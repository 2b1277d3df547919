"""A link that others can follow: its address, and a QR picture of it for phones. For rooms, settings and runs."""

import base64
import html
import io
import socket
from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ONLY_HERE = (
    "This address leads to this machine alone. Open the page by the machine’s name or address in the network, so that "
    "others can follow it."
)


def show_link(address: str) -> None:
    """Draw an address to be copied, and its picture; `address` as the visitor's own browser would write it."""
    address, is_only_here = reachable(address)
    st.code(address, language=None, wrap_lines=True)
    st.html(f'<img class="qr" alt="QR code: {html.escape(address)}" src="{qr_image(address)}">')
    if is_only_here:
        st.caption(ONLY_HERE)


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
