"""One compiled step on reviews is the step that NumPy would make, whatever the network's parts and the paddings."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from lstm_core.network.review_network import pad_reviews, review_forward, review_gradients, sigmoid
from lstm_core.network.shape import draw_weights
from lstm_core.training.courses import ReviewCourse, compile_call
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.trainer import Trainer
from tests.training.small_reviews import build_review_spec

NETWORKS = [
    {"direction": "forward", "pooling": "last", "padding": "before", "dense": 7},
    {"direction": "forward", "pooling": "mean", "padding": "ignored", "dense": 0},
    {"direction": "both", "pooling": "mean-and-max", "padding": "ignored", "dense": 0},
    {"direction": "both", "pooling": "last", "padding": "ignored", "dense": 4},
    {"direction": "both", "pooling": "mean", "padding": "before", "dense": 0},
]
RATE = 0.5


def to_tensors(arrays: dict[str, np.ndarray]) -> dict[str, tf.Tensor]:
    return {name: tf.constant(array) for name, array in arrays.items()}


@pytest.mark.parametrize("parts", NETWORKS, ids=lambda parts: " ".join(map(str, parts.values())))
def test_a_step_moves_the_weights_as_the_gradient_in_numpy_says(parts: dict[str, Any]) -> None:
    spec = build_review_spec(optimizer="sgd", learning_rate=RATE, clip_norm=0.0, **parts)
    course = ReviewCourse(spec)
    shape = course.data.shape
    weights = draw_weights(shape, 3, 1.0, "keras")
    call = course.plan_call(1, 1, np.array([RATE], np.float32))
    moved, _, losses, accuracies = call.program(to_tensors(weights), {}, call.data, call.learning_rates, call.numbers)

    batches = course.order.batches(1, 1)
    ids = course.data.training.ids.astype(np.int64)
    reviews = [ids[start : start + length] for start, length in zip(batches.starts[0], batches.lengths[0], strict=True)]
    padded, lengths = pad_reviews(shape, reviews)
    trace = review_forward(shape, weights, weights["embedding"][padded], lengths)
    labels = batches.labels[0]
    expected_loss = np.mean(np.log1p(np.exp(-np.where(labels == 1, trace.logits, -trace.logits))))
    gradients, words = review_gradients(shape, weights, trace, (sigmoid(trace.logits) - labels) / len(labels))
    gradients["embedding"] = np.zeros_like(weights["embedding"])
    np.add.at(gradients["embedding"], padded, words)

    assert losses[0] == pytest.approx(expected_loss, rel=1e-5)
    assert accuracies[0] == pytest.approx(np.mean((trace.logits > 0) == (labels == 1)))
    for name, weight in weights.items():
        made = (weight - moved[name].numpy()) / RATE
        scale = np.abs(gradients[name]).max()
        np.testing.assert_allclose(made, gradients[name], rtol=0, atol=2e-5 * max(scale, 1e-2), err_msg=name)


def test_compiling_makes_no_step() -> None:
    spec = build_review_spec()
    course = ReviewCourse(spec)
    weights = to_tensors(draw_weights(course.data.shape, 3, 1.0, "keras"))
    call = course.plan_call(1, 4, np.full(4, RATE, np.float32))
    slots = {
        slot: to_tensors(arrays)
        for slot, arrays in initial_slots("adam", {name: tensor.numpy() for name, tensor in weights.items()}).items()
    }
    assert compile_call(call, weights, slots) > 0


@pytest.mark.parametrize("kind", ["dropout", "recurrent_dropout", "embedding_dropout", "word_dropout"])
def test_each_kind_of_dropout_is_another_draw_at_each_step_and_the_same_when_repeated(kind: str) -> None:
    spec = build_review_spec(steps=6, learning_rate=1e-6, **{kind: 0.5})
    plain = build_review_spec(steps=6, learning_rate=1e-6)
    dropped, again, whole = (Trainer(each).train(60.0).losses for each in (spec, spec, plain))
    np.testing.assert_array_equal(dropped, again)
    assert len(set(np.round(dropped - whole, 6))) == len(whole)  # the weights hardly move: it is the draw that differs
