"""What a visitor sets on /train: experiment, text, knobs. Together they make the spec of the next run, which is drawn.

Experiment and text come first; all else stands apart, so that on a phone Train is near the top.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lstm_core.errors import CoreError
from lstm_core.network.experiments import EXPERIMENTS, MY_OWN, recipe_settings
from lstm_core.network.locks import Locks
from lstm_core.network.setup import Setup
from lstm_core.network.shape import NetworkShape
from lstm_core.network.size import check_size, estimate_size
from lstm_core.network.spec import RunSpec
from lstm_core.service.views import RunView
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.text.scripts import WHY_CHARACTERS, propose_symbols
from lstm_core.training.data import prepare_data
from lstm_core.training.orders import WindowOrder
from lstm_ui.knob_controls import hold_knobs, show_knobs
from lstm_ui.network_drawing import show_network
from lstm_ui.page import escape_markdown
from lstm_ui.run_status import format_seconds
from lstm_ui.service import training_service
from lstm_ui.text_card import show_text_card
from lstm_ui.text_choice import choose_text, hold_text, hold_text_name

TITLES = {name: experiment.title for name, experiment in EXPERIMENTS.items()} | {MY_OWN: "My own"}
RECIPES = {"fast": "Fast: as good, sooner", "article": "Article: as published"}

EXPERIMENT = "experiment"  # keys of the two controls
RECIPE = "recipe"
SET_BY_TEACHER = "Your teacher has set this."
NO_LOCKS = Locks()
WANTED_SETUP = "wanted_setup"  # the spec of a run that is to be made again with changes


def choose_spec(
    run_in_hand: RunView | None, choice: DeltaGenerator, details: DeltaGenerator, locks: Locks = NO_LOCKS
) -> RunSpec | None:
    """Draw all that a visitor can set and return the run it describes; None while it cannot be trained.

    `choice` takes experiment and text, and why it cannot be trained; `details` the text card, the knobs, the drawing.
    What a teacher has set, in `locks`, cannot be moved.
    """
    _begin_with(run_in_hand)
    with choice:
        experiment, recipe = _choose_experiment()
        default = EXPERIMENTS[experiment].corpus if experiment in EXPERIMENTS else ""
        chosen = choose_text(default, locks.text or "")
    with details:
        card = st.container()  # it comes first on the page; what it says depends on the knobs below
        st.header("The network", anchor=False)
        settings = show_knobs(
            recipe_settings(experiment, recipe),
            f"{experiment}/{recipe}",
            fixed=locks.values,
            fixed_reason=SET_BY_TEACHER,
            proposed=_propose(chosen.text if chosen else ""),
            proposed_reason=WHY_CHARACTERS,
            hidden=locks.hidden,
        )
    if chosen is None:
        return None
    with card:
        st.header("The text as symbols", anchor=False)
        show_text_card(chosen, settings["symbols"], settings["window"], settings["vocabulary"])
    try:
        spec = RunSpec.build(chosen.text, chosen.title, experiment, recipe, **settings)
        shape, batch = measure_spec(spec)
        with details:
            show_network(shape, batch)
        check_size(shape, spec, training_service().max_training_bytes)
    except CoreError as error:
        choice.error(escape_markdown(str(error)))
        return None
    with choice:
        _show_estimate(shape, spec, batch)
    return spec


def _propose(text: str) -> dict[str, str]:
    """Propose characters for a text in a script without spaces, whatever the recipe says."""
    return {"symbols": "characters"} if text and propose_symbols(text) == "characters" else {}


def set_up(setup: Setup) -> None:
    """Have every control stand as in `setup`, before they are drawn."""
    st.session_state[EXPERIMENT], st.session_state[RECIPE] = setup.experiment, setup.recipe
    default = EXPERIMENTS[setup.experiment].corpus if setup.experiment in EXPERIMENTS else ""
    hold_text_name(setup.text, default)
    proposed = _propose(load_text(setup.text) if setup.text in LIBRARY else "")
    usual = recipe_settings(setup.experiment, setup.recipe)
    hold_knobs(setup.settings, usual, f"{setup.experiment}/{setup.recipe}", proposed)


def set_up_next(spec: RunSpec) -> None:
    """Have every control stand as in `spec` when /train is opened next."""
    st.session_state[WANTED_SETUP] = spec


def _set_up_like(spec: RunSpec) -> None:
    experiment, is_own = spec.experiment, spec.experiment == MY_OWN
    recipe = "fast" if is_own else spec.recipe
    st.session_state[EXPERIMENT], st.session_state[RECIPE] = experiment, recipe
    hold_text(spec.text, spec.text_name, "" if is_own else EXPERIMENTS[experiment].corpus)
    settings = recipe_settings(experiment, recipe)
    hold_knobs(spec.settings, settings, f"{experiment}/{recipe}", _propose(spec.text))


def _begin_with(run: RunView | None) -> None:
    """Stand as in the run that is to be made with changes; in a new session that opens a run, where that run stood."""
    wanted = st.session_state.pop(WANTED_SETUP, None)
    if wanted is not None and wanted.experiment in TITLES:
        _set_up_like(wanted)
    if run is not None and EXPERIMENT not in st.session_state and run.spec.experiment in TITLES:
        st.session_state[EXPERIMENT], st.session_state[RECIPE] = run.spec.experiment, run.spec.recipe


def _choose_experiment() -> tuple[str, str]:
    experiment = st.selectbox(
        "Experiment",
        TITLES,
        key=EXPERIMENT,
        format_func=TITLES.__getitem__,
        help="What one of the tutorials did, or a network of your own with every knob free.",
        persist_state="session",
    )
    if experiment == MY_OWN:
        return experiment, "fast"
    st.caption(EXPERIMENTS[experiment].summary)
    recipe = st.segmented_control(
        "Recipe",
        RECIPES,
        key=RECIPE,
        format_func=RECIPES.__getitem__,
        default=None if RECIPE in st.session_state else "fast",
        required=True,
        help="As its author ran it, or with settings that reach the same result sooner. The fast one: "
        + escape_markdown(EXPERIMENTS[experiment].fast_reason),
        persist_state="session",
    )
    return experiment, recipe or "fast"


@st.cache_data(max_entries=20, show_spinner="Reading the text …")
def measure_spec(spec: RunSpec) -> tuple[NetworkShape, int]:
    """Return the network's shape and the windows in a step. Raises TextTooShort."""
    data = prepare_data(spec)
    return data.shape, WindowOrder(spec, data.symbol_count).batch


def _show_estimate(shape: NetworkShape, spec: RunSpec, batch: int) -> None:
    size = estimate_size(shape, spec, batch)
    seconds = spec.seconds or spec.steps * size.seconds_per_step
    time = f"{format_seconds(seconds)} and {size.bytes / 2**20:,.0f} MB of memory"
    if spec.until == "perfect":
        st.caption(f"Estimated: at most {time}. It ends sooner, when every window is right.")
    else:
        st.caption(f"Estimated: {time}.")
