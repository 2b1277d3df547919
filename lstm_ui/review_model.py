"""Which network judges: one that ships, or a run that has learned from reviews; and how often it is right."""

from dataclasses import dataclass

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.network.pretrained import JUDGES, PRETRAINED
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.page import escape_markdown, run_name
from lstm_ui.session import run_in_hand, take_in_hand
from lstm_ui.shipped import shipped_card, shipped_scorer
from lstm_ui.visitor import list_runs

MODEL = "model"  # key of the list
SHIPPED_JUDGE = "review_shipped"  # the network that ships, and the run that was in hand when it was chosen
SHIPS = " (ships with the app)"


@dataclass(frozen=True)
class Judge:
    """A network that judges. `key` tells it from all others, and from what it was before it learned more."""

    key: tuple[str, int]
    name: str
    scorer: ReviewScorer


def choose_judge(service: TrainingService) -> Judge:
    """Let the visitor choose who judges, and say how good it is. Raises CoreError when it cannot be opened."""
    runs = _list_judging_runs(service)
    offered = [*runs, *JUDGES]
    st.session_state[MODEL] = _wanted_judge(offered, run_in_hand())
    chosen = st.selectbox(
        "Which network judges",
        offered,
        key=MODEL,
        format_func=lambda name: run_name(runs[name]) if name in runs else PRETRAINED[name].title + SHIPS,
        on_change=_remember_judge,
        width=480,
        help="The one that ships has read 25,000 film reviews. Each run that has learned from reviews can judge, too.",
    )
    if chosen not in runs:
        st.caption(escape_markdown(_describe_shipped(chosen)))
        return Judge((chosen, 0), PRETRAINED[chosen].title, shipped_scorer(chosen))
    view = runs[chosen]
    st.caption(_describe_run(view))
    scorer = _load_scorer(service, chosen, view.checkpoint_step)
    return Judge((chosen, view.checkpoint_step), run_name(view), scorer)


@st.cache_resource(max_entries=8, show_spinner=False)
def _load_scorer(_service: TrainingService, run_id: str, checkpoint_step: int) -> ReviewScorer:
    """Share one scorer among all visitors of a run; a newer checkpoint is another one."""
    return ReviewScorer(_service.network(run_id))


def _list_judging_runs(service: TrainingService) -> dict[str, RunView]:
    """Return the runs that can judge; also that in hand when it is not listed, for its address opens it."""
    views = {view.run_id: view for view in list_runs(service)}
    in_hand = run_in_hand()
    if in_hand and in_hand not in views:
        try:
            views[in_hand] = service.view(in_hand)
        except CoreError as error:
            st.info(escape_markdown(str(error)))
    return {name: view for name, view in views.items() if view.is_of_reviews and view.checkpoint_step > 0}


def _wanted_judge(offered: list[str], in_hand: str | None) -> str:
    """Return who a visitor wants: one that ships, chosen since the run in hand is in hand; else that run, if it can."""
    name, chosen_beside = st.session_state.get(SHIPPED_JUDGE, (None, None))
    if name in offered and chosen_beside == in_hand:
        return name
    return in_hand if in_hand in offered else JUDGES[0]


def _remember_judge() -> None:
    chosen = st.session_state[MODEL]
    if chosen in PRETRAINED:  # no run, so it is not taken in hand: the other pages would look for it in vain
        st.session_state[SHIPPED_JUDGE] = (chosen, run_in_hand())
    else:
        st.session_state.pop(SHIPPED_JUDGE, None)
        take_in_hand(chosen)


def _describe_shipped(name: str) -> str:
    card = shipped_card(name)
    accuracy = card.measures.get("test_accuracy")
    right = "" if accuracy is None else f"Right on {100 * accuracy:.1f} % of the reviews that it was tested on. "
    return f"{right}Trained on {card.trained_on}."


def _describe_run(view: RunView) -> str:
    learning = "It is still learning: this is" if view.is_alive else "This is"
    sentence = f"{learning} what it had learned by step {view.checkpoint_step:,}."
    if view.validation_accuracy is None:
        return sentence
    return f"{sentence} Right on {100 * view.validation_accuracy:.1f} % of the reviews that were held out."
