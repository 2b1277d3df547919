"""The compiled heart of training on a text: the loss of a step's windows, forward; `program.py` makes steps of it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tensorflow as tf

from lstm_core.network.fast_lstm import lstm_sequence
from lstm_core.network.products import look_up, project
from lstm_core.network.shape import NetworkShape
from lstm_core.training.optimizers import Tensors
from lstm_core.training.program import StepProgram, draw_uniform, seed_of_step


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
def compiled_steps(shape: NetworkShape, optimizer: str, has_dropout: bool, clips: bool) -> StepProgram:
    """Return the program for one shape of network; compiling happens at its first call.

    Its `data` are ids (padded length,) int32 and offsets (MAX_STEPS_PER_CALL, batch) int32, its `numbers`
    StepNumbers.to_tensors().
    """

    def measure(
        weights: Tensors, data: Any, numbers: Any, done: Any, part: Any, rows: Any, shares: Any
    ) -> tuple[Any, Any]:
        ids, offsets = data
        inputs, targets = _cut_windows(shape, ids, tf.gather(tf.gather(offsets, done), rows))
        masks = None
        if has_dropout:
            masks = _draw_masks(shape, inputs.shape[1], numbers, seed_of_step(numbers, done, part))
        return _loss_and_accuracy(shape, weights, inputs, targets, shares, masks)

    positions = shape.window if shape.targets == "every" else 1
    products = shape.window * _count_lstm_products(shape) + positions * shape.units * shape.symbol_count
    return StepProgram(measure, optimizer, clips, products)


def _count_lstm_products(shape: NetworkShape) -> int:
    """Multiplications of the LSTM layers at one position; a one-hot or integer input costs next to none."""
    first = shape.embedding if shape.coding == "embedding" else 0
    return 4 * shape.units * (first + shape.units) + (shape.layers - 1) * 8 * shape.units**2


def _cut_windows(shape: NetworkShape, ids: Any, offsets: Any) -> tuple[Any, Any]:
    """Cut one step's windows out of the ids: inputs (window, batch), targets (window, batch) or (batch,)."""
    positions = tf.range(shape.window + 1)[:, None] + offsets[None, :]  # (window + 1, batch)
    windows = tf.gather(ids, positions)
    return windows[:-1], windows[1:] if shape.targets == "every" else windows[-1]


def _loss_and_accuracy(
    shape: NetworkShape, weights: Tensors, inputs: Any, targets: Any, shares: Any, masks: Any
) -> tuple[Any, Any]:
    """Return cross-entropy in nats and right predictions, both scalars, each window (B,) counted by its share.

    Legend: T window, B batch, U units, V distinct symbols. Time comes first: each step of the LSTM reads one slab.
    """
    hidden: Any = None
    for layer in range(1, shape.layers + 1):
        mask = masks["inputs"][layer - 1] if masks else None
        if layer == 1:
            projected = _project_symbols(shape, weights, inputs, mask)  # (T, B, 4U)
        else:
            fed = hidden * mask if masks else hidden  # (T, B, U)
            projected = project(fed, weights[f"lstm_{layer}/kernel"], weights[f"lstm_{layer}/bias"])  # (T, B, 4U)
        recurrent_mask = masks["recurrent"][layer - 1] if masks else None
        recurrent_kernel = weights[f"lstm_{layer}/recurrent_kernel"]
        hidden, _, _ = lstm_sequence(projected, recurrent_kernel, recurrent_mask=recurrent_mask)  # (T, B, U)
    if shape.targets == "last":
        hidden = hidden[-1:]  # (1, B, U)
    if masks:
        hidden = hidden * masks["inputs"][-1]
    flat = tf.reshape(hidden, (-1, shape.units))  # (T·B or B, U)
    logits = project(flat, weights["output/kernel"], weights["output/bias"])  # (T·B or B, V)
    wanted = tf.reshape(targets, (-1,))
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits)  # (T·B or B,)
    # The target's own probability is exp(-loss); it is right when no logit is larger than the target's.
    target_logits = tf.gather(logits, wanted, batch_dims=1)
    hits = tf.cast(target_logits >= tf.reduce_max(logits, axis=1), tf.float32)
    positions = hidden.shape[0]
    share = tf.tile(shares / positions, (positions,))  # (T·B or B,)
    return tf.reduce_sum(losses * share), tf.reduce_sum(hits * share)


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


def _draw_masks(shape: NetworkShape, batch: Any, numbers: Any, seed: Any) -> dict[str, list[Any]]:
    """Draw a step's dropout masks, 0 or 1/(1 - rate), each the same at every time step (Gal and Ghahramani 2016).

    They depend on the run's seed and the step alone, so a run that is taken up again draws the same.
    """
    entering = [shape.input_size] + [shape.units] * shape.layers  # each LSTM layer, and the output layer
    remembered = [shape.units] * shape.layers
    # One draw for all places: no two of them, nor those of another seed, share their numbers.
    size = (batch, sum(entering) + sum(remembered))
    random = draw_uniform(size, seed)
    parts = tf.split(random, entering + remembered, axis=1)  # (B, size of the place) each

    def mask(part: Any, rate: Any) -> Any:
        return tf.where(part >= rate, 1 / (1 - rate), 0.0)

    return {
        "inputs": [mask(part, numbers["dropout"]) for part in parts[: len(entering)]],
        "recurrent": [mask(part, numbers["recurrent_dropout"]) for part in parts[len(entering) :]],
    }
