"""A trained network as a `.keras` file of Keras' own layers: it opens wherever Keras is, without code of this project.

What goes in are ids, what comes out are probabilities. Which symbol an id means stands in the file too, as
`symbols.json` (a .keras file is a zip archive): its place in the list is its id.
"""

import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.network.review_shape import DIRECTIONS, ReviewShape
from lstm_core.network.shape import NetworkShape, Weights
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork

SYMBOLS_FILE = "symbols.json"


@dataclass(frozen=True)
class Dropouts:
    """Shares left out at random while a model trains on, each 0 to 1; they change nothing of what it says."""

    inputs: float = 0.0  # of each layer
    recurrent: float = 0.0
    embedding: float = 0.0

    @classmethod
    def from_spec(cls, spec: RunSpec) -> "Dropouts":
        """Return those of a run."""
        return cls(spec.dropout, spec.recurrent_dropout, spec.embedding_dropout if spec.reviews else 0.0)


def pack_keras_file(network: TrainedNetwork, dropouts: Dropouts | None = None) -> bytes:
    """Return the network as the bytes of a `.keras` file."""
    model = build_plain_model(network.shape, network.weights, dropouts or Dropouts())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.keras"
        model.save(file)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(SYMBOLS_FILE, json.dumps(describe_symbols(network), ensure_ascii=False, indent=1))
        return file.read_bytes()


def describe_symbols(network: TrainedNetwork) -> dict[str, Any]:
    """Say what goes into the model and what comes out, with the symbols by their ids, as plain JSON values."""
    symbols = list(network.vocabulary.symbols)
    if isinstance(network.shape, NetworkShape):
        return {
            "input": f"ids of {network.vocabulary.kind}, (batch, length), int32",
            "output": "the probability of each symbol to come next",
            "window": network.shape.window,
            "kind": network.vocabulary.kind,
            "symbols": symbols,
        }
    before = network.shape.padding == "before"
    return {
        "input": "ids of words, lower case, (batch, length), int32; shorter reviews are filled up with the id of “”, "
        + (f"before their first word, to a length of {network.shape.window}" if before else "after their last word"),
        "output": "the probability that the review is positive",
        "window": network.shape.window,
        "kind": "words",
        "symbols": [*symbols, ""] if before else ["", *symbols],
    }


def build_plain_model(shape: NetworkShape | ReviewShape, weights: Weights, dropouts: Dropouts) -> Any:
    """Build a `keras.Model` of Keras' own layers that says what the network says."""
    if isinstance(shape, NetworkShape):
        return _build_text_model(shape, weights, dropouts)
    return _build_review_model(shape, weights, dropouts)


def _build_text_model(shape: NetworkShape, weights: Weights, dropouts: Dropouts) -> Any:
    """Ids (B, T) in, T being any length; probabilities out: (B, T, V) for the targets "every", (B, V) for "last"."""
    import keras
    from keras import layers

    ids = keras.Input((None,), dtype="int32", name="ids")
    if shape.coding == "embedding":
        signal = layers.Embedding(shape.symbol_count, shape.embedding, name="embedding")(ids)
    else:
        # (B, T, 1): of a sequence of one symbol, CategoryEncoding would otherwise lose a dimension (Keras 3.15).
        numbers = layers.Reshape((-1, 1), name="one_number_each")(ids)
        if shape.coding == "integer":
            signal = layers.Rescaling(1.0, name="as_float")(numbers)
        else:
            signal = layers.CategoryEncoding(shape.symbol_count, output_mode="one_hot", name="one_hot")(numbers)
    for number in range(1, shape.layers + 1):
        is_sequence = shape.targets == "every" or number < shape.layers
        lstm = _lstm(shape.units, dropouts, return_sequences=is_sequence, name=f"lstm_{number}")
        signal = lstm(signal)
    if dropouts.inputs:  # a mask that is the same at each step
        kind = layers.SpatialDropout1D if shape.targets == "every" else layers.Dropout
        signal = kind(dropouts.inputs, name="dropout")(signal)
    probabilities = layers.Dense(shape.symbol_count, activation="softmax", name="output")(signal)
    model = keras.Model(ids, probabilities, name="text_network")
    for name in dict.fromkeys(weight.split("/")[0] for weight in weights):
        model.get_layer(name).set_weights(_take(weights, name))
    return model


def _build_review_model(shape: ReviewShape, weights: Weights, dropouts: Dropouts) -> Any:
    """Ids (B, T) in, padded as `describe_symbols` says; the probability that each is positive out, (B, 1)."""
    import keras
    from keras import layers, ops

    is_masked = shape.padding == "ignored"  # Keras leaves out the id 0, so all words move up by one
    words = shape.weight_shapes()["embedding"][0] + is_masked
    ids = keras.Input((None,), dtype="int32", name="ids")
    signal = layers.Embedding(words, shape.embedding, mask_zero=is_masked, name="embedding")(ids)
    if dropouts.embedding:
        signal = layers.Dropout(dropouts.embedding, name="embedding_dropout")(signal)
    lstm = _lstm(shape.units, dropouts, return_sequences=shape.pooling != "last", name="lstm_1")
    if shape.direction == "both":
        lstm = layers.Bidirectional(lstm, merge_mode=None, name="lstm_1")
    hidden = lstm(signal)
    pooled = []
    for said in hidden if shape.direction == "both" else [hidden]:
        if shape.pooling == "last":
            pooled.append(said)
            continue
        pooled.append(layers.GlobalAveragePooling1D()(said))  # of the words alone: it heeds Keras' mask
        if shape.pooling == "mean-and-max":
            if is_masked:  # the maximum does not; a hidden state is above -1
                said = ops.where(ops.expand_dims(ops.not_equal(ids, 0), -1), said, -1.0)
            pooled.append(layers.GlobalMaxPooling1D()(said))
    signal = layers.Concatenate(name="pooled")(pooled) if len(pooled) > 1 else pooled[0]
    if shape.dense:
        signal = layers.Dense(shape.dense, activation="relu", name="dense")(signal)
    if dropouts.inputs:
        signal = layers.Dropout(dropouts.inputs, name="dropout")(signal)
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid", name="output")(signal), name="review_network")
    _set_review_weights(model, shape, weights, is_masked)
    return model


def _set_review_weights(model: Any, shape: ReviewShape, weights: Weights, is_masked: bool) -> None:
    embedding = weights["embedding"]
    nothing = np.zeros((1, shape.embedding), np.float32)  # the vector of the padding, which nobody looks at
    model.get_layer("embedding").set_weights([np.concatenate([nothing, embedding]) if is_masked else embedding])
    names = [f"lstm_1{direction}" for direction in DIRECTIONS[shape.direction]]
    model.get_layer("lstm_1").set_weights([array for name in names for array in _take(weights, name)])
    for name in ("dense", "output"):
        if f"{name}/kernel" in weights:
            model.get_layer(name).set_weights(_take(weights, name))


def _lstm(units: int, dropouts: Dropouts, **settings: Any) -> Any:
    from keras import layers

    return layers.LSTM(units, dropout=dropouts.inputs, recurrent_dropout=dropouts.recurrent, **settings)


def _take(weights: Weights, layer: str) -> list[np.ndarray]:
    """Return a layer's arrays in Keras' order, which is ours."""
    return [array for name, array in weights.items() if name == layer or name.startswith(f"{layer}/")]
