"""The Keras model is an ordinary one: named weights there and back, and a file that opens anywhere."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from lstm_core.network.keras_model import build_keras_model, get_weights, set_weights
from lstm_core.network.shape import NetworkShape, draw_weights

SHAPE = NetworkShape(symbol_count=7, coding="embedding", embedding=4, layers=2, units=5, targets="every", window=6)
CODINGS = ("integer", "one-hot", "embedding")


@pytest.mark.parametrize("coding", CODINGS)
def test_weights_come_back_as_they_were_set(coding: str) -> None:
    shape = replace(SHAPE, coding=coding)
    weights = draw_weights(shape, 1, 1.0, "keras")
    model = build_keras_model(shape)
    set_weights(model, weights)
    found = get_weights(model)
    assert list(found) == list(weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(found[name], array)
    assert model.count_params() == shape.count_parameters()


@pytest.mark.parametrize("targets", ["last", "every"])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_saved_model_opens_without_this_project(coding: str, targets: str, tmp_path: Path) -> None:
    model = build_keras_model(replace(SHAPE, coding=coding, targets=targets))
    model.save(tmp_path / "model.keras")
    ids = np.array([[0, 1, 2, 3, 4, 6]], np.int32)
    opened = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(opened(ids).numpy(), model(ids).numpy())


def test_dropout_is_given_to_every_lstm_layer() -> None:
    model = build_keras_model(SHAPE, dropout=0.2, recurrent_dropout=0.3)
    layers = [model.get_layer(name) for name in ("lstm_1", "lstm_2")]
    assert [(layer.dropout, layer.recurrent_dropout) for layer in layers] == [(0.2, 0.3)] * 2


def test_weights_of_another_network_are_refused() -> None:
    weights = draw_weights(replace(SHAPE, layers=1), 1, 1.0, "keras")
    with pytest.raises(ValueError, match="lstm_2/kernel"):
        set_weights(build_keras_model(SHAPE), weights)
