"""Who this visitor is: a secret token that their browser keeps as a cookie. No name, no account.

A session without one has a token at once, so that Train works in the very first run of a page; the browser stores it a
moment later and sends it when the page is loaded again. A browser may have further tokens, of other devices whose runs
were brought here by their secret link.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from lstm_core.service.owners import NOBODY, is_token, make_token, owns
from lstm_core.service.run_folders import is_run_id

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService
    from lstm_core.service.views import RunView

TOKENS_COOKIE, OPENED_COOKIE = "lstm_visitor", "lstm_opened"
MAX_TOKENS = 8  # its own, and those of seven other devices
MAX_OPENED = 20  # runs of others, the ones opened last
# Keys of the session
TOKENS = "visitor_tokens"
OPENED = "visitor_opened_runs"

_keeper = st.components.v2.component(
    "visitor", html="<span></span>", js=Path(__file__).with_suffix(".js").read_text("utf-8"), isolate_styles=False
)


def visitor_tokens() -> tuple[str, ...]:
    """Return this visitor's own token, and after it those of other devices."""
    if TOKENS not in st.session_state:
        kept = [word for word in _kept_words(TOKENS_COOKIE) if is_token(word)]
        st.session_state[TOKENS] = tuple(kept[:MAX_TOKENS]) or (make_token(),)
    return st.session_state[TOKENS]


def own_token() -> str:
    """Return the token that new runs belong to."""
    return visitor_tokens()[0]


def token_for(view: "RunView") -> str:
    """Return the token with which this visitor may change a run; their own, which may not, when there is none."""
    return next((token for token in visitor_tokens() if owns(token, view.owner)), own_token())


def may_change(view: "RunView") -> bool:
    """Tell whether the buttons that change a run would do anything; the service has the last word."""
    return view.owner != NOBODY and any(owns(token, view.owner) for token in visitor_tokens())


def add_tokens(tokens: tuple[str, ...]) -> None:
    """Take over the runs of another device: from now on they are this browser's, too."""
    st.session_state[TOKENS] = tuple(dict.fromkeys([*visitor_tokens(), *tokens]))[:MAX_TOKENS]


def opened_runs() -> list[str]:
    """Return the ids of runs of others that this visitor has opened by their address, the last one first."""
    if OPENED not in st.session_state:
        st.session_state[OPENED] = [word for word in _kept_words(OPENED_COOKIE) if is_run_id(word)][:MAX_OPENED]
    return st.session_state[OPENED]


def note_opened(service: "TrainingService", view: "RunView") -> None:
    """Remember a run of somebody else's that was opened by its address."""
    if not may_change(view) and view.owner != NOBODY and opened_runs()[:1] != [view.run_id]:
        service.note_shared(view.run_id)
        st.session_state[OPENED] = list(dict.fromkeys([view.run_id, *opened_runs()]))[:MAX_OPENED]


def list_runs(service: "TrainingService") -> list["RunView"]:
    """Return the runs that this visitor should find: their own, those opened by link, those of the command line."""
    return service.list_runs(visitor_tokens(), opened_runs())


def keep_visitor() -> None:
    """Have the browser store what it does not know yet. Draws nothing."""
    cookies = []
    if list(visitor_tokens()) != _kept_words(TOKENS_COOKIE):
        # What another tab has stored meanwhile stays this browser's own.
        cookies.append(_cookie(TOKENS_COOKIE, visitor_tokens(), MAX_TOKENS, kept_first=True))
    if opened_runs() != _kept_words(OPENED_COOKIE):
        cookies.append(_cookie(OPENED_COOKIE, opened_runs(), MAX_OPENED, kept_first=False))
    if cookies:
        with st.container(key="visitor_keeper"):  # page.css: not seen
            _keeper(key="visitor_keeper_component", data={"cookies": cookies})


def _cookie(name: str, words: Sequence[str], most: int, kept_first: bool) -> dict[str, object]:
    """Return what visitor.js writes: words of one length, joined by dots, with those that stand there already."""
    return {"name": name, "words": list(words), "length": len(words[0]), "most": most, "keptFirst": kept_first}


def _kept_words(cookie: str) -> list[str]:
    return [word for word in st.context.cookies.get(cookie, "").split(".") if word]
