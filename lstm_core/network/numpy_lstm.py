"""The LSTM, told slowly: what a layer computes at each step, and how it learns, in plain NumPy.

Read this file first. Everything that the app draws of gates and cells comes from here, and the fast TensorFlow layer
and Keras' own are tested to give the same numbers, outputs and gradients alike (`tests/network`).
The cell is that of Hochreiter and Schmidhuber 1997 with the forget gate of Gers, Schmidhuber and Cummins 2000.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.held_units import HeldUnits
from lstm_core.network.one_thread import steady_product

# The letters of the mathematics:
#   B  sequences side by side (batch)       T  steps of time: the symbols of a window, one after the other
#   I  numbers that stand for one symbol    U  units: memory cells of this layer
#   x  what comes in now                    z  what a gate adds up before it decides
#   h  hidden state: what the layer says    c  cell state: what the layer remembers
#   i, f, g, o  input gate, forget gate, candidate, output gate. All four are computed in one product, side by side in
#   an array 4U wide, always in this order. It is Keras' order too, which Keras nowhere says.


@dataclass(frozen=True)
class LSTMTrace:
    """All that happened in one layer, kept to be looked at and to compute gradients from.

    The gates, `candidate`, `cell` and `hidden` are (B, T, U): the value after each step. `inputs`, the initial states
    and the masks are as `lstm_forward` took them, and so is `held`.
    """

    inputs: np.ndarray
    input_gate: np.ndarray
    forget_gate: np.ndarray
    candidate: np.ndarray
    output_gate: np.ndarray
    cell: np.ndarray
    hidden: np.ndarray
    initial_hidden: np.ndarray
    initial_cell: np.ndarray
    input_mask: np.ndarray | None = None
    recurrent_mask: np.ndarray | None = None
    time_mask: np.ndarray | None = None
    held: HeldUnits | None = None

    @property
    def outputs(self) -> np.ndarray:
        """What the next layer gets, (B, T, U): the hidden states, but 0 until a first symbol is not masked."""
        return self.hidden if self.time_mask is None else self.hidden * _is_anything_seen(self.time_mask)


@dataclass(frozen=True)
class LSTMGradients:
    """How much the loss grows when a number grows a little; each array has the shape of what it is named after.

    `inputs` is None where the inputs were ids, which cannot grow a little.
    """

    inputs: np.ndarray | None
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    initial_hidden: np.ndarray
    initial_cell: np.ndarray


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash any number to between 0 and 1, as a gate needs: 0 shut, 1 open. Same shape and dtype."""
    return 0.5 * np.tanh(0.5 * z) + 0.5  # equals 1 / (1 + exp(-z)), but exp(-z) overflows for z below -88 in float32


def lstm_forward(
    inputs: np.ndarray,
    kernel: np.ndarray,
    recurrent_kernel: np.ndarray,
    bias: np.ndarray,
    initial_hidden: np.ndarray | None = None,
    initial_cell: np.ndarray | None = None,
    input_mask: np.ndarray | None = None,
    recurrent_mask: np.ndarray | None = None,
    time_mask: np.ndarray | None = None,
    held: HeldUnits | None = None,
) -> LSTMTrace:
    """Run one LSTM layer over a batch of sequences, from the first symbol to the last.

    `inputs` is (B, T, I) numbers, or (B, T) integers, each standing for a one-hot vector of length I. `kernel` is
    (I, 4U), `recurrent_kernel` (U, 4U), `bias` (4U,). The initial states (B, U) are zero where not given.
    Dropout masks hold 0 or 1/(1-rate), the same at every step: `input_mask` (B, I) multiplies the inputs,
    `recurrent_mask` (B, U) the hidden state that is fed back. Where `time_mask` (B, T) is False the symbol is padding:
    the layer waits, its states unchanged. `held` units are set at every step, by the cell state before the hidden state
    is made of it. Computes in the dtype of `kernel`.
    """
    batch, length = inputs.shape[:2]
    units = recurrent_kernel.shape[0]
    no_state = np.zeros((batch, units), kernel.dtype)
    initial_hidden = no_state if initial_hidden is None else initial_hidden
    initial_cell = no_state if initial_cell is None else initial_cell
    # What the symbols alone say to each gate. It needs no memory, so all steps are computed at once.
    projected = _project(inputs, kernel, input_mask) + bias  # (B, T, 4U)
    input_gate, forget_gate, candidate, output_gate, cells, hiddens = np.empty((6, batch, length, units), kernel.dtype)
    recur = steady_product(recurrent_kernel, batch)  # rows @ recurrent_kernel, without waiting for a second thread

    h, c = initial_hidden, initial_cell  # (B, U) each
    for t in range(length):
        # Recurrent dropout: now and then the layer must do without some of what it said before.
        fed_back = h if recurrent_mask is None else h * recurrent_mask  # (B, U)

        # Sum: each gate weighs the new symbol and what the layer said a step ago. Here the network is a circle.
        z = projected[:, t] + recur(fed_back)  # (B, 4U)
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)  # (B, U) each

        # Input gate: how much of the new is worth writing down? 0 nothing, 1 all of it.
        i = sigmoid(z_i)
        # Forget gate: how much of the old is kept? 1 keeps all, 0 wipes the cell. (“Keep gate” would be a better name.)
        f = sigmoid(z_f)
        # Candidate: the new note itself, between -1 and 1, before anyone decides whether to keep it.
        g = np.tanh(z_g)
        # Output gate: how much of what is remembered matters right now?
        o = sigmoid(z_o)

        # Cell state: the kept part of the old plus the admitted part of the new. Nothing is multiplied by a weight
        # here, which is why a memory, and the gradient on its way back, can last over many steps.
        new_c = f * c + i * g
        if held is not None:
            held.hold_cell(new_c)
        # Hidden state: the memory, squashed to between -1 and 1, as far as the output gate lets it be heard.
        new_h = o * np.tanh(new_c)
        if held is not None:
            held.hold_hidden(new_h)

        # Padding is no symbol: the layer remembers and says what it did before.
        c = new_c if time_mask is None else np.where(time_mask[:, t, None], new_c, c)
        h = new_h if time_mask is None else np.where(time_mask[:, t, None], new_h, h)

        input_gate[:, t], forget_gate[:, t], candidate[:, t], output_gate[:, t] = i, f, g, o
        cells[:, t], hiddens[:, t] = c, h

    gates = (input_gate, forget_gate, candidate, output_gate)
    return LSTMTrace(
        inputs, *gates, cells, hiddens, initial_hidden, initial_cell, input_mask, recurrent_mask, time_mask, held
    )


def lstm_backward(
    trace: LSTMTrace,
    kernel: np.ndarray,
    recurrent_kernel: np.ndarray,
    hidden_gradient: np.ndarray,
    last_hidden_gradient: np.ndarray | None = None,
    last_cell_gradient: np.ndarray | None = None,
) -> LSTMGradients:
    """Walk back through time and find how each number of the layer has contributed to the loss.

    `hidden_gradient` (B, T, U) is the loss's gradient with respect to `trace.outputs`. The other two (B, U) are those
    with respect to the last hidden and cell state, where these are used as well. Backpropagation through time:
    Werbos 1990; in this form Greff et al. 2017, appendix. Raises ValueError for a trace with held units, which answer
    to no equation.
    """
    if trace.held is not None:
        raise ValueError("lstm_backward expects a trace without held units, came one with some. Trace it without them.")
    batch, length, units = trace.hidden.shape
    previous_cell = _shift(trace.initial_cell, trace.cell)  # (B, T, U): what was remembered before each step
    if trace.time_mask is not None:
        hidden_gradient = hidden_gradient * _is_anything_seen(trace.time_mask)  # those outputs were 0, whatever h was
    gate_gradients = np.empty((batch, length, 4 * units), trace.hidden.dtype)
    zero = np.zeros((batch, units), trace.hidden.dtype)

    # dh and dc are the blame that comes back from later steps for what was said and remembered at this one.
    dh = zero if last_hidden_gradient is None else last_hidden_gradient  # (B, U)
    dc = zero if last_cell_gradient is None else last_cell_gradient  # (B, U)
    for t in reversed(range(length)):
        i, f = trace.input_gate[:, t], trace.forget_gate[:, t]
        g, o = trace.candidate[:, t], trace.output_gate[:, t]
        squashed_cell = np.tanh(
            f * previous_cell[:, t] + i * g
        )  # not tanh of trace.cell: a masked step has the old one

        # Blame for the hidden state: from the layer above at this step, and from this layer's own next step.
        dh = dh + hidden_gradient[:, t]
        # Blame for the cell state: what later steps remembered of it, and what the output gate let through of it.
        # (1 - tanh²) is the slope of the squashing: a cell that is already full can hardly be changed.
        new_dc = dc + dh * o * (1 - squashed_cell**2)

        # Each gate: the blame that reaches it, times what it acted on, times its own slope. The slope of the sigmoid
        # is s(1 - s): a gate quite open or quite shut (s near 1 or 0) hardly learns.
        dz_i = new_dc * g * i * (1 - i)  # the input gate acted on the candidate
        dz_f = new_dc * previous_cell[:, t] * f * (1 - f)  # the forget gate on the old memory
        dz_g = new_dc * i * (1 - g**2)  # the candidate passed the input gate, and has the slope of tanh
        dz_o = dh * squashed_cell * o * (1 - o)  # the output gate on the memory as it is heard
        dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)  # (B, 4U)

        # To the step before, on two ways. Through the recurrent kernel the blame is mixed and may fade or explode;
        new_dh = dz @ recurrent_kernel.T  # (B, U)
        new_dh = new_dh if trace.recurrent_mask is None else new_dh * trace.recurrent_mask
        # through the cell it is only scaled by the forget gate. This second way is the whole point of an LSTM.
        new_dc = new_dc * f

        if trace.time_mask is not None:  # the layer waited: nothing to blame here, the blame passes as it came
            present = trace.time_mask[:, t, None]  # (B, 1)
            dz, new_dh, new_dc = np.where(present, dz, 0), np.where(present, new_dh, dh), np.where(present, new_dc, dc)
        gate_gradients[:, t] = dz
        dh, dc = new_dh, new_dc

    # The weights are the same at every step, so their blame is the sum over all steps and sequences: one product.
    fed_back = _shift(trace.initial_hidden, trace.hidden)  # (B, T, U)
    if trace.recurrent_mask is not None:
        fed_back = fed_back * trace.recurrent_mask[:, None]
    flat_gates = gate_gradients.reshape(-1, 4 * units)  # (B*T, 4U)
    input_gradient, kernel_gradient = _project_backward(trace, kernel, gate_gradients)
    recurrent_gradient = fed_back.reshape(-1, units).T @ flat_gates  # (U, 4U)
    return LSTMGradients(input_gradient, kernel_gradient, recurrent_gradient, flat_gates.sum(axis=0), dh, dc)


def _project(inputs: np.ndarray, kernel: np.ndarray, input_mask: np.ndarray | None) -> np.ndarray:
    """Return inputs @ kernel, (B, T, 4U); for ids, the product of their one-hot vectors with the kernel."""
    if inputs.ndim == 2:
        # A one-hot vector times a matrix picks one row of it; to look the row up spares V - 1 products with 0.
        rows = kernel[inputs]  # (B, T, 4U)
        return rows if input_mask is None else rows * np.take_along_axis(input_mask, inputs, axis=1)[..., None]
    # Dropout: now and then the layer must do without some of the numbers that come in.
    heard = inputs if input_mask is None else inputs * input_mask[:, None]  # (B, T, I)
    # Flat, for one large product: NumPy would make a small one for each sequence.
    flat = heard.reshape(-1, inputs.shape[2]) @ kernel  # (B*T, 4U)
    return flat.reshape(*inputs.shape[:2], -1)


def _project_backward(
    trace: LSTMTrace, kernel: np.ndarray, gate_gradients: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray]:
    """Return the gradients of the inputs (B, T, I), None for ids, and of the kernel (I, 4U)."""
    inputs, mask = trace.inputs, trace.input_mask
    if inputs.ndim == 2:  # each row of the kernel collects the blame of the steps that looked it up
        if mask is not None:
            gate_gradients = gate_gradients * np.take_along_axis(mask, inputs, axis=1)[..., None]
        kernel_gradient = np.zeros_like(kernel)
        np.add.at(kernel_gradient, inputs, gate_gradients)
        return None, kernel_gradient
    heard = inputs if mask is None else inputs * mask[:, None]
    flat_gates = gate_gradients.reshape(-1, kernel.shape[1])
    kernel_gradient = heard.reshape(-1, kernel.shape[0]).T @ flat_gates
    input_gradient = (flat_gates @ kernel.T).reshape(inputs.shape)
    return input_gradient if mask is None else input_gradient * mask[:, None], kernel_gradient


def _shift(first: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Return the state before each step, (B, T, U), from the initial one and those after each step."""
    return np.concatenate([first[:, None], states[:, :-1]], axis=1)


def _is_anything_seen(time_mask: np.ndarray) -> np.ndarray:
    """Return (B, T, 1): False as long as every symbol so far was padding. Keras puts out 0 there, so we do."""
    return np.logical_or.accumulate(time_mask, axis=1)[..., None]
