"""Products with gradients written by hand have the gradients of the plain ones."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from lstm_core.network.products import MAX_ONE_HOT_ROWS, MAX_OUTER_PRODUCTS, look_up, product_gradient, project


@pytest.mark.parametrize("rows", [MAX_ONE_HOT_ROWS, MAX_ONE_HOT_ROWS + 1])
def test_looking_up_has_the_gradient_of_gathering_for_small_and_large_tables(rows: int) -> None:
    random = np.random.default_rng(1)
    table = tf.constant(random.normal(size=(rows, 3)).astype(np.float32))
    ids = tf.constant(random.integers(rows - 20, rows, (6, 7)).astype(np.int32))  # most of them several times
    upstream = random.normal(size=(6, 7, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(table)
        found = look_up(table, ids)
    gradient = tape.gradient(found, table, output_gradients=tf.constant(upstream)).numpy()
    expected = np.zeros((rows, 3), np.float32)
    np.add.at(expected, ids.numpy(), upstream)
    np.testing.assert_array_equal(found.numpy(), table.numpy()[ids.numpy()])
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)


def differentiate(function: Any, arrays: list[tf.Tensor], upstream: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
    with tf.GradientTape() as tape:
        tape.watch(arrays)
        result = function(*arrays)
    return result, tape.gradient(result, arrays, output_gradients=upstream)


@pytest.mark.parametrize("shape", [(1, 1), (1, MAX_OUTER_PRODUCTS), (1, MAX_OUTER_PRODUCTS + 1), (3, 5)])
def test_a_projection_has_the_gradients_of_product_and_sum_for_few_rows_and_many(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(2)
    draw = lambda *size: tf.constant(random.normal(size=size).astype(np.float32))  # noqa: E731
    arrays, upstream = [draw(*shape, 4), draw(4, 6), draw(6)], draw(*shape, 6)
    found, gradients = differentiate(project, arrays, upstream)
    expected, expected_gradients = differentiate(lambda x, kernel, bias: x @ kernel + bias, arrays, upstream)
    for one, other in zip([found, *gradients], [expected, *expected_gradients], strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rows", [0, 1, MAX_OUTER_PRODUCTS, MAX_OUTER_PRODUCTS + 1])
def test_the_gradient_of_a_kernel_is_the_plain_product_also_of_no_row(rows: int) -> None:
    random = np.random.default_rng(3)
    fed, upstream = (random.normal(size=(rows, size)).astype(np.float32) for size in (4, 6))
    gradient = product_gradient(tf.constant(fed), tf.constant(upstream)).numpy()
    np.testing.assert_allclose(gradient, fed.T @ upstream, rtol=1e-5, atol=1e-6)
