"""Part 1 of /train: which text the network will learn from. One that ships, one to download, one of the teacher's
folder, or the visitor's own.

Next: `upload_choice`, which takes the visitor's own texts, and `download_choice`.
"""

from pathlib import Path

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.network.experiments import EXPERIMENTS
from lstm_core.text.downloads import DOWNLOADS
from lstm_core.text.library import LIBRARY, LibraryText, load_text
from lstm_core.text.reading import DecodedText
from lstm_core.text.teacher_folder import TeacherText, list_teacher_texts, read_teacher_text, teacher_folder
from lstm_ui.download_choice import choose_download, download_label
from lstm_ui.page import escape_markdown
from lstm_ui.upload_choice import KEPT_UPLOAD, PASTE, UPLOAD, ChosenText, choose_pasted, choose_upload, forget_upload

OWN_TEXTS = {PASTE: "Paste a text", UPLOAD: "Upload a file"}
FOLDER = "folder:"  # stands before the names of the teacher's texts, so that none is taken for another

CORPUS = "corpus"  # key of the selectbox
LAST_DEFAULT = "corpus_default"  # the text that the experiment brought last
LAST_LABELS = "corpus_labels"  # the list as this visitor saw it last
FOLDER_SECONDS = 5  # how long the list of the teacher's folder is kept for all visitors


def choose_text(default: str, fixed: str = "") -> ChosenText | None:
    """Draw the choice of a text and return it; None while there is none yet, and the page says what to do.

    `default` is the library text of the experiment. A new experiment brings its own text along, unless the visitor
    has pasted or uploaded one and it is chosen. With a `fixed` one of the library there is no choice.
    """
    if fixed:
        st.session_state[CORPUS] = fixed
    teacher_texts = _teacher_texts()
    labels = {name: text.title for name, text in LIBRARY.items()}
    labels |= {name: download_label(text) for name, text in DOWNLOADS.items()}
    labels |= {name: text.name for name, text in teacher_texts.items()} | OWN_TEXTS
    if not fixed:
        _follow_experiment(default)
    _follow_labels(labels, default)
    name = st.selectbox(
        "Text",
        list(labels),
        key=CORPUS,
        format_func=lambda option: labels.get(option, option),
        help="What the network learns from. It knows no other word of any language.",
        persist_state="session",
        disabled=bool(fixed),
    )
    if fixed:
        st.caption("Your teacher has chosen this text.")
    if name == PASTE:
        return choose_pasted()
    if name == UPLOAD:
        return choose_upload()
    if name in teacher_texts:
        return _choose_teacher_text(name, teacher_texts[name])
    if name in DOWNLOADS:
        _show_origin(DOWNLOADS[name])
        return choose_download(DOWNLOADS[name])
    _show_origin(LIBRARY[name])
    _show_published(name)
    return ChosenText(load_text(name), name, LIBRARY[name].title, "UTF-8", ())


def hold_text(text: str, title: str, default: str) -> None:
    """Choose a text before `choose_text(default)` draws the list: one that ships, else as if it had been uploaded."""
    st.session_state[LAST_DEFAULT] = default
    for name, shipped in LIBRARY.items():
        if shipped.title == title and load_text(name) == text:
            st.session_state[CORPUS] = name
            return
    st.session_state[CORPUS] = UPLOAD
    forget_upload()
    st.session_state[KEPT_UPLOAD] = ChosenText(text, UPLOAD, title, "UTF-8", ())


def text_names() -> list[str]:
    """Return every name that can stand in the list, as an address may ask for it."""
    return [*LIBRARY, *DOWNLOADS, *_teacher_texts(), *OWN_TEXTS]


def hold_text_name(name: str, default: str) -> None:
    """Choose a text by its name in the list before `choose_text(default)` draws it; "" leaves the choice alone."""
    st.session_state[LAST_DEFAULT] = default
    if name:
        st.session_state[CORPUS] = name


def _teacher_texts() -> dict[str, TeacherText]:
    return {FOLDER + text.name: text for text in _list_folder(teacher_folder())}


def _follow_experiment(default: str) -> None:
    if default not in LIBRARY or st.session_state.get(LAST_DEFAULT) == default:
        return
    st.session_state[LAST_DEFAULT] = default
    chosen = st.session_state.get(CORPUS)
    pasted = chosen == PASTE and bool(st.session_state.get("pasted"))
    uploaded = chosen == UPLOAD and KEPT_UPLOAD in st.session_state
    if not (pasted or uploaded):
        st.session_state[CORPUS] = default


def _follow_labels(labels: dict[str, str], default: str) -> None:
    """Keep the choice where its label has changed, and go back to the experiment's text where it is gone.

    A browser names its choice by the label, and that of a download changes when it has come. Read here, before the
    list is drawn anew, the old label is still understood; set again, it reaches the browser under its new one
    (Streamlit 1.67; test_a_text_that_has_come_stays_chosen_under_its_new_name sees whether both are needed).
    """
    chosen = st.session_state.get(CORPUS)
    last, st.session_state[LAST_LABELS] = st.session_state.get(LAST_LABELS, {}), labels
    if chosen is None:
        return
    if chosen not in labels:
        gone = str(chosen).removeprefix(FOLDER)
        st.session_state[CORPUS] = default if default in labels else next(iter(labels))
        st.warning(escape_markdown(f"“{gone}” is no longer there. Another text was chosen in its stead."))
    elif last.get(chosen) != labels[chosen]:
        st.session_state[CORPUS] = chosen


@st.cache_data(ttl=FOLDER_SECONDS, show_spinner=False)
def _list_folder(folder: Path | None) -> tuple[TeacherText, ...]:
    return list_teacher_texts(folder)


def _choose_teacher_text(name: str, text: TeacherText) -> ChosenText | None:
    try:
        decoded = _read_teacher_text(text)
    except CoreError as error:
        st.error(escape_markdown(str(error)))
        return None
    st.caption(escape_markdown(f"From the teacher’s folder: {text.name}, {text.size_bytes / 1000:,.1f} kB."))
    return ChosenText(decoded.text, name, text.name, decoded.encoding, decoded.notes)


@st.cache_data(max_entries=8, show_spinner="Reading the text …")
def _read_teacher_text(text: TeacherText) -> DecodedText:
    """Read a file once for each of its versions: a long PDF takes seconds."""
    return read_teacher_text(text)


def _show_origin(text: LibraryText) -> None:
    """Say whose text it is, what it is, and who may use it."""
    licence = text.licence[0].upper() + text.licence[1:]
    st.caption(escape_markdown(f"{text.author}. {text.note} {licence}."))


def _show_published(name: str) -> None:
    """Say what the tutorial reached with this very passage."""
    told = next((e for e in EXPERIMENTS.values() if e.corpus == name and e.published_accuracy is not None), None)
    if told:
        st.caption(f"{told.author} ({told.year}) published {told.published_note} with this passage.")
