"""What a learner relies on when a symbol is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_core.errors import InvalidSetting
from lstm_core.writing.sampling import Sampling, pick_symbol, symbol_probabilities

LOGITS = np.log(np.array([0.5, 0.3, 0.15, 0.05], np.float32))

some_logits = arrays(np.float32, st.integers(1, 40), elements=st.floats(-30, 30, width=32))


def test_sampling_picks_the_likeliest_symbol_when_temperature_is_zero():
    assert symbol_probabilities(np.array([0.1, 2.0, 1.9]), Sampling(temperature=0)).tolist() == [0, 1, 0]


def test_temperature_one_is_the_softmax():
    np.testing.assert_allclose(symbol_probabilities(LOGITS, Sampling()), [0.5, 0.3, 0.15, 0.05], rtol=1e-6)


def test_temperature_divides_the_logits():
    squared = np.array([0.5, 0.3, 0.15, 0.05]) ** 2
    np.testing.assert_allclose(symbol_probabilities(LOGITS, Sampling(0.5)), squared / squared.sum(), rtol=1e-6)


def test_top_k_keeps_the_likeliest_in_their_proportion():
    np.testing.assert_allclose(symbol_probabilities(LOGITS, Sampling(top_k=2)), [5 / 8, 3 / 8, 0, 0], rtol=1e-6)


def test_top_p_keeps_the_symbol_that_reaches_the_share():
    np.testing.assert_allclose(symbol_probabilities(LOGITS, Sampling(top_p=0.6)), [5 / 8, 3 / 8, 0, 0], rtol=1e-6)


@given(some_logits, st.floats(0, 2), st.integers(0, 50), st.floats(0.01, 1))
def test_probabilities_are_never_negative_and_sum_to_one(logits, temperature, top_k, top_p):
    probabilities = symbol_probabilities(logits, Sampling(temperature, top_k, top_p))
    assert probabilities.min() >= 0
    assert probabilities.sum() == pytest.approx(1)


@given(some_logits, st.integers(1, 50))
def test_top_k_leaves_at_most_k_symbols_and_never_drops_a_likelier_one(logits, top_k):
    plain = symbol_probabilities(logits, Sampling())
    kept = symbol_probabilities(logits, Sampling(top_k=top_k)) > 0
    assert kept.sum() <= top_k
    assert kept.all() or plain[kept].min() >= plain[~kept].max()


@given(some_logits, st.floats(0.01, 0.99))
def test_top_p_keeps_the_fewest_symbols_that_reach_the_share(logits, top_p):
    plain = symbol_probabilities(logits, Sampling())
    kept = plain[symbol_probabilities(logits, Sampling(top_p=top_p)) > 0]
    assert kept.sum() >= top_p - 1e-9
    assert kept.sum() - kept.min() <= top_p + 1e-9


@given(some_logits, st.floats(0.05, 2))
def test_no_temperature_changes_which_symbols_are_likelier(logits, temperature):
    ordered = symbol_probabilities(logits, Sampling(temperature))[np.argsort(logits)]
    assert (np.diff(ordered) >= 0).all()


@given(some_logits, st.floats(0, 2), st.floats(0, 2))
def test_a_higher_temperature_never_makes_the_likeliest_likelier(logits, one, other):
    cold, warm = (symbol_probabilities(logits, Sampling(temperature)).max() for temperature in sorted([one, other]))
    assert warm <= cold + 1e-12


@given(some_logits, st.floats(0.05, 2), st.integers(0, 50), st.floats(0.01, 1))
def test_what_is_kept_keeps_its_proportions(logits, temperature, top_k, top_p):
    plain = symbol_probabilities(logits, Sampling(temperature))
    cut = symbol_probabilities(logits, Sampling(temperature, top_k, top_p))
    kept = cut > 0
    np.testing.assert_allclose(cut[kept], plain[kept] / plain[kept].sum(), rtol=1e-9)


@given(some_logits)
def test_sampling_leaves_the_logits_as_they_are(logits):
    before = logits.copy()
    symbol_probabilities(logits, Sampling(0.7, 3, 0.9))
    np.testing.assert_array_equal(logits, before)


def test_frequencies_match_the_probabilities():
    probabilities = np.array([0.5, 0.0, 0.3, 0.2])
    random = np.random.default_rng(7)
    draws = 20_000
    counts = np.bincount([pick_symbol(probabilities, random) for _ in range(draws)], minlength=4)
    five_deviations = 5 * np.sqrt(draws * probabilities * (1 - probabilities))
    assert (np.abs(counts - draws * probabilities) <= five_deviations).all()


@given(arrays(np.float64, st.integers(1, 20), elements=st.sampled_from([0.0, 1e-12, 0.1, 1.0])), st.integers(0, 2**32))
def test_a_symbol_of_probability_zero_is_never_drawn(weights, seed):
    weights = weights + (weights.sum() == 0)
    assert weights[pick_symbol(weights, np.random.default_rng(seed))] > 0


@pytest.mark.parametrize(
    "setting",
    [
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"temperature": float("nan")},
        {"top_k": -1},
        {"top_p": 0},
        {"top_p": 1.1},
    ],
)
def test_a_setting_out_of_bounds_is_refused(setting):
    with pytest.raises(InvalidSetting):
        Sampling(**setting)
