"""Which reviews a network will learn from: those that ship, IMDB, the teacher's, or a table of the visitor's own."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import MAX_REVIEW_FILE_BYTES, MAX_REVIEW_UPLOAD_BYTES
from lstm_core.text.downloads import downloads_folder
from lstm_core.text.imdb import IMDB_FILES, is_imdb_downloaded, load_imdb
from lstm_core.text.mini_reviews import MINI_REVIEWS_TITLE, load_mini_reviews
from lstm_core.text.review_files import ReviewColumns, guess_columns, read_labelled_reviews
from lstm_core.text.review_set import ReviewSet
from lstm_core.text.teacher_folder import TABLE_ENDINGS, TeacherText, list_teacher_texts, teacher_folder
from lstm_ui.download_choice import download_desk, show_download
from lstm_ui.page import escape_markdown

MINI, IMDB, TABLE = "mini-reviews", "imdb", "table"
FOLDER = "folder:"  # stands before the names of the teacher's tables, so that none is taken for another

REVIEWS = "review_data"  # key of the selectbox
KEPT_TABLE = "kept_review_table"  # name and bytes of the last uploaded table; Streamlit forgets it on a page change
COLUMNS_GUESSED = "review_columns_guessed"  # and its columns as they were guessed


@dataclass(frozen=True)
class ChosenReviews:
    """Reviews to train on. `kind` is "mini-reviews", "imdb" or "table"."""

    reviews: ReviewSet
    kind: str
    note: str


def choose_reviews() -> ChosenReviews | None:
    """Draw the choice and return it; None while there is nothing to train on, and the page says what to do."""
    tables = {FOLDER + table.name: table for table in _list_tables(teacher_folder())}
    is_here = is_imdb_downloaded(downloads_folder())
    labels = {MINI: f"{MINI_REVIEWS_TITLE} (ship with the app)"}
    labels[IMDB] = "IMDB, 50,000 film reviews" + ("" if is_here else " (19 MB, to download)")
    labels |= {name: table.name for name, table in tables.items()} | {TABLE: "Upload a table"}
    if st.session_state.get(REVIEWS, MINI) not in labels:  # the teacher has taken the table away
        st.session_state[REVIEWS] = MINI
    name = st.selectbox(
        "Reviews to learn from",
        list(labels),
        key=REVIEWS,
        format_func=lambda option: labels.get(option, option),
        help="Each review has a label, positive or negative. That is all the network is told.",
        persist_state="session",
    )
    try:
        if name == IMDB:
            return _choose_imdb(is_here)
        if name == TABLE:
            return _choose_upload()
        if name in tables:
            table = tables[name]
            reviews, note = _read_folder_table(table.file, table.changed, table.name)
            return ChosenReviews(reviews, TABLE, note)
    except CoreError as error:
        st.error(escape_markdown(str(error)))
        return None
    return ChosenReviews(_mini_set(), MINI, "Films, books, food and places; written for this app.")


def _choose_imdb(is_here: bool) -> ChosenReviews | None:
    if is_here:
        return ChosenReviews(_imdb_set(), IMDB, "The Large Movie Review Dataset (Maas et al. 2011), as Keras has it.")
    st.info(
        f"The reviews are not on this server yet; they are fetched once for all visitors, and checked. "
        f"Until then, train on “{MINI_REVIEWS_TITLE}”, which ship with the app, or on a table of your own."
    )
    show_download(download_desk(downloads_folder()), *IMDB_FILES)
    return None


def _choose_upload() -> ChosenReviews | None:
    st.file_uploader(
        "Your table",
        type=["csv", "tsv", "gz"],
        key="review_table",
        max_upload_size=MAX_REVIEW_UPLOAD_BYTES // 2**20,
        help="Two columns: the review, and its label (0 or 1, neg or pos, negative or positive, or stars).",
        on_change=_keep_upload,
    )
    name, data = st.session_state.get(KEPT_TABLE, ("", b""))
    if not data:
        st.info("Drop a .csv or .tsv file here: one review in each row, with a label. Some hundred rows are enough.")
        return None
    guessed = st.session_state.get(COLUMNS_GUESSED) or guess_columns(io.BytesIO(data), MAX_REVIEW_UPLOAD_BYTES)
    st.session_state[COLUMNS_GUESSED] = guessed
    if st.session_state.get("review_table") is None:
        st.caption(f"Kept from before: {escape_markdown(name)}. Another file takes its place.")
    columns = choose_columns(guessed, "review_table_columns")
    reviews, note = _read_upload(data, columns, name)
    return ChosenReviews(reviews, TABLE, note)


def choose_columns(guessed: ReviewColumns, key: str, needs_label: bool = True) -> ReviewColumns:
    """Show which columns were taken for review and label, and let that be corrected."""
    places = list(range(len(guessed.names)))
    options: list[int | None] = [*places] if needs_label else [None, *places]
    with st.container(horizontal=True, key=key):
        text = st.selectbox(
            "Column of the reviews", places, guessed.text, format_func=guessed.names.__getitem__, key=f"{key}_text"
        )
        label = st.selectbox(
            "Column of the labels",
            options,
            options.index(guessed.label) if guessed.label in options else None,
            format_func=lambda place: "none" if place is None else guessed.names[place],
            placeholder="Choose one",
            key=f"{key}_label",
        )
    with st.expander("The first rows"):
        rows = [[cell[:80] for cell in row] for row in guessed.preview]
        st.dataframe([dict(zip(guessed.names, row, strict=False)) for row in rows], hide_index=True)
    return replace(guessed, text=text, label=label)


def _keep_upload() -> None:
    """Keep what was just uploaded beyond the widget's life; a file that is taken out takes nothing away."""
    file = st.session_state["review_table"]
    if file is not None:
        st.session_state[KEPT_TABLE] = (file.name, file.getvalue())
        for key in (COLUMNS_GUESSED, "review_table_columns_text", "review_table_columns_label"):
            st.session_state.pop(key, None)


@st.cache_data(ttl=5, show_spinner=False)
def _list_tables(folder: Path | None) -> tuple[TeacherText, ...]:
    return list_teacher_texts(folder, TABLE_ENDINGS)


# Each set is built once for all visitors and then shared: they are read, never written.


@st.cache_resource(show_spinner="Reading the reviews …")
def _mini_set() -> ReviewSet:
    mini = load_mini_reviews()
    return ReviewSet.build(MINI_REVIEWS_TITLE, mini.train, mini.test)


@st.cache_resource(show_spinner="Reading 50,000 reviews: about ten seconds, once …")
def _imdb_set() -> ReviewSet:
    imdb = load_imdb(downloads_folder())
    return ReviewSet.build("IMDB", imdb.train, imdb.test)


@st.cache_resource(max_entries=3, show_spinner="Reading the table …")
def _read_folder_table(file: Path, changed: float, name: str) -> tuple[ReviewSet, str]:
    """Read a table once for each of its versions, which `changed` tells apart."""
    reviews = read_labelled_reviews(file, max_bytes=MAX_REVIEW_FILE_BYTES)
    return ReviewSet.build(name, reviews), reviews.note


@st.cache_resource(max_entries=3, show_spinner="Reading the table …")
def _read_upload(data: bytes, columns: ReviewColumns, name: str) -> tuple[ReviewSet, str]:
    reviews = read_labelled_reviews(io.BytesIO(data), columns, MAX_REVIEW_UPLOAD_BYTES)
    return ReviewSet.build(name, reviews), reviews.note
