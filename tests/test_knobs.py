"""Every setting is bounded, understands text, and refuses everything else in words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import CoreError, InvalidSetting
from lstm_core.knobs import KNOBS, check_settings

NUMBERS = [knob for knob in KNOBS.values() if not knob.choices]
CHOICES = [knob for knob in KNOBS.values() if knob.choices]


def name_of(knob: Any) -> str:
    return knob.name


@pytest.mark.parametrize("knob", KNOBS.values(), ids=name_of)
def test_a_knob_takes_its_own_default_and_says_what_it_is_for(knob: Any) -> None:
    assert knob.check(knob.default) == knob.default
    assert knob.label
    assert knob.help.endswith((".", "?"))


@pytest.mark.parametrize("knob", NUMBERS, ids=name_of)
def test_a_number_takes_both_bounds_and_nothing_beyond(knob: Any) -> None:
    assert knob.check(str(knob.minimum)) == knob.minimum
    assert knob.check(knob.maximum) == knob.maximum
    for beyond in (knob.minimum - 1e-9, knob.maximum + 1, "inf", "-inf", "nan", 10**400):
        with pytest.raises(InvalidSetting, match=f"“{knob.name}” was set to"):
            knob.check(beyond)


@pytest.mark.parametrize("value", ["", "three", None, [3], "3,5", "0x10"])
@pytest.mark.parametrize("knob", NUMBERS, ids=name_of)
def test_a_number_takes_nothing_that_is_none(knob: Any, value: Any) -> None:
    with pytest.raises(InvalidSetting):
        knob.check(value)


@pytest.mark.parametrize("value", ["", "other", None, 1, ["adam"]])
@pytest.mark.parametrize("knob", CHOICES, ids=name_of)
def test_a_choice_takes_what_it_offers_and_nothing_else(knob: Any, value: Any) -> None:
    assert [knob.check(choice) for choice in knob.choices] == list(knob.choices)
    with pytest.raises(InvalidSetting, match=knob.choices[0]):
        knob.check(value)


def test_a_whole_number_takes_no_fraction() -> None:
    assert KNOBS["units"].check("64.0") == 64
    assert isinstance(KNOBS["units"].check(64.0), int)
    with pytest.raises(InvalidSetting, match="whole number"):
        KNOBS["units"].check(64.5)


@given(name=st.sampled_from(list(KNOBS)), value=st.text() | st.floats() | st.integers() | st.none() | st.booleans())
@settings(derandomize=True, deadline=None)
def test_whatever_is_typed_is_taken_within_bounds_or_refused(name: str, value: Any) -> None:
    knob = KNOBS[name]
    try:
        taken = knob.check(value)
    except CoreError:
        return
    assert type(taken) is type(knob.default)
    assert taken in knob.choices or knob.minimum <= taken <= knob.maximum


def test_an_unknown_knob_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(InvalidSetting, match="no knob “unit”.*units"):
        check_settings({"unit": 3})
