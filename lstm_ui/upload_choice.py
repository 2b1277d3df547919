"""A visitor's own text on /train: pasted into a box, or uploaded as a file."""

from dataclasses import dataclass

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import MAX_FILE_BYTES, MAX_PASTED_BYTES
from lstm_core.text.documents import find_kind
from lstm_core.text.encodings import ENCODINGS
from lstm_core.text.reading import DecodedText, check_pasted, read_file
from lstm_ui.page import escape_markdown

PASTE = "paste"
UPLOAD = "upload"

FILE_ENDINGS = ["txt", "md", "pdf", "docx"]

# Keys of the session. Streamlit forgets uploaded files on a page change, so they are kept here.
UPLOADED = "uploaded"  # name and bytes of the last file
UNREAD = "upload_unread"  # set while the last file is still to be read, or to be read anew
KEPT_UPLOAD = "kept_upload"  # what the last file that could be read was understood as
REFUSAL = "upload_refusal"  # why the last file could not be read
READ_AS = "encoding"  # key of the list
GUESS = "Guess it"


@dataclass(frozen=True)
class ChosenText:
    """A text to train on and how it was understood. `name` is a library name, "paste" or "upload"."""

    text: str
    name: str
    title: str
    encoding: str
    notes: tuple[str, ...]


def choose_pasted() -> ChosenText | None:
    """Draw the box for a text and return what is in it; None while there is nothing that can be learned from."""
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


def choose_upload() -> ChosenText | None:
    """Draw the field for a file and return the text in it; None while there is none that can be read.

    A file that cannot be read takes nothing away: the one before it stays chosen, and the page says so.
    """
    st.file_uploader(
        "Your file",
        type=FILE_ENDINGS,
        key="upload",
        max_upload_size=MAX_FILE_BYTES // 2**20,
        help=f"Plain text, Markdown, PDF or Word, at most {MAX_FILE_BYTES // 2**20} MB. It stays on this server.",
        on_change=_take_upload,
    )
    _show_read_as()
    if UNREAD in st.session_state:
        with st.spinner("Reading the file …"):
            _read_upload()
        del st.session_state[UNREAD]  # only now: a click meanwhile begins the page, and the reading, anew
    kept, refusal = st.session_state.get(KEPT_UPLOAD), st.session_state.get(REFUSAL)
    if refusal is not None:
        st.error(escape_markdown(str(refusal)))
    elif kept is None:
        st.info("Drop a .txt, .md, .pdf or .docx file here, or choose Upload. A page of text is enough to learn from.")
    if kept is not None and refusal is not None:
        st.caption(f"Still chosen: {escape_markdown(kept.title)}, read as {escape_markdown(kept.encoding)}.")
    elif kept is not None and st.session_state.get("upload") is None:
        st.caption(f"Kept from before: {escape_markdown(kept.title)}. Another file takes its place.")
    return kept


def _show_read_as() -> None:
    """Draw the list of encodings beside a plain text: what is guessed can be wrong, and then the letters show it."""
    name, data = st.session_state.get(UPLOADED, ("", b""))
    if not data or not _is_plain(data, name):
        return
    st.selectbox(
        "Read as",
        [GUESS, *ENCODINGS],
        key=READ_AS,
        help="The encoding of the file. Choose another when letters look wrong in the text below.",
        on_change=_read_again,
        persist_state="session",
    )


def _is_plain(data: bytes, name: str) -> bool:
    try:
        return find_kind(data, name) is None
    except CoreError:
        return False


def _take_upload() -> None:
    """Keep what was just uploaded beyond the widget's life.

    A file that another replaces goes first and leaves nothing for a moment, just as a file that is removed. So what
    was read of it stays; only a file that was refused is forgotten with its refusal.
    """
    file = st.session_state["upload"]
    if file is None:
        was_read = st.session_state.pop(UNREAD, None) is None and st.session_state.get(REFUSAL) is None
        if not was_read:
            st.session_state.pop(REFUSAL, None)
            st.session_state.pop(UPLOADED, None)
        return
    st.session_state[UPLOADED] = (file.name, file.getvalue())
    st.session_state[READ_AS] = GUESS
    _read_again()


def forget_upload() -> None:
    """Have no file any more."""
    for key in (UPLOADED, UNREAD, REFUSAL, KEPT_UPLOAD):
        st.session_state.pop(key, None)


def _read_again() -> None:
    st.session_state[UNREAD] = True


def _read_upload() -> None:
    name, data = st.session_state[UPLOADED]
    told = st.session_state.get(READ_AS, GUESS)
    try:
        read = read_file(data, name, None if told == GUESS else told)
    except CoreError as error:
        st.session_state[REFUSAL] = error
        return
    st.session_state[REFUSAL] = None
    st.session_state[KEPT_UPLOAD] = _as_chosen(read, UPLOAD, name)


def _as_chosen(decoded: DecodedText, name: str, title: str) -> ChosenText:
    return ChosenText(decoded.text, name, title, decoded.encoding, decoded.notes)
