"""The `.keras` file of every kind of network says what NumPy says, and is made of Keras' own layers alone."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from lstm_core.export.keras_file import Dropouts, describe_symbols, pack_keras_file
from lstm_core.network.numpy_network import network_forward, softmax
from lstm_core.network.pretrained import load_pretrained
from lstm_core.network.review_network import score_ids, sigmoid
from lstm_core.network.shape import NetworkShape
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.text.symbols import Vocabulary
from tests.export.some_runs import draw_large_weights
from tests.reviewing.some_networks import REVIEW, WINDOW, build_network, build_shape

DROPOUTS = Dropouts(0.3, 0.2, 0.1)  # they must change nothing of what it says
LETTERS = Vocabulary(tuple("abcdefg"), (2,) * 7, "characters")


def open_file(network: TrainedNetwork, tmp_path: Path) -> Any:
    file = tmp_path / "network.keras"
    file.write_bytes(pack_keras_file(network, DROPOUTS))
    return keras.saving.load_model(file, safe_mode=True)


def pad(network: TrainedNetwork, reviews: list[np.ndarray]) -> np.ndarray:
    """Put reviews side by side as symbols.json says."""
    symbols = describe_symbols(network)["symbols"]
    padding, is_before = symbols.index(""), network.review_shape.padding == "before"
    rows = np.full((len(reviews), WINDOW), padding, np.int32)
    for row, review in zip(rows, reviews, strict=True):
        ids = [symbols.index(network.vocabulary.symbols[word]) for word in review]
        row[WINDOW - len(ids) :] = ids if is_before else row[WINDOW - len(ids) :]
        row[: len(ids)] = row[: len(ids)] if is_before else ids
    return rows


@pytest.mark.parametrize(
    ("coding", "layers", "targets"),
    [("integer", 2, "last"), ("one-hot", 1, "every"), ("embedding", 3, "every"), ("embedding", 1, "last")],
)
def test_a_text_network_gives_the_same_probabilities(coding: str, layers: int, targets: str, tmp_path: Path) -> None:
    shape = NetworkShape(7, coding, 4, layers, 5, targets, 6)
    network = TrainedNetwork(shape, draw_large_weights(shape), LETTERS, 0, "letters")
    model = open_file(network, tmp_path)
    for ids in (np.array([[0, 1, 2, 3, 4, 6], [5, 5, 0, 1, 2, 2]]), np.array([[3]])):  # a window; a single symbol
        expected = softmax(network_forward(shape, network.weights, ids).logits)
        np.testing.assert_allclose(model(ids).numpy(), expected, atol=1e-5)
    assert model.count_params() == shape.count_parameters()


@pytest.mark.parametrize(
    ("direction", "pooling", "padding", "dense"),
    [
        ("forward", "last", "before", 5),  # the tutorial's
        ("both", "last", "ignored", 0),
        ("forward", "mean", "ignored", 0),
        ("both", "mean-and-max", "before", 0),
        ("both", "mean-and-max", "ignored", 5),
    ],
)
def test_a_review_network_gives_the_same_scores(
    direction: str, pooling: str, padding: str, dense: int, tmp_path: Path
) -> None:
    network = build_network(build_shape(direction, pooling, padding, dense))
    reviews = [np.arange(length) % network.review_shape.word_count for length in (WINDOW, 3, 1, 17)]
    expected = sigmoid(score_ids(network.review_shape, network.weights, reviews))
    assert np.ptp(expected) > 0.05  # or any model that says the same of all would do
    model = open_file(network, tmp_path)
    np.testing.assert_allclose(model(pad(network, reviews)).numpy()[:, 0], expected, atol=1e-5)


def test_the_judge_that_ships_goes_out_with_its_words(tmp_path: Path) -> None:
    network = load_pretrained("imdb-reviews")
    model = open_file(network, tmp_path)
    with zipfile.ZipFile(tmp_path / "network.keras") as archive:
        number = {word: place for place, word in enumerate(json.loads(archive.read("symbols.json"))["symbols"])}
    ids = np.array([[number[word] for word in REVIEW.split()] + 5 * [number[""]]])
    assert float(model(ids)[0, 0]) == pytest.approx(ReviewScorer(network).judge(REVIEW).score, abs=1e-5)


def test_all_that_the_file_names_is_of_keras() -> None:
    data = pack_keras_file(build_network(build_shape()), DROPOUTS)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        config = archive.read("config.json").decode()
    modules: set[str] = set()
    json.loads(config, object_hook=lambda record: modules.add(str(record.get("module", "keras"))))
    assert {module.split(".")[0] for module in modules} <= {"keras", "None", "builtins"} and len(modules) > 1
    assert "lstm_core" not in config and "Lambda" not in config
