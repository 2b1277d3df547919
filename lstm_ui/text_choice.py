"""Part 1 of /train: which text the network will learn from. A library text, a pasted one, or an upload."""

from dataclasses import dataclass

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import MAX_FILE_BYTES, MAX_PASTED_BYTES
from lstm_core.network.experiments import EXPERIMENTS
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.text.reading import DecodedText, check_pasted, decode_text
from lstm_ui.page import escape_markdown

PASTE = "paste"
UPLOAD = "upload"
OWN_TEXTS = {PASTE: "Paste a text", UPLOAD: "Upload a file"}

CORPUS = "corpus"  # key of the selectbox
KEPT_UPLOAD = "kept_upload"  # what the last uploaded file was understood as; Streamlit forgets files on a page change
LAST_DEFAULT = "corpus_default"  # the text that the experiment brought last


@dataclass(frozen=True)
class ChosenText:
    """A text to train on and how it was understood. `name` is a library name, "paste" or "upload"."""

    text: str
    name: str
    title: str
    encoding: str
    notes: tuple[str, ...]


def choose_text(default: str) -> ChosenText | None:
    """Draw the choice of a text and return it; None while there is none yet, and the page says what to do.

    `default` is the library text of the experiment. A new experiment brings its own text along, unless the visitor
    has pasted or uploaded one and it is chosen.
    """
    _follow_experiment(default)
    name = st.selectbox(
        "Text",
        [*LIBRARY, *OWN_TEXTS],
        key=CORPUS,
        format_func=lambda option: OWN_TEXTS.get(option) or LIBRARY[option].title,
        help="What the network learns from. It knows no other word of any language.",
        persist_state="session",
    )
    if name == PASTE:
        return _choose_pasted()
    if name == UPLOAD:
        return _choose_upload()
    _show_published(name)
    return ChosenText(load_text(name), name, LIBRARY[name].title, "UTF-8", ())


def _follow_experiment(default: str) -> None:
    if default not in LIBRARY or st.session_state.get(LAST_DEFAULT) == default:
        return
    st.session_state[LAST_DEFAULT] = default
    chosen = st.session_state.get(CORPUS)
    pasted = chosen == PASTE and bool(st.session_state.get("pasted"))
    uploaded = chosen == UPLOAD and KEPT_UPLOAD in st.session_state
    if not (pasted or uploaded):
        st.session_state[CORPUS] = default


def _choose_pasted() -> ChosenText | None:
    pasted = st.text_area(
        "Your text",
        key="pasted",
        height=200,
        max_chars=MAX_PASTED_BYTES,
        placeholder="Paste a poem, a speech, a chapter …",
        help=f"Up to {MAX_PASTED_BYTES // 2**20} MB. Press Ctrl+Enter, or click outside the box, when it is complete.",
        persist_state="session",
    )
    if not pasted:
        st.info("Paste a text into the box, then press Ctrl+Enter. A hundred words are enough to watch it learn.")
        return None
    try:
        return _as_chosen(check_pasted(pasted), PASTE, "Pasted text")
    except CoreError as error:
        st.error(escape_markdown(str(error)))
        return None


def _choose_upload() -> ChosenText | None:
    st.file_uploader(
        "Your file",
        type=["txt"],
        key="upload",
        max_upload_size=MAX_FILE_BYTES // 2**20,
        help=f"A plain text file (.txt) of at most {MAX_FILE_BYTES // 2**20} MB. It stays on this server.",
        on_change=_take_upload,
    )
    kept = st.session_state.get(KEPT_UPLOAD)
    if kept is None:
        st.info("Drop a plain text file (.txt) here, or choose Browse. A page of text is enough to watch it learn.")
    elif isinstance(kept, CoreError):
        st.error(escape_markdown(str(kept)))
    else:
        if st.session_state.get("upload") is None:
            st.caption(f"Kept from before: {escape_markdown(kept.title)}. Another file takes its place.")
        return kept
    return None


def _take_upload() -> None:
    """Decode what was just uploaded and keep it beyond the widget's life; a removed file is forgotten."""
    file = st.session_state["upload"]
    if file is None:
        st.session_state.pop(KEPT_UPLOAD, None)
        return
    try:
        st.session_state[KEPT_UPLOAD] = _as_chosen(decode_text(file.getvalue()), UPLOAD, file.name)
    except CoreError as error:
        st.session_state[KEPT_UPLOAD] = error


def _as_chosen(decoded: DecodedText, name: str, title: str) -> ChosenText:
    return ChosenText(decoded.text, name, title, decoded.encoding, decoded.notes)


def _show_published(name: str) -> None:
    """Say what the tutorial reached with this very passage, and where the text comes from."""
    entry = LIBRARY[name]
    st.caption(escape_markdown(f"{entry.author}. {entry.note}".strip()))
    told = next((e for e in EXPERIMENTS.values() if e.corpus == name and e.published_accuracy is not None), None)
    if told:
        st.caption(f"{told.author} ({told.year}) published {told.published_note} with this passage.")
