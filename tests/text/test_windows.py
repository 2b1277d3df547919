"""Windows cover the text, and what can be learned of it is counted as a slow, plain count would."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import TextTooShort
from lstm_core.text.library import load_text
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.text.windows import (
    ambiguous_contexts,
    count_learnable,
    count_windows,
    cut_windows,
    split_validation,
)

# Few distinct ids, so that windows repeat; large ones among them, which no table of values could hold.
IDS = st.lists(st.sampled_from([0, 1, 2, 19_999]), max_size=80).map(lambda ids: np.array(ids, dtype=np.int32))
PERIODIC = st.builds(lambda ids, times: np.tile(ids, times)[:80], IDS, st.integers(1, 20))
WINDOWS = st.integers(1, 11)


def count_plainly(ids: np.ndarray, window: int) -> dict[tuple[int, ...], Counter[int]]:
    continuations: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for offset in range(len(ids) - window):
        continuations[tuple(ids[offset : offset + window].tolist())][int(ids[offset + window])] += 1
    return continuations


def read_passage(name: str) -> tuple[np.ndarray, Vocabulary]:
    symbols = split_symbols(load_text(name), "words")
    vocabulary = Vocabulary.build(symbols, "words", 20_000)
    return vocabulary.encode(symbols), vocabulary


@given(IDS | PERIODIC, WINDOWS)
def test_what_can_be_learned_is_what_a_plain_count_says(ids: np.ndarray, window: int) -> None:
    expected = sum(max(followers.values()) for followers in count_plainly(ids, window).values())
    assert count_learnable(ids, window) == expected


@given(IDS | PERIODIC, WINDOWS)
def test_ambiguous_contexts_are_those_a_plain_count_finds_in_the_same_order(ids: np.ndarray, window: int) -> None:
    expected = [(context, found) for context, found in count_plainly(ids, window).items() if len(found) > 1]
    assert [(found.context, found.continuations) for found in ambiguous_contexts(ids, window)] == expected


def test_all_but_two_windows_of_aesop_can_be_learned() -> None:
    ids, _ = read_passage("aesop-mice-in-council")
    assert (count_windows(len(ids), 3), count_learnable(ids, 3)) == (201, 199)


def test_two_windows_of_aesop_go_on_in_two_ways() -> None:
    ids, vocabulary = read_passage("aesop-mice-in-council")
    assert [" ".join(vocabulary.decode(found.context)) for found in ambiguous_contexts(ids, 3)] == [
        "the cat .",
        "up and said",
    ]


def test_every_window_of_the_meditations_can_be_learned() -> None:
    ids, _ = read_passage("meditations-5-20-hays")
    assert count_learnable(ids, 3) == count_windows(len(ids), 3) == 99


def test_ambiguous_contexts_stop_at_the_limit() -> None:
    ids, _ = read_passage("aesop-mice-in-council")
    assert ambiguous_contexts(ids, 3, limit=1) == ambiguous_contexts(ids, 3)[:1]


@given(IDS.filter(len), WINDOWS)
def test_windows_cover_the_text_each_one_symbol_further(ids: np.ndarray, window: int) -> None:
    offsets = np.arange(count_windows(len(ids), window))
    inputs, targets = cut_windows(ids, offsets, window)
    expected = [ids[offset : offset + window + 1].tolist() for offset in range(len(ids) - window)]
    assert np.column_stack([inputs, targets]).tolist() == expected


@given(st.lists(st.sampled_from("abcd\nñ中"), min_size=2, max_size=60), WINDOWS)
def test_each_target_is_the_symbol_that_follows_its_window_in_the_text(symbols: list[str], window: int) -> None:
    vocabulary = Vocabulary.build(symbols, "characters", 100)
    inputs, targets = cut_windows(vocabulary.encode(symbols), np.arange(count_windows(len(symbols), window)), window)
    for offset, (seen, target) in enumerate(zip(inputs, targets, strict=True)):
        assert [*vocabulary.decode(seen), *vocabulary.decode([target])] == symbols[offset : offset + window + 1]


def test_windows_and_targets_are_int32() -> None:
    inputs, targets = cut_windows(np.arange(9), np.array([0, 4]), 3)
    assert (inputs.dtype, targets.dtype, inputs.shape, targets.shape) == (np.int32, np.int32, (2, 3), (2,))


@pytest.mark.parametrize("offset", [-1, 6])
def test_a_window_that_leaves_the_text_is_refused(offset: int) -> None:
    with pytest.raises(IndexError):
        cut_windows(np.arange(9), np.array([offset]), 3)


@given(st.integers(2, 6_000), st.integers(1, 256))
def test_training_and_validation_together_are_the_text(count: int, window: int) -> None:
    ids = np.arange(max(count, window + 1), dtype=np.int32)
    split = split_validation(ids, window)
    held_out = [] if split.validation is None else [split.validation]
    assert np.array_equal(np.concatenate([split.training, *held_out]), ids)


@pytest.mark.parametrize(
    ("count", "window", "held_out"), [(1_999, 3, None), (2_000, 3, 200), (5_119, 256, None), (5_120, 256, 512)]
)
def test_a_tenth_is_held_out_of_texts_long_enough(count: int, window: int, held_out: int | None) -> None:
    validation = split_validation(np.zeros(count, dtype=np.int32), window).validation
    assert (None if validation is None else len(validation)) == held_out


def test_a_short_text_says_why_nothing_is_held_out() -> None:
    note = split_validation(np.zeros(102, dtype=np.int32), 3).note
    assert note == "Nothing is held out for validation: the text has 102 symbols, and that takes 2,000."


def test_a_text_shorter_than_a_window_and_its_target_is_refused() -> None:
    with pytest.raises(TextTooShort):
        split_validation(np.zeros(64, dtype=np.int32), 64)
