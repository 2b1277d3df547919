"""The LSTM that trains fast: TensorFlow, with a gradient derived by hand.

Automatic differentiation would add a (U, 4U) matrix to the recurrent weights' gradient after every step of time. By
hand, the backward loop computes only what must be computed in turn, the gates' derivatives; one large matrix product
over all steps at the end gives the rest (measured: 1.5 times the speed of Keras' layer, both compiled by XLA).
The mathematics, told slowly: `numpy_lstm.py`, which this file is tested against.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from lstm_core.network.products import product_gradient

Sequence = tuple[tf.Tensor, tf.Tensor, tf.Tensor]
States = tuple[tf.Tensor, ...]

MAX_UNROLLED = 4  # steps of time: a loop costs little in long sequences, and would make short ones half as fast again

# T: steps of time, B: batch, U: units, I: numbers per symbol. Arrays here are time-major, (T, B, ...), so that the
# numbers of one step lie together in memory.


def lstm_sequence(
    projected: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    initial_hidden: tf.Tensor | None = None,
    initial_cell: tf.Tensor | None = None,
    recurrent_mask: tf.Tensor | None = None,
    time_mask: tf.Tensor | None = None,
) -> Sequence:
    """Run an LSTM over a sequence; return the hidden state after each step, the last hidden state, the last cell state.

    `projected` (T, B, 4U) is inputs @ kernel + bias, gates in Keras' order; `recurrent_kernel` (U, 4U);
    `initial_hidden`, `initial_cell` (B, U): None stands for 0, and spares a short sequence one step's product.
    `recurrent_mask` (B, U) multiplies the hidden state wherever it is fed back (recurrent dropout: 0 or 1/(1-rate)).
    Where `time_mask` (T, B) is False, both states pass the step unchanged.
    Returns float tensors (T, B, U), (B, U), (B, U). Gradients reach the first four arguments; the masks get none.
    """
    starts_at_zero = initial_hidden is None
    if initial_hidden is None or initial_cell is None:
        zero = tf.zeros((tf.shape(projected)[1], recurrent_kernel.shape[0]), projected.dtype)
        zero = tf.ensure_shape(zero, (projected.shape[1], recurrent_kernel.shape[0]))
        initial_hidden = zero if initial_hidden is None else initial_hidden
        initial_cell = zero if initial_cell is None else initial_cell

    @tf.custom_gradient
    def run(
        projected: tf.Tensor, recurrent_kernel: tf.Tensor, initial_hidden: tf.Tensor, initial_cell: tf.Tensor
    ) -> tuple[Sequence, Any]:
        hidden, last_hidden, last_cell, saved = _forward(
            projected, recurrent_kernel, initial_hidden, initial_cell, starts_at_zero, recurrent_mask, time_mask
        )

        def backward(*upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            gate_gradients, first_hidden_gradient, first_cell_gradient = _backward(
                saved, recurrent_kernel, upstream, recurrent_mask, time_mask
            )  # (T, B, 4U), (B, U), (B, U)
            fed_back = tf.concat([initial_hidden[None], hidden[:-1]], axis=0)  # (T, B, U)
            if recurrent_mask is not None:
                fed_back *= recurrent_mask
            first = 1 if starts_at_zero else 0  # a hidden state of 0 moves no weight
            kernel_gradient = product_gradient(
                _join_time_and_batch(fed_back[first:]), _join_time_and_batch(gate_gradients[first:])
            )
            return gate_gradients, kernel_gradient, first_hidden_gradient, first_cell_gradient

        return (hidden, last_hidden, last_cell), backward

    return run(*(tf.convert_to_tensor(array) for array in (projected, recurrent_kernel, initial_hidden, initial_cell)))


def _forward(
    projected: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    hidden: tf.Tensor,
    cell: tf.Tensor,
    starts_at_zero: bool,
    recurrent_mask: tf.Tensor | None,
    time_mask: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tuple[tf.Tensor, ...]]:
    """Return all hidden states, the last two states, and (four gates, previous cell) at each step, each (T, B, U)."""

    def step(t: Any, hidden: tf.Tensor, cell: tf.Tensor) -> tuple[States, States]:
        gates = projected[t]  # (B, 4U)
        if not (starts_at_zero and isinstance(t, int) and t == 0):
            fed_back = hidden if recurrent_mask is None else hidden * recurrent_mask
            gates = gates + tf.matmul(fed_back, recurrent_kernel)
        i, f, g, o = tf.split(gates, 4, axis=1)  # (B, U) each
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        new_cell = f * cell + i * g
        new_hidden = o * tf.tanh(new_cell)
        if time_mask is not None:
            new_cell = tf.where(time_mask[t][:, None], new_cell, cell)
            new_hidden = tf.where(time_mask[t][:, None], new_hidden, hidden)
        return (new_hidden, new_cell), (new_hidden, i, f, g, o, cell)

    (hidden, cell), (all_hidden, *saved) = _step_through_time(
        step, _length(projected), (hidden, cell), [hidden.shape] * 6
    )
    return all_hidden, hidden, cell, tuple(saved)


def _backward(
    saved: tuple[tf.Tensor, ...],
    recurrent_kernel: tf.Tensor,
    upstream: tuple[tf.Tensor, ...],
    recurrent_mask: tf.Tensor | None,
    time_mask: tf.Tensor | None,
) -> Sequence:
    """Return the gradients of the gates before their activation (T, B, 4U) and of the initial states (B, U)."""
    hidden_gradients, last_hidden_gradient, last_cell_gradient = upstream
    length = _length(hidden_gradients)
    # Turned once, here: left to each step's product, it costs a tenth of the whole time of a long sequence.
    turned_kernel = tf.transpose(recurrent_kernel) if not _is_short(length) else None  # (4U, U)

    def step(t: Any, dh: tf.Tensor, dc: tf.Tensor) -> tuple[States, States]:
        i, f, g, o, previous_cell = (array[t] for array in saved)
        squashed_cell = tf.tanh(f * previous_cell + i * g)  # as fast as to store and load it
        dh = dh + hidden_gradients[t]
        through_cell = dc + dh * o * (1 - squashed_cell * squashed_cell)
        dz = tf.concat(
            [
                through_cell * g * i * (1 - i),
                through_cell * previous_cell * f * (1 - f),
                through_cell * i * (1 - g * g),
                dh * squashed_cell * o * (1 - o),
            ],
            axis=1,
        )  # (B, 4U)
        if time_mask is not None:
            dz = tf.where(time_mask[t][:, None], dz, tf.zeros_like(dz))
        if turned_kernel is None:
            new_dh = tf.matmul(dz, recurrent_kernel, transpose_b=True)
        else:
            new_dh = tf.matmul(dz, turned_kernel)
        new_dh = new_dh if recurrent_mask is None else new_dh * recurrent_mask
        new_dc = through_cell * f
        if time_mask is not None:  # a masked step hands both gradients on as they came
            new_dh = tf.where(time_mask[t][:, None], new_dh, dh)
            new_dc = tf.where(time_mask[t][:, None], new_dc, dc)
        return (new_dh, new_dc), (dz,)

    shape = (last_hidden_gradient.shape[0], recurrent_kernel.shape[1])
    (dh, dc), (gradients,) = _step_through_time(
        step, length, (last_hidden_gradient, last_cell_gradient), [shape], backwards=True
    )
    return gradients, dh, dc


def _step_through_time(
    step: Callable[..., tuple[States, States]],
    length: int | tf.Tensor,
    states: States,
    shapes: list[Any],
    backwards: bool = False,
) -> tuple[States, States]:
    """Call `step(t, *states)` → (states, outputs) for each t in turn; return the last states, and outputs over time.

    `shapes` are those of the outputs. The outputs come back stacked, (T, ...), in the order of time.
    """
    if _is_short(length):  # without a loop: XLA then joins what follows each other
        order = range(length)[::-1] if backwards else range(length)
        outputs: dict[int, States] = {}
        for t in order:
            states, outputs[t] = step(t, *states)
        return states, tuple(tf.stack(column) for column in zip(*(outputs[t] for t in sorted(outputs)), strict=True))

    def make_step(done: tf.Tensor, states: States, written: tuple[tf.TensorArray, ...]) -> tuple[Any, ...]:
        t = length - 1 - done if backwards else done
        states, values = step(t, *states)
        return done + 1, states, tuple(array.write(t, value) for array, value in zip(written, values, strict=True))

    arrays = tuple(tf.TensorArray(states[0].dtype, length, element_shape=shape) for shape in shapes)
    _, states, arrays = tf.while_loop(
        lambda done, *_: done < length, make_step, (tf.constant(0), states, arrays), maximum_iterations=length
    )
    return states, tuple(array.stack() for array in arrays)


def _is_short(length: int | tf.Tensor) -> bool:
    return isinstance(length, int) and length <= MAX_UNROLLED


def _length(array: tf.Tensor) -> int | tf.Tensor:
    """Return T, as a plain number where it is known: XLA then knows how much memory the loop needs."""
    return tf.shape(array)[0] if array.shape[0] is None else array.shape[0]


def _join_time_and_batch(array: tf.Tensor) -> tf.Tensor:
    return tf.reshape(array, (-1, array.shape[-1]))  # (T, B, N) -> (T*B, N)


class FastLSTM(keras.layers.LSTM):
    """`keras.layers.LSTM` by `lstm_sequence`: the same weights, arguments, masks, states and results.

    One thing differs: with recurrent dropout, Keras draws a mask for each gate; here all four share one, which leaves
    the recurrent product in one piece. A saved model would need this class to open: export copies the weights into a
    plain `keras.layers.LSTM`.

    Raises ValueError when built with `go_backwards`, `unroll`, `zero_output_for_mask`, or other activations than
    sigmoid and tanh, which the hand-derived gradient knows nothing of.
    """

    def __init__(self, units: int, **settings: Any) -> None:
        super().__init__(units, **settings)
        activations = (self.recurrent_activation.__name__, self.activation.__name__)
        if activations != ("sigmoid", "tanh"):
            raise ValueError(f"FastLSTM expects the activations sigmoid and tanh, came {' and '.join(activations)}.")
        for setting in ("go_backwards", "unroll", "zero_output_for_mask"):
            if getattr(self, setting):
                raise ValueError(f"FastLSTM cannot do {setting}=True. Use keras.layers.LSTM for it.")
        self.supports_jit = True  # Keras switches it off for the sake of cuDNN, which has no part in this
        self.cell.implementation = 2
        self.cell.dropout_mask_count = None  # one mask instead of one for each gate

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """Replace Keras' loop over the steps of time; called by `keras.layers.RNN.call` (Keras 3.15)."""
        cell = self.cell
        sequences = tf.convert_to_tensor(sequences)  # (B, T, I)
        if training and cell.dropout:
            sequences *= cell.get_dropout_mask(sequences[:, 0])[:, None]
        recurrent_mask = (
            cell.get_recurrent_dropout_mask(initial_state[0]) if training and cell.recurrent_dropout else None
        )
        projected = tf.matmul(tf.transpose(sequences, (1, 0, 2)), tf.convert_to_tensor(cell.kernel))  # (T, B, 4U)
        if cell.use_bias:
            projected += cell.bias
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        time_mask = None if mask is None else tf.transpose(tf.cast(mask, tf.bool))  # (T, B)
        hidden, last_hidden, last_cell = lstm_sequence(
            projected, cell.recurrent_kernel, initial_state[0], initial_state[1], recurrent_mask, time_mask
        )
        last_output = last_hidden
        if time_mask is not None:  # Keras gives 0, not the initial hidden state, until a symbol is not masked
            seen = tf.cast(tf.cumsum(tf.cast(time_mask, tf.int32)) > 0, hidden.dtype)[..., None]  # (T, B, 1)
            hidden, last_output = hidden * seen, last_hidden * seen[-1]
        outputs = tf.transpose(hidden, (1, 0, 2))  # (B, T, U)
        return last_output, outputs, [last_hidden, last_cell]
