"""The peers compute the same networks as we do: with the same weights they give the same numbers."""

import numpy as np
import pytest

from benchmarks.peers.article_loop import build_model as build_article_model
from benchmarks.peers.article_loop import iter_windows
from benchmarks.peers.keras_characters import build_model as build_character_model
from benchmarks.peers.keras_reviews import build_model as build_review_model
from benchmarks.peers.keras_writer import PredictingWriter
from benchmarks.peers.keras_writer import build_model as build_writing_model
from lstm_core.network.experiments import EXPERIMENTS, build_spec
from lstm_core.network.numpy_network import network_forward, softmax
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS
from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import Vocabulary
from lstm_core.training.data import prepare_data
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer

SHAPE = NetworkShape(symbol_count=7, coding="embedding", embedding=5, layers=1, units=6, targets="every", window=9)
WEIGHTS = draw_weights(SHAPE, random_seed=1, forget_bias=1.0, initialization="keras")
IDS = np.random.default_rng(1).integers(SHAPE.symbol_count, size=(3, SHAPE.window))


def test_keras_peer_computes_our_character_network() -> None:
    model = build_character_model(SHAPE.symbol_count, SHAPE.embedding, SHAPE.units, SHAPE.window)
    assert model.count_params() == SHAPE.count_parameters()
    model.set_weights(list(WEIGHTS.values()))
    np.testing.assert_allclose(model(IDS).numpy(), network_forward(SHAPE, WEIGHTS, IDS).logits, rtol=1e-5, atol=1e-5)


def test_pytorch_peer_computes_our_character_network_and_gives_its_weights_back() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: requirements-bench.txt")
    from benchmarks.peers.torch_lstm import CharacterNetwork, get_weights, set_weights

    network = CharacterNetwork(SHAPE.symbol_count, SHAPE.embedding, SHAPE.units)
    second_bias = 4 * SHAPE.units  # PyTorch adds two biases where one would do
    assert sum(part.numel() for part in network.parameters()) == SHAPE.count_parameters() + second_bias
    set_weights(network, WEIGHTS)
    with torch.no_grad():
        logits = network(torch.from_numpy(IDS)).numpy()
    np.testing.assert_allclose(logits, network_forward(SHAPE, WEIGHTS, IDS).logits, rtol=1e-5, atol=1e-5)
    found = get_weights(network)
    assert list(found) == list(WEIGHTS)
    for name, array in WEIGHTS.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("name", ["rubik-meditations", "atienza-aesop"])
def test_the_tutorials_loop_trains_the_tutorials_network_on_its_windows(name: str) -> None:
    spec = build_spec(name, "article")
    data = prepare_data(spec)
    model = build_article_model(len(data.vocabulary), spec.layers, spec.units, spec.window)
    assert model.count_params() == data.shape.count_parameters()
    windows = iter_windows(data.split.training, spec.window, len(data.vocabulary))
    known = {tuple(data.split.training[at : at + 4]) for at in range(data.symbol_count - 3)}
    for _ in range(60):  # twice through the text
        inputs, target = next(windows)
        assert inputs.shape == (1, 3, 1)
        assert (*inputs[0, :, 0].astype(int), int(target.argmax())) in known


def test_the_peer_of_the_reviews_is_the_articles_network() -> None:
    article = REVIEW_EXPERIMENTS["rubik-imdb"].article
    names = ("embedding", "units", "direction", "pooling", "dense", "padding", "window")
    shape = ReviewShape(word_count=article["vocabulary"] + 1, **{name: article[name] for name in names})
    model = build_review_model()
    model.build((None, article["window"]))
    assert model.count_params() == shape.count_parameters() == 50_000 + 60_400 + 25_250 + 251


def test_the_peer_that_predicts_writes_what_our_writer_writes() -> None:
    vocabulary = Vocabulary.build(list("abcdefg"), "characters", 10)
    network = TrainedNetwork(SHAPE, WEIGHTS, vocabulary, 0, "a network")
    writer = Writer(network)
    ours = [
        written.id
        for written, _ in writer.write(writer.read_ids([2]), 8, Sampling(temperature=0), np.random.default_rng(1))
    ]
    model = build_writing_model(SHAPE.symbol_count, SHAPE.embedding, SHAPE.units, WEIGHTS)
    peer = PredictingWriter(model, SHAPE.units, lambda probabilities: int(probabilities.argmax()))
    assert peer.write(2, 8) == ours
    first = PredictingWriter(model, SHAPE.units, int).read(2)
    np.testing.assert_allclose(
        first, softmax(network_forward(SHAPE, WEIGHTS, np.array([[2]])).logits)[0, -1], rtol=1e-5
    )


def test_every_experiment_with_a_published_accuracy_is_measured() -> None:
    from benchmarks.articles import PUBLISHED_STEPS

    assert set(PUBLISHED_STEPS) == {name for name, entry in EXPERIMENTS.items() if entry.published_accuracy}
