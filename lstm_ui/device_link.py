"""Bring one's runs to another device: the link is made here and opened there, where the visitor is asked first."""

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.service.device_links import LINK_SECONDS, DeviceLinks
from lstm_ui.page import escape_markdown, page_address
from lstm_ui.visitor import add_tokens, own_token, visitor_tokens

KEY_IN_ADDRESS = "key"  # /runs?key=<secret>
MADE = "device_link"  # key of the session: the link that was made here last
MINUTES = f"{LINK_SECONDS / 60:.0f} minutes"


def show_arrival(links: DeviceLinks) -> None:
    """On the other device: ask before its browser becomes an owner, for anybody can send anybody a link."""
    key = st.query_params.get(KEY_IN_ADDRESS)
    if not key:
        return
    with st.container(border=True, key="device_arrival"):
        if not links.is_open(key):
            st.markdown(f"**This link does not work any more.** Each works once, within {MINUTES}. Make a new one.")
            st.button("All right", key="device_close", on_click=_close)
            return
        st.markdown(
            "**Bring the runs of another device here?** From then on this browser can also pause, change and delete "
            "them. Your own runs stay yours alone. Go on only if you made this link yourself."
        )
        with st.container(horizontal=True):
            st.button("Bring them here", key="device_take", type="primary", on_click=_take, args=(links, key))
            st.button("No", key="device_close", on_click=_close)


def show_departure(links: DeviceLinks) -> None:
    """On the first device: make the link, show it, and take it back."""
    with st.expander("Take my runs to another device", key="device_link"):
        st.markdown(
            "Runs belong to the browser that made them. A secret link makes them belong to another one as well, "
            f"at home or on your phone: open it there. It works once, within {MINUTES}. Show it to nobody else: "
            "whoever opens it can change and delete your runs."
        )
        key = st.session_state.get(MADE)
        if key and links.is_open(key):  # else it was used, or is over
            st.code(page_address("runs", **{KEY_IN_ADDRESS: key}), language=None, wrap_lines=True)
            st.button("Cancel this link", key="device_cancel", on_click=_cancel, args=(links,))
        else:
            st.button("Make a secret link", key="device_make", on_click=_make, args=(links,))


def _make(links: DeviceLinks) -> None:
    st.session_state[MADE] = links.make(visitor_tokens())


def _cancel(links: DeviceLinks) -> None:
    links.cancel(own_token())
    st.session_state.pop(MADE, None)


def _take(links: DeviceLinks, key: str) -> None:
    try:
        add_tokens(links.take(key))
    except CoreError as error:
        st.error(escape_markdown(str(error)))
    _close()


def _close() -> None:
    st.query_params.pop(KEY_IN_ADDRESS, None)
