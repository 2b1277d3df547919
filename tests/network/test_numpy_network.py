"""Whole networks: NumPy and Keras agree on every coding, target and depth; evaluation counts what it says."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstm_core.errors import TextTooShort
from lstm_core.network.fast_lstm import FastLSTM
from lstm_core.network.keras_model import build_keras_model, name_variables, set_weights
from lstm_core.network.numpy_network import evaluate, network_forward, network_gradients, softmax
from lstm_core.network.shape import NetworkShape, Weights, draw_weights

BATCH = 4
SHAPE = NetworkShape(symbol_count=11, coding="embedding", embedding=5, layers=2, units=8, targets="every", window=6)
CODINGS, TARGETS = ("integer", "one-hot", "embedding"), ("last", "every")


def draw_network(shape: NetworkShape) -> Weights:
    """Weights with biases that are not zero, so that no array could be left out unnoticed."""
    random = np.random.default_rng(3)
    weights = draw_weights(shape, 1, 1.0, "keras")
    return {name: array + random.normal(0, 0.1, array.shape).astype(np.float32) for name, array in weights.items()}


def draw_ids(shape: NetworkShape, *size: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, shape.symbol_count, size).astype(np.int32)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("targets", TARGETS)
@pytest.mark.parametrize("coding", CODINGS)
def test_the_numpy_network_gives_the_loss_and_gradients_of_the_keras_model(
    coding: str, targets: str, layers: int
) -> None:
    shape = replace(SHAPE, coding=coding, targets=targets, layers=layers)
    weights = draw_network(shape)
    inputs = draw_ids(shape, BATCH, shape.window)
    wanted = draw_ids(shape, BATCH, shape.window) if targets == "every" else draw_ids(shape, BATCH)
    model = build_keras_model(shape, FastLSTM if layers == 2 else keras.layers.LSTM)
    set_weights(model, weights)
    variables = name_variables(model)
    with tf.GradientTape() as tape:
        logits = model(inputs, training=True)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(wanted, logits, from_logits=True))
    expected = tape.gradient(loss, [variable.value for variable in variables.values()])

    found_loss, gradients = network_gradients(shape, weights, inputs, wanted)

    assert found_loss == pytest.approx(float(loss), rel=1e-5)
    assert list(gradients) == list(variables) == list(shape.weight_shapes())
    np.testing.assert_allclose(network_forward(shape, weights, inputs).logits, logits.numpy(), rtol=0, atol=1e-5)
    for (name, gradient), right in zip(gradients.items(), expected, strict=True):
        right = tf.convert_to_tensor(right).numpy()  # the embedding's comes as slices
        assert np.abs(gradient - right).max() <= 1e-5 * np.abs(right).max(), name


@pytest.mark.parametrize("coding", CODINGS)
def test_reading_on_from_a_state_is_reading_in_one_go(coding: str) -> None:
    shape = replace(SHAPE, coding=coding)
    weights, ids = draw_network(shape), draw_ids(shape, BATCH, 9)
    whole = network_forward(shape, weights, ids)
    first = network_forward(shape, weights, ids[:, :4])
    rest = network_forward(shape, weights, ids[:, 4:], first.state)
    np.testing.assert_allclose(rest.logits, whole.logits[:, 4:], rtol=0, atol=1e-6)


@pytest.mark.parametrize("logits", [[0.0, 0.0], [1e30, -1e30], [-1000.0, -1001.0]])
def test_softmax_gives_probabilities_however_large_the_logits(logits: list[float]) -> None:
    probabilities = softmax(np.array(logits, np.float32))
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities[0] >= probabilities[1]


def evaluate_slowly(shape: NetworkShape, weights: Weights, windows: list[np.ndarray]) -> tuple[float, int, int]:
    """One window at a time, one prediction at a time, through Keras."""
    model = build_keras_model(shape)
    set_weights(model, weights)
    surprises, hits = [], 0
    for window in windows:
        logits = model(window[None, :-1]).numpy().reshape(-1, shape.symbol_count)
        targets = window[1:] if shape.targets == "every" else window[-1:]
        for row, target in zip(logits.astype(np.float64), targets, strict=True):
            surprises.append(-np.log(np.exp(row)[target] / np.exp(row).sum()))
            hits += int(row.argmax() == target)
    return float(np.mean(surprises)), hits, len(surprises)


@pytest.mark.parametrize(("targets", "starts"), [("last", range(20)), ("every", (0, 6, 12, 18))])
def test_evaluation_counts_each_prediction_once(targets: str, starts: tuple[int, ...]) -> None:
    shape = replace(SHAPE, targets=targets)
    weights, ids = draw_network(shape), draw_ids(shape, 26)
    loss, hits, count = evaluate_slowly(shape, weights, [ids[start : start + 7] for start in starts])
    found = evaluate(shape, weights, ids, shape.window)
    assert (found.hits, found.count) == (hits, count)
    assert found.loss_nats == pytest.approx(loss, rel=1e-5)
    assert found.accuracy == hits / count


@pytest.mark.parametrize("targets", TARGETS)
def test_evaluation_of_a_few_windows_spreads_them_over_the_text(targets: str) -> None:
    shape = replace(SHAPE, targets=targets)
    weights, ids = draw_network(shape), draw_ids(shape, 6 * 30 + 1)
    loss, hits, count = evaluate_slowly(shape, weights, [ids[:7], ids[-7:]])
    found = evaluate(shape, weights, ids, shape.window, max_windows=2)
    assert (found.hits, found.count) == (hits, count)
    assert found.loss_nats == pytest.approx(loss, rel=1e-5)


def test_evaluation_does_not_depend_on_how_many_windows_fit_into_memory_at_once() -> None:
    shape = replace(SHAPE, symbol_count=20_000, layers=1, window=64)  # few windows of this vocabulary fit
    weights, ids = draw_network(shape), draw_ids(shape, 64 * 9 + 1)
    parts = [evaluate(shape, weights, ids[64 * part : 64 * part + 65], 64) for part in range(9)]
    found = evaluate(shape, weights, ids, 64)
    assert found.count == 64 * 9
    assert found.loss_nats == pytest.approx(np.mean([part.loss_nats for part in parts]), rel=1e-6)


def test_evaluation_refuses_a_text_of_no_window_and_target() -> None:
    with pytest.raises(TextTooShort, match="6 symbols.*need 7"):
        evaluate(SHAPE, draw_network(SHAPE), draw_ids(SHAPE, 6), 6)
