"""Which weights a network has, and how they are first drawn."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_core.network.shape import NetworkShape, draw_weights

SHAPE = NetworkShape(symbol_count=60, coding="embedding", embedding=40, layers=2, units=50, targets="every", window=6)
INITIALIZATIONS = ("keras", "wide-embedding", "tensorflow-1")


@pytest.mark.parametrize(
    ("coding", "input_size", "parameters"),
    [
        ("integer", 1, 4 * 50 * (1 + 51) + 4 * 50 * (50 + 51) + 51 * 60),
        ("one-hot", 60, 4 * 50 * (60 + 51) + 4 * 50 * (50 + 51) + 51 * 60),
        ("embedding", 40, 60 * 40 + 4 * 50 * (40 + 51) + 4 * 50 * (50 + 51) + 51 * 60),
    ],
)
def test_parameters_are_counted_as_by_hand(coding: str, input_size: int, parameters: int) -> None:
    shape = replace(SHAPE, coding=coding)
    assert shape.input_size == input_size
    assert shape.count_parameters() == parameters


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_the_same_seed_draws_the_same_weights_and_another_one_others(initialization: str) -> None:
    first, again, other = (draw_weights(SHAPE, seed, 1.0, initialization) for seed in (1, 1, 2))
    assert {name: array.shape for name, array in first.items()} == SHAPE.weight_shapes()
    for name, array in first.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, again[name])
        assert name.endswith("bias") or not np.array_equal(array, other[name])


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_only_the_forget_gates_start_with_a_bias(initialization: str) -> None:
    bias = draw_weights(SHAPE, 1, 1.5, initialization)["lstm_2/bias"].reshape(4, 50)
    np.testing.assert_array_equal(bias, np.outer([0, 1.5, 0, 0], np.ones(50)))


@pytest.mark.parametrize(("initialization", "deviation"), [("keras", 0.05 / np.sqrt(3)), ("wide-embedding", 1)])
def test_symbols_begin_close_together_or_far_apart(initialization: str, deviation: float) -> None:
    assert draw_weights(SHAPE, 1, 1.0, initialization)["embedding"].std() == pytest.approx(deviation, rel=0.05)


@pytest.mark.parametrize("initialization", ["keras", "wide-embedding"])
def test_recurrent_kernels_of_keras_are_orthogonal(initialization: str) -> None:
    kernel = draw_weights(SHAPE, 1, 1.0, initialization)["lstm_1/recurrent_kernel"]
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(50), atol=1e-5)


@pytest.mark.parametrize(
    ("initialization", "name", "rows", "columns"),
    [
        ("keras", "lstm_1/kernel", 40, 200),
        ("keras", "output/kernel", 50, 60),
        ("tensorflow-1", "lstm_1/kernel", 40 + 50, 200),  # drawn in one piece with the recurrent kernel below it
        ("tensorflow-1", "lstm_1/recurrent_kernel", 40 + 50, 200),
        ("tensorflow-1", "lstm_2/recurrent_kernel", 50 + 50, 200),
    ],
)
def test_kernels_fill_the_interval_of_glorot(initialization: str, name: str, rows: int, columns: int) -> None:
    limit = np.sqrt(6 / (rows + columns))
    kernel = draw_weights(SHAPE, 1, 1.0, initialization)[name]
    assert 0.99 * limit < np.abs(kernel).max() <= limit * (1 + 1e-6)
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)


@pytest.mark.parametrize("part", ["output/kernel", "output/bias"])
def test_the_articles_output_layer_is_drawn_from_a_standard_normal(part: str) -> None:
    drawn = draw_weights(replace(SHAPE, symbol_count=2_000), 1, 1.0, "tensorflow-1")[part]
    assert drawn.mean() == pytest.approx(0, abs=0.1)
    assert drawn.std() == pytest.approx(1, abs=0.1)
