"""A change is nothing before it is made, and fades as the forget gates say."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.insight.memory import BEFORE, HORIZON, MemoryCurve, remember_change
from lstm_core.insight.reading import read_text
from lstm_core.insight.trace import trace_text
from lstm_core.network.trained import TrainedNetwork
from tests.insight.planted import FADES_TO_HALF_IN, TEXT, build_fading
from tests.insight.test_trace import TEXT as MICE
from tests.insight.test_trace import WINDOW, build_text_network
from tests.reviewing.some_networks import REVIEW, build_network, build_shape


def change(network: TrainedNetwork, text: str, place: int, symbol: str) -> MemoryCurve:
    return remember_change(network, trace_text(network, read_text(network, text)), place, symbol)


@pytest.mark.parametrize("targets", ["every", "last"])
def test_before_the_change_nothing_differs_and_at_it_something_does(targets: str) -> None:
    curve = change(build_text_network("embedding", targets, 2), MICE, 20, "g")
    assert curve.offsets[0] == -BEFORE and curve.offsets[-1] == len(MICE) - 21
    for layer in curve.layers:
        for distances in (layer.hidden, layer.cell):
            assert (distances[curve.offsets < 0] == 0).all()
            assert distances[BEFORE] > 0


def test_a_network_of_windows_has_forgotten_as_soon_as_the_symbol_is_out_of_its_window() -> None:
    curve = change(build_text_network("one-hot", "last", 1), MICE, 20, "g")
    (layer,) = curve.layers
    assert (layer.cell[curve.offsets >= WINDOW] == 0).all()
    assert layer.cell[curve.offsets == WINDOW - 1] > 0
    assert layer.half_life is not None and layer.half_life <= WINDOW


def test_what_is_remembered_fades_as_the_forget_gates_say() -> None:
    (layer,) = change(build_fading(), TEXT, 100, "h").layers
    later = layer.cell[BEFORE:]
    np.testing.assert_allclose(later[FADES_TO_HALF_IN] / later[0], 0.5, rtol=1e-3)
    assert layer.half_life in (FADES_TO_HALF_IN, FADES_TO_HALF_IN + 1)  # at the very half rounding decides


def test_distances_are_measured_by_how_far_apart_states_usually_are() -> None:
    network = build_text_network("embedding", "every", 1)
    trace = trace_text(network, read_text(network, MICE * 20))
    (layer,) = remember_change(network, trace, 300, "g").layers
    states = trace.layers[0].hidden[np.random.default_rng(1).permutation(len(trace.read))].astype(np.float64)
    usual = np.sqrt(((states[:500] - states[500:1000]) ** 2).sum(axis=1).mean())
    changed = read_text(network, MICE * 20)
    changed.ids[300] = network.vocabulary.symbols.index("g")
    apart = trace_text(network, changed).layers[0].hidden[300] - trace.layers[0].hidden[300]
    assert layer.hidden[BEFORE] == pytest.approx(np.linalg.norm(apart) / usual, rel=0.1)


def test_a_change_that_is_still_loud_at_the_end_has_no_half_life() -> None:
    (layer,) = change(build_fading(), TEXT[:105], 100, "h").layers
    assert layer.half_life is None


def test_no_more_than_the_horizon_is_looked_at() -> None:
    curve = change(build_fading(), TEXT, 20, "h")
    assert curve.offsets[-1] == HORIZON
    assert all(len(layer.cell) == len(layer.hidden) == len(curve.offsets) for layer in curve.layers)


def test_a_layer_that_reads_backward_has_the_difference_before_the_change() -> None:
    curve = change(build_network(build_shape("both")), REVIEW, 7, "superb")
    forward, backward = curve.layers
    assert (curve.old, curve.new) == ("but", "superb")
    assert (forward.hidden[curve.offsets < 0] == 0).all() and (forward.hidden[curve.offsets >= 0] > 0).all()
    assert (backward.hidden[curve.offsets > 0] == 0).all() and (backward.hidden[curve.offsets <= 0] > 0).all()


@pytest.mark.parametrize(
    ("place", "symbol", "says"),
    [(-1, "g", "number 0"), (len(MICE), "g", "number"), (3, "?", "not know"), (0, "t", "already")],
)
def test_what_is_no_change_is_refused(place: int, symbol: str, says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        change(build_text_network("one-hot", "every", 1), MICE, place, symbol)
