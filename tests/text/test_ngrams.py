"""Counting n-grams against a plain dictionary, smoothed and not; and how long a million characters take."""

import math
import time
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.text.ngrams import MAX_ORDER, NGramCounts

FEW = settings(max_examples=30)  # small alphabets and short texts meet every case soon
TEXTS = st.integers(1, 4).flatmap(
    lambda kinds: st.tuples(st.lists(st.integers(0, kinds - 1), min_size=1, max_size=60), st.just(kinds + 1))
)


class NaiveCounts:
    """The formula of Chen and Goodman (1999), word for word, on dictionaries."""

    def __init__(self, ids: list[int], symbol_count: int, is_smoothed: bool) -> None:
        self.symbol_count, self.is_smoothed = symbol_count, is_smoothed
        self.counts = [Counter(tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)) for n in range(MAX_ORDER + 1)]
        self.befores = [Counter(gram[1:] for gram in longer) for longer in self.counts[1:]]

    def probability(self, symbol: int, context: tuple[int, ...], is_longest: bool = True) -> float:
        table = self.counts[len(context) + 1] if is_longest or not self.is_smoothed else self.befores[len(context) + 1]
        shorter = self.probability(symbol, context[1:], False) if context else 1 / self.symbol_count
        followers = {gram[-1]: count for gram, count in table.items() if gram[:-1] == context}
        if not followers:
            return shorter
        discount = self.discount(table) if self.is_smoothed else 0.0
        own = max(followers.get(symbol, 0) - discount, 0)
        return (own + discount * len(followers) * shorter) / sum(followers.values())

    @staticmethod
    def discount(table: Counter) -> float:
        spread = Counter(table.values())
        return spread[1] / (spread[1] + 2 * spread[2]) if spread[1] and spread[2] else 0.5


def naive_loss(naive: NaiveCounts, ids: list[int], order: int) -> float:
    contexts = [(symbol, tuple(ids[max(0, i - order + 1) : i])) for i, symbol in enumerate(ids)]
    return -sum(math.log(naive.probability(symbol, context)) for symbol, context in contexts) / len(ids)


@FEW
@given(TEXTS, st.lists(st.integers(0, 4), max_size=6), st.integers(1, MAX_ORDER), st.booleans())
def test_the_probabilities_of_all_symbols_sum_to_one(
    text: tuple[list[int], int], context: list[int], order: int, is_smoothed: bool
) -> None:
    ids, symbol_count = text
    known = [symbol for symbol in context if symbol < symbol_count]
    probabilities = NGramCounts(np.array(ids), symbol_count, is_smoothed).probabilities(known, order)
    assert probabilities.min() >= 0
    assert probabilities.sum() == pytest.approx(1)


@FEW
@given(TEXTS, st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(1, MAX_ORDER))
def test_the_perplexity_of_another_text_is_that_of_a_plain_dictionary(
    text: tuple[list[int], int], other: list[int], order: int
) -> None:
    ids, symbol_count = text
    other = [symbol % symbol_count for symbol in other]
    surprises = NGramCounts(np.array(ids), symbol_count).surprises(np.array(other))
    assert surprises[order - 1].mean() == pytest.approx(naive_loss(NaiveCounts(ids, symbol_count, True), other, order))


@FEW
@given(TEXTS, st.integers(1, MAX_ORDER))
def test_without_smoothing_the_text_itself_has_the_perplexity_of_a_plain_dictionary(
    text: tuple[list[int], int], order: int
) -> None:
    ids, symbol_count = text
    surprises = NGramCounts(np.array(ids), symbol_count, is_smoothed=False).surprises(np.array(ids))
    assert surprises[order - 1].mean() == pytest.approx(naive_loss(NaiveCounts(ids, symbol_count, False), ids, order))


@FEW
@given(TEXTS, st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_one_symbol_at_a_time_or_all_at_once_is_the_same(text: tuple[list[int], int], other: list[int]) -> None:
    ids, symbol_count = text
    other = [symbol % symbol_count for symbol in other]
    counts = NGramCounts(np.array(ids), symbol_count)
    one_by_one = [counts.probabilities(other[:i], 3)[symbol] for i, symbol in enumerate(other)]
    np.testing.assert_allclose(np.exp(-counts.surprises(np.array(other))[2]), one_by_one)


def test_a_million_characters_are_counted_and_measured_in_a_second() -> None:
    random = np.random.default_rng(1)
    follows = defaultdict(lambda: random.permutation(60))
    ids, steps = [0], (random.exponential(3, 20_000) % 60).astype(int)
    for step in steps:  # some symbols follow others more often, as in a language
        ids.append(int(follows[ids[-1]][step]))
    text = np.tile(ids, 55)[:1_100_000]
    began = time.process_time()
    NGramCounts(text[:1_000_000], 60).surprises(text[1_000_000:])
    assert time.process_time() - began < 1.0  # 0.25 s on one quiet core
