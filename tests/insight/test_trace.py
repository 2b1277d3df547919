"""What is shown of a network is what the plain network does, whatever its shape, and looking changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

import lstm_core.insight.trace
from lstm_core.errors import InvalidSetting
from lstm_core.insight.reading import ReadText, read_text
from lstm_core.insight.trace import QUANTITIES, LayerTrace, layer_names, trace_text
from lstm_core.network.numpy_lstm import LSTMTrace
from lstm_core.network.numpy_network import evaluate, network_forward, softmax
from lstm_core.network.review_network import pad_reviews, review_forward
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import Vocabulary
from tests.reviewing.some_networks import DIRECTIONS, PADDINGS, POOLINGS, REVIEW, build_network, build_shape

TEXT = "the mice had a general council . the cat ate the mice ."
WINDOW = 5
CODINGS = ("integer", "one-hot", "embedding")
STATES = tuple(quantity.name for quantity in QUANTITIES)


def build_text_network(coding: str, targets: str, layers: int) -> TrainedNetwork:
    vocabulary = Vocabulary.build(TEXT, "characters", 100)
    shape = NetworkShape(len(vocabulary), coding, 6, layers, 7, targets, WINDOW)
    weights = {name: 1.7 * array + np.float32(0.03) for name, array in draw_weights(shape, 3, 1.0, "keras").items()}
    return TrainedNetwork(shape, weights, vocabulary, 0, "test")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks so small that a short text has several of them."""
    monkeypatch.setattr(lstm_core.insight.trace, "_CHUNK_SYMBOLS", 17)
    monkeypatch.setattr(lstm_core.insight.trace, "_CHUNK_BYTES", 40_000)


def check_layer(shown: LayerTrace, steps: list[tuple[LSTMTrace, int]]) -> None:
    """Compare what is shown of each place of the text with a step of a sequence that the plain network has run over."""
    for name in STATES:
        right = np.stack([getattr(trace, name)[0, step] for trace, step in steps])
        np.testing.assert_allclose(shown.quantity(name), right, rtol=0, atol=1e-6)
    before = np.stack([trace.cell[0, step - 1] if step else trace.initial_cell[0] for trace, step in steps])
    np.testing.assert_allclose(shown.cell_before, before, rtol=0, atol=1e-6)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_text_is_traced_as_the_network_runs_over_it(coding: str, layers: int) -> None:
    network = build_text_network(coding, "every", layers)
    read = read_text(network, TEXT)
    right = network_forward(network.text_shape, network.weights, read.ids[None])
    trace = trace_text(network, read)
    assert len(trace.layers) == layers
    for shown, layer in zip(trace.layers, right.layers, strict=True):
        check_layer(shown, [(layer, place) for place in range(len(read))])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_network_of_windows_is_traced_at_the_last_step_of_each_window(coding: str, layers: int) -> None:
    network = build_text_network(coding, "last", layers)
    read = read_text(network, TEXT)
    windows = [read.ids[None, max(0, place - WINDOW + 1) : place + 1] for place in range(len(read))]
    right = [network_forward(network.text_shape, network.weights, window) for window in windows]
    for place, shown in enumerate(trace_text(network, read).layers):
        check_layer(shown, [(trace.layers[place], trace.ids.shape[1] - 1) for trace in right])


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_review_is_traced_in_the_order_of_its_words(direction: str, padding: str, pooling: str) -> None:
    network = build_network(build_shape(direction, pooling, padding))
    shape = network.review_shape
    read = read_text(network, REVIEW)
    ids, lengths = pad_reviews(shape, [read.ids])
    right = review_forward(shape, network.weights, network.weights["embedding"][ids], lengths)
    trace = trace_text(network, read)
    assert trace.log_odds == pytest.approx(float(right.logits[0]), abs=1e-6)
    assert [layer.reads_backward for layer in trace.layers] == [False, True][: len(trace.layers)]
    steps = ids.shape[1]
    for shown, layer in zip(trace.layers, right.directions, strict=True):
        assert len(shown.hidden) == len(read)
        of_all = range(steps - len(read), steps)  # counted from the first that is read, padding or word
        check_layer(shown, [(layer, steps - 1 - place if shown.reads_backward else place) for place in of_all])


def test_a_shown_step_obeys_the_equations_of_the_cell() -> None:
    network = build_network(build_shape("both", padding="before"))
    for layer in trace_text(network, read_text(network, REVIEW)).layers:
        cell = layer.forget_gate * layer.cell_before + layer.input_gate * layer.candidate
        np.testing.assert_allclose(layer.cell, cell, rtol=0, atol=1e-6)
        np.testing.assert_allclose(layer.hidden, layer.output_gate * np.tanh(layer.cell), rtol=0, atol=1e-6)


@pytest.mark.parametrize("targets", ["every", "last"])
def test_beliefs_are_those_of_the_network(targets: str) -> None:
    network = build_text_network("embedding", targets, 1)
    read = read_text(network, TEXT)
    beliefs = trace_text(network, read).beliefs
    windows = [read.ids[None, : place + 1] for place in range(len(read))]
    if targets == "last":
        windows = [window[:, -WINDOW:] for window in windows]
    logits = [network_forward(network.text_shape, network.weights, window).logits for window in windows]
    shares = softmax(np.stack([array.reshape(-1, array.shape[-1])[-1] for array in logits]))
    np.testing.assert_allclose(beliefs.shares, -np.sort(-shares, axis=1)[:, :3], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(beliefs.expected, np.argsort(-shares, axis=1, kind="stable")[:, :3])
    surprises = -np.log(shares[np.arange(len(read) - 1), read.ids[1:]])
    np.testing.assert_allclose(beliefs.surprises[:-1], surprises, rtol=0, atol=1e-5)
    assert np.isnan(beliefs.surprises[-1])
    assert beliefs.loss_nats == pytest.approx(float(surprises.mean()), abs=1e-5)


def test_the_loss_over_one_window_is_that_of_the_evaluation() -> None:
    network = build_text_network("one-hot", "every", 2)
    read = read_text(network, TEXT)
    loss = evaluate(network.text_shape, network.weights, read.ids, len(read) - 1).loss_nats
    assert trace_text(network, read).beliefs.loss_nats == pytest.approx(loss, rel=1e-5)


def test_looking_changes_nothing() -> None:
    network = build_text_network("embedding", "every", 2)
    before = {name: array.copy() for name, array in network.weights.items()}
    read = read_text(network, TEXT)
    first = trace_text(network, read)
    first.layers[0].cell[:] = 99  # whatever becomes of a trace
    second = trace_text(network, read)
    assert second.layers[0].cell.max() < 99
    for name, array in network.weights.items():
        np.testing.assert_array_equal(array, before[name])


def test_one_symbol_is_enough() -> None:
    network = build_text_network("one-hot", "last", 2)
    trace = trace_text(network, read_text(network, "t"))
    assert [layer.hidden.shape for layer in trace.layers] == [(1, 7), (1, 7)]
    assert np.isnan(trace.beliefs.loss_nats)


def test_layers_are_named_by_number_or_direction() -> None:
    assert layer_names(build_text_network("one-hot", "every", 2)) == ("Layer 1", "Layer 2")
    assert layer_names(build_network(build_shape("both"))) == ("Forward", "Backward")
    assert layer_names(build_network(build_shape("forward"))) == ("Layer 1",)


def test_a_quantity_that_does_not_exist_is_refused() -> None:
    network = build_text_network("one-hot", "every", 1)
    layer = trace_text(network, replace(read_text(network, "the"))).layers[0]
    with pytest.raises(InvalidSetting, match="units"):
        layer.quantity("units")


def test_what_was_read_goes_along() -> None:
    network = build_text_network("one-hot", "every", 1)
    read = read_text(network, "the [[cat]]")
    assert isinstance(read, ReadText)
    assert trace_text(network, read).read is read
