"""The optimizers as pure functions do what Keras' and TensorFlow 1's own do with their variables."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstm_core.network.shape import Weights
from lstm_core.network.size import SLOTS
from lstm_core.training.optimizers import SLOT_STARTS, clip_by_global_norm, initial_slots, update_weights

STEPS = 12
SIZES = {"kernel": (3, 4), "bias": (4,)}


def draw_arrays(seed: int, scale: float = 1.0) -> Weights:
    random = np.random.default_rng(seed)
    return {name: random.normal(0, scale, size).astype(np.float32) for name, size in SIZES.items()}


def draw_gradients() -> list[Weights]:
    """Gradients of very different lengths, some zero, as training meets them."""
    gradients = [draw_arrays(100 + step, scale=10.0 ** (step % 5 - 3)) for step in range(STEPS)]
    for gradient in gradients[::3]:
        gradient["kernel"][0] = 0
    return gradients


def make_steps(optimizer: str, rates: np.ndarray, beta_2: float = 0.999) -> Weights:
    weights = {name: tf.constant(array) for name, array in draw_arrays(1).items()}
    slots = {
        slot: {name: tf.constant(array) for name, array in arrays.items()}
        for slot, arrays in initial_slots(optimizer, draw_arrays(1)).items()
    }
    for step, gradients in enumerate(draw_gradients(), start=1):
        tensors = {name: tf.constant(array) for name, array in gradients.items()}
        weights, slots = update_weights(optimizer, weights, slots, tensors, rates[step - 1], beta_2, float(step))
    return {name: tensor.numpy() for name, tensor in weights.items()}


def assert_equal_to_rounding(found: Weights, expected: Weights) -> None:
    for name, array in found.items():
        np.testing.assert_allclose(array, expected[name], rtol=2e-6, atol=2e-6, err_msg=name)


@pytest.mark.parametrize(
    ("optimizer", "beta_2", "build"),
    [
        ("sgd", 0.999, lambda: keras.optimizers.SGD(0.01)),
        ("rmsprop", 0.999, lambda: keras.optimizers.RMSprop(0.01)),
        ("adam", 0.999, lambda: keras.optimizers.Adam(0.01)),
        ("adam", 0.9, lambda: keras.optimizers.Adam(0.01, beta_2=0.9)),
    ],
)
def test_several_steps_lead_where_keras_optimizer_leads(
    optimizer: str, beta_2: float, build: Callable[[], keras.optimizers.Optimizer]
) -> None:
    rates = np.linspace(0.01, 0.002, STEPS, dtype=np.float32)  # changed at every step, as a schedule does
    oracle = build()
    variables = [keras.Variable(array) for array in draw_arrays(1).values()]
    for rate, gradients in zip(rates, draw_gradients(), strict=True):
        oracle.learning_rate = rate
        oracle.apply([tf.constant(gradient) for gradient in gradients.values()], variables)
    expected = {name: variable.value.numpy() for name, variable in zip(SIZES, variables, strict=True)}
    assert_equal_to_rounding(make_steps(optimizer, rates, beta_2), expected)


def test_rmsprop_of_tensorflow_1_follows_its_formula() -> None:
    rates = np.full(STEPS, 0.001, np.float32)
    weights = {name: array.astype(np.float64) for name, array in draw_arrays(1).items()}
    mean_square = {name: np.ones(size) for name, size in SIZES.items()}  # starts at one
    for gradients in draw_gradients():
        for name, gradient in gradients.items():
            gradient = gradient.astype(np.float64)
            mean_square[name] = 0.9 * mean_square[name] + 0.1 * gradient**2
            weights[name] -= 0.001 * gradient / np.sqrt(mean_square[name] + 1e-10)
    assert_equal_to_rounding(make_steps("rmsprop-tf1", rates), weights)


def test_rmsprop_of_tensorflow_1_leads_where_its_own_optimizer_leads() -> None:
    oracle = tf.compat.v1.train.RMSPropOptimizer(0.001)
    variables = [tf.Variable(array) for array in draw_arrays(1).values()]
    for gradients in draw_gradients():
        oracle.apply_gradients(zip(map(tf.constant, gradients.values()), variables, strict=True))
    expected = {name: variable.numpy() for name, variable in zip(SIZES, variables, strict=True)}
    assert_equal_to_rounding(make_steps("rmsprop-tf1", np.full(STEPS, 0.001, np.float32)), expected)


@pytest.mark.parametrize("scale", [0.0, 0.001, 1.0, 1000.0])
def test_clipping_shortens_all_gradients_together_as_tensorflow_does(scale: float) -> None:
    gradients = {name: tf.constant(array) for name, array in draw_arrays(7, scale).items()}
    expected, _ = tf.clip_by_global_norm(list(gradients.values()), 1.0)
    found = clip_by_global_norm(gradients, 1.0)
    for array, right in zip(found.values(), expected, strict=True):
        np.testing.assert_allclose(array.numpy(), right.numpy(), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("optimizer", SLOT_STARTS)
def test_the_memory_estimate_counts_the_arrays_that_an_optimizer_keeps(optimizer: str) -> None:
    assert SLOTS[optimizer] == len(initial_slots(optimizer, draw_arrays(1)))
