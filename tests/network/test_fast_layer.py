"""FastLSTM stands wherever `keras.layers.LSTM` stands."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstm_core.network.fast_lstm import FastLSTM


def draw_inputs() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, 6, 3)).astype(np.float32)


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.2, "recurrent_dropout": 0.1, "return_sequences": True}])
def test_its_settings_and_weights_are_those_of_keras_layer(settings: dict[str, Any]) -> None:
    fast, plain = FastLSTM(5, name="lstm", **settings), keras.layers.LSTM(5, name="lstm", **settings)
    fast.build((None, 6, 3))
    plain.build((None, 6, 3))
    assert fast.get_config() == plain.get_config()
    shapes = [[(weight.name, weight.shape) for weight in layer.trainable_weights] for layer in (fast, plain)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("settings", [{}, {"return_sequences": True}, {"use_bias": False}, {"return_state": True}])
def test_it_gives_what_keras_layer_gives(settings: dict[str, Any]) -> None:
    fast, plain = FastLSTM(5, **settings), keras.layers.LSTM(5, **settings)
    inputs = draw_inputs()
    plain.build(inputs.shape)
    fast.build(inputs.shape)
    fast.set_weights(plain.get_weights())
    for found, expected in zip(keras.tree.flatten(fast(inputs)), keras.tree.flatten(plain(inputs)), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=0, atol=1e-6)


def test_it_reads_batches_and_lengths_unknown_until_they_come() -> None:
    fast = FastLSTM(5, return_sequences=True)
    inputs = draw_inputs()
    expected = fast(inputs).numpy()
    free = tf.function(fast, input_signature=[tf.TensorSpec((None, None, 3))])
    np.testing.assert_allclose(free(inputs).numpy(), expected, rtol=0, atol=1e-6)


def test_it_learns_in_a_model_compiled_by_xla() -> None:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((6, 3)), FastLSTM(8, dropout=0.1, recurrent_dropout=0.1), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.05), "mse", jit_compile=True)
    inputs = draw_inputs()
    losses = model.fit(inputs, inputs.sum((1, 2)) / 9, epochs=40, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("setting", ["dropout", "recurrent_dropout"])
def test_dropout_disturbs_training_alone(setting: str) -> None:
    keras.utils.set_random_seed(1)
    inputs = draw_inputs()
    layer = FastLSTM(16, **{setting: 0.5})
    still = layer(inputs, training=False).numpy()
    np.testing.assert_array_equal(layer(inputs, training=False).numpy(), still)
    assert not np.allclose(layer(inputs, training=True).numpy(), still)
    assert not np.allclose(layer(inputs, training=True).numpy(), layer(inputs, training=True).numpy())


@pytest.mark.parametrize(
    "settings",
    [
        {"go_backwards": True},
        {"unroll": True},
        {"zero_output_for_mask": True},
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
    ],
)
def test_settings_beyond_it_are_refused_when_it_is_built(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="FastLSTM"):
        FastLSTM(5, **settings)
