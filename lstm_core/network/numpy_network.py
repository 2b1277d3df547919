"""A whole network in plain NumPy: symbols in, opinions about the next symbol out, and how wrong they are.

Inspection, evaluation and the comparison of frameworks run on this; the layer itself is in `numpy_lstm.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import TextTooShort
from lstm_core.network.held_units import HeldUnits
from lstm_core.network.numpy_lstm import LSTMTrace, lstm_backward, lstm_forward
from lstm_core.network.shape import NetworkShape, Weights

# B: batch, T: steps of time, I: numbers per symbol, U: units, V: distinct symbols.

LayerState = tuple[np.ndarray, np.ndarray]  # hidden state and cell state of one layer, (B, U) each

_EVALUATION_BYTES = 64 * 2**20  # of one batch's traces: large enough for BLAS, small beside the server's memory


@dataclass(frozen=True)
class NetworkTrace:
    """All that happened in a network.

    `ids` (B, T); `inputs`, what enters the first layer: (B, T, I), or for the coding "one-hot" the ids themselves,
    each of which stands for its one-hot vector; `logits`, one number for each symbol that may come next:
    (B, T, V) for the targets "every", (B, V) for "last".
    """

    ids: np.ndarray
    inputs: np.ndarray
    layers: tuple[LSTMTrace, ...]
    logits: np.ndarray

    @property
    def state(self) -> tuple[LayerState, ...]:
        """The hidden and cell state of each layer after the last step, to go on from."""
        return tuple((layer.hidden[:, -1], layer.cell[:, -1]) for layer in self.layers)


@dataclass(frozen=True)
class NetworkLoss:
    """How well a network names the next symbol: mean cross-entropy in nats, and `hits` right of `count`."""

    loss_nats: float
    hits: int
    count: int

    @property
    def accuracy(self) -> float:
        """Share of right predictions, 0 to 1."""
        return self.hits / self.count


def network_forward(
    shape: NetworkShape,
    weights: Weights,
    ids: np.ndarray,
    state: Sequence[LayerState] | None = None,
    held: Sequence[HeldUnits | None] | None = None,
) -> NetworkTrace:
    """Run a network over `ids` (B, T), from `state` (one pair for each layer) or from zero, with units `held` or not.

    `held` has one entry for each layer.
    """
    inputs = _code_symbols(shape, weights, ids)
    layers: list[LSTMTrace] = []
    signal = inputs
    for index in range(shape.layers):
        initial_hidden, initial_cell = (None, None) if state is None else state[index]
        hook = None if held is None else held[index]
        layers.append(lstm_forward(signal, *_layer_weights(weights, index), initial_hidden, initial_cell, held=hook))
        signal = layers[-1].outputs  # (B, T, U)
    if shape.targets == "last":
        signal = signal[:, -1]  # (B, U)
    logits = _apply_flat(signal, weights["output/kernel"]) + weights["output/bias"]
    return NetworkTrace(ids, inputs, tuple(layers), logits)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits (..., V) into probabilities that sum to 1 along the last axis; same dtype."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))  # the largest becomes e⁰: nothing overflows
    return powers / powers.sum(axis=-1, keepdims=True)


def network_gradients(
    shape: NetworkShape, weights: Weights, inputs: np.ndarray, targets: np.ndarray
) -> tuple[float, Weights]:
    """Return the mean cross-entropy in nats and its gradient with respect to every weight.

    `inputs` (B, T) ids; `targets` ids, (B, T) for the targets "every", (B,) for "last".
    """
    trace = network_forward(shape, weights, inputs)
    flat_logits = trace.logits.reshape(-1, shape.symbol_count)  # (N, V), N = B*T or B
    loss = float(_cross_entropies(flat_logits, targets.reshape(-1)).mean())
    # Softmax and cross-entropy together have the simplest gradient there is: probability minus truth.
    logit_gradient = softmax(flat_logits)
    logit_gradient[np.arange(targets.size), targets.reshape(-1)] -= 1
    logit_gradient /= targets.size

    top = trace.layers[-1].outputs
    said = (top[:, -1] if shape.targets == "last" else top).reshape(-1, shape.units)  # (N, U)
    gradients = {"output/kernel": said.T @ logit_gradient, "output/bias": logit_gradient.sum(axis=0)}
    flat_signal = logit_gradient @ weights["output/kernel"].T  # (N, U)
    signal = np.zeros_like(top)  # the gradient that a layer gets from above, (B, T, U)
    if shape.targets == "last":
        signal[:, -1] = flat_signal
    else:
        signal = flat_signal.reshape(top.shape)

    for index in reversed(range(shape.layers)):
        kernel, recurrent_kernel, _ = _layer_weights(weights, index)
        layer = lstm_backward(trace.layers[index], kernel, recurrent_kernel, signal)
        gradients[f"lstm_{index + 1}/kernel"] = layer.kernel
        gradients[f"lstm_{index + 1}/recurrent_kernel"] = layer.recurrent_kernel
        gradients[f"lstm_{index + 1}/bias"] = layer.bias
        if layer.inputs is not None:
            signal = layer.inputs
    if shape.coding == "embedding":
        gradients["embedding"] = np.zeros_like(weights["embedding"])
        np.add.at(gradients["embedding"], inputs, signal)
    return loss, {name: gradients[name] for name in weights}


def evaluate(
    shape: NetworkShape, weights: Weights, ids: np.ndarray, window: int, max_windows: int | None = None
) -> NetworkLoss:
    """Measure a network on a text of `ids` (n,), every window read from zero state.

    Targets "last": every window of the text, each shifted by one symbol. Targets "every": window after window, none
    overlapping; a rest shorter than a window is left out. With `max_windows`, only so many, evenly spread.
    Raises TextTooShort when the text is no longer than one window.
    """
    if len(ids) < window + 1:
        raise TextTooShort(
            f"The text to measure on has {len(ids)} symbols.",
            f"A window of {window} and the symbol after it need {window + 1}.",
            "Choose a longer text or a shorter window.",
        )
    offsets = np.arange(0, len(ids) - window, window if shape.targets == "every" else 1)
    if max_windows is not None and max_windows < len(offsets):
        offsets = offsets[np.linspace(0, len(offsets) - 1, max_windows).astype(int)]
    loss_sum, hits, count = 0.0, 0, 0
    for inputs, targets in _iter_batches(shape, ids, offsets, window):
        logits = network_forward(shape, weights, inputs).logits.reshape(-1, shape.symbol_count)
        loss_sum += float(_cross_entropies(logits, targets).sum(dtype=np.float64))
        hits += int((logits.argmax(axis=1) == targets).sum())
        count += len(targets)
    return NetworkLoss(loss_sum / count, hits, count)


def _iter_batches(
    shape: NetworkShape, ids: np.ndarray, offsets: np.ndarray, window: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield inputs (B, T) and flat targets (B*T,) or (B,), as many windows at once as memory allows."""
    numbers = shape.input_size * (shape.coding != "one-hot") + 12 * shape.units * shape.layers  # kept at each step
    numbers += 3 * shape.symbol_count * (shape.targets == "every")  # logits and what the loss makes of them
    size = max(1, _EVALUATION_BYTES // (4 * numbers * window))
    for start in range(0, len(offsets), size):
        windows = ids[offsets[start : start + size, None] + np.arange(window + 1)]  # (B, T+1)
        yield windows[:, :-1], (windows[:, 1:].reshape(-1) if shape.targets == "every" else windows[:, -1])


def _code_symbols(shape: NetworkShape, weights: Weights, ids: np.ndarray) -> np.ndarray:
    if shape.coding == "embedding":
        return weights["embedding"][ids]  # (B, T, I)
    if shape.coding == "integer":
        return ids[..., None].astype(weights["output/kernel"].dtype)  # (B, T, 1)
    return ids  # lstm_forward looks up rows; one-hot vectors of 20,000 symbols would fill the memory with zeros


def _layer_weights(weights: Weights, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    name = f"lstm_{index + 1}"
    return weights[f"{name}/kernel"], weights[f"{name}/recurrent_kernel"], weights[f"{name}/bias"]


def _apply_flat(signal: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return signal (..., N) @ kernel (N, M) as one large product."""
    return (signal.reshape(-1, kernel.shape[0]) @ kernel).reshape(*signal.shape[:-1], kernel.shape[1])


def _cross_entropies(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the surprise at each target (N,) in nats: minus the logarithm of the probability it was given."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(targets)), targets]
