"""Where a training step's time goes: its parts, each compiled by XLA as a program of its own and timed alone.

Alone, a part may be a little slower or faster than within the whole program; what the parts leave over of the whole
step is told beside them. For a process of its own.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.ours import set_up_tensorflow

REPEATS = 8  # of a part inside one call, so that the call itself does not count


def build(symbol_count: int, units: int, embedding: int, window: int, batch: int) -> Callable[..., dict[str, float]]:
    """Return what measures the seconds of each part of a step."""
    set_up_tensorflow()
    parts = build_parts(symbol_count, units, embedding, window, batch)

    def measure(seconds: float) -> dict[str, float]:
        spent = {name: time_part(part, seconds) for name, part in parts.items()}
        both_loops, product = spent.pop("both loops and their product"), spent["recurrent weights' gradient"]
        spent["loop backward, one step of time after the other"] = max(
            0.0, both_loops - product - spent["loop forward, one step of time after the other"]
        )
        return spent

    return measure


def build_parts(symbol_count: int, units: int, embedding: int, window: int, batch: int) -> dict[str, Callable]:
    """Return compiled programs by what they compute; each runs its part REPEATS times and returns one number.

    T window, B batch, U units, V symbols, E embedding.
    """
    import tensorflow as tf

    from lstm_core.network.fast_lstm import lstm_sequence
    from lstm_core.network.products import look_up
    from lstm_core.network.shape import NetworkShape, draw_weights
    from lstm_core.training.optimizers import clip_by_global_norm, initial_slots, update_weights

    random = np.random.default_rng(1)

    def draw(*size: int) -> Any:
        return tf.constant(random.standard_normal(size, np.float32) / 10)

    shape = NetworkShape(symbol_count, "embedding", embedding, 1, units, "every", window)
    drawn = draw_weights(shape, 1, 1.0, "keras")
    weights = {name: tf.constant(array) for name, array in drawn.items()}
    slots = {
        slot: {name: tf.constant(array) for name, array in arrays.items()}
        for slot, arrays in initial_slots("adam", drawn).items()
    }
    ids = tf.constant(random.integers(symbol_count, size=(window, batch)), tf.int32)
    projected, hidden = draw(window, batch, 4 * units), draw(window * batch, units)  # (T, B, 4U), (T·B, U)
    gates, zero = draw(window * batch, 4 * units), tf.zeros((batch, units))  # (T·B, 4U), (B, U)
    recurrent, output = weights["lstm_1/recurrent_kernel"], weights["output/kernel"]

    def run_loop(salt: Any) -> Any:
        return lstm_sequence(projected + salt, recurrent, zero, zero)[0]

    def run_both_loops(salt: Any) -> Any:
        with tf.GradientTape() as tape:
            gate_inputs = projected + salt
            tape.watch([gate_inputs, recurrent])
            total = tf.reduce_sum(lstm_sequence(gate_inputs, recurrent, zero, zero)[0])
        return tape.gradient(total, [gate_inputs, recurrent])

    def look_up_and_back(salt: Any) -> Any:
        with tf.GradientTape() as tape:
            table = weights["embedding"] @ weights["lstm_1/kernel"] + weights["lstm_1/bias"] + salt
            tape.watch(table)
            total = tf.reduce_sum(look_up(table, ids) * projected)
        return tape.gradient(total, table)

    def score_and_back(salt: Any) -> Any:
        with tf.GradientTape() as tape:
            fed, kernel = hidden + salt, output + salt
            tape.watch([fed, kernel])
            logits = fed @ kernel + weights["output/bias"]
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(ids, (-1,)), logits)
            total = tf.reduce_mean(loss)
        return tape.gradient(total, [fed, kernel])

    def update(salt: Any) -> Any:
        gradients = clip_by_global_norm({name: weight + salt for name, weight in weights.items()}, 1.0)
        return update_weights("adam", weights, slots, gradients, salt, 0.99, 2.0)

    parts = {
        "loop forward, one step of time after the other": run_loop,
        "both loops and their product": run_both_loops,
        "recurrent weights' gradient": lambda salt: tf.matmul(hidden + salt, gates, transpose_a=True),
        "symbols looked up, and their gradient": look_up_and_back,
        "output layer and loss, and their gradients": score_and_back,
        "clipping and Adam": update,
    }
    return {name: _repeat(part) for name, part in parts.items()}


def time_part(part: Callable, seconds: float) -> float:
    """Return the median seconds of a part, from calls over about `seconds`."""
    import tensorflow as tf

    salt = tf.constant(1e-3)
    part(salt)  # compiles
    spent: list[float] = []
    until = time.perf_counter() + seconds
    while not spent or time.perf_counter() < until:
        started = time.perf_counter()
        part(salt).numpy()
        spent.append((time.perf_counter() - started) / REPEATS)
    return float(np.median(spent))


def _repeat(part: Callable) -> Callable:
    """Compile a loop of a part, each turn fed with a number from the last: none can be left out as already known."""
    import tensorflow as tf

    @tf.function(jit_compile=True, autograph=False)
    def run(salt: Any) -> Any:
        def turn(done: Any, salt: Any) -> tuple[Any, Any]:
            # One number of each array is enough to need it: summing them up would be work of its own.
            numbers = [tf.reshape(array, (-1,))[0] for array in tf.nest.flatten(part(salt))]
            return done + 1, salt + 1e-9 * tf.add_n(numbers)

        return tf.while_loop(lambda done, _: done < REPEATS, turn, (tf.constant(0), salt))[1]

    return run
