"""The frame around every page: browser title, menu, the run in hand; and how text and errors reach the page safely.

Every page begins with `page_setup`, because a cold link to a page runs it without the entry script.
"""

import base64
import html
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit.errors import FragmentHandledException

from lstm_core.errors import CoreError
from lstm_core.network.experiments import find_experiment
from lstm_core.text.library import LIBRARY
from lstm_ui.projector import is_projected, show_projector_button, show_way_back
from lstm_ui.pulse import show_pulse
from lstm_ui.session import RUN_CHOICE, RUN_IN_ADDRESS, run_in_hand, take_in_hand
from lstm_ui.sparkline import sparkline_svg
from lstm_ui.visitor import keep_visitor, list_runs, note_opened

if TYPE_CHECKING:
    import numpy as np

    from lstm_core.service.training_service import TrainingService
    from lstm_core.service.views import RunView

APP_NAME = "Watch an LSTM learn"
MAX_NAME_CHARACTERS = 22  # of a text's name in the top bar: what its box shows beside the rest
STATUS_SECONDS = 3.0  # how often the top bar looks at a living run
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """One entry of the menu."""

    path: str
    file: str
    label: str


PAGES = (
    Page("/", "streamlit_app.py", "Home"),
    Page("/train", "pages/train.py", "Train"),
    Page("/generate", "pages/generate.py", "Write"),
    Page("/sentiment", "pages/sentiment.py", "Reviews"),
    Page("/inside", "pages/inside.py", "Inside"),
    Page("/frameworks", "pages/frameworks.py", "Frameworks"),
    Page("/wall", "pages/wall.py", "Wall"),
    Page("/runs", "pages/runs.py", "Runs"),
    Page("/about", "pages/about.py", "About"),
)


def page_setup(title: str, path: str) -> None:
    """Set the browser's title, draw the menu and the run in hand. The page's own heading is left to the page.

    `path` is the page's address, such as "/train"; it must be in `PAGES`. On a projector there is no menu.
    """
    label = next(page.label for page in PAGES if page.path == path)
    st.set_page_config(page_title=f"{title or label} · {APP_NAME}", layout="wide", initial_sidebar_state="collapsed")
    st.html(Path(__file__).with_name("page.css"))
    if is_projected():
        show_way_back()
        keep_visitor()
        return
    from lstm_ui.service import training_service

    with st.container(key="top_bar", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        show_menu()
        with st.container(key="run_bar", horizontal=True, vertical_alignment="center", width="content"):
            show_projector_button(path)
            try:
                show_run_in_hand(training_service())
            except CoreError as error:  # the frame stays; the page itself says more
                _show_quietly(error.came)
    keep_visitor()


def show_menu() -> None:
    """Draw the links to all pages; the run in hand travels along in the address."""
    run_id = run_in_hand()
    query = {RUN_IN_ADDRESS: run_id} if run_id else None
    with st.container(key="menu", horizontal=True, gap="xsmall", width="content"):
        for page in PAGES:
            st.page_link(page.file, label=page.label, query_params=query)


def show_run_in_hand(service: "TrainingService") -> None:
    """Draw the visitor's run: which one (it can be changed here), its loss, and its curve in small."""
    runs = {view.run_id: view for view in list_runs(service)}
    run_id = run_in_hand()
    if run_id and run_id not in runs:
        try:
            runs[run_id] = service.view(run_id)
            note_opened(service, runs[run_id])
        except CoreError:  # the page itself says why; here another run can be chosen
            run_id = None
    if not runs:
        _show_quietly("no run yet")
        return
    st.session_state[RUN_CHOICE] = run_id
    st.selectbox(
        "The run in hand",
        list(runs),
        key=RUN_CHOICE,
        index=0 if run_id else None,  # with None it could be emptied again
        format_func=lambda chosen: run_name(runs[chosen]),
        placeholder="no run in hand",
        label_visibility="collapsed",
        on_change=lambda: take_in_hand(st.session_state[RUN_CHOICE]),
        width=300,
    )
    if run_id:
        _show_status(service, run_id)


def run_name(view: "RunView") -> str:
    """Name a run as its visitor did, else by its text and its experiment; the end of its id tells it from others."""
    if view.name:
        return f"{view.name} · {view.run_id[-4:]}"
    experiment = find_experiment(view.spec.experiment)
    if experiment and view.spec.text_name in (experiment.title, getattr(LIBRARY.get(experiment.corpus), "title", "")):
        return f"{experiment.title} · {view.run_id[-4:]}"  # the title names the text
    text = view.spec.text_name
    short = text if len(text) <= MAX_NAME_CHARACTERS else text[: MAX_NAME_CHARACTERS - 1] + "…"
    return f"{short} · {experiment.author if experiment else 'my own'} · {view.run_id[-4:]}"


@st.fragment
def _show_status(service: "TrainingService", run_id: str) -> None:
    try:
        view, losses = service.view(run_id), service.history(run_id).losses
    except CoreError:  # somebody has deleted it since this page was drawn
        _show_quietly("this run has gone")
        return
    curve = curve_html(losses)
    loss = "" if view.loss is None else f"loss {view.loss:.3f}"
    words = f"<span>{loss}</span><span>{html.escape(view.state)}</span>"
    st.html(f'<div class="run-status">{curve}{words}</div>', width="content")
    if view.is_alive:
        show_pulse("run_status_pulse", STATUS_SECONDS)


def curve_html(losses: "np.ndarray") -> str:
    """Draw a run's curve in small; as an image, because st.html lets no <svg> through."""
    drawing = base64.b64encode(sparkline_svg(losses).encode()).decode()
    return f'<img alt="" src="data:image/svg+xml;base64,{drawing}">'


def _show_quietly(text: str) -> None:
    st.html(f'<span class="quiet">{html.escape(text)}</span>', width="content")


def page_address(page: str, **query: str) -> str:
    """Return the whole address of a page, such as "train", as this visitor's browser would write it."""
    here = urlsplit(st.context.url or "")
    folder = here.path.rsplit("/", 1)[0]
    return urlunsplit((here.scheme, here.netloc, f"{folder}/{page}", urlencode(query), ""))


def escape_markdown(text: str) -> str:
    """Return `text` as one line of Markdown that shows it letter by letter and nothing else.

    For labels and messages with words that someone typed, uploaded or a network wrote. A backslash stops Markdown,
    mathematics and HTML; links, e-mail addresses, `:shortcodes:` and arrows are recognised only after the backslashes
    are gone, so an invisible word joiner takes them apart.
    """
    one_line = " ".join(text.split())
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", one_line)  # all ASCII punctuation
    return re.sub(r"(\\[:@.<>=-])", "\u2060\\1\u2060", escaped)


@contextmanager
def friendly_errors() -> Iterator[None]:
    """Turn whatever fails inside into something that a visitor can read.

    A CoreError is shown as it is, escaped. Anything else is a bug: the visitor gets a number, the log the traceback.
    Streamlit's own stop and rerun signals are no `Exception`s and pass through. Fragments need one of their own: what
    fails in a fragment is already shown when it gets out.
    """
    try:
        yield
    except CoreError as error:
        st.error(escape_markdown(str(error)))
    except FragmentHandledException:
        raise
    except Exception:
        number = secrets.token_hex(3)
        LOGGER.exception("Error %s on a page", number)
        st.error(
            f"Something went wrong that should not have. Your runs are kept; reload the page to go on. "
            f"If it happens again, tell whoever runs this app the error number {number}."
        )
