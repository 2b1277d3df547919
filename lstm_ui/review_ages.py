"""The same review, judged by a run at every age that it has kept: when did it learn what?"""

import html
from dataclasses import dataclass

import streamlit as st

from lstm_core.network.pretrained import PRETRAINED
from lstm_core.reviewing.scorer import ReviewScorer, Verdict
from lstm_core.service.training_service import TrainingService
from lstm_ui.generate_time_machine import age_name
from lstm_ui.review_model import Judge
from lstm_ui.review_verdict import describe_score, verdict_bar

_STYLE = """<style>
.review-ages { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.review-ages td, .review-ages th { padding: 0.25em 0.8em 0.25em 0; text-align: left; font-weight: inherit; }
.review-ages td:nth-child(2) { width: 40%; min-width: 6rem; }
</style>"""


@dataclass(frozen=True)
class AgeVerdict:
    """What the network made of a review after `step` steps."""

    step: int
    verdict: Verdict


def show_review_ages(service: TrainingService, judge: Judge, text: str) -> None:
    """Draw, folded until it is opened, the verdict at each age."""
    ages = st.expander("The same review at every age of the network", key="review_ages", on_change="rerun")
    if not ages.open:
        return
    with ages:
        run_id, checkpoint_step = judge.key
        if run_id in PRETRAINED:
            st.caption(
                "The network that ships has one age only. Train one below: up to twelve moments of its life are kept."
            )
            return
        st.html(_STYLE + ages_html(_judge_at_ages(service, run_id, checkpoint_step, text)))


@st.cache_data(max_entries=50, show_spinner="Asking it at every age …")
def _judge_at_ages(_service: TrainingService, run_id: str, checkpoint_step: int, text: str) -> tuple[AgeVerdict, ...]:
    """Ask all ages once for all who ask about the same text; a newer checkpoint is one age more."""
    return judge_at_ages(_service, run_id, text)


def judge_at_ages(service: TrainingService, run_id: str, text: str) -> tuple[AgeVerdict, ...]:
    """Return the verdicts from birth to now. Raises DamagedRun when an age cannot be read."""
    ages = service.ages(run_id)
    return tuple(AgeVerdict(step, ReviewScorer(service.network_at(run_id, step)).judge(text)) for step in ages)


def ages_html(verdicts: tuple[AgeVerdict, ...]) -> str:
    """Write a row for each age: a bar, the score and the words for it."""
    rows = "".join(
        f'<tr><th scope="row">{age_name(each.step)}</th><td aria-hidden="true">{verdict_bar(each.verdict)}</td>'
        f"<td>{describe_score(each.verdict)}</td><td>{html.escape(each.verdict.confidence)}</td></tr>"
        for each in verdicts
    )
    return f'<table class="review-ages"><tbody>{rows}</tbody></table>'
