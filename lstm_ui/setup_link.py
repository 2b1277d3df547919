"""Links that set up /train: taken from the address on the way in, made from the controls on the way out.

A link without locks has done its work when the controls stand; its words leave the address. One with locks stays there,
so that a refresh, which is a new session, is held to them, too.
"""

import time
from urllib.parse import urlencode

import streamlit as st

from lstm_core.knobs import KNOBS
from lstm_core.network.locks import LOCKABLE
from lstm_core.network.setup import NAMES, TEXT, Setup, is_setup, read_setup
from lstm_core.network.spec import RunSpec
from lstm_core.text.library import LIBRARY
from lstm_ui.link_picture import show_link
from lstm_ui.own_locks import LINK_LOCKS, link_locks
from lstm_ui.page import escape_markdown, page_address
from lstm_ui.text_choice import CORPUS, OWN_TEXTS, text_names
from lstm_ui.train_setup import set_up

# Keys of the session
TAKEN = "setup_taken"  # the query whose setup was taken last
TROUBLES = "setup_troubles"  # what of it could not be taken, and when that was said first
LOCKED, HIDDEN = "setup_locked", "setup_hidden"  # what the link that is made here locks and hides

TROUBLE_SECONDS = 60.0  # how long it is said: the page may be drawn again at once


def take_setup() -> None:
    """Set the controls as the address asks, once for each link, and remember its locks."""
    query = {name: value for name, value in st.query_params.to_dict().items() if name in NAMES}
    if not is_setup(query):
        return
    asked = urlencode(query)
    setup, troubles = read_setup(query, text_names())
    if st.session_state.get(TAKEN) != asked or not setup.locks:
        set_up(setup)
        st.session_state[TROUBLES] = (troubles, time.monotonic())
        if setup.locks:  # a link without any does not undo those of an earlier one
            st.session_state[LINK_LOCKS] = setup.locks
    st.session_state[TAKEN] = asked
    if not setup.locks:
        for name in query:
            st.query_params.pop(name, None)


def show_setup_note() -> None:
    """Say what the visitor's link has locked, and what of it could not be taken."""
    troubles, said = st.session_state.get(TROUBLES, ((), 0.0))
    if troubles and time.monotonic() - said < TROUBLE_SECONDS:
        words = "  \n".join(escape_markdown(trouble) for trouble in troubles)
        st.warning(f"**Not all of the link could be taken.**  \n{words}")
    locks = link_locks()
    if not locks:
        return
    told = [f"{KNOBS[name].label.lower()} {value}" for name, value in locks.values.items() if name not in locks.hidden]
    if locks.text is not None:
        told.insert(0, f"the text “{LIBRARY[locks.text].title}”")
    if locks.hidden:
        told.append(f"{len(locks.hidden)} hidden knob{'s' if len(locks.hidden) > 1 else ''}")
    with st.container(key="setup_note", gap="xsmall"):
        st.markdown(f"**Set up by a link.** Your teacher has fixed {escape_markdown(', '.join(told))}.")


def show_setup_link(spec: RunSpec | None) -> None:
    """Offer a link to what is set now; without a run that can be trained there is nothing to link to."""
    with st.popover("Link to these settings", key="setup_link", disabled=spec is None, width="stretch"):
        if spec is None:
            return
        st.caption("Whoever opens this address finds every control as it stands here, ready to train.")
        text = st.session_state.get(CORPUS, "")
        if text in OWN_TEXTS:
            st.caption("Your own text is not in it: the page asks whoever opens it for theirs.")
        address = page_address("train", **_own_setup(spec, text).to_query())
        show_link(address)
        st.caption(
            "**For a class:** what you lock or hide here stands fixed for whoever comes by the link, in that tab. To "
            "hold a whole class to it on every page, open a room on the wall."
        )
        _choose_names("Lock", LOCKED, (TEXT, *LOCKABLE) if text in LIBRARY else LOCKABLE)
        _choose_names("Hide", HIDDEN, LOCKABLE)


def _own_setup(spec: RunSpec, text: str) -> Setup:
    """Return what the controls say. Locks that hold the visitor travel along: a link does not undo them."""
    held = link_locks()
    locked = {
        *st.session_state.get(LOCKED, ()),
        *(held.values.keys() - held.hidden),
        *([TEXT] if held.text is not None else []),
    }
    hidden = {*st.session_state.get(HIDDEN, ()), *held.hidden}
    ordered = [tuple(name for name in (*LOCKABLE, TEXT) if name in names) for names in (locked, hidden)]
    return Setup(spec.experiment, spec.recipe, text, spec.settings, *ordered)


def _choose_names(label: str, key: str, names: tuple[str, ...]) -> None:
    st.multiselect(
        label,
        names,
        key=key,
        format_func=lambda name: "The text" if name == TEXT else KNOBS[name].label,
        persist_state="session",
        placeholder="nothing",
        help="It stands as you have set it, and cannot be moved."
        if label == "Lock"
        else "It stands as you have set it, and is not shown.",
    )
