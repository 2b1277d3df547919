from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lstm_core.knobs import KNOBS
from lstm_core.network.experiments import EXPERIMENTS
from lstm_ui.knob_controls import GROUPS, LEARNING_RATES, REVIEW_GROUPS, nearest_learning_rate

ARTICLE = dict(EXPERIMENTS["rubik-meditations"].article)
DEFAULTS = {name: knob.default for name, knob in KNOBS.items()}


def show(settings: dict, recipe_name: str, fixed: dict, proposed: dict) -> None:
    import streamlit as st

    from lstm_ui.knob_controls import show_knobs

    st.session_state["asked"] = show_knobs(
        settings, recipe_name, fixed, "Your teacher has set this.", proposed=proposed, proposed_reason="No spaces."
    )


def draw(settings: dict[str, Any], recipe_name: str = "", fixed: dict[str, Any] | None = None) -> AppTest:
    page = AppTest.from_function(show, default_timeout=30, args=(settings, recipe_name, fixed or {}, {})).run()
    assert not page.exception
    return page


@pytest.mark.parametrize(("groups", "others"), [(GROUPS, "reviews"), (REVIEW_GROUPS, "texts")])
def test_every_knob_that_is_of_use_stands_in_exactly_one_group(groups, others):
    drawn = sorted(name for names in groups.values() for name in names)
    assert drawn == sorted(name for name, knob in KNOBS.items() if knob.only_for != others)


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("recipe", ["article", "fast"])
def test_untouched_controls_return_the_recipe(name, recipe):
    settings = dict(getattr(EXPERIMENTS[name], recipe))
    assert draw(settings).session_state["asked"] == DEFAULTS | settings


def test_a_turned_knob_is_returned_and_marked():
    page = draw(ARTICLE)
    page.number_input(key="knob_units").set_value(64).run()
    assert page.session_state["asked"]["units"] == 64
    assert page.number_input(key="knob_units").label.endswith("**changed**")


def test_back_to_the_recipe_undoes_what_was_turned():
    page = draw(ARTICLE)
    page.number_input(key="knob_units").set_value(64).run()
    page.button(key="knobs_back").click().run()
    assert page.session_state["asked"] == DEFAULTS | ARTICLE


def test_back_to_the_recipe_has_nothing_to_do_at_first():
    assert draw(ARTICLE).button(key="knobs_back").disabled


@pytest.mark.parametrize(("settings", "name"), [({"units": 32}, "a/fast"), ({}, "b/fast")])
def test_another_recipe_sets_every_control_anew(settings, name):
    page = draw({}, "a/fast")
    page.slider(key="knob_window").set_value(7).run()
    page.args = (settings, name, {}, {})
    assert page.run().session_state["asked"] == DEFAULTS | settings


def test_the_scale_of_the_learning_rate_moves_the_exact_number():
    page = draw({})
    page.select_slider(key="learning_rate_scale").set_value(0.02).run()
    assert page.session_state["asked"]["learning_rate"] == 0.02


def test_an_exact_learning_rate_is_kept_and_the_scale_stands_nearest_to_it():
    page = draw({})
    page.number_input(key="knob_learning_rate").set_value(0.0047).run()
    assert page.session_state["asked"]["learning_rate"] == 0.0047
    assert page.select_slider(key="learning_rate_scale").value == 0.005


@pytest.mark.parametrize(("settings", "idle"), [({"coding": "integer"}, "embedding"), ({"optimizer": "sgd"}, "beta_2")])
def test_a_knob_that_does_nothing_is_disabled_and_says_why(settings, idle):
    control = draw(settings).number_input(key=f"knob_{idle}")
    assert control.disabled and "does nothing now" in control.help


def test_a_fixed_knob_stands_at_its_value_cannot_be_moved_and_says_why():
    page = draw({"units": 512})
    page.args = ({"units": 512}, "", {"units": 64}, {})
    page.run()
    knob = page.number_input(key="knob_units")
    assert (page.session_state["asked"]["units"], knob.value, knob.disabled) == (64, 64, True)
    assert "Your teacher has set this" in " ".join(caption.value for caption in page.caption)
    page.args = ({"units": 512}, "", {}, {})
    assert not page.run().number_input(key="knob_units").disabled


def test_the_marks_of_the_learning_rate_span_its_bounds():
    knob = KNOBS["learning_rate"]
    assert (LEARNING_RATES[0], LEARNING_RATES[-1]) == (knob.minimum, knob.maximum)


def test_the_nearest_mark_is_nearest_in_ratio():
    assert nearest_learning_rate(0.0014) == 0.001


CHARACTERS = {"symbols": "characters"}


def propose(page: AppTest, proposed: dict[str, Any], recipe_name: str = "a/fast") -> AppTest:
    page.args = ({}, recipe_name, {}, proposed)
    return page.run()


def test_a_proposal_for_the_text_is_set_with_its_reason_and_other_knobs_stay():
    page = draw({}, "a/fast")
    page.number_input(key="knob_units").set_value(64).run()
    asked = propose(page, CHARACTERS).session_state["asked"]
    assert (asked["symbols"], asked["units"]) == ("characters", 64)
    assert any("No spaces" in caption.value for caption in page.caption)


def test_a_proposal_can_be_declined_and_is_not_made_again():
    page = propose(draw({}, "a/fast"), CHARACTERS)
    page.segmented_control(key="knob_symbols").set_value("words").run()
    assert page.run().session_state["asked"]["symbols"] == "words"


def test_without_the_proposal_the_knob_stands_as_in_the_recipe_again():
    page = propose(propose(draw({}, "a/fast"), CHARACTERS), {})
    assert page.session_state["asked"]["symbols"] == "words"


def test_a_proposal_outlives_another_recipe():
    page = propose(propose(draw({}, "a/fast"), CHARACTERS), CHARACTERS, "b/fast")
    assert page.session_state["asked"]["symbols"] == "characters"
