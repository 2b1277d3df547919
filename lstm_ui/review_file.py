"""A file of reviews scored at once: which columns, how far it is, how often it is right, and the table to take home."""

import io
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.knobs import MAX_REVIEW_UPLOAD_BYTES, MAX_SCORED_ROWS
from lstm_core.text.review_columns import ReviewColumns, guess_columns
from lstm_ui.page import escape_markdown
from lstm_ui.review_choice import choose_columns
from lstm_ui.review_model import Judge
from lstm_ui.review_scoring import ScoringJob
from lstm_ui.run_summary import file_name

FILE = "review_file"  # key of the field
KEPT_FILE = "review_file_kept"  # the last file that could be read; Streamlit forgets uploads on a page change
REFUSED = "review_file_refused"  # why the one after it could not
JOB = "review_job"
COLUMNS = "review_file_columns"
LOOK_SECONDS = 0.5
SHOWN_ROWS, SHOWN_CHARACTERS = 20, 160


@dataclass(frozen=True)
class KeptFile:
    """A file of reviews, and its columns as they were guessed."""

    name: str
    data: bytes
    guessed: ReviewColumns


def show_review_file(judge: Judge) -> None:
    """Draw the field for a file, its columns, and what has become of it."""
    with st.expander("Many reviews at once: score a file", key="review_file_box"):
        st.file_uploader(
            "A file of reviews",
            type=["csv", "tsv", "gz", "txt"],
            key=FILE,
            max_upload_size=MAX_REVIEW_UPLOAD_BYTES // 2**20,
            help=f"A table with a review in each row, or a text with one in each line; up to {MAX_SCORED_ROWS:,}. "
            "Where it has labels, you see how often the network is right.",
            on_change=_keep_file,
        )
        _show_kept_file(judge)
        job: ScoringJob | None = st.session_state.get(JOB)
        if job is not None:
            with st.container(key="review_scored"):
                _show_job(job)


def _show_kept_file(judge: Judge) -> None:
    """Draw the columns of the file and the button that has it scored, or what to do to get there."""
    kept: KeptFile | None = st.session_state.get(KEPT_FILE)
    refused = st.session_state.get(REFUSED)
    if refused is not None:
        st.error(escape_markdown(str(refused)))
    if kept is None:
        st.info("Drop a .csv, .tsv or .txt file here, plain or packed as .gz. It stays on this server.")
        return
    if refused is not None or st.session_state.get(FILE) is None:
        st.caption(f"Kept from before: {escape_markdown(kept.name)}. Another file takes its place.")
    columns = choose_columns(kept.guessed, COLUMNS, needs_label=False)
    st.button("Score all", key="review_score", type="primary", on_click=_start, args=(judge, kept, columns))


def _keep_file() -> None:
    """Keep what was just uploaded beyond the widget's life; a file that is refused or taken out takes nothing away."""
    st.session_state.pop(REFUSED, None)
    file = st.session_state[FILE]
    if file is None:
        return
    data = file.getvalue()
    try:
        st.session_state[KEPT_FILE] = KeptFile(
            file.name, data, guess_columns(io.BytesIO(data), MAX_REVIEW_UPLOAD_BYTES)
        )
    except CoreError as error:
        st.session_state[REFUSED] = error
        return
    for key in (f"{COLUMNS}_text", f"{COLUMNS}_label"):
        st.session_state.pop(key, None)


def _start(judge: Judge, kept: KeptFile, columns: ReviewColumns) -> None:
    if JOB in st.session_state:
        st.session_state[JOB].stop()
    st.session_state[JOB] = ScoringJob(judge.scorer, judge.name, kept.name, kept.data, columns)
    st.session_state[JOB].start()


def _show_job(job: ScoringJob) -> None:
    if job.is_running:
        st.fragment(_show_progress, run_every=LOOK_SECONDS)(job)
    elif job.error is not None:
        st.error(escape_markdown(str(job.error)))
    elif job.has_failed:
        st.error("Something went wrong that should not have. The file is kept; try it again, or with other columns.")
    else:
        _show_result(job)


def _show_progress(job: ScoringJob) -> None:
    if not job.is_running:
        st.rerun()  # the whole page: without a timer now, and with the result
    if job.table is None:
        st.progress(0.0, text="Reading the file, or waiting for others that are scored first …")
        return
    st.progress(job.share, text=f"Scored {job.done:,} of {len(job.table):,} reviews")
    st.button("Stop", key="review_score_stop", on_click=job.stop)


def _show_result(job: ScoringJob) -> None:
    assert job.table is not None
    positive = int((job.scores[: job.done] > 0.5).sum())
    st.markdown(
        f"**{escape_markdown(job.file_name)}**, judged by {escape_markdown(job.judge_name)}: {job.done:,} reviews, "
        f"{positive:,} of them positive, {job.done - positive:,} negative."
    )
    if job.done < len(job.table):
        st.caption(f"It was stopped; {len(job.table) - job.done:,} are left.")
    if job.accuracy is not None:
        st.markdown(f"It is right on **{100 * job.accuracy:.2f} %** of them.")
    if job.table.note:
        st.caption(escape_markdown(job.table.note))
    if not job.done:
        return
    st.download_button(
        f"Download all {job.done:,} as a table (CSV)",
        data=job.to_csv,  # made when it is asked for
        file_name=file_name(PurePath(job.file_name).stem, "-scored.csv", "reviews"),
        mime="text/csv",
        key="review_scored_download",
        on_click="ignore",
    )
    rows = [job.row(index) for index in range(min(SHOWN_ROWS, job.done))]
    shown = [
        {"score": row.score, "verdict": row.verdict}
        | ({"label": row.label} if row.label else {})
        | {"review": row.text[:SHOWN_CHARACTERS]}
        for row in rows
    ]
    number = st.column_config.NumberColumn(format="%.2f", width="small")
    st.dataframe(shown, hide_index=True, column_config={"score": number})
    if job.done > SHOWN_ROWS:
        st.caption(f"The first {SHOWN_ROWS} of {job.done:,}.")
