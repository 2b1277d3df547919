"""Many steps of training as one call: compiled by XLA, on one core or on several.

A program owns no variables: (weights, slots, data, numbers) → (weights, slots, losses, accuracies). So one serves every
run of the same shapes, and none is compiled anew when the learning rate, a dropout rate or clip norm above 0, the seed
or (within a power of two) the length of the text changes.

Small steps are made many at a time, by a loop inside one XLA program: one call per step would cost more than the step
(73 steps a second for the articles' network with Keras' `train_on_batch`). Large ones are cut in parts, a share of the
batch each, whose gradients are added up: two cores then work side by side, where splitting each small matrix
product between them would make them wait for each other at every step of time.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import tensorflow as tf

from lstm_core.training.optimizers import Slots, Tensors, clip_by_global_norm, update_weights

MAX_STEPS_PER_CALL = 128  # a call's losses come back in an array of this length, however few steps it makes

PARTS = 2  # of a batch that is split; how many follows from the shapes alone, so that every machine adds up alike
MIN_PART = 16  # rows of a batch: fewer leave a core's arithmetic units idle
MIN_SPLIT_PRODUCTS = 3e7  # multiplications in a step: about 2 ms of one core, below which the calls would cost too much

Measure = Callable[..., tuple[Any, Any]]
"""measure(weights, data, numbers, done, part, rows, shares) → loss and accuracy of `rows` (R,) of the batch of the step
after `done` others, each row counted by its share (R,) of the whole; `part` tells draws of random numbers apart.
"""

_threads = ThreadPoolExecutor(PARTS - 1, thread_name_prefix="part-of-a-batch")


class StepProgram:
    """The compiled steps of one shape of network with one optimizer."""

    def __init__(self, measure: Measure, optimizer: str, clips: bool, products_per_row: float) -> None:
        """`products_per_row`: multiplications that one row of a batch costs on its way forward."""
        self._measure = measure
        self._optimizer = optimizer
        self._clips = clips  # left out where it is not wanted: measuring the norm reads every gradient once more
        self._products_per_row = products_per_row
        self._run_loop = tf.function(self._loop, jit_compile=True, autograph=False)
        self._run_part = tf.function(self._differentiate, jit_compile=True, autograph=False)
        self._run_update = tf.function(self._update, jit_compile=True, autograph=False)

    def __call__(
        self,
        weights: Tensors,
        slots: Slots,
        data: tuple[Any, ...],
        learning_rates: Any,
        numbers: dict[str, Any],
        cores: int = PARTS,
    ) -> tuple[Tensors, Slots, np.ndarray, np.ndarray]:
        """Make `numbers["count"]` steps, at most MAX_STEPS_PER_CALL; none compiles what is not yet compiled.

        `data`: what `measure` reads; its last array (steps, batch) has a row for each step. `learning_rates`
        (MAX_STEPS_PER_CALL,) float32. Returns new weights and slots, losses and accuracies (count,) float32. The result
        is the same whatever the number of cores.
        """
        batch = data[-1].shape[1]
        count = int(numbers["count"])
        if not self.is_split(batch):
            *after, losses, accuracies = self._run_loop(weights, slots, data, learning_rates, numbers)
            return after[0], after[1], losses.numpy()[:count], accuracies.numpy()[:count]
        losses, accuracies = [], []
        after = weights, slots
        for done in range(max(count, 1)):
            at = tf.constant(done)
            parts = self._differentiate_parts(after[0], data, numbers, at, batch, min(cores, PARTS))
            *after, loss, accuracy = self._run_update(*after, parts, learning_rates, numbers, at)
            losses.append(loss)
            accuracies.append(accuracy)
        if not count:
            return weights, slots, np.empty(0, np.float32), np.empty(0, np.float32)
        return *after, np.array(losses, np.float32), np.array(accuracies, np.float32)

    def is_split(self, batch: int) -> bool:
        """Tell whether a batch of this size is worth more than one core."""
        return batch >= PARTS * MIN_PART and batch * self._products_per_row >= MIN_SPLIT_PRODUCTS

    def count_compilations(self) -> int:
        """How often something of it has been compiled in this process."""
        functions = (self._run_loop, self._run_part, self._run_update)
        return sum(function.experimental_get_tracing_count() for function in functions)

    def _differentiate_parts(
        self, weights: Tensors, data: Any, numbers: Any, done: Any, batch: int, cores: int
    ) -> list[tuple[Any, ...]]:
        def run(part: int) -> tuple[Any, ...]:
            return self._run_part(weights, data, numbers, done, tf.constant(part), batch)

        others = range(1, PARTS)
        if cores == 1 or not self._run_part.experimental_get_tracing_count():  # compiled once, not once a thread
            return [run(part) for part in range(PARTS)]
        waiting = [_threads.submit(run, part) for part in others]
        return [run(0), *(future.result() for future in waiting)]

    # What XLA compiles

    def _loop(self, weights: Tensors, slots: Slots, data: Any, learning_rates: Any, numbers: Any) -> Any:
        batch = data[-1].shape[1]
        rows, shares = tf.range(batch), tf.fill((batch,), 1 / batch)

        def is_not_done(done: Any, *_: Any) -> Any:
            return done < numbers["count"]

        def make_step(done: Any, weights: Tensors, slots: Slots, losses: Any, accuracies: Any) -> tuple:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                loss, accuracy = self._measure(weights, data, numbers, done, 0, rows, shares)
            gradients = tape.gradient(loss, weights)
            weights, slots = self._move(weights, slots, gradients, learning_rates, numbers, done)
            at = tf.reshape(done, (1, 1))
            losses = tf.tensor_scatter_nd_update(losses, at, tf.reshape(loss, (1,)))
            accuracies = tf.tensor_scatter_nd_update(accuracies, at, tf.reshape(accuracy, (1,)))
            return done + 1, weights, slots, losses, accuracies

        nothing = tf.zeros((MAX_STEPS_PER_CALL,), tf.float32)
        return tf.while_loop(is_not_done, make_step, (tf.constant(0), weights, slots, nothing, nothing))[1:]

    def _differentiate(self, weights: Tensors, data: Any, numbers: Any, done: Any, part: Any, batch: int) -> Any:
        """Return gradients, loss and accuracy of one part of a step's batch, as shares of the whole."""
        size = -(-batch // PARTS)
        rows = part * size + tf.range(size)
        shares = tf.where(rows < batch, 1 / batch, 0.0)  # the last part may have a row too many, which does not count
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss, accuracy = self._measure(weights, data, numbers, done, part, tf.minimum(rows, batch - 1), shares)
        return tape.gradient(loss, weights), loss, accuracy

    def _update(
        self, weights: Tensors, slots: Slots, parts: list[Any], learning_rates: Any, numbers: Any, done: Any
    ) -> Any:
        """Add the parts up and move the weights; return weights, slots, loss and accuracy of the step."""
        gradients, losses, accuracies = zip(*parts, strict=True)
        whole = {name: tf.add_n([gradient[name] for gradient in gradients]) for name in weights}
        weights, slots = self._move(weights, slots, whole, learning_rates, numbers, done)
        return weights, slots, tf.add_n(losses), tf.add_n(accuracies)

    def _move(
        self, weights: Tensors, slots: Slots, gradients: Tensors, learning_rates: Any, numbers: Any, done: Any
    ) -> tuple[Tensors, Slots]:
        if self._clips:
            gradients = clip_by_global_norm(gradients, numbers["clip_norm"])
        step = tf.cast(numbers["first_step"] + done, tf.float32)
        rate = tf.gather(learning_rates, done)  # what is cut out with [done] would be compiled anew for each `done`
        return update_weights(self._optimizer, weights, slots, gradients, rate, numbers["beta_2"], step)


def seed_of_step(numbers: dict[str, Any], done: Any, part: Any) -> Any:
    """Return the seed (2,) int32 of a step's random numbers: the run's seed, the step, the part of its batch."""
    return tf.stack([numbers["random_seed"], numbers["first_step"] + done + part * (1 << 28)])


def draw_uniform(size: Any, seed: Any) -> Any:
    """Draw float32 numbers from 0 up to 1 that follow from `seed` (2,) int32 alone.

    By Threefry, which XLA computes 25 times as fast on a CPU as its default, Philox. There is no Threefry outside of
    compiled programs; where TensorFlow runs one operation after the other, Philox stands in.
    """
    algorithm = "philox" if tf.executing_eagerly() else "threefry"
    return tf.random.stateless_uniform(size, seed=seed, alg=algorithm)
