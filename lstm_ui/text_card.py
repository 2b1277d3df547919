"""What was understood of a text before anything is learned: its symbols, their ids and counts, what to expect."""

import html
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lstm_core.errors import TextTooShort
from lstm_core.text.scripts import WHY_CHARACTERS, propose_symbols
from lstm_core.text.symbols import RARE, Vocabulary, join_symbols, split_symbols
from lstm_core.text.windows import ambiguous_contexts, count_learnable, count_windows, split_validation
from lstm_ui.page import escape_markdown
from lstm_ui.text_choice import ChosenText

FIRST_SHOWN = {"words": 40, "characters": 90}  # symbols cut and coloured, about three lines
FREQUENT_SHOWN = 10
DICTIONARY_ROWS = 500
SMALL_TEXT = 5_000  # symbols; in longer texts ambiguous contexts are everywhere and no news
VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}

_STYLE = """<style>
.symbols { display: flex; flex-wrap: wrap; gap: 3px; line-height: 1.25; }
.symbol { display: inline-flex; flex-direction: column; align-items: center; padding: 1px 5px; border-radius: 4px;
  max-width: 100%; overflow-wrap: anywhere; }
.symbol small { font-size: 0.7em; font-variant-numeric: tabular-nums; }
.tint-0 { background: rgba(66, 133, 190, 0.28); } .tint-1 { background: rgba(230, 150, 60, 0.28); }
.tint-2 { background: rgba(128, 128, 128, 0.25); } .tint-3 { background: rgba(70, 160, 150, 0.28); }
.remarks { padding-left: 1.1em; margin: 0; line-height: 1.5; }
.remarks li { overflow-wrap: anywhere; margin-bottom: 0.3em; }
.frequent { margin-top: 0.9em; width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.frequent caption { text-align: left; padding-bottom: 0.3em; }
.frequent td { padding: 1px 6px 1px 0; max-width: 9em; overflow-wrap: anywhere; }
.frequent td:nth-child(2) { width: 60%; } .frequent td:last-child { text-align: right; }
.frequent div { background: rgba(66, 133, 190, 0.65); height: 0.85em; border-radius: 2px; }
</style>"""


@dataclass(frozen=True)
class TextFacts:
    """What the card says of a text cut into symbols; `warnings` are plain sentences, not yet escaped."""

    characters: int
    symbol_count: int
    vocabulary: Vocabulary
    first_symbols: tuple[str, ...]
    first_ids: tuple[int, ...]
    warnings: tuple[str, ...]
    too_short: str | None  # why it cannot be trained on at all


def read_facts(text: str, kind: str, window: int, vocabulary_limit: int) -> TextFacts:
    """Cut a text into symbols and collect what is worth knowing about it."""
    symbols = split_symbols(text, kind)
    vocabulary = Vocabulary.build(symbols, kind, vocabulary_limit)
    ids = vocabulary.encode(symbols, allow_rare=True)
    warnings, too_short = [_script_warning(text, kind)], None
    distinct = len(set(symbols))
    if distinct > len(vocabulary):
        shared = distinct - len(vocabulary) + 1
        warnings.append(f"{shared:,} rarer symbols share one id, {RARE}: the vocabulary limit is {vocabulary_limit:,}.")
    try:
        split = split_validation(ids, window)
    except TextTooShort as error:
        too_short = str(error)
    else:
        if split.validation is None:
            warnings += [_once_warning(vocabulary), split.note]
        if len(symbols) <= SMALL_TEXT:
            warnings.append(_ambiguity_warning(ids, window, vocabulary))
    first = tuple(symbols[: FIRST_SHOWN[kind]])
    first_ids = tuple(int(i) for i in ids[: len(first)])
    kept = tuple(warning for warning in warnings if warning)
    return TextFacts(len(text), len(symbols), vocabulary, first, first_ids, kept, too_short)


def show_text_card(chosen: ChosenText, symbols_kind: str, window: int, vocabulary_limit: int) -> None:
    """Draw what was understood of the chosen text, and what to expect of a network that learns it."""
    facts = _cached_facts(chosen.text, symbols_kind, window, vocabulary_limit)
    with st.container(key="text_card", border=True):
        counted = (
            f"<b>{facts.characters:,}</b> characters · <b>{facts.symbol_count:,}</b> symbols · "
            f"<b>{len(facts.vocabulary):,}</b> distinct · {html.escape(chosen.encoding)}"
        )
        tiles = symbols_html(facts.first_symbols, facts.first_ids)
        st.html(f"{_STYLE}<p>{counted}</p>{tiles}{frequent_html(facts.vocabulary)}")
        _show_dictionaries(facts.vocabulary)
        if facts.too_short:
            st.error(escape_markdown(facts.too_short))
        remarks = "".join(f"<li>{html.escape(remark)}</li>" for remark in (*chosen.notes, *facts.warnings))
        if remarks:
            st.html(f'<ul class="remarks">{remarks}</ul>')


def symbol_html(symbol: str) -> str:
    """Return one symbol as safe HTML: escaped, and with spaces and line breaks made visible.

    Every symbol of a text reaches the page through here.
    """
    return html.escape(_visible(symbol))


def symbols_html(symbols: tuple[str, ...], ids: tuple[int, ...]) -> str:
    """Write symbols as tinted tiles with their ids beneath; the same symbol always has the same tint."""
    tiles = "".join(
        f'<span class="symbol tint-{number % 4}"><span>{symbol_html(symbol)}</span><small>{number}</small></span>'
        for symbol, number in zip(symbols, ids, strict=True)
    )
    return f'<div class="symbols">{tiles}</div>'


def frequent_html(vocabulary: Vocabulary) -> str:
    """Write the most frequent symbols as a table of bars."""
    most = max(vocabulary.counts[:FREQUENT_SHOWN], default=1)
    rows = "".join(
        f'<tr><td>{symbol_html(symbol)}</td><td><div style="width:{100 * count / most:.0f}%"></div></td>'
        f"<td>{count:,}</td></tr>"
        for symbol, count in list(zip(vocabulary.symbols, vocabulary.counts, strict=True))[:FREQUENT_SHOWN]
    )
    return f'<table class="frequent"><caption>Most frequent symbols</caption><tbody>{rows}</tbody></table>'


def _visible(symbol: str) -> str:
    return "".join(VISIBLE.get(character, character) for character in symbol)


_cached_facts = st.cache_data(read_facts, max_entries=32, show_spinner="Reading the text …")


def _show_dictionaries(vocabulary: Vocabulary) -> None:
    """Draw the tutorials' two tables, for whoever opens them: for reading, symbol to id; for writing, id to symbol."""
    lid = st.expander("Both dictionaries: symbol → id, id → symbol", key="dictionaries", on_change="rerun")
    if not lid.open:
        return
    import pandas as pd  # 70 MB and a second, which a server whose visitors never look here can do without

    with lid:
        shown = [_visible(symbol) for symbol in vocabulary.symbols]
        table = pd.DataFrame({"symbol": shown, "id": range(len(vocabulary)), "count": vocabulary.counts})
        if len(table) > DICTIONARY_ROWS:
            st.caption(f"The first {DICTIONARY_ROWS} of {len(table):,}.")
        table = table.head(DICTIONARY_ROWS)
        reading, writing = st.columns(2)
        with reading:
            st.caption("Reading: symbol → id")
            st.dataframe(table[["symbol", "id"]].sort_values("symbol"), hide_index=True, height=260)
        with writing:
            st.caption("Writing: id → symbol")
            st.dataframe(table[["id", "symbol", "count"]], hide_index=True, height=260)


def _script_warning(text: str, kind: str) -> str:
    if propose_symbols(text) == "words":
        return ""
    if kind == "characters":
        return f"{WHY_CHARACTERS} So it is read as characters, unless the knob “Symbols” says otherwise."
    return f"{WHY_CHARACTERS} As words, whole clauses count as one; it reads better as characters (knob “Symbols”)."


def _once_warning(vocabulary: Vocabulary) -> str:
    once = sum(count == 1 for count in vocabulary.counts)
    if not once:
        return ""
    noun = "word" if vocabulary.kind == "words" else "character"
    plural = f"{noun} seen once" if once == 1 else f"{noun}s seen once each"
    return f"{once:,} distinct {plural}: it will memorise, not learn."


def _ambiguity_warning(ids: np.ndarray, window: int, vocabulary: Vocabulary) -> str:
    """Say which context goes on in several ways, and what that costs every network that sees no more than a window."""
    found = ambiguous_contexts(ids, window, limit=1)
    if not found:
        return ""
    context = join_symbols(vocabulary.decode(found[0].context), vocabulary.kind)
    following = vocabulary.decode(found[0].continuations)
    ways = f"“{context}” has {len(following)} continuations ({', '.join(following)})"
    right, windows = count_learnable(ids, window), count_windows(len(ids), window)
    return (
        f"{ways}: no network that sees only the window can get all of them right. "
        f"The most that can be right is {right:,} of {windows:,} windows."
    )
