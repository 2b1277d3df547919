"""Every review once an epoch, similar lengths together, and the same however the steps are asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.training.review_data import prepare_reviews
from lstm_core.training.review_orders import MAX_CROP_WORDS, MIN_CROP_WORDS, ReviewOrder, choose_padded_lengths
from tests.training.small_reviews import build_review_spec


def build_order(**settings: object) -> tuple[ReviewOrder, object]:
    spec = build_review_spec(**settings)
    data = prepare_reviews(spec)
    return ReviewOrder(spec, data.training), data.training


def all_steps(order: ReviewOrder, steps: int, at_once: int) -> list[tuple[int, tuple[int, ...], tuple[int, ...]]]:
    made = []
    step = 1
    while step <= steps:
        batches = order.batches(step, min(at_once, steps - step + 1))
        for starts, lengths in zip(batches.starts.tolist(), batches.lengths.tolist(), strict=True):
            made.append((batches.padded_length, tuple(starts), tuple(lengths)))
        step += len(batches.starts)
    return made


def test_an_epoch_has_every_review_and_few_twice() -> None:
    order, reviews = build_order(batch=7)
    starts = [start for _, starts, _ in all_steps(order, order.steps_per_epoch, 100) for start in starts]
    ends = reviews.starts + reviews.lengths
    expected = set((ends - np.minimum(reviews.lengths, 24)).tolist())
    assert set(starts) == expected
    assert len(starts) - len(expected) < 7 * 4  # each of up to four lengths fills up its last batch


@given(at_once=st.integers(1, 40))
def test_the_steps_are_the_same_however_many_are_asked_for_at_once(at_once: int) -> None:
    order, _ = build_order(crops=0.4)
    steps = order.steps_per_epoch + 9
    assert all_steps(order, steps, at_once) == all_steps(order, steps, 1)


def test_another_epoch_and_another_seed_are_another_order() -> None:
    order, _ = build_order()
    epoch = order.steps_per_epoch
    steps = all_steps(order, 2 * epoch, 50)
    assert steps[:epoch] != steps[epoch:]
    assert all_steps(build_order(random_seed=2)[0], epoch, 50) != steps[:epoch]


def test_no_review_is_longer_than_its_batch() -> None:
    order, _ = build_order(count=300)
    for padded_length, _, lengths in all_steps(order, order.steps_per_epoch, 50):
        assert max(lengths) <= padded_length <= 24


def test_reviews_padded_before_are_all_of_one_length() -> None:
    order, _ = build_order(padding="before")
    assert {padded for padded, _, _ in all_steps(order, order.steps_per_epoch, 50)} == {24}


def test_a_piece_lies_within_its_review() -> None:
    order, reviews = build_order(crops=1.0, window=30)
    ends = reviews.starts + reviews.lengths
    lengths_seen = set()
    for _, starts, lengths in all_steps(order, order.steps_per_epoch, 50):
        for start, length in zip(starts, lengths, strict=True):
            index = int(np.searchsorted(reviews.starts, start, side="right")) - 1
            assert start + length <= ends[index]
            assert length >= min(MIN_CROP_WORDS, reviews.lengths[index])
            lengths_seen.add(length)
    assert len(lengths_seen) > 5 and max(lengths_seen) <= MAX_CROP_WORDS


@pytest.mark.parametrize("longest", [10, 200, 400])
def test_the_longest_length_is_always_there_and_the_others_are_shorter(longest: int) -> None:
    lengths = np.minimum(np.random.default_rng(0).integers(1, 500, 1000), longest)
    chosen = choose_padded_lengths(lengths, longest, all_alike=False)
    assert chosen[-1] == longest
    assert (np.diff(chosen) > 0).all() and len(chosen) <= 4
