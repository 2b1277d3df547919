"""The text that the network on /generate has learned from, as it read it: for rivals that count, for what was copied.

Found in the background, as it takes a second for a million characters; a tab that needs it says so and waits.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from lstm_core.network.pretrained import ModelCard
from lstm_core.text.downloads import DOWNLOADS, DownloadableText, downloads_folder, is_downloaded, read_download
from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.text.windows import Split, split_validation
from lstm_core.text.yardsticks import count_text
from lstm_core.writing.symbol_writer import SymbolWriter
from lstm_ui.download_choice import download_desk, show_download
from lstm_ui.generate_controls import Choice
from lstm_ui.shared_results import SharedResults
from lstm_ui.shipped import shipped_card

MAX_TEXT_BYTES = 48 * 2**20  # of all texts that are kept: two of the longest, or hundreds as classes use them
MAX_COUNTS_BYTES = 64 * 2**20
LOOK_SECONDS = 0.5  # between looks at what is on its way

Value = TypeVar("Value")


@dataclass(frozen=True)
class LearnedText:
    """A text as ids of the network's own symbols; the held-out part is what it has never seen. `key` tells it apart."""

    key: Hashable
    name: str
    split: Split
    vocabulary: Vocabulary


def show_learned_text(choice: Choice, writer: SymbolWriter) -> LearnedText | None:
    """Return the text, or draw why it is not here yet and what can be done."""
    missing = _missing_download(choice)
    if missing is not None:
        st.caption(f"This needs the text that the network has learned: {missing.title}. It does not ship with the app.")
        show_download(download_desk(downloads_folder()), missing)
        return None
    return _show_text(choice, writer, "Its text is being read …")


def find_learned_text(choice: Choice, writer: SymbolWriter) -> LearnedText | None:
    """Return the text; None when it is not here, and as long as it is being read, in which case a timer looks again."""
    return None if _missing_download(choice) else _show_text(choice, writer, "")


def _show_text(choice: Choice, writer: SymbolWriter, words: str) -> LearnedText | None:
    key = _text_key(choice)
    return show_shared(_texts(), key, lambda: _read_text(key, choice, writer.vocabulary), words)


def show_counts(learned: LearnedText) -> NGramCounts | None:
    """Return the n-grams of the text, or draw that they are being counted."""
    symbol_count = len(learned.vocabulary)
    return show_shared(
        _counts(), learned.key, lambda: count_text(learned.split, symbol_count), "Its text is being counted …"
    )


def show_shared(shared: SharedResults[Value], key: Hashable, find: Callable[[], Value], words: str) -> Value | None:
    """Return a shared result, or draw `words`, if any, until it is there. Raises the CoreError that it failed with."""
    value = shared.get(key, find)
    if value is None:
        if shared.is_coming(key):
            if words:
                st.caption(words)
            st.fragment(_look, run_every=LOOK_SECONDS)(shared, key)
        elif words:
            st.caption("This could not be worked out; the reason stands in the server’s log.")
    return value


def _look(shared: SharedResults, key: Hashable) -> None:
    if not shared.is_coming(key):
        st.rerun()


def _read_text(key: Hashable, choice: Choice, vocabulary: Vocabulary) -> LearnedText:
    """Read it with the network's own symbols. Raises DownloadFailed when the file has gone meanwhile."""
    if choice.view is not None:
        name, text, window = choice.view.spec.text_name, choice.view.spec.text, choice.view.spec.window
    else:
        card = shipped_card(choice.network_id)
        download = _download_of(card)
        assert download is not None  # else `_missing_download` would have said so
        name, text = download.title, read_download(download, downloads_folder()).text
        window = int(card.settings["window"])
    ids = vocabulary.encode(split_symbols(text, vocabulary.kind), allow_rare=True)
    return LearnedText(key, name, split_validation(ids, window), vocabulary)


def _text_key(choice: Choice) -> Hashable:
    if choice.view is None:
        return choice.network_id
    spec = choice.view.spec  # Python keeps the hash of a text beside it: it is worked out once
    return (hash(spec.text), len(spec.text), spec.symbols, spec.vocabulary, spec.window)


def _missing_download(choice: Choice) -> DownloadableText | None:
    """Return the text of a network that ships, when it still has to be fetched."""
    if choice.view is not None:
        return None
    download = _download_of(shipped_card(choice.network_id))
    return download if download and not is_downloaded(download, downloads_folder()) else None


def _download_of(card: ModelCard) -> DownloadableText | None:
    return next((text for text in DOWNLOADS.values() if text.sha256 == card.text_sha256), None)


@st.cache_resource(show_spinner=False)
def _texts() -> SharedResults[LearnedText]:
    return SharedResults("a text", MAX_TEXT_BYTES, lambda text: 8 * len(text.split.training))


@st.cache_resource(show_spinner=False)
def _counts() -> SharedResults[NGramCounts]:
    return SharedResults("n-grams", MAX_COUNTS_BYTES, lambda counts: counts.kept_bytes)
