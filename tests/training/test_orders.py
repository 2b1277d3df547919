"""Which windows each step reads: the articles' walk, shuffled epochs, one after the other; always the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.training.orders import WindowOrder
from tests.training.small_runs import build_small_spec

STEPS = 60


def walk_as_the_tutorials(length: int, window: int, steps: int, random_seed: int) -> list[int]:
    """The loop of both word tutorials, with our random numbers in place of `random.randint(0, n_input + 1)`."""
    random = np.random.default_rng([random_seed, 1])
    offset = int(random.integers(0, window + 1, endpoint=True))
    end_offset = window + 1
    offsets = []
    for _ in range(steps):
        if offset > length - end_offset:
            offset = int(random.integers(0, window + 1, endpoint=True))
        offsets.append(offset)
        offset += window + 1
    return offsets


@pytest.mark.parametrize(("length", "window"), [(102, 3), (204, 3), (50, 5), (9, 3)])
def test_the_walk_is_the_loop_of_the_tutorials(length: int, window: int) -> None:
    order = WindowOrder(build_small_spec(order="walk", window=window, targets="last", random_seed=5), length)
    assert order.offsets(1, 500)[:, 0].tolist() == walk_as_the_tutorials(length, window, 500, 5)


def test_the_walk_makes_one_window_a_step_whatever_the_batch() -> None:
    assert WindowOrder(build_small_spec(order="walk", batch=32), 102).offsets(1, STEPS).shape == (STEPS, 1)


def test_the_walk_through_the_shortest_text_reads_its_only_window() -> None:
    assert not WindowOrder(build_small_spec(order="walk", window=3), 4).offsets(1, STEPS).any()


@pytest.mark.parametrize("batch", [1, 4, 7])
def test_each_shuffled_epoch_visits_every_window_once(batch: int) -> None:
    order = WindowOrder(build_small_spec(targets="last", batch=batch), 45)
    assert order.windows_per_epoch == 41
    visited = order.offsets(1, 41 * 3).ravel()[: 41 * 3].reshape(3, 41)
    np.testing.assert_array_equal(np.sort(visited, axis=1), [np.arange(41)] * 3)
    assert len({tuple(epoch) for epoch in visited}) == 3  # each in another order


def test_shuffled_windows_with_a_target_at_every_position_do_not_overlap_within_an_epoch() -> None:
    order = WindowOrder(build_small_spec(batch=1), 4 * 20 + 3)
    epochs = order.offsets(1, order.windows_per_epoch * 40).reshape(40, -1)
    assert all((np.diff(np.sort(epoch)) == 4).all() for epoch in epochs)
    assert set(epochs.min(axis=1)) == {0, 1, 2}  # every place where the text can be cut, in time


def test_in_order_goes_through_the_text_sequence_by_sequence_as_horas_does() -> None:
    order = WindowOrder(build_small_spec(order="in-order", batch=1, window=100), 1_000)
    # 0, 100, …, and anew from the beginning where no whole sequence with its last target is left
    assert order.offsets(1, 11)[:, 0].tolist() == [0, 100, 200, 300, 400, 500, 600, 700, 800, 0, 100]


@pytest.mark.parametrize("targets", ["last", "every"])
@pytest.mark.parametrize("order", ["shuffled", "in-order", "walk"])
def test_no_window_reaches_beyond_the_text(order: str, targets: str) -> None:
    for length in range(5, 40):
        offsets = WindowOrder(build_small_spec(order=order, targets=targets, batch=3), length).offsets(1, STEPS)
        assert offsets.min() >= 0
        assert offsets.max() + 4 <= length - 1


@pytest.mark.parametrize("kind", ["shuffled", "in-order", "walk"])
@given(cuts=st.lists(st.integers(1, STEPS), max_size=6), asked_again=st.integers(1, STEPS))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_the_windows_of_a_step_do_not_depend_on_what_was_asked_before(
    kind: str, cuts: list[int], asked_again: int
) -> None:
    spec = build_small_spec(order=kind, targets="last", batch=5)
    whole = WindowOrder(spec, 23).offsets(1, STEPS)
    taken_up = WindowOrder(spec, 23)
    edges = sorted({1, *cuts, STEPS + 1})
    parts = [taken_up.offsets(first, last - first) for first, last in zip(edges, edges[1:], strict=False)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_array_equal(taken_up.offsets(asked_again, 1), whole[asked_again - 1 : asked_again])


@pytest.mark.parametrize("kind", ["shuffled", "walk"])
def test_another_random_seed_gives_another_order(kind: str) -> None:
    orders = [WindowOrder(build_small_spec(order=kind, random_seed=seed), 200) for seed in (1, 2)]
    assert not np.array_equal(orders[0].offsets(1, STEPS), orders[1].offsets(1, STEPS))
