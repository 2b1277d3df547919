"""The experiments are those of the tutorials: the article recipes setting by setting, both recipes on their texts."""

from typing import Any

import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.network.experiments import EXPERIMENTS, MY_OWN, build_spec
from lstm_core.network.size import check_size
from lstm_core.training.data import prepare_data
from lstm_core.training.plan import Plan

ATIENZA: dict[str, Any] = {
    "symbols": "words", "window": 3, "coding": "integer", "targets": "last", "layers": 1, "units": 512,
    "dropout": 0.0, "recurrent_dropout": 0.0, "forget_bias": 1.0, "initialization": "tensorflow-1",
    "optimizer": "rmsprop-tf1", "learning_rate": 0.001, "schedule": "constant", "clip_norm": 0.0, "batch": 1,
    "order": "walk", "until": "steps", "steps": 50_000, "seconds": 0.0,
}  # fmt: skip
HORAS: dict[str, Any] = {
    "symbols": "characters", "window": 100, "coding": "one-hot", "targets": "every", "layers": 1, "units": 500,
    "dropout": 0.0, "recurrent_dropout": 0.0, "forget_bias": 1.0, "initialization": "keras", "optimizer": "adam",
    "learning_rate": 0.01, "beta_2": 0.999, "schedule": "constant", "clip_norm": 0.0, "batch": 1, "order": "in-order",
    "until": "steps", "steps": 10_000, "seconds": 0.0,
}  # fmt: skip
ARTICLES = {
    "rubik-meditations": ATIENZA | {"layers": 2},
    "atienza-aesop": ATIENZA,
    "atienza-aesop-two-layers": ATIENZA | {"layers": 2},
    "horas-shakespeare": HORAS,
    "horas-quijote": HORAS,
}
# By hand, for V distinct symbols and I numbers per symbol: a layer has 4 gates × units × (I + units + 1 bias), the
# output layer (units + 1 bias) × V.
FIRST, SECOND = 4 * 512 * (1 + 512 + 1), 4 * 512 * (512 + 512 + 1)
PARAMETERS = {
    "rubik-meditations": FIRST + SECOND + 513 * 69,  # 3,187,269
    "atienza-aesop": FIRST + 513 * 112,  # 1,110,128
    "atienza-aesop-two-layers": FIRST + SECOND + 513 * 112,  # 3,209,328
    "horas-shakespeare": 4 * 500 * (69 + 500 + 1) + 501 * 69,  # 1,174,569
    "horas-quijote": 4 * 500 * (63 + 500 + 1) + 501 * 63,  # 1,159,563
}


def test_every_experiment_is_looked_at_here() -> None:
    assert list(ARTICLES) == list(PARAMETERS) == list(EXPERIMENTS)


@pytest.mark.parametrize("name", ARTICLES)
def test_the_article_recipe_is_what_the_tutorial_did(name: str) -> None:
    settings = build_spec(name, "article").settings
    assert {knob: settings[knob] for knob in ARTICLES[name]} == ARTICLES[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_articles_network_has_as_many_parameters_as_one_counts_by_hand(name: str) -> None:
    assert prepare_data(build_spec(name, "article")).shape.count_parameters() == PARAMETERS[name]


@pytest.mark.parametrize("recipe", ["fast", "article"])
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_both_recipes_fit_their_text_and_the_machine(name: str, recipe: str) -> None:
    spec = build_spec(name, recipe)
    check_size(prepare_data(spec).shape, spec)
    assert Plan.from_spec(spec).rates(1, 1) > 0


@pytest.mark.parametrize("name", ["rubik-meditations", "atienza-aesop", "atienza-aesop-two-layers"])
def test_the_fast_recipe_of_a_word_experiment_trains_the_articles_network(name: str) -> None:
    fast, article = (prepare_data(build_spec(name, recipe)).shape for recipe in ("fast", "article"))
    assert fast == article


def test_the_published_figures_are_those_of_the_articles() -> None:
    rubik, atienza = EXPERIMENTS["rubik-meditations"], EXPERIMENTS["atienza-aesop"]
    assert rubik.published_accuracy == 0.971
    assert (atienza.published_accuracy, atienza.published_loss) == (0.912, 0.416)


def test_a_setting_turns_one_knob_and_leaves_the_others() -> None:
    changed, plain = build_spec("rubik-meditations", units="64").settings, build_spec("rubik-meditations").settings
    assert changed == plain | {"units": 64}


def test_an_experiment_learns_a_text_of_ones_own() -> None:
    spec = build_spec("atienza-aesop", "article", "one two three four", "mine")
    assert (spec.text, spec.text_name, spec.experiment, spec.recipe) == (
        "one two three four", "mine", "atienza-aesop", "article",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-experiment",), "There is no experiment"),
        (("rubik-meditations", "slow"), "The recipe was “slow”"),
        ((MY_OWN,), "came without a text"),
    ],
)
def test_what_does_not_exist_is_refused(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(InvalidSetting, match=said):
        build_spec(*arguments)
