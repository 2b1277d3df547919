"""The same network as an ordinary Keras model, and its weights there and back."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from lstm_core.network.shape import NetworkShape, Weights


def build_keras_model(
    shape: NetworkShape,
    lstm_class: Callable[..., Any] = keras.layers.LSTM,
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
) -> keras.Model:
    """Build a functional model: ids int32 (batch, window) in, logits out.

    Logits are (batch, window, symbols) for the targets "every", (batch, symbols) for "last". Layers are named
    "embedding" (if any), "lstm_1" ..., "output". `lstm_class` is `keras.layers.LSTM` or `fast_lstm.FastLSTM`.
    """
    ids = keras.Input((shape.window,), dtype="int32", name="ids")
    if shape.coding == "embedding":
        signal = keras.layers.Embedding(shape.symbol_count, shape.embedding, name="embedding")(ids)
    elif shape.coding == "integer":
        signal = keras.ops.expand_dims(keras.ops.cast(ids, "float32"), -1)  # (batch, window, 1)
    else:
        signal = keras.ops.one_hot(ids, shape.symbol_count)  # (batch, window, symbols)
    for layer in range(1, shape.layers + 1):
        signal = lstm_class(
            shape.units,
            return_sequences=shape.targets == "every" or layer < shape.layers,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            name=f"lstm_{layer}",
        )(signal)
    return keras.Model(ids, keras.layers.Dense(shape.symbol_count, name="output")(signal))


def set_weights(model: keras.Model, weights: Weights) -> None:
    """Copy `weights` into a model of `build_keras_model`.

    Raises ValueError when the names or a shape are not the model's.
    """
    variables = name_variables(model)
    if set(variables) != set(weights):
        raise ValueError(f"Expected the weights {sorted(variables)}, came {sorted(weights)}.")
    for name, variable in variables.items():
        variable.assign(weights[name])


def get_weights(model: keras.Model) -> Weights:
    """Copy the weights out of a model of `build_keras_model`: float32 arrays by name."""
    return {name: np.array(keras.ops.convert_to_numpy(value)) for name, value in name_variables(model).items()}


def name_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Return the model's variables by the names that `shape.py` gives them, in the same order."""
    return {
        layer.name if layer.name == "embedding" else f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.trainable_variables
    }
