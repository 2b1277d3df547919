"""One step of the compiled loop: the loss and the gradients of the NumPy network, whatever the network's shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from lstm_core.network.numpy_lstm import lstm_forward
from lstm_core.network.numpy_network import network_forward, network_gradients, softmax
from lstm_core.network.shape import NetworkShape, Weights, draw_weights
from lstm_core.training import step as step_module
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.program import MAX_STEPS_PER_CALL, seed_of_step
from lstm_core.training.step import StepNumbers, compiled_steps

SHAPE = NetworkShape(symbol_count=9, coding="embedding", embedding=4, layers=1, units=6, targets="every", window=5)
OFFSETS = np.array([0, 3, 11, 20])
CODINGS, TARGETS = ("integer", "one-hot", "embedding"), ("last", "every")
RATE = 0.1


def draw_network(shape: NetworkShape) -> Weights:
    """Weights with biases that are not zero, so that no array could be left out unnoticed."""
    random = np.random.default_rng(3)
    weights = draw_weights(shape, 1, 1.0, "keras")
    return {name: array + random.normal(0, 0.1, array.shape).astype(np.float32) for name, array in weights.items()}


def draw_ids(shape: NetworkShape) -> np.ndarray:
    return np.random.default_rng(5).integers(0, shape.symbol_count, 32).astype(np.int32)


def cut_step(shape: NetworkShape) -> tuple[np.ndarray, np.ndarray]:
    windows = draw_ids(shape)[OFFSETS[:, None] + np.arange(shape.window + 1)]
    return windows[:, :-1], windows[:, 1:] if shape.targets == "every" else windows[:, -1]


def make_steps(
    shape: NetworkShape, count: int = 1, optimizer: str = "sgd", has_dropout: bool = False, **numbers: Any
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """Make `count` steps on the same windows; return weights, losses and accuracies after them."""
    weights = draw_network(shape)
    offsets = np.zeros((MAX_STEPS_PER_CALL, len(OFFSETS)), np.int32)
    offsets[:count] = OFFSETS
    told = {"first_step": 1, "count": count, "dropout": 0.0, "recurrent_dropout": 0.0, "clip_norm": 0.0}
    told |= {"beta_2": 0.999, "random_seed": 1} | numbers
    program = compiled_steps(shape, optimizer, has_dropout, told["clip_norm"] > 0)
    after, _, losses, accuracies = program(
        {name: tf.constant(array) for name, array in weights.items()},
        {
            slot: {name: tf.constant(array) for name, array in arrays.items()}
            for slot, arrays in initial_slots(optimizer, weights).items()
        },
        (tf.constant(draw_ids(shape)), tf.constant(offsets)),
        tf.fill((MAX_STEPS_PER_CALL,), RATE),
        StepNumbers(**told).to_tensors(),
    )
    return {name: tensor.numpy() for name, tensor in after.items()}, losses, accuracies


def draw_masks(shape: NetworkShape, batch: int, numbers: StepNumbers, part: int = 0) -> dict[str, list[tf.Tensor]]:
    tensors = numbers.to_tensors()
    return step_module._draw_masks(shape, batch, tensors, seed_of_step(tensors, tf.constant(0), part))


@contextmanager
def uncompiled() -> Iterator[None]:
    """Run the same functions operation by operation: for the mathematics, without 3 s of compiling for each shape."""
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def assert_makes_the_step_of_the_numpy_network(shape: NetworkShape) -> None:
    weights, (inputs, targets) = draw_network(shape), cut_step(shape)
    loss, gradients = network_gradients(shape, weights, inputs, targets)
    hits = network_forward(shape, weights, inputs).logits.argmax(axis=-1) == targets

    after, losses, accuracies = make_steps(shape)

    assert losses[0] == pytest.approx(loss, rel=1e-5)
    assert accuracies[0] == pytest.approx(hits.mean())
    for name, weight in weights.items():
        moved = weight - after[name]
        error = np.abs(moved - RATE * gradients[name]).max()
        rounding = 2 * np.finfo(np.float32).eps * np.abs(weight).max()  # of the subtraction itself
        assert error <= 1e-5 * RATE * np.abs(gradients[name]).max() + rounding, name


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("targets", TARGETS)
@pytest.mark.parametrize("coding", CODINGS)
def test_a_step_of_sgd_goes_down_the_gradient_of_the_numpy_network(coding: str, targets: str, layers: int) -> None:
    with uncompiled():
        assert_makes_the_step_of_the_numpy_network(replace(SHAPE, coding=coding, targets=targets, layers=layers))


def test_an_embedding_of_more_symbols_than_positions_is_looked_up_before_it_is_multiplied() -> None:
    with uncompiled():
        assert_makes_the_step_of_the_numpy_network(replace(SHAPE, symbol_count=30))


@pytest.mark.parametrize(("coding", "targets", "layers"), [("integer", "last", 2), ("one-hot", "every", 1)])
def test_compiled_by_xla_it_makes_the_same_step(coding: str, targets: str, layers: int) -> None:
    assert_makes_the_step_of_the_numpy_network(replace(SHAPE, coding=coding, targets=targets, layers=layers))


@pytest.mark.parametrize("targets", TARGETS)
@pytest.mark.parametrize("coding", CODINGS)
def test_dropout_masks_what_enters_each_layer_and_what_it_remembers(coding: str, targets: str) -> None:
    shape = replace(SHAPE, coding=coding, targets=targets, layers=2)
    inputs, wanted = cut_step(shape)
    weights = draw_network(shape)
    numbers = StepNumbers(4, 1, 0.4, 0.3, 0.0, 0.999, 7)
    drawn = draw_masks(shape, len(inputs), numbers)
    masks = {where: [mask.numpy() for mask in by_layer] for where, by_layer in drawn.items()}
    signal = {
        "integer": inputs[..., None].astype(np.float32),
        "one-hot": np.eye(shape.symbol_count, dtype=np.float32)[inputs],
        "embedding": weights.get("embedding", np.zeros((9, 4), np.float32))[inputs],
    }[coding]
    for layer in (0, 1):
        arrays = [weights[f"lstm_{layer + 1}/{part}"] for part in ("kernel", "recurrent_kernel", "bias")]
        entering, remembered = masks["inputs"][layer], masks["recurrent"][layer]
        signal = lstm_forward(signal, *arrays, input_mask=entering, recurrent_mask=remembered).hidden
    signal = signal[:, -1] if targets == "last" else signal * masks["inputs"][2][:, None]
    signal = signal * masks["inputs"][2] if targets == "last" else signal
    logits = (signal @ weights["output/kernel"] + weights["output/bias"]).reshape(-1, shape.symbol_count)
    expected = -np.log(softmax(logits)[np.arange(wanted.size), wanted.ravel()]).mean()

    with uncompiled():
        settings = {"dropout": 0.4, "recurrent_dropout": 0.3, "random_seed": 7}
        _, losses, _ = make_steps(shape, has_dropout=True, first_step=4, **settings)

    assert losses[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_dropout_leaves_out_its_share_and_keeps_the_mean(rate: float) -> None:
    numbers = StepNumbers(1, 1, rate, rate, 0.0, 0.999, 7)
    masks = draw_masks(replace(SHAPE, units=400), 20, numbers)
    for mask in (masks["inputs"][1].numpy(), masks["recurrent"][0].numpy()):
        assert set(np.unique(mask)) == {np.float32(0), np.float32(1 / (1 - rate))}
        assert (mask == 0).mean() == pytest.approx(rate, abs=0.03)  # 8,000 draws: four standard deviations and more
        assert mask.mean() == pytest.approx(1, abs=0.05)


def test_dropout_is_another_at_each_step_place_seed_and_part_of_the_batch() -> None:
    shape = replace(SHAPE, units=40, layers=2)
    drawn = [
        draw_masks(shape, 4, StepNumbers(step, 1, 0.5, 0.5, 0.0, 0.999, seed), part)
        for seed, step, part in ((1, 1, 0), (1, 2, 0), (2, 1, 0), (1, 1, 1))
    ]
    masks = [mask.numpy() for masks in drawn for mask in [*masks["inputs"][1:], *masks["recurrent"]]]
    assert len({mask.tobytes() for mask in masks}) == len(masks)


def test_several_steps_in_one_call_follow_each_other() -> None:
    shape = SHAPE
    weights, (inputs, targets) = draw_network(shape), cut_step(shape)
    expected = []
    for _ in range(5):
        loss, gradients = network_gradients(shape, weights, inputs, targets)
        length = np.sqrt(sum(float(np.square(gradient).sum()) for gradient in gradients.values()))
        weights = {name: weights[name] - RATE * min(1, 0.5 / length) * gradients[name] for name in weights}
        expected.append(loss)
    with uncompiled():
        _, losses, _ = make_steps(shape, count=5, clip_norm=0.5)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
