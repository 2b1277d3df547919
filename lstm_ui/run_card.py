"""One run in the list of /runs: its curve, what it is, what it has reached, its best words, and what can be done."""

import html
import time
from functools import partial

import streamlit as st

from lstm_core.knobs import MAX_RUN_NAME_CHARACTERS
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui import run_actions as actions
from lstm_ui.link_picture import show_link
from lstm_ui.page import curve_html, escape_markdown, friendly_errors, page_address, run_name
from lstm_ui.pulse import show_pulse
from lstm_ui.review_setup import set_up_next_reviews
from lstm_ui.run_exports import are_open, show_exports, toggle_exports
from lstm_ui.run_status import format_seconds
from lstm_ui.run_summary import (
    best_sample,
    describe_settings,
    file_name,
    format_age,
    format_bytes,
    results,
    sample_html,
)
from lstm_ui.session import take_in_hand
from lstm_ui.train_setup import set_up_next
from lstm_ui.visitor import may_change

LOOK_SECONDS = 3.0  # between looks at a living run

STYLE = """<style>
.run-card { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; }
.run-card img { width: 8.25rem; height: 2.06rem; }
.run-card h2 { padding: 0 !important; margin: 0; font-size: 1.15rem; line-height: 1.3; overflow-wrap: anywhere; }
.run-card p { margin: 0.2rem 0 0; grid-column: 1 / -1; overflow-wrap: anywhere; }
.run-card .numbers { font-variant-numeric: tabular-nums; }
.run-card .numbers span { display: inline-block; margin-right: 1rem; }
.run-card .words { font-family: "Iowan Old Style", Palatino, "Palatino Linotype", "Source Serif", serif; }
.run-card .words i { font-style: normal; text-decoration: underline; text-decoration-style: dotted; }
.run-card .state { border: 1px solid currentColor; border-radius: 1em; padding: 0 0.6em; font-size: 0.9em; }
.run-card small { font-size: 0.875rem; opacity: 0.9; }
@media (max-width: 40rem) {
  .run-card img { width: 5.5rem; height: 1.4rem; }
  [class*="st-key-run_buttons_"] button { padding-inline: 0.5rem; }
}
</style>"""


def show_run_card(service: TrainingService, view: RunView, is_in_hand: bool) -> None:
    """Draw one run and its buttons."""
    with st.container(border=True, key=f"run_card_{view.run_id}", gap="xsmall"):
        _show_facts(service, view, is_in_hand)
        _show_buttons(service, view, is_in_hand)
        if are_open(view.run_id):
            show_exports(service, view)


def show_deleted(service: TrainingService, run: actions.DeletedRun) -> None:
    """Draw, in the place of a run that was just deleted, how to bring it back."""
    with st.container(
        border=True, key=f"run_deleted_{run.run_id}", horizontal=True, vertical_alignment="center",
        horizontal_alignment="distribute",
    ):  # fmt: skip
        st.markdown(f"Deleted: {escape_markdown(run.name)}", width="stretch")
        st.button(
            "Undo",
            key=f"run_undo_{run.run_id}",
            on_click=actions.attempt,
            args=(actions.bring_back, service, run.run_id),
        )


@st.fragment
def _show_facts(service: TrainingService, view: RunView, is_in_hand: bool) -> None:
    with friendly_errors():
        was_moving = view.is_moving
        if was_moving:
            view = service.view(view.run_id)
            facts = _read_facts(service, view)
        else:
            facts = _kept_facts(service, view.run_id, view.step, view)
        st.html(STYLE + _card_html(view, facts, is_in_hand))
        if view.is_moving != was_moving:
            st.rerun()  # the whole page once: other buttons, and no more looks
        if view.is_moving:
            show_pulse(f"run_{view.run_id}_pulse", LOOK_SECONDS)


@st.cache_data(max_entries=500, show_spinner=False)
def _kept_facts(_service: TrainingService, run_id: str, step: int, _view: RunView) -> tuple[str, str, int]:
    """Read a resting run's curve once for all visitors: there may be hundreds."""
    return _read_facts(_service, _view)


def _read_facts(service: TrainingService, view: RunView) -> tuple[str, str, int]:
    losses = service.history(view.run_id).losses
    sample = best_sample(view.samples, losses)
    words = sample_html(sample, view.spec.symbols) if sample else ""
    return curve_html(losses), words, service.size_bytes(view.run_id)


def _card_html(view: RunView, facts: tuple[str, str, int], is_in_hand: bool) -> str:
    curve, words, size = facts
    numbers = [f"{word} <b>{number}</b>" for word, number in results(view).items() if number != "–"]
    numbers += [f"{format_seconds(view.seconds)} of training"]
    lines = [
        f"<p>{html.escape(view.spec.text_name)} · {html.escape(describe_settings(view.spec))}</p>",
        f'<p class="numbers"><span class="state">{html.escape(view.state)}</span>'
        + "".join(f"<span>{number}</span>" for number in numbers)
        + "</p>",
        f'<p class="words">{words}</p>' if words else "",
        f"<p><small>{_whose(view)}made {format_age(time.time() - view.created)} · {format_bytes(size)} on disk"
        f"{' · in hand' if is_in_hand else ''}</small></p>",
    ]
    return f'<div class="run-card"><h2>{html.escape(run_name(view))}</h2>{curve}{"".join(lines)}</div>'


def _whose(view: RunView) -> str:
    if may_change(view):
        return ""
    return "opened by its link, read-only · " if view.owner else "of the command line, read-only · "


def _show_buttons(service: TrainingService, view: RunView, is_in_hand: bool) -> None:
    run_id, is_own = view.run_id, may_change(view)
    press = partial(st.button, on_click=actions.attempt)
    with st.container(horizontal=True, gap="xsmall", key=f"run_buttons_{run_id}"):
        if st.button("Open", key=f"run_open_{run_id}", type="primary"):
            _open(view)
        if is_own:
            ended = view.state in ("stopped", "finished")
            label = "Pause" if view.is_alive else "Train on" if ended else "Resume"
            press(label, key=f"run_go_on_{run_id}", args=(actions.go_on, service, view))
        if st.button("Duplicate with changes", key=f"run_duplicate_{run_id}"):
            (set_up_next_reviews if view.is_of_reviews else set_up_next)(view.spec)
            _open(view)
        compared = run_id in st.session_state.get(actions.COMPARED, ())
        label = "Do not compare" if compared else "Compare"
        st.button(label, key=f"run_compare_{run_id}", on_click=actions.attempt, args=(actions.toggle_compared, run_id))
        if is_own:
            _show_rename(service, view)
        st.download_button(
            "Download",
            data=partial(service.download, run_id),  # made when it is asked for, not for every run that is listed
            file_name=file_name(run_name(view)),
            mime="application/zip",
            key=f"run_download_{run_id}",
            on_click="ignore",
            disabled=view.checkpoint_step == 0,
        )
        st.button(
            "Close exports" if are_open(run_id) else "Export",
            key=f"run_export_{run_id}",
            on_click=toggle_exports,
            args=(run_id,),
            disabled=view.checkpoint_step == 0,
        )
        _show_link(view)
        if is_own:
            press("Delete", key=f"run_delete_{run_id}", args=(actions.delete, service, view))


def _show_link(view: RunView) -> None:
    """Offer the run's address; whoever has it can look at the run and not change it."""
    with st.popover("Share", key=f"run_share_{view.run_id}"):
        st.caption("Whoever opens this address can watch the run, write with it and copy it, but not change it.")
        page = "sentiment" if view.is_of_reviews else "train"
        show_link(page_address(page, run=view.run_id))


def _open(view: RunView) -> None:
    take_in_hand(view.run_id)
    page = "pages/sentiment.py" if view.is_of_reviews else "pages/train.py"
    st.switch_page(page, query_params={"run": view.run_id})


def _show_rename(service: TrainingService, view: RunView) -> None:
    times = st.session_state.get(actions.RENAMED, {}).get(view.run_id, 0)
    key = f"run_name_{view.run_id}_{times}"
    with (
        st.container(key=f"run_rename_{view.run_id}", width="content"),
        st.popover("Rename", key=f"run_rename_box_{view.run_id}_{times}"),
        st.form(f"run_rename_form_{view.run_id}_{times}", border=False),
    ):
        st.text_input("Name of this run", view.name, max_chars=MAX_RUN_NAME_CHARACTERS, key=key)
        st.form_submit_button("Save the name", on_click=actions.attempt, args=(actions.rename, service, view, key))
