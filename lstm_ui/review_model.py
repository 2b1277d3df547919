"""Which network judges: one that ships, or a run that has learned from reviews; and how often it is right."""

from dataclasses import dataclass

import streamlit as st

from lstm_core.network.pretrained import JUDGES, PRETRAINED
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.network_choice import list_runs_and_in_hand, name_network, remember_network, wanted_network
from lstm_ui.page import escape_markdown, run_name
from lstm_ui.shipped import shipped_card, shipped_scorer

MODEL = "model"  # key of the list
SHIPPED_JUDGE = "review_shipped"  # the network that ships, and the run that was in hand when it was chosen


@dataclass(frozen=True)
class Judge:
    """A network that judges. `key` tells it from all others, and from what it was before it learned more."""

    key: tuple[str, int]
    name: str
    scorer: ReviewScorer


def choose_judge(service: TrainingService) -> Judge:
    """Let the visitor choose who judges, and say how good it is. Raises CoreError when it cannot be opened."""
    views = list_runs_and_in_hand(service)
    runs = {name: view for name, view in views.items() if view.is_of_reviews and view.checkpoint_step > 0}
    offered = [*runs, *JUDGES]
    st.session_state[MODEL] = wanted_network(offered, SHIPPED_JUDGE, JUDGES[0])
    chosen = st.selectbox(
        "Which network judges",
        offered,
        key=MODEL,
        format_func=lambda name: name_network(name, runs),
        on_change=remember_network,
        args=(MODEL, SHIPPED_JUDGE),
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
