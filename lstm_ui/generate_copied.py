"""Copied or invented, on /generate: how much of a text is the network's own, what it copied, and what changes that."""

import html
import re
from typing import TYPE_CHECKING

import streamlit as st

from lstm_core.text.symbols import split_symbols
from lstm_core.writing.copied import CopyIndex
from lstm_core.writing.originality import CURVE_SYMBOLS, Originality, judge_originality
from lstm_core.writing.symbol_writer import SymbolWriter
from lstm_ui import generate_actions as actions
from lstm_ui import generate_controls as controls
from lstm_ui.copied_marks import Passage, find_passages, show_index
from lstm_ui.learned_text import show_learned_text
from lstm_ui.originality_curve import against_age, against_temperature, begin_curve, show_curve

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService

SHOWN = 5  # copied stretches that are told at length

_STYLE = """<style>
.copied li { margin-bottom: 0.5em; overflow-wrap: anywhere; }
.copied q { quotes: none; font-family: "Iowan Old Style", Palatino, "Source Serif", serif; }
.copied mark { background: none; color: inherit; font-weight: 700; text-decoration: underline; }
</style>"""


def show_copied(service: "TrainingService", choice: controls.Choice, writer: SymbolWriter) -> None:
    """Draw the share that is invented, the longest copied stretches, and the curves."""
    kind = writer.vocabulary.kind
    st.caption(
        "Stretches of the written text that stand word for word in the training text are marked in it; click one to "
        "see where. What the network was never shown, its held-out part, does not count."
    )
    st.slider(
        f"Copied means: so many {kind} in a row",
        3,
        100,
        key=controls.MIN_COPIED[kind],
        help="Shorter stretches are common words and turns of phrase, which nobody has to copy.",
        width=420,
        persist_state="session",
    )
    learned = show_learned_text(choice, writer)
    index = show_index(learned, "Its text is being sorted …") if learned is not None else None
    if index is None:
        return
    _show_judgement(service)
    _show_curve(service, choice, writer, index)


def _show_judgement(service: "TrainingService") -> None:
    manuscript = actions.own_manuscript()
    passages = find_passages(service, manuscript)
    if manuscript.draft is None or passages is None:
        st.caption("As soon as there is a text and the network pauses, this tells how much of it is its own.")
        return
    judged = judge_originality([passage.stretch for passage in passages], len(manuscript.draft.written))
    st.markdown(describe_originality(judged, manuscript.draft.kind))
    if passages:
        st.html(_STYLE + passages_html(passages, manuscript.draft.kind))


def describe_originality(judged: Originality, kind: str) -> str:
    """Tell the judgement in a sentence of Markdown; nobody's words are in it."""
    share = f"**{judged.share:.0%} invented.**"
    if not judged.copied:
        return f"{share} No stretch of its {judged.written:,} {kind} that is long enough stands in the training text."
    return (
        f"{share} Of {judged.written:,} {kind}, {judged.copied:,} stand in stretches that the training text has, too; "
        f"the longest has {judged.longest:,}."
    )


def passages_html(passages: tuple[Passage, ...], kind: str) -> str:
    """Write the longest stretches with what stands around them in the training text."""
    gap = " " if kind == "words" else ""
    longest = sorted(passages, key=lambda passage: -passage.stretch.length)
    rows = "".join(
        f"<li>{passage.stretch.length:,} in a row, {passage.share:.0%} into the text: "
        f"<q>…{_one_line(passage.before)}{gap}<mark>{_one_line(passage.copied)}</mark>{gap}{_one_line(passage.after)}…</q></li>"
        for passage in longest[:SHOWN]
    )
    more = f"<p>And {len(longest) - SHOWN:,} shorter ones.</p>" if len(longest) > SHOWN else ""
    return f'<div class="copied"><ol>{rows}</ol>{more}</div>'


def _one_line(words: str) -> str:
    """Escape words, with a stroke for each end of a line, as verse is quoted."""
    return html.escape(re.sub(r"\s*\n\s*", " / ", words))


def _show_curve(service: "TrainingService", choice: controls.Choice, writer: SymbolWriter, index: CopyIndex) -> None:
    kind = writer.vocabulary.kind
    min_length = st.session_state[controls.MIN_COPIED[kind]]
    with st.container(horizontal=True):
        if st.button("Originality against temperature", key="originality_temperature"):
            begin_curve(against_temperature(writer, index, read_seed(writer), min_length))
        if choice.view is not None and st.button("Originality against age", key="originality_age"):
            sampling, run_id = controls.read_sampling(), choice.network_id
            begin_curve(against_age(service, run_id, sampling, index, read_seed(writer), min_length))
    show_curve(f"For each point of the curve {CURVE_SYMBOLS[kind]} {kind} are written after the seed text.")


def read_seed(writer: SymbolWriter) -> list[int]:
    """Return the seed text's ids. Raises UnknownSymbols and InvalidSetting as reading it does."""
    seed_text = st.session_state[controls.SEED_TEXT]
    writer.read(seed_text)
    return writer.vocabulary.encode(split_symbols(seed_text, writer.vocabulary.kind)).tolist()
