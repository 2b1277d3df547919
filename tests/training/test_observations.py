"""What a network is asked while it trains: a little writing, and what comes next."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_core.network.numpy_network import network_forward, softmax
from lstm_core.network.shape import draw_weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import split_symbols
from lstm_core.training.data import TrainingData, prepare_data
from lstm_core.training.observations import predict_next_symbols, write_samples
from tests.training.small_runs import TEXT, build_small_spec


def build_network(data: TrainingData, step: int = 10) -> TrainedNetwork:
    return TrainedNetwork(data.shape, draw_weights(data.shape, 1, 1.0, "keras"), data.vocabulary, step, "a network")


@pytest.mark.parametrize(
    ("kind", "seed_text", "length"), [("words", "the cat sat", 32), ("characters", TEXT[:24], 160)]
)
def test_samples_go_on_from_the_beginning_of_the_text_at_three_temperatures(
    kind: str, seed_text: str, length: int
) -> None:
    data = prepare_data(build_small_spec(symbols=kind))
    samples = write_samples(build_network(data), data, 1)
    assert [sample.temperature for sample in samples] == [0.2, 0.5, 1.0]
    assert {(sample.step, sample.seed_text) for sample in samples} == {(10, seed_text)}
    assert [len(split_symbols(sample.text, kind)) for sample in samples] == [length] * 3


def test_samples_follow_from_seed_and_step_and_differ_with_them() -> None:
    data = prepare_data(build_small_spec())
    first, again = (write_samples(build_network(data), data, 1) for _ in range(2))
    assert first == again
    assert first[2].text != write_samples(build_network(data), data, 2)[2].text
    assert first[2].text != write_samples(build_network(data, step=11), data, 1)[2].text


@pytest.mark.parametrize("targets", ["last", "every"])
def test_predictions_name_the_likeliest_symbol_after_windows_of_the_text(targets: str) -> None:
    data = prepare_data(build_small_spec(window=3, targets=targets))
    network = build_network(data)
    words = split_symbols(TEXT, "words")
    rows = predict_next_symbols(network, data, 1)
    assert len(rows) == 8
    for row in rows:
        assert (*row.context, row.expected) in {tuple(words[at : at + 4]) for at in range(len(words) - 3)}
        logits = network_forward(network.shape, network.weights, data.vocabulary.encode(list(row.context))[None]).logits
        probabilities = softmax(logits.reshape(-1, len(data.vocabulary))[-1])
        assert row.predicted == data.vocabulary.symbols[probabilities.argmax()]
        assert row.probability == pytest.approx(probabilities.max(), rel=1e-5)


def test_predictions_come_from_the_held_out_part_where_there_is_one() -> None:
    data = prepare_data(build_small_spec())
    held_out = np.zeros(30, np.int32)  # nothing but the most frequent symbol
    data = replace(data, split=replace(data.split, validation=held_out))
    rows = predict_next_symbols(build_network(data), data, 1)
    assert {(row.context, row.expected) for row in rows} == {(("the",) * 3, "the")}


def test_a_text_of_one_window_has_one_prediction() -> None:
    data = prepare_data(build_small_spec("the cat sat on it"))
    (row,) = predict_next_symbols(build_network(data), data, 1)
    assert (row.context, row.expected) == (("cat", "sat", "on"), "it")
