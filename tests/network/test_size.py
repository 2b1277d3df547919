"""What is too big is refused before it is trained, and estimates grow with what they are made of."""

from dataclasses import replace
from typing import Any

import pytest

from lstm_core.errors import TooBig
from lstm_core.knobs import MAX_TEXT_CHARACTERS, MAX_TRAINING_BYTES
from lstm_core.network.experiments import EXPERIMENTS, build_spec
from lstm_core.network.shape import NetworkShape
from lstm_core.network.size import (
    COMPILING_BYTES,
    KILLED_AT_SHARE,
    MODEST_BYTES,
    TENSORFLOW_BYTES,
    allowed_bytes,
    check_size,
    estimate_size,
)
from lstm_core.network.spec import RunSpec
from lstm_core.text.mini_reviews import MINI_REVIEWS_TITLE, load_mini_reviews
from lstm_core.text.review_set import ReviewSet
from lstm_core.training.data import prepare_data
from lstm_core.training.review_data import prepare_reviews


def build(symbol_count: int = 60, **settings: Any) -> tuple[NetworkShape, RunSpec]:
    spec = RunSpec.build("any text", "a text", **settings)
    shape = NetworkShape(symbol_count, spec.coding, spec.embedding, spec.layers, spec.units, spec.targets, spec.window)
    return shape, spec


def test_the_largest_network_that_the_knobs_allow_is_refused_with_both_figures() -> None:
    shape, spec = build(20_000, units=1024, layers=3, batch=512, window=256)
    with pytest.raises(TooBig, match=f"A run may take {MAX_TRAINING_BYTES / 2**20:,.0f} MB"):
        check_size(shape, spec)


def test_what_the_knobs_start_with_fits() -> None:
    check_size(*build())


@pytest.mark.parametrize("knob", [{"units": 512}, {"layers": 3}, {"batch": 256}, {"window": 200}])
def test_more_of_anything_takes_more_memory_and_time(knob: dict[str, int]) -> None:
    small, large = (estimate_size(shape, spec, spec.batch) for shape, spec in (build(), build(**knob)))
    assert large.bytes > small.bytes
    assert large.seconds_per_step > small.seconds_per_step


def test_the_estimate_holds_at_least_weights_gradients_and_slots() -> None:
    shape, spec = build(units=512, optimizer="adam")
    size = estimate_size(shape, spec, spec.batch)
    assert size.parameters == shape.count_parameters()
    assert size.bytes >= 4 * size.parameters * 4  # weights, gradients and Adam's two slots


def test_more_text_takes_more_memory() -> None:
    shape, spec = build(units=512)
    longer = RunSpec.build(spec.text * 100_000, "a text", units=512)
    added = estimate_size(shape, longer, 32).bytes - estimate_size(shape, spec, 32).bytes
    assert added >= len(longer.text) * (1 + 4 + 4)  # the text itself, its ids, and the padded ones


def test_a_long_text_takes_most_while_it_is_read_when_the_network_is_small() -> None:
    shape, spec = build(units=1)
    long = RunSpec.build("x" * MAX_TEXT_CHARACTERS, "a text", units=1)
    as_list = 8 * len(long.text)  # of one pointer for each character
    assert estimate_size(shape, long, 1).bytes >= estimate_size(shape, spec, 1).bytes + 2 * as_list


def test_more_reviews_take_more_memory() -> None:
    mini = load_mini_reviews()
    reviews = ReviewSet.build(MINI_REVIEWS_TITLE, mini.train, mini.test)
    with_test, without = (
        RunSpec.build("", "reviews", reviews=chosen) for chosen in (reviews, replace(reviews, test=None))
    )
    shape = prepare_reviews(with_test).shape
    assert estimate_size(shape, with_test, 32).bytes > estimate_size(shape, without, 32).bytes


@pytest.mark.parametrize("gib", [0.5, 1, 2, 4, 64])
def test_what_a_run_may_take_leaves_room_for_tensorflow_and_another_run_as_large(gib: float) -> None:
    worker_bytes = int(gib * 2**30)
    allowed = allowed_bytes(worker_bytes)
    assert 0 <= allowed <= MAX_TRAINING_BYTES
    if allowed:
        both = 2 * allowed - COMPILING_BYTES if allowed > MODEST_BYTES else 0  # one of them at a time compiles
        assert TENSORFLOW_BYTES + max(allowed, both) <= KILLED_AT_SHARE * worker_bytes + 1


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_ships_can_be_trained_on_a_small_worker(name: str) -> None:
    spec = build_spec(name)
    check_size(prepare_data(spec).shape, spec, allowed_bytes(int(1.2 * 2**30)))


def test_a_worker_without_a_limit_leaves_the_limit_of_a_run() -> None:
    assert allowed_bytes(None) == allowed_bytes(0) == MAX_TRAINING_BYTES


def test_the_same_network_is_refused_where_the_worker_has_less_memory() -> None:
    shape, spec = build(units=1024)
    check_size(shape, spec, allowed_bytes(4 * 2**30))
    with pytest.raises(TooBig, match=f"A run may take {allowed_bytes(2**30) / 2**20:,.0f} MB"):
        check_size(shape, spec, allowed_bytes(2**30))
