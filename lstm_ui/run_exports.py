"""What a run can be taken home as besides its .zip: Keras, a program, a notebook, a log, tables. For /runs.

All but the Keras file are made when they are asked for, in a moment. That one needs TensorFlow: a worker makes it, and
the page shows that it is under way.
"""

import io
import zipfile
from collections.abc import Callable

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.export.exported_run import ExportedRun
from lstm_core.export.history_file import run_history_csv, samples_text
from lstm_core.export.program_file import MAX_TEXT_INSIDE, ProgramFiles, write_notebook, write_script
from lstm_core.export.tensorboard_log import pack_tensorboard_log
from lstm_core.service.run_exports import KerasErrand
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.outcome import show_lab_sheet_button
from lstm_ui.page import escape_markdown, friendly_errors, run_name
from lstm_ui.run_summary import file_stem

# Keys of the session
EXPORTED = "exported_run"  # the run whose exports are open
KERAS = "keras_errand"  # run id and errand of the Keras file under way
KERAS_FILE = "keras_file"  # run id, step and bytes of the one that is ready
KERAS_TROUBLE = "keras_trouble"  # run id, and why there is none

LOOK_SECONDS = 0.5


def toggle_exports(run_id: str) -> None:
    """Open a run's exports, or close them."""
    st.session_state[EXPORTED] = None if st.session_state.get(EXPORTED) == run_id else run_id


def are_open(run_id: str) -> bool:
    """Tell whether this run's exports are open."""
    return st.session_state.get(EXPORTED) == run_id


def show_exports(service: TrainingService, view: RunView) -> None:
    """Draw a button for each format, and what must be known of them."""
    name = run_name(view)
    stem = file_stem(name)
    with st.container(key=f"run_exports_{view.run_id}", gap="xsmall"):
        with st.container(horizontal=True, gap="xsmall"):
            _show_keras(service, view, stem)
            _offer_program(service, view, "Script", "script", write_script, f"{stem}.py")
            _offer_program(service, view, "Notebook", "notebook", write_notebook, f"{stem}.ipynb")
            show_log_download(service, view, f"run_log_{view.run_id}")
            _offer(service, view, "History", "history", run_history_csv, f"{stem}-history.csv", "text/csv")
            show_lab_sheet_button(service, view, f"run_lab_sheet_{view.run_id}")
            _offer(service, view, "Samples", "samples", samples_text, f"{stem}-samples.txt", "text/plain")
        troubled, trouble = st.session_state.get(KERAS_TROUBLE, ("", ""))
        if troubled == view.run_id:
            st.error(escape_markdown(trouble))
        st.caption(
            f"The .keras file has Keras’ own layers; making it takes some seconds. {_tell_program(view)} TensorBoard "
            f"opens the unpacked log by `tensorboard --logdir {log_name(name)}`."
        )


def log_name(name: str) -> str:
    """Return the name of the folder in a run's log."""
    return f"{file_stem(name)}-log"


def show_log_download(service: TrainingService, view: RunView, key: str) -> None:
    """Draw the button for the TensorBoard log."""
    folder = log_name(run_name(view))
    st.download_button(
        "TensorBoard log",
        data=lambda: pack_tensorboard_log(service.exported(view.run_id), folder),
        file_name=f"{folder}.zip", mime="application/zip", key=key, on_click="ignore",
        help="Loss, accuracy and validation, what it wrote, and how its weights are spread, for TensorBoard.",
    )  # fmt: skip


def _offer(
    service: TrainingService,
    view: RunView,
    label: str,
    key: str,
    make: Callable[[ExportedRun], bytes],
    file_name: str,
    mime: str,
) -> None:
    st.download_button(
        label, data=lambda: make(service.exported(view.run_id)), file_name=file_name, mime=mime,
        key=f"run_{key}_{view.run_id}", on_click="ignore",
        help="Every step’s numbers, for a spreadsheet." if key == "history" else "All that it wrote while it trained.",
    )  # fmt: skip


def _offer_program(
    service: TrainingService,
    view: RunView,
    label: str,
    key: str,
    write: Callable[[ExportedRun, str], ProgramFiles],
    file_name: str,
) -> None:
    stem = file_name.rpartition(".")[0]
    is_packed = _has_file_beside(view)
    st.download_button(
        label,
        data=lambda: _pack(write(service.exported(view.run_id), stem), file_name),
        file_name=f"{stem}-{key}.zip" if is_packed else file_name,
        mime="application/zip" if is_packed else "text/plain",
        key=f"run_{key}_{view.run_id}", on_click="ignore",
        help="Rebuilds and trains the same network with plain Keras, without this app.",
    )  # fmt: skip


def _pack(files: ProgramFiles, file_name: str) -> bytes:
    """Return the program itself, or a .zip file of it and of what it reads."""
    if not files.beside_name:
        return files.program
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(file_name, files.program)
        archive.writestr(files.beside_name, files.beside)
    return packed.getvalue()


def _has_file_beside(view: RunView) -> bool:
    return view.is_of_reviews or len(view.spec.text) > MAX_TEXT_INSIDE


def _tell_program(view: RunView) -> str:
    if view.is_of_reviews:
        return "Script and notebook come as a .zip: the reviews lie in a file beside them."
    if _has_file_beside(view):
        return "Script and notebook come as a .zip: the text lies in a file beside them."
    return "Script and notebook hold the text themselves."


def _show_keras(service: TrainingService, view: RunView, stem: str) -> None:
    """Draw, one after the other: the button that has the file made, that it is under way, the download."""
    run_id, step, made = st.session_state.get(KERAS_FILE, ("", 0, b""))
    waiting = st.session_state.get(KERAS, ("", None))
    if waiting[0] == view.run_id:
        st.fragment(_await_keras, run_every=LOOK_SECONDS)(*waiting)
        return
    is_ready, is_latest = run_id == view.run_id, step == view.checkpoint_step
    if is_ready:
        st.download_button(
            "Download .keras" if is_latest else f"Download .keras, step {step:,}",
            data=made, file_name=f"{stem}.keras", mime="application/zip",
            key=f"run_keras_file_{run_id}", on_click="ignore", type="primary",
            help="It opens with keras.models.load_model. symbols.json inside says which symbol each id means.",
        )  # fmt: skip
    if not (is_ready and is_latest):
        # No `help`: Streamlit 1.67 then draws the button twice, once for phones, and a screen reader meets both.
        st.button("Make .keras file", key=f"run_keras_{view.run_id}", on_click=_start_keras, args=(service, view))


def _start_keras(service: TrainingService, view: RunView) -> None:
    for key in (KERAS_TROUBLE, KERAS_FILE):
        st.session_state.pop(key, None)
    try:
        st.session_state[KERAS] = (view.run_id, service.start_keras_file(view.run_id))
    except CoreError as error:
        st.session_state[KERAS_TROUBLE] = (view.run_id, str(error))


def _await_keras(run_id: str, errand: KerasErrand) -> None:
    with friendly_errors():
        if errand.is_over:
            st.session_state.pop(KERAS, None)
            try:
                st.session_state[KERAS_FILE] = (run_id, errand.step, errand.result())
            except CoreError as error:
                st.session_state[KERAS_TROUBLE] = (run_id, str(error))
            st.rerun()
        words = "Making the .keras file …" if errand.share_done else "TensorFlow wakes up …"
        st.progress(errand.share_done, text=words, width=220)
