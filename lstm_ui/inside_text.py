"""The text that a network reads while it is looked into: typed, or a piece of its own; and the trace of it."""

import random
from collections.abc import Sequence

import streamlit as st

from lstm_core.insight.interventions import Intervention
from lstm_core.insight.reading import ReadText, read_text
from lstm_core.insight.trace import TextTrace, trace_text
from lstm_core.knobs import MAX_INSIDE_CHARACTERS, MAX_INSIDE_SYMBOLS
from lstm_core.network.held_units import HeldUnits
from lstm_core.network.pretrained import PRETRAINED
from lstm_core.text.library import load_text
from lstm_core.text.mini_reviews import load_mini_reviews
from lstm_core.text.symbols import RARE
from lstm_ui.inside_network import Subject
from lstm_ui.page import escape_markdown
from lstm_ui.trace_shelf import TraceShelf

TEXT = "inside_text"
SUGGESTED = "inside_suggested"  # the text as the page suggested it last
OPENING_CHARACTERS = {"characters": 400, "words": 1_600}  # of a network's own text, where nobody has typed any
SHIPPED_TEXT = "shakespeare"  # what the network of Shakespeare's letters is shown; its own text does not ship
MAX_SEARCHED_REVIEWS = 60


@st.cache_resource(show_spinner=False)
def trace_shelf() -> TraceShelf:
    """Return the traces that all visitors share."""
    return TraceShelf()


@st.cache_data(show_spinner=False)
def _short_reviews() -> tuple[str, ...]:
    return load_mini_reviews().test.texts


def choose_text(subject: Subject) -> TextTrace:
    """Draw the text box and return the trace of what stands in it. Raises CoreError when nothing of it can be read."""
    _suggest(subject)
    st.text_area(
        "Text",
        key=TEXT,
        height=120,
        max_chars=MAX_INSIDE_CHARACTERS,
        help="The network reads this, and everything below shows what happens inside it meanwhile. Type your own; "
        "[[double brackets]] mark what you are curious about.",
        persist_state="session",
    )
    with st.container(horizontal=True, gap="xsmall"):
        first, another = (
            ("The first one", "Another review") if subject.judges else ("From its beginning", "Another place")
        )
        st.button(first, key="inside_beginning", on_click=_put_opening, args=(subject,))
        st.button(another, key="inside_another", on_click=_put_another, args=(subject,))
    trace = trace_of(subject, st.session_state[TEXT])
    st.caption(escape_markdown(describe_reading(trace.read)))
    return trace


def describe_reading(read: ReadText) -> str:
    """Tell how much is read, and what of it the network does not know."""
    unknown = int((~read.is_known).sum())
    sentences = [f"{len(read):,} symbol{'' if len(read) == 1 else 's'} read."]
    if unknown:
        sentences.append(f"{unknown:,} of them it does not know: to it they are all the same, {RARE}.")
    return " ".join([*sentences, read.note]).strip()


def trace_of(subject: Subject, text: str) -> TextTrace:
    """Return the trace of a text, made once for all visitors. Raises InvalidSetting as `read_text` does."""
    network = subject.network
    return trace_shelf().take((subject.key, text), lambda: trace_text(network, read_text(network, text)))


def trace_held(
    subject: Subject,
    trace: TextTrace,
    interventions: tuple[Intervention, ...],
    held: Sequence[HeldUnits | None],
) -> TextTrace:
    """Return the trace of the same text with units held; of none that is the trace itself."""
    if not interventions:
        return trace
    key = (subject.key, trace.read.symbols, interventions)
    return trace_shelf().take(key, lambda: trace_text(subject.network, trace.read, held))


def own_text(subject: Subject) -> str:
    """Return the text that a network which writes has learned from, or one like it."""
    return load_text(SHIPPED_TEXT) if subject.view is None else subject.view.spec.text


def trace_own_texts(subject: Subject) -> list[TextTrace]:
    """Trace as much of a network's own text as is looked at, or, of one that judges, some dozens of short reviews."""
    if not subject.judges:
        characters = {"characters": MAX_INSIDE_SYMBOLS, "words": MAX_INSIDE_CHARACTERS}
        return [trace_of(subject, own_text(subject)[: characters[subject.network.vocabulary.kind]])]
    traces, count = [], 0
    for review in _short_reviews()[:MAX_SEARCHED_REVIEWS]:
        traces.append(trace_of(subject, review))
        count += len(traces[-1].read)
        if count >= MAX_INSIDE_SYMBOLS:
            break
    return traces


def _suggest(subject: Subject) -> None:
    """Begin with a text of the network's own. One that nobody has touched makes way for that of another network."""
    network, suggested = st.session_state.get(SUGGESTED, (None, ""))
    text = st.session_state.get(TEXT, "")
    if not text.strip() or (network != subject.key[0] and text == suggested):
        _put(subject, _opening(subject))


def _opening(subject: Subject) -> str:
    if subject.judges:
        return PRETRAINED["imdb-reviews"].example
    return _cut_piece(own_text(subject), 0, OPENING_CHARACTERS[subject.network.vocabulary.kind])


def _put(subject: Subject, text: str) -> None:
    st.session_state[TEXT] = text
    st.session_state[SUGGESTED] = (subject.key[0], text)


def _put_opening(subject: Subject) -> None:
    _put(subject, _opening(subject))


def _put_another(subject: Subject) -> None:
    """Put a piece from anywhere in the text, from the beginning of a line on; or another review."""
    if subject.judges:
        others = [review for review in _short_reviews() if review != st.session_state.get(TEXT)]
        _put(subject, random.choice(others))
        return
    text, length = own_text(subject), OPENING_CHARACTERS[subject.network.vocabulary.kind]
    start = random.randrange(max(1, len(text) - length))
    line = text.rfind("\n", 0, start) + 1
    _put(subject, _cut_piece(text, line if start - line < length // 2 else start, length))


def _cut_piece(text: str, start: int, length: int) -> str:
    """Cut a piece out of a text, up to the end of a line where one ends in its last quarter."""
    piece = text[start : start + length]
    end = piece.rfind("\n", 3 * length // 4)
    return piece[:end] if end > 0 and len(piece) == length else piece
