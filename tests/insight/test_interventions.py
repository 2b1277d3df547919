"""A unit without a way out can be muted and nothing changes; a planted one cannot. Both texts draw the same numbers."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.insight.interventions import (
    MAX_HELD_UNITS,
    Intervention,
    hold_units,
    max_written,
    mute,
    write_both,
)
from lstm_core.insight.reading import read_text
from lstm_core.insight.trace import TextTrace, trace_text
from lstm_core.network.numpy_network import network_forward
from lstm_core.network.trained import TrainedNetwork
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer
from tests.insight.planted import COUNTER, IDLE, TEXT, build_planted
from tests.insight.test_trace import WINDOW, build_text_network
from tests.reviewing.some_networks import REVIEW, build_network, build_shape

NETWORK = build_planted()


def trace(network: TrainedNetwork, text: str, *interventions: Intervention) -> TextTrace:
    return trace_text(network, read_text(network, text), hold_units(network, interventions))


def write(network: TrainedNetwork, *interventions: Intervention, length: int = 60, seed: int = 3):
    ids = network.vocabulary.encode("the mice" if network is not NETWORK else "abc").tolist()
    return write_both(network, ids, hold_units(network, interventions), length, Sampling(), seed)


def test_muting_a_unit_that_nobody_hears_changes_nothing() -> None:
    both = write(NETWORK, *mute(0, [IDLE]))
    assert both.untouched == both.held
    assert both.same == len(both.held) == 60
    quiet, usual = trace(NETWORK, TEXT, *mute(0, [IDLE])), trace(NETWORK, TEXT)
    np.testing.assert_array_equal(quiet.beliefs.surprises, usual.beliefs.surprises)


def test_muting_the_planted_unit_changes_what_is_written_and_believed() -> None:
    both = write(NETWORK, *mute(0, [COUNTER]))
    assert both.same < 60
    assert [symbol.id for symbol in both.untouched[: both.same]] == [symbol.id for symbol in both.held[: both.same]]
    assert both.untouched[both.same].id != both.held[both.same].id
    assert trace(NETWORK, TEXT, *mute(0, [COUNTER])).beliefs.loss_nats != trace(NETWORK, TEXT).beliefs.loss_nats


def test_with_nothing_held_both_texts_are_the_same_and_the_writer_s_own() -> None:
    both = write(NETWORK)
    assert both.untouched == both.held
    writer = Writer(NETWORK)
    alone = writer.write(writer.read("abc"), 60, Sampling(), np.random.default_rng(3))
    assert both.held == tuple(symbol for symbol, _ in alone)


@pytest.mark.parametrize("targets", ["every", "last"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_muted_unit_is_a_unit_whose_outgoing_weights_are_zero(targets: str, layers: int) -> None:
    network = build_text_network("embedding", targets, layers)
    for layer in range(layers):
        weights = {name: array.copy() for name, array in network.weights.items()}
        weights[f"lstm_{layer + 1}/recurrent_kernel"][4] = 0
        above = f"lstm_{layer + 2}/kernel" if layer + 1 < layers else "output/kernel"
        weights[above][4] = 0
        cut = TrainedNetwork(network.shape, weights, network.vocabulary, 0, "cut")
        surprises = trace(network, "the mice", *mute(layer, [4])).beliefs.surprises
        np.testing.assert_allclose(surprises, trace(cut, "the mice").beliefs.surprises, rtol=0, atol=1e-5)


def test_muting_a_unit_of_either_direction_is_cutting_its_weights_in_a_review_network() -> None:
    network = build_network(build_shape("both", "last"))
    for layer, name in enumerate(("", "_backward")):
        weights = {key: array.copy() for key, array in network.weights.items()}
        weights[f"lstm_1{name}/recurrent_kernel"][4] = 0
        weights["output/kernel"][layer * network.shape.units + 4] = 0
        cut = TrainedNetwork(network.shape, weights, network.vocabulary, 0, "cut")
        held = trace(network, REVIEW, *mute(layer, [4]))
        assert held.log_odds == pytest.approx(trace(cut, REVIEW).log_odds, abs=1e-5)
        assert held.log_odds != pytest.approx(trace(network, REVIEW).log_odds, abs=1e-5)


def test_a_held_cell_stays_where_it_is_and_is_heard_as_far_as_the_output_gate_lets_it() -> None:
    layer = trace(NETWORK, TEXT, Intervention(0, COUNTER, "cell", -2.0)).layers[0]
    assert (layer.cell[:, COUNTER] == -2).all()
    np.testing.assert_allclose(layer.hidden[:, COUNTER], np.tanh(-2) * layer.output_gate[:, COUNTER], atol=1e-6)


@pytest.mark.parametrize("targets", ["every", "last"])
def test_the_writer_holds_units_as_the_plain_network_does(targets: str) -> None:
    network = build_text_network("one-hot", targets, 2)
    wanted = (Intervention(0, 1, "cell", 0.7), Intervention(1, 6, "hidden", -0.3), Intervention(1, 2))
    held = hold_units(network, wanted)
    writer = Writer(network, held)
    ids = network.vocabulary.encode("the mice").tolist()
    for symbol, state in writer.write(writer.read_ids(ids), 9, Sampling(), np.random.default_rng(1)):
        ids.append(symbol.id)
        seen = np.array([ids[-WINDOW:] if targets == "last" else ids])
        logits = network_forward(network.text_shape, network.weights, seen, None, held).logits
        np.testing.assert_allclose(state.logits, logits.reshape(-1, logits.shape[-1])[-1], rtol=0, atol=1e-5)


def test_the_network_itself_is_never_touched() -> None:
    before = {name: array.copy() for name, array in NETWORK.weights.items()}
    write(NETWORK, *mute(0, range(8)))
    for name, array in NETWORK.weights.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_network_that_takes_long_for_a_symbol_writes_fewer() -> None:
    assert len(write(build_text_network("one-hot", "last", 1), length=30).held) == 30
    small, large = build_text_network("one-hot", "every", 1), build_text_network("one-hot", "last", 3)
    assert max_written(large) < max_written(small)


@pytest.mark.parametrize(
    ("interventions", "says"),
    [
        ([Intervention(1, 0)], "layer number 2"),
        ([Intervention(0, 8)], "unit number 9"),
        ([Intervention(0, -1)], "unit number 0"),
        ([Intervention(0, 1, "hidden", 1.5)], "from −1 to 1"),
        ([Intervention(0, 1, "cell", float("nan"))], "from −5 to 5"),
        ([Intervention(0, 1, "gate", 0.5)], "gate state"),
        ([Intervention(0, 1)] * (MAX_HELD_UNITS + 1), f"Up to {MAX_HELD_UNITS}"),
    ],
)
def test_what_cannot_be_held_is_refused(interventions: list[Intervention], says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        hold_units(NETWORK, interventions)


def test_a_network_that_judges_cannot_be_asked_to_write() -> None:
    with pytest.raises(InvalidSetting, match="cannot write"):
        write_both(build_network(build_shape()), [0], (None, None), 5, Sampling(), 1)
