"""Texts that grow on screen: while a pen moves, this part of the page alone is drawn again, four times a second."""

import streamlit as st

from lstm_ui import generate_controls as controls
from lstm_ui.copied_marks import Passage
from lstm_ui.generate_manuscript import Manuscript
from lstm_ui.page import friendly_errors
from lstm_ui.written_text import show_written_text

TICK_SECONDS = 0.25  # how often new symbols reach the browser
WRITING_SECONDS = 0.15  # all texts together write at most this long per tick, so that other visitors get their turn
RESENT_TICKS = 4  # a tick sends again what the last ones brought, in case the browser skipped one


def show_texts(
    manuscripts: list[Manuscript],
    keys: tuple[str, ...],
    empty_words: str,
    passages: tuple[Passage, ...] | None = None,
) -> None:
    """Draw texts side by side and let them grow; after the last symbol the whole page is drawn once more.

    `passages` of a single text are marked in it.
    """
    ticks = 0

    def draw() -> None:
        nonlocal ticks
        was_writing = _is_writing(manuscripts)
        with friendly_errors():
            for manuscript, column, key in zip(manuscripts, st.columns(len(keys)), keys, strict=True):
                with column:
                    _tick(manuscript, key, ticks > 0, WRITING_SECONDS / len(keys), empty_words, passages)
        ticks += 1
        if was_writing and not _is_writing(manuscripts):
            st.rerun()  # without a timer now, and with the buttons of a text at rest

    st.fragment(draw, run_every=TICK_SECONDS if _is_writing(manuscripts) else None)()


def _is_writing(manuscripts: list[Manuscript]) -> bool:
    return any(manuscript.remaining for manuscript in manuscripts)


def _tick(
    manuscript: Manuscript,
    key: str,
    only_new: bool,
    seconds: float,
    empty_words: str,
    passages: tuple[Passage, ...] | None,
) -> None:
    count = max(1, round(controls.SPEEDS[st.session_state[controls.SPEED]] * TICK_SECONDS))
    arrived = manuscript.write_some(count, seconds)
    if manuscript.draft is None:
        st.caption(empty_words)
        return
    newest = arrived + RESENT_TICKS * min(count, 100) if only_new and manuscript.remaining else None
    show_written_text(manuscript.draft, key, manuscript.remaining > 0, newest, passages)
