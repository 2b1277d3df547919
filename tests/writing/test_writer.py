"""The fast writer says what the plain network says, whatever the network's shape."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting, UnknownSymbols
from lstm_core.knobs import MAX_SEED_CHARACTERS, MAX_WRITTEN_SYMBOLS
from lstm_core.network.numpy_network import network_forward
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer

TEXT = "the mice had a council . the cat ate the mice . who is to bell the cat ?"
SEED = "the mice had a cat"


def build_writer(coding="one-hot", targets="every", layers=1, kind="words", window=3) -> Writer:
    vocabulary = Vocabulary.build(split_symbols(TEXT, kind), kind, 1000)
    shape = NetworkShape(len(vocabulary), coding, 5, layers, 7, targets, window)
    weights = draw_weights(shape, 3, 1.0, "keras")
    for name in weights:  # larger weights than the first ones: every gate moves
        weights[name] = weights[name] * np.float32(1.7) + np.float32(0.03)
    return Writer(TrainedNetwork(shape, weights, vocabulary, 0, "test"))


def plain_logits(writer: Writer, ids: list[int]) -> np.ndarray:
    network = writer.network
    logits = network_forward(network.shape, network.weights, np.array([ids], np.int32)).logits
    return logits[0, -1] if network.shape.targets == "every" else logits[0]


def write_all(writer, seed_text=SEED, length=12, sampling=None, seed=5):
    written = writer.write(writer.read(seed_text), length, sampling or Sampling(), np.random.default_rng(seed))
    return [symbol.id for symbol, _ in written]


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("coding", ["integer", "one-hot", "embedding"])
def test_a_writer_that_carries_its_state_on_equals_the_network_run_over_the_whole_text(coding, layers):
    writer = build_writer(coding, "every", layers)
    ids = writer.network.vocabulary.encode(split_symbols(SEED, "words")).tolist()
    for symbol, state in writer.write(writer.read(SEED), 12, Sampling(), np.random.default_rng(1)):
        ids.append(symbol.id)
        np.testing.assert_allclose(state.logits, plain_logits(writer, ids), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("coding", ["integer", "one-hot", "embedding"])
def test_a_writer_trained_on_windows_equals_the_network_run_over_the_last_window(coding, layers):
    writer = build_writer(coding, "last", layers, window=3)
    ids = writer.network.vocabulary.encode(split_symbols(SEED, "words")).tolist()
    for symbol, state in writer.write(writer.read(SEED), 12, Sampling(), np.random.default_rng(1)):
        ids.append(symbol.id)
        np.testing.assert_allclose(state.logits, plain_logits(writer, ids[-3:]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("targets", ["last", "every"])
def test_appending_a_text_symbol_by_symbol_equals_reading_it_at_once(targets):
    writer = build_writer(targets=targets)
    state = writer.read("the mice")
    for symbol_id in writer.network.vocabulary.encode(["had", "a", "council"]).tolist():
        state = writer.append(state, symbol_id)
    np.testing.assert_array_equal(state.logits, writer.read("the mice had a council").logits)


def test_writing_is_deterministic_when_temperature_is_zero():
    writer = build_writer()
    assert write_all(writer, sampling=Sampling(0), seed=1) == write_all(writer, sampling=Sampling(0), seed=2)


def test_writing_picks_the_likeliest_symbol_when_temperature_is_zero():
    writer = build_writer()
    for symbol, _ in writer.write(writer.read(SEED), 8, Sampling(0), np.random.default_rng(1)):
        assert symbol.symbol == symbol.likeliest[0][0]


def test_the_same_random_seed_writes_the_same_text():
    assert write_all(build_writer(), seed=9) == write_all(build_writer(), seed=9)


def test_the_seed_text_is_not_changed_by_what_is_written_after_it():
    writer = build_writer()
    state = writer.read(SEED)
    before = state.logits.copy(), state.hidden[0].copy(), state.cell[0].copy()
    list(writer.write(state, 20, Sampling(), np.random.default_rng(1)))
    for now, then in zip((state.logits, state.hidden[0], state.cell[0]), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_state_cannot_be_written_to():
    state = build_writer().read(SEED)
    with pytest.raises(ValueError, match="read-only"):
        state.logits[0] = 1


def test_what_the_network_believed_does_not_depend_on_the_temperature():
    writer = build_writer()
    state = writer.read(SEED)
    cold, _ = next(writer.write(state, 1, Sampling(0), np.random.default_rng(1)))
    assert cold.likeliest == writer.likeliest(state)
    assert cold.probability == cold.likeliest[0][1] < 1


def test_the_likeliest_are_the_highest_probabilities_in_order():
    writer = build_writer(kind="characters")
    state = writer.read("the cat")
    shown = [probability for _, probability in writer.likeliest(state)]
    np.testing.assert_allclose(shown, np.sort(writer.probabilities(state, Sampling()))[::-1][:10], rtol=1e-12)


def test_a_seed_shorter_than_the_window_is_enough():
    writer = build_writer(targets="last", window=3)
    ids = writer.network.vocabulary.encode(["cat"]).tolist()
    np.testing.assert_allclose(writer.read("cat").logits, plain_logits(writer, ids), rtol=1e-5, atol=1e-5)


def test_an_unknown_word_is_named_with_its_nearest_known_ones():
    with pytest.raises(UnknownSymbols) as refusal:
        build_writer().read("the mices had a councils")
    assert refusal.value.nearest["mices"][0] == "mice"


@pytest.mark.parametrize("seed_text", ["", "  \n ", "a" * (MAX_SEED_CHARACTERS + 1)])
def test_an_empty_or_too_long_seed_text_is_refused(seed_text):
    with pytest.raises(InvalidSetting):
        build_writer().read(seed_text)


@pytest.mark.parametrize("length", [-1, MAX_WRITTEN_SYMBOLS + 1])
def test_a_length_out_of_bounds_is_refused_before_anything_is_written(length):
    writer = build_writer()
    with pytest.raises(InvalidSetting):
        writer.write(writer.read(SEED), length, Sampling(), np.random.default_rng(1))


@pytest.mark.parametrize("symbol_id", [-1, 10_000])
def test_a_symbol_that_does_not_exist_cannot_be_chosen(symbol_id):
    writer = build_writer()
    with pytest.raises(InvalidSetting):
        writer.append(writer.read(SEED), symbol_id)


def test_the_likeliest_of_a_large_vocabulary_are_found_too():
    words = " ".join(f"w{number}" for number in range(400))
    vocabulary = Vocabulary.build(split_symbols(words, "words"), "words", 1000)
    shape = NetworkShape(len(vocabulary), "one-hot", 5, 1, 7, "every", 3)
    writer = Writer(TrainedNetwork(shape, draw_weights(shape, 3, 1.0, "keras"), vocabulary, 0, "test"))
    state = writer.read("w1 w2")
    order = np.argsort(-writer.probabilities(state, Sampling()), kind="stable")[:10]
    assert [symbol for symbol, _ in writer.likeliest(state)] == [vocabulary.symbols[i] for i in order]
