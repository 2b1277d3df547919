"""The compiled heart of training: many steps in one XLA program.

`compiled_steps` returns a pure function, (weights, slots, data, numbers) → (weights, slots, losses, accuracies). It
owns no variables, so one program serves every run of the same shapes, and none is compiled anew when the learning
rate, a dropout rate or clip norm above 0, the seed or (within a power of two) the length of the text changes.

One call per step costs more than the step itself in small networks: 73 steps a second for the articles' network
with Keras' `train_on_batch`, 340 with the loop inside the program (2 × 512 units, batch 1, two cores).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tensorflow as tf

from lstm_core.network.fast_lstm import lstm_sequence
from lstm_core.network.shape import NetworkShape
from lstm_core.training.optimizers import Slots, Tensors, clip_by_global_norm, update_weights

MAX_STEPS_PER_CALL = 128  # a call's losses come back in an array of this length, however few steps it makes

# Up to here the gradient of a table is a product with one-hot rows, which XLA computes on all cores; scattering into
# the table instead runs on one core, row after row, and only pays for large vocabularies.
MAX_ONE_HOT_ROWS = 512


@dataclass(frozen=True)
class StepNumbers:
    """What may change from call to call without compiling anew."""

    first_step: int  # counted from 1
    count: int  # steps to make, 0 … MAX_STEPS_PER_CALL
    dropout: float
    recurrent_dropout: float
    clip_norm: float
    beta_2: float
    random_seed: int

    def to_tensors(self) -> dict[str, Any]:
        """Return scalars of the types that the program expects."""
        whole = ("first_step", "count", "random_seed")
        return {
            name: tf.constant(value, tf.int32 if name in whole else tf.float32) for name, value in vars(self).items()
        }


@lru_cache(maxsize=32)  # programs are kept by the shapes of what they compute, a few MB each
def compiled_steps(shape: NetworkShape, optimizer: str, has_dropout: bool, clips: bool) -> Any:
    """Return the compiled function for one shape of network; compiling happens at its first call.

    Call it with weights and slots (dicts of float32 tensors), ids (padded length,) int32, offsets
    (MAX_STEPS_PER_CALL, batch) int32, learning_rates (MAX_STEPS_PER_CALL,) float32, numbers (StepNumbers.to_tensors).
    Returns weights, slots, losses and accuracies, both (MAX_STEPS_PER_CALL,) float32, of which `count` are filled.
    """

    @tf.function(jit_compile=True, autograph=False)
    def run_steps(weights: Tensors, slots: Slots, ids: Any, offsets: Any, learning_rates: Any, numbers: Any) -> Any:
        def measure(weights: Tensors, done: Any) -> tuple[Any, Any]:
            inputs, targets = _cut_windows(shape, ids, offsets[done])
            step = numbers["first_step"] + done
            masks = _draw_masks(shape, tf.shape(inputs)[1], numbers, step) if has_dropout else None
            return _loss_and_accuracy(shape, weights, inputs, targets, masks)

        return repeat_steps(measure, optimizer, clips, weights, slots, learning_rates, numbers)

    return run_steps


def repeat_steps(
    measure: Callable[[Tensors, Any], tuple[Any, Any]],
    optimizer: str,
    clips: bool,
    weights: Tensors,
    slots: Slots,
    learning_rates: Any,
    numbers: Any,
) -> Any:
    """Make `numbers["count"]` steps in a loop of the compiled program that this is called in.

    `measure` returns loss and accuracy (scalars) of the weights on the batch of the step after `done` others. Returns
    weights, slots, losses and accuracies, as `compiled_steps` says.
    """

    def is_not_done(done: Any, *_: Any) -> Any:
        return done < numbers["count"]

    def make_step(done: Any, weights: Tensors, slots: Slots, losses: Any, accuracies: Any) -> tuple:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss, accuracy = measure(weights, done)
        gradients = tape.gradient(loss, weights)
        if clips:  # left out where it is not wanted: measuring the norm reads every gradient once more
            gradients = clip_by_global_norm(gradients, numbers["clip_norm"])
        step = tf.cast(numbers["first_step"] + done, tf.float32)
        weights, slots = update_weights(
            optimizer, weights, slots, gradients, learning_rates[done], numbers["beta_2"], step
        )
        at = tf.reshape(done, (1, 1))
        losses = tf.tensor_scatter_nd_update(losses, at, tf.reshape(loss, (1,)))
        accuracies = tf.tensor_scatter_nd_update(accuracies, at, tf.reshape(accuracy, (1,)))
        return done + 1, weights, slots, losses, accuracies

    nothing = tf.zeros((MAX_STEPS_PER_CALL,), tf.float32)
    return tf.while_loop(is_not_done, make_step, (tf.constant(0), weights, slots, nothing, nothing))[1:]


def _cut_windows(shape: NetworkShape, ids: Any, offsets: Any) -> tuple[Any, Any]:
    """Cut one step's windows out of the ids: inputs (window, batch), targets (window, batch) or (batch,)."""
    positions = tf.range(shape.window + 1)[:, None] + offsets[None, :]  # (window + 1, batch)
    windows = tf.gather(ids, positions)
    return windows[:-1], windows[1:] if shape.targets == "every" else windows[-1]


def _loss_and_accuracy(shape: NetworkShape, weights: Tensors, inputs: Any, targets: Any, masks: Any) -> tuple[Any, Any]:
    """Return mean cross-entropy in nats and share of right predictions, both scalars.

    Legend: T window, B batch, U units, V distinct symbols. Time comes first: each step of the LSTM reads one slab.
    """
    hidden: Any = None
    batch = inputs.shape[1]
    zero = tf.zeros((batch, shape.units), tf.float32)  # (B, U)
    for layer in range(1, shape.layers + 1):
        mask = masks["inputs"][layer - 1] if masks else None
        if layer == 1:
            projected = _project_symbols(shape, weights, inputs, mask)  # (T, B, 4U)
        else:
            fed = hidden * mask if masks else hidden  # (T, B, U)
            projected = fed @ weights[f"lstm_{layer}/kernel"] + weights[f"lstm_{layer}/bias"]  # (T, B, 4U)
        recurrent_mask = masks["recurrent"][layer - 1] if masks else None
        recurrent_kernel = weights[f"lstm_{layer}/recurrent_kernel"]
        hidden, _, _ = lstm_sequence(projected, recurrent_kernel, zero, zero, recurrent_mask)  # (T, B, U)
    if shape.targets == "last":
        hidden = hidden[-1:]  # (1, B, U)
    if masks:
        hidden = hidden * masks["inputs"][-1]
    flat = tf.reshape(hidden, (-1, shape.units))  # (T·B or B, U)
    logits = flat @ weights["output/kernel"] + weights["output/bias"]  # (T·B or B, V)
    wanted = tf.reshape(targets, (-1,))
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits)  # (T·B or B,)
    # The target's own probability is exp(-loss); it is right when no logit is larger than the target's.
    target_logits = tf.gather(logits, wanted, batch_dims=1)
    hits = tf.cast(target_logits >= tf.reduce_max(logits, axis=1), tf.float32)
    return tf.reduce_mean(losses), tf.reduce_mean(hits)


def _project_symbols(shape: NetworkShape, weights: Tensors, inputs: Any, mask: Any) -> Any:
    """Turn ids (T, B) into the first layer's gate inputs (T, B, 4U), for all time steps at once."""
    kernel, bias = weights["lstm_1/kernel"], weights["lstm_1/bias"]
    if shape.coding == "integer":
        numbers = tf.cast(inputs, tf.float32)[:, :, None]  # (T, B, 1)
        return (numbers * mask if mask is not None else numbers) * kernel[0] + bias
    if shape.coding == "one-hot":
        rows = look_up(kernel, inputs)  # one-hot times kernel is a row of the kernel
        return (rows * _mask_of_symbols(mask, inputs) if mask is not None else rows) + bias
    if mask is None and shape.symbol_count < inputs.shape[0] * inputs.shape[1]:
        # Fewer symbols than positions: multiply each symbol's vector once and look the products up.
        return look_up(weights["embedding"] @ kernel + bias, inputs)
    vectors = look_up(weights["embedding"], inputs)  # (T, B, embedding)
    return (vectors * mask if mask is not None else vectors) @ kernel + bias


def _mask_of_symbols(mask: Any, inputs: Any) -> Any:
    """Pick from a mask over one-hot vectors (B, V) the one entry that each position uses: (T, B, 1)."""
    return tf.transpose(tf.gather(mask, tf.transpose(inputs), batch_dims=1))[:, :, None]


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


def _draw_masks(shape: NetworkShape, batch: Any, numbers: Any, step: Any) -> dict[str, list[Any]]:
    """Draw a step's dropout masks, 0 or 1/(1 - rate), each the same at every time step (Gal and Ghahramani 2016).

    They depend on the run's seed and the step alone, so a run that is taken up again draws the same.
    """
    entering = [shape.input_size] + [shape.units] * shape.layers  # each LSTM layer, and the output layer
    remembered = [shape.units] * shape.layers
    # One draw for all places: no two of them, nor those of another seed, share their numbers.
    size = (batch, sum(entering) + sum(remembered))
    random = tf.random.stateless_uniform(size, seed=tf.stack([numbers["random_seed"], step]))
    parts = tf.split(random, entering + remembered, axis=1)  # (B, size of the place) each

    def mask(part: Any, rate: Any) -> Any:
        return tf.where(part >= rate, 1 / (1 - rate), 0.0)

    return {
        "inputs": [mask(part, numbers["dropout"]) for part in parts[: len(entering)]],
        "recurrent": [mask(part, numbers["recurrent_dropout"]) for part in parts[len(entering) :]],
    }
