"""The time machine on /generate: the same seed text, asked of the network at every age that its run has kept."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from lstm_core.text.symbols import join_symbols
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer
from lstm_ui import generate_controls as controls
from lstm_ui.background_job import BackgroundJob
from lstm_ui.page import escape_markdown

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService

MAX_SYMBOLS = 300  # written at each age: the lengths of /generate are for one text alone
STEPS_AROUND = 20  # before an age: what its loss is the mean of
AGE, MANY, ASKED = "time_machine_age", "time_machine_many", "time_machine_asked"  # keys
ONE_AGE, ALL_AGES = "one age", "all ages at once"
TICK_SECONDS = 0.4
NO_AGES = (
    "A network that ships has one age only. Train one of your own: while it learns, up to twelve moments of its life "
    "are kept, and each can be asked here."
)
FEW_AGES = "This run was trained before runs kept their ages: there are only its birth and what it is now."


@dataclass(frozen=True)
class Question:
    """What is asked of every age."""

    run_id: str
    seed_text: str
    length: int
    sampling: Sampling
    random_seed: int


@dataclass(frozen=True)
class Answer:
    """What the network wrote after `step` steps."""

    step: int
    text: str


def show_time_machine(service: "TrainingService", choice: controls.Choice) -> None:
    """Draw the slider over the ages with what is written at one of them, or what is written at all of them."""
    if choice.view is None:
        st.caption(NO_AGES)
        return
    ages = service.ages(choice.network_id)
    st.caption(FEW_AGES if len(ages) < 3 else "The seed text and the settings above, asked of every age that was kept.")
    question = read_question(choice.network_id)
    losses = service.history(choice.network_id).losses
    default = None if MANY in st.session_state else ONE_AGE
    many = st.segmented_control(
        "Ask", (ONE_AGE, ALL_AGES), key=MANY, required=True, default=default, persist_state="session"
    )
    if many == ALL_AGES:
        _show_all(service, question, ages, losses)
    else:
        _show_one(service, question, ages, losses)


def read_question(run_id: str) -> Question:
    """Read from the controls what is to be asked. Raises InvalidSetting as `Sampling` does."""
    length = min(MAX_SYMBOLS, st.session_state[controls.LENGTH])
    random_seed = st.session_state[controls.RANDOM_SEED]
    return Question(run_id, st.session_state[controls.SEED_TEXT], length, controls.read_sampling(), random_seed)


def age_name(step: int) -> str:
    """Name an age."""
    return f"step {step:,}" if step else "newborn"


def loss_at(losses: np.ndarray, step: int) -> float | None:
    """Return the mean loss of the last steps before an age; None for a newborn, or where nothing is known."""
    before = losses[max(0, step - STEPS_AROUND) : step]
    finite = before[np.isfinite(before)]
    return float(finite.mean()) if len(finite) else None


def _show_one(service: "TrainingService", question: Question, ages: list[int], losses: np.ndarray) -> None:
    if st.session_state.get(AGE) not in ages:  # thinned out since, or of another run
        st.session_state[AGE] = ages[-1]
    step = st.select_slider("Age", ages, key=AGE, format_func=age_name, help="How long it had trained by then.")
    st.html(answer_html(_ask(service, question, step), question, losses, _kind(service, question)))


@st.cache_data(max_entries=300, show_spinner="Waking it at that age …")
def _ask(_service: "TrainingService", question: Question, step: int) -> Answer:
    """Have one age write, once for all who ask the same."""
    return ask(_service, question, step)


def ask(service: "TrainingService", question: Question, step: int) -> Answer:
    """Have the network write as it was after `step`. Raises UnknownSymbols, InvalidSetting, DamagedRun."""
    writer = Writer(service.network_at(question.run_id, step))
    random = np.random.default_rng(question.random_seed)
    written = writer.write(writer.read(question.seed_text), question.length, question.sampling, random)
    return Answer(step, join_symbols([symbol.symbol for symbol, _ in written], writer.vocabulary.kind))


def _show_all(service: "TrainingService", question: Question, ages: list[int], losses: np.ndarray) -> None:
    def work() -> Iterator[Answer]:
        for step in ages:
            yield ask(service, question, step)

    if st.button("Ask them all", key="time_machine_ask", type="primary"):
        Writer(service.network_at(question.run_id, ages[-1])).read(question.seed_text)  # refuses here, if it does
        st.session_state[ASKED] = (question, BackgroundJob(work, len(ages)))
    asked: tuple[Question, BackgroundJob[Answer]] | None = st.session_state.get(ASKED)
    if asked is None or asked[0].run_id != question.run_id:
        st.caption("From its birth to now, one below the other.")
        return
    is_running = asked[1].is_running
    kind = _kind(service, question)
    st.fragment(_draw_all, run_every=TICK_SECONDS if is_running else None)(*asked, losses, kind, is_running)


def _draw_all(question: Question, job: BackgroundJob[Answer], losses: np.ndarray, kind: str, was_running: bool) -> None:
    if was_running and not job.is_running:
        st.rerun()  # without a timer now
    if job.error is not None:
        st.warning(escape_markdown(str(job.error)))
    if job.is_running:
        st.progress(job.share, text=f"{len(job.items)} of {job.total} ages have answered")
    with st.container(key="time_machine_answers"):
        st.html("".join(answer_html(answer, question, losses, kind) for answer in list(job.items)))


def answer_html(answer: Answer, question: Question, losses: np.ndarray, kind: str) -> str:
    """Write what an age wrote, escaped, under its name and its loss."""
    loss = loss_at(losses, answer.step)
    head = age_name(answer.step) + ("" if loss is None else f" · loss {loss:.3f}")
    return (
        f'<div class="sample"><small>{head}</small><div>{words_html(question.seed_text, answer.text, kind)}</div></div>'
    )


def words_html(seed_text: str, text: str, kind: str) -> str:
    """Underline the seed text: these words were given, the network wrote what follows."""
    if not seed_text:
        return html.escape(text)
    return f"<i>{html.escape(seed_text)}</i>{' ' if kind == 'words' else ''}{html.escape(text)}"


def _kind(service: "TrainingService", question: Question) -> str:
    return service.view(question.run_id).spec.symbols
