"""What the buttons of /generate do: read the controls, fetch the run's writer, move the pen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.network.pretrained import PRETRAINED
from lstm_core.writing.symbol_writer import SymbolWriter
from lstm_core.writing.writer import Writer
from lstm_ui import generate_controls as controls
from lstm_ui.generate_manuscript import Manuscript
from lstm_ui.page import escape_markdown
from lstm_ui.shipped import shipped_writer

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService

MANUSCRIPT, COMPARED, REFUSAL = "generate_manuscript", "generate_compared", "generate_refusal"


@st.cache_resource(max_entries=8, show_spinner=False)
def _load_writer(_service: "TrainingService", run_id: str, checkpoint_step: int) -> Writer:
    """Share one writer among all visitors of a run; a newer checkpoint is another writer."""
    return Writer(_service.network(run_id))


def current_writer(service: "TrainingService", run_id: str) -> Writer:
    """Return the writer of the run's last checkpoint, or of the network that ships under this name.

    Raises CoreError when the run or its checkpoint has gone.
    """
    if run_id in PRETRAINED:
        return shipped_writer(run_id)
    return _load_writer(service, run_id, service.view(run_id).checkpoint_step)


def own_manuscript() -> Manuscript:
    """Return the visitor's text."""
    return st.session_state.setdefault(MANUSCRIPT, Manuscript())


def own_comparison() -> list[Manuscript]:
    """Return the visitor's three texts that stand side by side."""
    return st.session_state.setdefault(COMPARED, [Manuscript() for _ in controls.COMPARED_TEMPERATURES])


def attempt(action: Callable[..., None], *arguments: object) -> None:
    """Do what a button asks; when it is refused, keep the reason for `show_refusal` and the text as it is."""
    try:
        action(*arguments)
    except CoreError as error:
        st.session_state[REFUSAL] = str(error)


def show_refusal() -> None:
    """Say once why the last button was refused."""
    reason = st.session_state.pop(REFUSAL, None)
    if reason:
        st.error(escape_markdown(reason))


def write(service: "TrainingService", manuscript: Manuscript, temperature_key: str = controls.TEMPERATURE) -> None:
    """Begin a new text from the seed text with the chosen run."""
    run_id = st.session_state[controls.RUN]
    writer = current_writer(service, run_id)
    sampling = controls.read_sampling(temperature_key)
    manuscript.begin(writer, run_id, st.session_state[controls.SEED_TEXT])
    manuscript.go_on(writer, st.session_state[controls.LENGTH], sampling, st.session_state[controls.RANDOM_SEED])


def go_on(service: "TrainingService", manuscript: Manuscript) -> None:
    """Go on with the text, by the run that began it and what that run has learned since."""
    writer = current_writer(service, manuscript.draft.run_id)
    length, random_seed = st.session_state[controls.LENGTH], st.session_state[controls.RANDOM_SEED]
    manuscript.go_on(writer, length, controls.read_sampling(), random_seed)


def write_compared(service: "TrainingService", manuscripts: list[Manuscript]) -> None:
    """Begin the three texts, each at its own temperature."""
    for manuscript, key in zip(manuscripts, controls.COMPARED_TEMPERATURES, strict=True):
        write(service, manuscript, key)


def write_each(manuscripts: list[Manuscript], writers: Sequence[SymbolWriter]) -> None:
    """Begin one text by each of the writers, all with the same settings."""
    for manuscript, writer in zip(manuscripts, writers, strict=True):
        manuscript.begin(writer, "", st.session_state[controls.SEED_TEXT])
        length, random_seed = st.session_state[controls.LENGTH], st.session_state[controls.RANDOM_SEED]
        manuscript.go_on(writer, length, controls.read_sampling(), random_seed)


def stop_all(manuscripts: list[Manuscript]) -> None:
    """Stop the texts side by side."""
    for manuscript in manuscripts:
        manuscript.stop()
