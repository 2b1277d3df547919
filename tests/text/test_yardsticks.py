"""The yardsticks: known answers, and on which part of a text they are measured."""

import math

import numpy as np
import pytest

from lstm_core.text.windows import split_validation
from lstm_core.text.yardsticks import NAMES, measure_yardsticks


def test_knowing_nothing_costs_the_logarithm_of_the_number_of_symbols() -> None:
    yardsticks = measure_yardsticks(split_validation(np.arange(50) % 7, 3), 7)
    assert yardsticks.loss(0) == pytest.approx(math.log(7))


def test_a_text_that_alternates_is_a_coin_to_symbol_counts_and_no_riddle_to_pairs() -> None:
    yardsticks = measure_yardsticks(split_validation(np.arange(4_000) % 2, 3), 2)
    assert yardsticks.loss(1) == pytest.approx(math.log(2), abs=0.01)
    assert yardsticks.loss(2) < 0.01


def test_a_long_text_is_measured_on_its_held_out_part() -> None:
    """Its last tenth is of symbols that the first nine tenths do not have: no counting helps there."""
    ids = np.concatenate([np.arange(9_000) % 3, 3 + np.random.default_rng(1).integers(0, 3, 1_000)])
    yardsticks = measure_yardsticks(split_validation(ids, 3), 6)
    assert yardsticks.is_held_out
    assert yardsticks.measured == 999
    assert min(yardsticks.loss(order) for order in NAMES if order) > math.log(6)


def test_a_short_text_is_measured_on_itself_and_known_by_heart() -> None:
    yardsticks = measure_yardsticks(split_validation(np.random.default_rng(1).integers(0, 40, 200), 3), 40)
    assert not yardsticks.is_held_out
    assert yardsticks.measured == 199
    assert yardsticks.loss(5) < 0.05
    losses = [mark.loss_nats for mark in yardsticks.marks]
    assert losses == sorted(losses, reverse=True)
