"""Which network is looked into: a run, one that ships; and everything that is to be had of it for that."""

from dataclasses import dataclass

import streamlit as st

from lstm_core.insight.trace import layer_names
from lstm_core.network.pretrained import JUDGES, PRETRAINED, WRITERS
from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_ui.network_choice import list_runs_and_in_hand, name_network, remember_network, wanted_network
from lstm_ui.page import run_name
from lstm_ui.session import run_in_hand
from lstm_ui.shipped import shipped_scorer, shipped_writer

NETWORK = "inside_network"  # key of the list
SHIPPED_CHOICE = "inside_shipped"  # the network that ships, and the run that was in hand when it was chosen


@dataclass(frozen=True)
class Subject:
    """A network that is looked into. `key` tells it from all others, and from what it was before it learned more."""

    key: tuple[str, int]
    name: str
    network: TrainedNetwork
    view: RunView | None  # None: it ships

    @property
    def judges(self) -> bool:
        """Whether it judges reviews instead of writing."""
        return isinstance(self.network.shape, ReviewShape)

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of its layers, the lowest first."""
        return layer_names(self.network)

    @property
    def gap(self) -> str:
        """What stands between two symbols where they are written one after the other."""
        return "" if self.network.vocabulary.kind == "characters" else " "


def choose_subject(service: TrainingService) -> Subject:
    """Let the visitor choose whom to look into. Raises CoreError when it cannot be opened."""
    runs = _list_runs(service)
    offered = [*runs, *WRITERS, *JUDGES]
    st.session_state[NETWORK] = wanted_network(offered, SHIPPED_CHOICE, WRITERS[0])
    chosen = st.selectbox(
        "Which network",
        offered,
        key=NETWORK,
        format_func=lambda name: name_network(name, runs),
        on_change=remember_network,
        args=(NETWORK, SHIPPED_CHOICE),
        help="Every run that has learned for some seconds can be looked into, and so can what ships with the app.",
    )
    if chosen not in runs:
        network = (shipped_scorer(chosen) if chosen in JUDGES else shipped_writer(chosen)).network
        return Subject((chosen, network.step), PRETRAINED[chosen].title, network, None)
    view = runs[chosen]
    network = _load_network(service, chosen, view.checkpoint_step)
    return Subject((chosen, network.step), run_name(view), network, view)


def describe_subject(subject: Subject) -> str:
    """Tell in a sentence how large a network is and how far it has learned."""
    shape, view = subject.network.shape, subject.view
    layers = f"{len(subject.layers)} × " if len(subject.layers) > 1 else ""
    units = f"{layers}{shape.units:,} units, {shape.count_parameters():,} parameters"
    if view is None:
        return f"{units}. It ships with the app."
    learning = "it is still learning: this is" if view.is_alive else "this is"
    return f"{units}; {learning} what it had learned by step {subject.network.step:,}."


def scorer_of(subject: Subject) -> ReviewScorer:
    """Return what scores reviews with a network that judges."""
    return shipped_scorer(subject.key[0]) if subject.view is None else _load_scorer(subject.key, subject.network)


@st.cache_resource(max_entries=8, show_spinner=False)
def _load_scorer(key: tuple[str, int], _network: TrainedNetwork) -> ReviewScorer:
    return ReviewScorer(_network)


@st.cache_resource(max_entries=8, show_spinner=False)
def _load_network(_service: TrainingService, run_id: str, checkpoint_step: int) -> TrainedNetwork:
    """Share one network among all visitors of a run; a newer checkpoint is another one."""
    return _service.network(run_id)


def _list_runs(service: TrainingService) -> dict[str, RunView]:
    """Return the runs with a checkpoint."""
    views, in_hand = list_runs_and_in_hand(service), run_in_hand()
    if in_hand in views and not views[in_hand].checkpoint_step:
        st.info("In the run in hand there is nothing to look at yet: its first checkpoint comes after some seconds.")
    return {name: view for name, view in views.items() if view.checkpoint_step > 0}
