"""A spec is complete, checked, and comes back from its record."""

import json

import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import KNOBS
from lstm_core.network.spec import RunSpec

TEXT = "the cat sat on the mat ."


def test_a_spec_holds_every_knob_at_its_default() -> None:
    assert RunSpec.build(TEXT, "a cat").settings == {name: knob.default for name, knob in KNOBS.items()}


def test_settings_are_checked_and_typed() -> None:
    assert RunSpec.build(TEXT, "a cat", units="64").units == 64
    with pytest.raises(InvalidSetting, match="units"):
        RunSpec.build(TEXT, "a cat", units=0)


def test_a_run_without_any_budget_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="Both “steps” and “seconds” are 0"):
        RunSpec.build(TEXT, "a cat", steps=0)


def test_turning_a_knob_leaves_the_spec_as_it_was() -> None:
    spec = RunSpec.build(TEXT, "a cat", layers=2)
    changed = spec.changed(units=64)
    assert (changed.units, changed.layers, changed.text) == (64, 2, TEXT)
    assert spec.units == KNOBS["units"].default


def test_a_spec_comes_back_from_its_record_and_the_record_does_not_hold_the_text() -> None:
    spec = RunSpec.build(TEXT, "a cat", "atienza-aesop", "article", units=64, learning_rate=0.125)
    written = json.dumps(spec.to_record())
    assert RunSpec.from_record(json.loads(written), TEXT) == spec
    assert "mat" not in written


def test_a_record_with_a_value_out_of_bounds_is_refused() -> None:
    record = RunSpec.build(TEXT, "a cat").to_record() | {"units": 10**9}
    with pytest.raises(InvalidSetting, match="units"):
        RunSpec.from_record(record, TEXT)
