"""What of the visitor's text stands word for word in the training text, with the passages; found when the pen rests."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.text.symbols import join_symbols
from lstm_core.writing.copied import CopiedStretch, CopyIndex
from lstm_ui import generate_actions as actions
from lstm_ui import generate_controls as controls
from lstm_ui.generate_manuscript import Draft, Manuscript
from lstm_ui.learned_text import LearnedText, find_learned_text, show_shared
from lstm_ui.shared_results import SharedResults

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService

MAX_INDEX_BYTES = 80 * 2**20  # of all that are kept: two of the longest texts
MAX_PASSAGES = 200  # the longest; some hundred bytes each on their way to the browser
AROUND = {"words": 12, "characters": 70}  # symbols before and after a passage
FOUND = "generate_copied"  # key of what was found last, and in which text


@dataclass(frozen=True)
class Passage:
    """A copied stretch of the written text and what stands around it in the training text, `share` (0 to 1) into it."""

    stretch: CopiedStretch
    before: str
    copied: str
    after: str
    share: float


def find_passages(service: "TrainingService", manuscript: Manuscript) -> tuple[Passage, ...] | None:
    """Return the copied stretches of a text at rest, in their order; None while they are looked for, or cannot be.

    Draws nothing but a timer that looks again.
    """
    draft = manuscript.draft
    if draft is None or manuscript.remaining or not draft.written:
        return None
    min_length = st.session_state[controls.MIN_COPIED[draft.kind]]
    key = (draft.run_id, draft.name, len(draft.written), min_length)
    if st.session_state.get(FOUND, (None,))[0] == key:
        return st.session_state[FOUND][1]
    try:
        choice = controls.choice_of(service, draft.run_id)
        learned = find_learned_text(choice, actions.current_writer(service, draft.run_id))
        index = show_index(learned) if learned is not None else None
    except CoreError:  # the tab below says why
        return None
    if learned is None or index is None:
        return None
    passages = read_passages(draft, learned, index, min_length)
    st.session_state[FOUND] = (key, passages)
    return passages


def show_index(learned: LearnedText, words: str = "") -> CopyIndex | None:
    """Return the text made ready to be searched, or draw `words` until it is."""
    return show_shared(_indexes(), learned.key, lambda: CopyIndex(learned.split.training), words)


def read_passages(draft: Draft, learned: LearnedText, index: CopyIndex, min_length: int) -> tuple[Passage, ...]:
    """Find the copied stretches of a draft, and what stands around each."""
    ids = [symbol.id for symbol in draft.written]
    return tuple(read_passage(learned, stretch) for stretch in index.find_copied(ids, min_length))


def read_passage(learned: LearnedText, stretch: CopiedStretch) -> Passage:
    """Read a stretch and its surroundings in the training text."""
    text, kind = learned.split.training, learned.vocabulary.kind
    end = stretch.place + stretch.length

    def read(first: int, last: int) -> str:
        return join_symbols(learned.vocabulary.decode(text[max(0, first) : last]), kind)

    before, after = read(stretch.place - AROUND[kind], stretch.place), read(end, end + AROUND[kind])
    return Passage(stretch, before, read(stretch.place, end), after, stretch.place / max(1, len(text)))


@st.cache_resource(show_spinner=False)
def _indexes() -> SharedResults[CopyIndex]:
    return SharedResults("what is copied", MAX_INDEX_BYTES, lambda index: index.kept_bytes)
