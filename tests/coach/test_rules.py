"""The coach's rules, each on a made run that it must speak about and on one, much like it, that it must not."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lstm_core.coach.facts import RunFacts
from lstm_core.coach.rules import MAX_ADVICES, RULES, give_advice
from lstm_core.network.spec import RunSpec
from lstm_core.text.yardsticks import Yardstick, Yardsticks

V = 60
LN_V = math.log(V)
LOSSES = {0: LN_V, 1: 3.3, 2: 2.5, 3: 2.1, 5: 1.7}
YARDSTICKS = Yardsticks(tuple(Yardstick(order, loss) for order, loss in LOSSES.items()), True, 10_000)


def curve(*points: tuple[int, float], noise: float = 0.05, seed: int = 1) -> np.ndarray:
    """Draw a curve through (step, loss), straight between the points, with noise."""
    steps, losses = zip(*points, strict=True)
    values = np.interp(np.arange(1, steps[-1] + 1), steps, losses)
    return (values + noise * np.random.default_rng(seed).standard_normal(len(values))).astype(np.float32)


HEALTHY = curve((1, LN_V), (100, 3.2), (400, 2.4), (1_000, 1.9), (2_000, 1.6))


def make_facts(losses: np.ndarray = HEALTHY, validation: np.ndarray | None = None, **changes: Any) -> RunFacts:
    """A run on 200,000 symbols with everything as it should be, but for `changes`."""
    settings = {name: changes.pop(name) for name in list(changes) if name in RunSpec.__dataclass_fields__}
    rate = changes.pop("rate", 0.003)
    spec = RunSpec.build("text", "a text", symbols="characters", learning_rate=rate, **settings)
    steps = np.linspace(1, len(losses), 12).astype(int)
    if validation is None:
        validation = np.array([losses[max(0, step - 20) : step].mean() * 1.02 for step in steps])
    facts = RunFacts(
        spec, losses, steps[-len(validation) :], np.asarray(validation), V, 112_000, rate, 4_000, 100, True, YARDSTICKS,
        (2, 8, 32, 128, 512, 1_024, len(losses)),
    )  # fmt: skip
    return replace(facts, **changes)


def rules_of(facts: RunFacts) -> list[str]:
    return [advice.rule for rule in RULES if (advice := rule(facts))]


FLAT = curve((1, LN_V), (200, 2.8), (600, 2.2), (2_000, 2.2), noise=0.02)
JUMPY = np.where(np.arange(2_000) // 100 % 2, 3.4, 2.6).astype(np.float32)
EXPLODED = np.concatenate([HEALTHY[:700], np.full(50, np.nan, np.float32)])
RISING = [2.5, 2.2, 2.0, 1.9, 1.85, 1.9, 1.97, 2.05, 2.12, 2.2, 2.3, 2.4]
SLOW = curve((1, LN_V), (2_000, 3.6), noise=0.01)

SPEAKS = {
    "exploding": make_facts(EXPLODED),
    "dead": make_facts(curve((1, LN_V), (1_000, LN_V), noise=0.02)),
    "rate too high": make_facts(JUMPY, rate=0.05),
    "memorising": make_facts(HEALTHY, RISING),
    "rate too low": make_facts(SLOW, rate=1e-5),
    "too big": make_facts(curve((1, LN_V), (300, 1.5), (2_000, 0.3)), [3.0, 2.5, 2.3, 2.3], parameters=2_000_000,
                          steps_per_epoch=10),
    "worse than counting": make_facts(curve((1, LN_V), (300, 3.2), (1_000, 2.9))),
    "too small": make_facts(FLAT, units=8),
    "about done": make_facts(FLAT),
}  # fmt: skip
KEEPS_QUIET = {
    "exploding": make_facts(np.concatenate([HEALTHY[:700], [np.nan], HEALTHY[700:]])),  # a gap in what was kept
    "dead": make_facts(curve((1, LN_V), (1_000, 0.9 * LN_V), noise=0.02)),
    "rate too high": make_facts(curve((1, LN_V), (300, 2.6), (2_000, 1.9), noise=0.6)),  # noise alone is no jump
    "memorising": make_facts(HEALTHY, [2.5, 2.2, 2.0, 1.9, 1.87, 1.86, 1.86, 1.87, 1.86, 1.85, 1.86, 1.87]),
    "rate too low": make_facts(SLOW, rate=0.003),
    "too big": make_facts(curve((1, LN_V), (300, 1.5), (2_000, 0.3)), [3.0, 2.5, 2.3, 2.3], parameters=20_000),
    "worse than counting": make_facts(HEALTHY),
    "too small": make_facts(FLAT, np.array([3.0, 2.6, 2.5, 2.5])),  # held-out text is harder: not too small
    "about done": make_facts(FLAT, is_alive=False),
}


@pytest.mark.parametrize("rule", SPEAKS)
def test_the_rule_speaks_about_a_run_made_for_it(rule: str) -> None:
    assert rule in rules_of(SPEAKS[rule])
    assert rule in [advice.rule for advice in give_advice(SPEAKS[rule])] or rule in ("too small", "about done")


@pytest.mark.parametrize("rule", KEEPS_QUIET)
def test_the_rule_keeps_quiet_about_a_run_that_is_only_like_it(rule: str) -> None:
    assert rule not in rules_of(KEEPS_QUIET[rule])


def test_a_healthy_run_is_left_alone() -> None:
    assert give_advice(make_facts()) == []


@pytest.mark.parametrize("steps", [0, 1, 4, 9, 20, 99])
def test_nothing_is_said_too_early(steps: int) -> None:
    assert give_advice(make_facts(HEALTHY[:steps], np.empty(0))) == []


def test_wild_first_weights_are_no_explosion() -> None:
    assert give_advice(make_facts(curve((1, 30.0), (60, 15.0)))) == []


@pytest.mark.parametrize("facts", SPEAKS.values(), ids=SPEAKS)
def test_every_action_can_be_done(facts: RunFacts) -> None:
    for rule in RULES:
        advice = rule(facts)
        if advice and advice.action:
            facts.spec.changed(**advice.action.settings)  # raises when a setting is out of bounds
            assert advice.action.kind in ("branch", "start", "stop")
            assert (advice.action.kind == "branch") == (advice.action.step in facts.branch_steps)
    assert len(give_advice(facts)) <= MAX_ADVICES


def test_who_memorises_goes_back_to_where_validation_was_best() -> None:
    facts = make_facts(HEALTHY, RISING)
    action = give_advice(facts)[0].action
    best = facts.validation_steps[np.argmin(RISING)]
    assert action is not None and action.kind == "branch"
    assert action.step == max(step for step in facts.branch_steps if step <= best)
    assert action.settings == {"dropout": 0.3}


def test_who_explodes_goes_back_to_before_it_with_a_tenth_of_the_rate() -> None:
    action = give_advice(make_facts(EXPLODED, clip_norm=0.0))[0].action
    assert action is not None and action.step == 512
    assert action.settings == {"learning_rate": 0.0003, "clip_norm": 1.0}


def test_without_a_kept_age_one_starts_anew() -> None:
    action = give_advice(make_facts(EXPLODED, branch_steps=()))[0].action
    assert action is not None and action.kind == "start"


def test_a_run_worse_than_counting_is_given_time_while_it_has_some() -> None:
    patient = give_advice(SPEAKS["worse than counting"])[0]
    assert patient.action is None and "Give it time" in patient.words
    ended = give_advice(replace(SPEAKS["worse than counting"], is_alive=False))[0].action
    assert ended is not None and ended.steps == 1_000
