"""What a visitor sets to train a network on reviews: reviews, recipe, knobs; they make the spec of the next run."""

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.network.experiments import MY_OWN, recipe_settings
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS, review_settings
from lstm_core.network.size import check_size, estimate_size
from lstm_core.network.spec import RunSpec
from lstm_core.text.review_set import ReviewSet
from lstm_core.training.data import prepare_run
from lstm_core.training.review_data import ReviewData
from lstm_ui.knob_controls import REVIEW_GROUPS, hold_knobs, show_knobs
from lstm_ui.page import escape_markdown
from lstm_ui.review_choice import IMDB, MINI, REVIEWS, ChosenReviews, choose_reviews
from lstm_ui.run_status import format_seconds
from lstm_ui.service import training_service

RECIPES = {
    "fast": "Fast: as good, sooner",
    "article": "Article: as published",
    "best": "Best: further than the article",
}
EXPERIMENT_OF = {IMDB: "rubik-imdb", MINI: "mini-reviews"}  # kind of reviews → experiment

RECIPE = "review_recipe"  # key of the control
SCOPE = "review_"  # of the knobs' controls
WANTED_SETUP = "wanted_review_setup"  # the spec of a run that is to be made again with changes


def choose_review_spec() -> RunSpec | None:
    """Draw all that a visitor can set and return the run it describes; None while it cannot be trained."""
    wanted: RunSpec | None = st.session_state.pop(WANTED_SETUP, None)
    if wanted is not None and wanted.experiment in EXPERIMENT_OF.values():
        st.session_state[REVIEWS] = next(kind for kind, name in EXPERIMENT_OF.items() if name == wanted.experiment)
        st.session_state[RECIPE] = wanted.recipe
    chosen = choose_reviews()
    if chosen is None:
        return None
    _show_reviews(chosen)
    experiment = EXPERIMENT_OF.get(chosen.kind, MY_OWN)
    recipe = _choose_recipe(experiment)
    settings = recipe_settings(experiment, recipe) if experiment != MY_OWN else review_settings()
    if wanted is not None:
        hold_knobs(wanted.settings, settings, f"{experiment}/{recipe}", {}, SCOPE)
    settings = show_knobs(settings, f"{experiment}/{recipe}", groups=REVIEW_GROUPS, scope=SCOPE)
    try:
        spec = RunSpec.build("", chosen.reviews.name, experiment, recipe, chosen.reviews, **settings)
        data = _prepare(spec)
        check_size(data.shape, spec, training_service().max_training_bytes)
    except CoreError as error:
        st.error(escape_markdown(str(error)))
        return None
    _show_estimate(spec, data)
    return spec


def hash_set(reviews: ReviewSet) -> str:
    """Tell Streamlit's caches which set it is, without reading millions of numbers."""
    return reviews.sha256


def set_up_next_reviews(spec: RunSpec) -> None:
    """Have recipe and knobs stand as in `spec` when the page is opened next."""
    st.session_state[WANTED_SETUP] = spec


def _show_reviews(chosen: ChosenReviews) -> None:
    reviews = chosen.reviews
    counts = f"{len(reviews.training):,} reviews to train on"
    if reviews.test is not None:
        counts += f", {len(reviews.test):,} to test on"
    positive = float((reviews.training.labels == 1).mean())
    st.caption(
        f"{counts}; {positive:.0%} positive; {len(reviews.vocabulary) - 1:,} words. {escape_markdown(chosen.note)}"
    )


def _choose_recipe(experiment: str) -> str:
    found = REVIEW_EXPERIMENTS.get(experiment)
    if found is None:
        return "fast"
    if st.session_state.get(RECIPE) not in found.recipes:
        st.session_state[RECIPE] = "fast"
    recipe = st.segmented_control(
        "Recipe",
        found.recipes,
        key=RECIPE,
        format_func=RECIPES.__getitem__,
        required=True,
        help=escape_markdown(f"{found.published_note}. {found.fast_reason}"),
        persist_state="session",
    )
    return recipe or "fast"


@st.cache_resource(max_entries=8, show_spinner="Preparing the reviews …", hash_funcs={ReviewSet: hash_set})
def _prepare(spec: RunSpec) -> ReviewData:
    data = prepare_run(spec)
    assert isinstance(data, ReviewData)
    return data


def _show_estimate(spec: RunSpec, data: ReviewData) -> None:
    size = estimate_size(data.shape, spec, spec.batch)
    seconds = spec.seconds or spec.steps * size.seconds_per_step
    st.caption(
        f"{size.parameters:,} numbers to learn. Estimated: {format_seconds(seconds)} "
        f"and {size.bytes / 2**20:,.0f} MB of memory."
    )
