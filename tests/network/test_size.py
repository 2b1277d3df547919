"""What is too big is refused before it is trained, and estimates grow with what they are made of."""

from typing import Any

import pytest

from lstm_core.errors import TooBig
from lstm_core.knobs import MAX_TRAINING_BYTES
from lstm_core.network.shape import NetworkShape
from lstm_core.network.size import check_size, estimate_size
from lstm_core.network.spec import RunSpec


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
