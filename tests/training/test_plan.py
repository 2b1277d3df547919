"""Budgets and learning rates depend on the step alone."""

import json

import numpy as np
import pytest

from lstm_core.training.plan import Plan
from tests.training.small_runs import build_small_spec


def build_plan(**settings: object) -> Plan:
    return Plan.from_spec(build_small_spec(**{"learning_rate": 0.01, "steps": 100} | settings))


def test_a_constant_schedule_keeps_the_learning_rate() -> None:
    np.testing.assert_array_equal(build_plan().rates(1, 100), np.full(100, 0.01, np.float32))


def test_a_cosine_sinks_from_the_learning_rate_to_nothing_at_the_end_of_the_budget() -> None:
    rates = build_plan(schedule="cosine").rates(1, 101)
    expected = 0.01 * (1 + np.cos(np.pi * np.arange(101) / 100)) / 2
    np.testing.assert_allclose(rates, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_rates_do_not_depend_on_how_the_steps_are_split(schedule: str) -> None:
    plan = build_plan(schedule=schedule).with_learning_rate(33, 0.5)
    parts = [plan.rates(1, 7), plan.rates(8, 50), plan.rates(58, 43)]
    np.testing.assert_array_equal(np.concatenate(parts), plan.rates(1, 100))


def test_a_changed_learning_rate_holds_from_the_next_step_on() -> None:
    rates = build_plan().with_learning_rate(10, 0.5).with_learning_rate(20, 0.25).rates(1, 30)
    np.testing.assert_array_equal(rates, np.repeat(np.float32([0.01, 0.5, 0.25]), 10))


def test_of_two_changes_at_the_same_step_the_later_counts() -> None:
    plan = build_plan().with_learning_rate(10, 0.5).with_learning_rate(10, 0.25)
    assert plan.learning_rates == ((1, 0.01), (11, 0.25))


def test_a_change_before_the_first_step_replaces_the_learning_rate() -> None:
    assert build_plan().with_learning_rate(0, 0.5).rates(1, 1) == np.float32(0.5)


def test_a_cosine_scales_a_changed_learning_rate_too() -> None:
    plan = build_plan(schedule="cosine")
    changed = plan.with_learning_rate(49, 0.02)
    np.testing.assert_allclose(changed.rates(50, 51), 2 * plan.rates(50, 51), rtol=1e-6)


def test_training_on_asks_for_more_steps_and_starts_the_cosine_anew() -> None:
    plan = build_plan(schedule="cosine", until="perfect").train_on(100, 50)
    assert (plan.total_steps, plan.until) == (150, "steps")
    np.testing.assert_allclose(plan.rates(101, 50), 0.005 * (1 + np.cos(np.pi * np.arange(50) / 50)), atol=1e-9)


def test_a_budget_in_seconds_has_no_number_of_steps_at_first() -> None:
    plan = build_plan(seconds=30.0, schedule="cosine")
    assert plan.total_steps is None
    np.testing.assert_array_equal(plan.rates(1, 5), np.full(5, 0.01, np.float32))
    assert plan.with_total(40, 1_000).total_steps == 1_000


def test_a_budget_that_is_used_up_already_leaves_one_step() -> None:
    assert build_plan(seconds=1.0).with_total(40, 12).total_steps == 41


def test_a_plan_outlives_being_written_down() -> None:
    plan = build_plan(schedule="cosine", seconds=3.0).with_learning_rate(5, 0.125).with_total(7, 90)
    assert Plan.from_record(json.loads(json.dumps(plan.to_record()))) == plan


def test_a_cosine_of_a_given_length_ends_at_its_share_of_the_learning_rate_and_stays_there() -> None:
    plan = build_plan(schedule="cosine", decay_steps=40, final_rate=0.25)
    rates = plan.rates(1, 100)
    assert rates[20] == pytest.approx(0.01 * (1 + 0.25) / 2)
    np.testing.assert_allclose(rates[40:], 0.0025, rtol=1e-6)
    np.testing.assert_array_equal(plan.train_on(100, 50).rates(1, 100), rates)


@pytest.mark.parametrize(("settings", "is_timed"), [({"seconds": 1.0}, True), ({}, False)])
def test_a_plan_knows_whether_its_budget_was_given_in_seconds(settings: dict[str, float], is_timed: bool) -> None:
    plan = build_plan(**settings)
    assert plan.is_timed == is_timed
    assert not plan.train_on(10, 5).is_timed
