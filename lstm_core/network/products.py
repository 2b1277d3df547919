"""Matrix products whose gradients are written so that XLA makes them fast: table look-ups and few rows.

TensorFlow; read only where `fast_lstm.py` may be.
"""

from typing import Any

import tensorflow as tf

# Up to here the gradient of a table is a product with one-hot rows, which XLA computes on all cores; scattering into
# the table instead runs on one core, row after row, and only pays for large vocabularies.
MAX_ONE_HOT_ROWS = 512

# Up to here the gradient of a kernel is a sum of outer products, one for each row that was fed in. XLA computes those
# within the optimizer's update, so a large kernel's gradient is never written to memory and read again: with one
# window of three words per step, as in the articles, memory is what such a step waits for.
MAX_OUTER_PRODUCTS = 4


def product_gradient(rows: Any, upstream: Any) -> Any:
    """Return the gradient (I, N) of a kernel: `rows` (R, I) were multiplied by it, `upstream` (R, N) came back."""
    count = rows.shape[0]
    if not count or count > MAX_OUTER_PRODUCTS:  # no row at all: a window of one symbol remembers nothing
        return tf.matmul(rows, upstream, transpose_a=True)
    return tf.add_n([rows[row][:, None] * upstream[row][None, :] for row in range(count)])


@tf.custom_gradient
def project(inputs: Any, kernel: Any, bias: Any) -> Any:
    """Return inputs @ kernel + bias for `inputs` (..., I), `kernel` (I, N), `bias` (N,): (..., N)."""
    rows = tf.reshape(inputs, (-1, inputs.shape[-1]))

    def gradient(upstream: Any) -> tuple[Any, Any, Any]:
        flat = tf.reshape(upstream, (-1, upstream.shape[-1]))
        to_inputs = tf.reshape(tf.matmul(flat, kernel, transpose_b=True), tf.shape(inputs))
        return to_inputs, product_gradient(rows, flat), tf.reduce_sum(flat, axis=0)

    return tf.reshape(rows @ kernel + bias, (*inputs.shape[:-1], kernel.shape[1])), gradient


@tf.custom_gradient
def look_up(table: Any, ids: Any) -> Any:
    """Return rows of `table` (V, N) at `ids` (T, B): (T, B, N), with a gradient that is fast for small tables."""
    row_count, size = table.shape

    def gradient(upstream: Any) -> tuple[Any, None]:
        flat_ids = tf.reshape(ids, (-1,))
        flat = tf.reshape(upstream, (-1, size))  # (T·B, N)
        if row_count <= MAX_ONE_HOT_ROWS:
            return tf.matmul(tf.one_hot(flat_ids, row_count), flat, transpose_a=True), None
        return tf.math.unsorted_segment_sum(flat, flat_ids, row_count), None

    return tf.gather(table, ids), gradient
