"""How does the score change when a word's vector changes a little? The way back through the network, for speed.

The same mathematics as `lstm_core.network.review_network.review_gradients`, to which `tests/reviewing` holds it, told
slowly in `lstm_core.network.numpy_lstm`. Here weights get no gradients, and all that does not depend on later steps is
computed for all steps at once: 1.5 times as fast on a quiet machine, six times while a run trains (see `one_thread`).
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.one_thread import OneThreadMatrix
from lstm_core.network.review_network import lstm_weights
from lstm_core.network.review_shape import DIRECTIONS, POOLED, ReviewShape
from lstm_core.network.shape import Weights
from lstm_core.reviewing.fast_reader import arrange_gates

_MAX_NUMBERS = 8_000_000  # float32 values that are kept for the way back, 32 MB
_KEPT_PER_UNIT = 14  # of each step, with what is computed from them

# T: words of the longest review   B: reviews side by side   E: numbers of a word   U: units   P: numbers of pooling
# i, f, o, g: input, forget and output gate, candidate, side by side in this order, as `arrange_gates` puts them


@dataclass(frozen=True)
class _Passage:
    """What one LSTM layer did, kept for the way back: `gates` (T, B, 4U), the others (T, B, U)."""

    gates: np.ndarray
    previous_cell: np.ndarray
    squashed_cell: np.ndarray
    hidden: np.ndarray


class WordGradients:
    """Gradients of one network's log odds with respect to the words. Holds nothing of any review."""

    def __init__(self, shape: ReviewShape, weights: Weights) -> None:
        self._shape, self._weights = shape, weights
        self._layers = tuple(_Layer(weights, name) for name in DIRECTIONS[shape.direction])
        self._dense = None
        if shape.dense:
            kernel = weights["dense/kernel"]
            self._dense = OneThreadMatrix(kernel), OneThreadMatrix(kernel.T), weights["dense/bias"]

    def of(self, words: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradients (T, B, E) of the log odds of reviews with the vectors `words` (T, B, E); and these (B,).

        Of each review the first `lengths` (B,) words count, padding before it among them.
        """
        batch, numbers = (
            words.shape[1],
            words[:, 0].size + len(words) * _KEPT_PER_UNIT * self._shape.units * len(self._layers),
        )
        at_once = max(1, _MAX_NUMBERS // numbers)
        parts = [
            self._of_few(words[:, first : first + at_once], lengths[first : first + at_once])
            for first in range(0, batch, at_once)
        ]
        return np.concatenate([part[0] for part in parts], axis=1), np.concatenate([part[1] for part in parts])

    def _of_few(self, words: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        turned = _turn(len(words), lengths)
        heard = [np.take_along_axis(words, turned, axis=0) if i else words for i in range(len(self._layers))]
        passages = [layer.go(one) for layer, one in zip(self._layers, heard, strict=True)]
        pooled = [_pool(self._shape.pooling, passage.hidden, lengths) for passage in passages]
        blame, log_odds = self._judge(np.concatenate(pooled, axis=1))
        gradients = []
        for layer, passage, share in zip(self._layers, passages, np.split(blame, len(passages), axis=1), strict=True):
            gradients.append(layer.go_back(passage, _unpool(self._shape.pooling, passage.hidden, lengths, share)))
        return gradients[0] + sum(np.take_along_axis(part, turned, axis=0) for part in gradients[1:]), log_odds

    def _judge(self, pooled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradients (B, P) of the log odds with respect to what pooling made (B, P); and these (B,)."""
        output, bias = self._weights["output/kernel"][:, 0], self._weights["output/bias"]
        if self._dense is None:
            return np.broadcast_to(output, pooled.shape), np.einsum("bp,p->b", pooled, output) + bias
        kernel, kernel_back, dense_bias = self._dense
        dense = np.maximum(kernel.times(pooled) + dense_bias, 0)  # (B, D)
        return kernel_back.times((dense > 0) * output), np.einsum("bd,d->b", dense, output) + bias


class _Layer:
    """The LSTM layer of one direction, forward and back."""

    def __init__(self, weights: Weights, direction: str) -> None:
        kernel, recurrent_kernel, self._bias = (arrange_gates(array) for array in lstm_weights(weights, direction))
        self._kernel, self._recurrent = OneThreadMatrix(kernel), OneThreadMatrix(recurrent_kernel)
        self._kernel_back, self._recurrent_back = OneThreadMatrix(kernel.T), OneThreadMatrix(recurrent_kernel.T)

    def go(self, words: np.ndarray) -> _Passage:
        """Read the words (T, B, E)."""
        length, batch, size = words.shape
        gates = (self._kernel.times(words.reshape(-1, size)) + self._bias).reshape(length, batch, -1)
        units = gates.shape[2] // 4
        cells = np.zeros((length + 1, batch, units), np.float32)
        squashed, hidden = np.empty((2, length, batch, units), np.float32)
        for step in range(length):
            now = gates[step]  # (B, 4U)
            if step:
                now += self._recurrent.times(hidden[step - 1])
            np.tanh(now, out=now)
            sigmoids = now[:, : 3 * units]
            sigmoids *= 0.5
            sigmoids += 0.5
            np.multiply(now[:, units : 2 * units], cells[step], out=cells[step + 1])
            cells[step + 1] += now[:, :units] * now[:, 3 * units :]
            np.tanh(cells[step + 1], out=squashed[step])
            np.multiply(squashed[step], now[:, 2 * units : 3 * units], out=hidden[step])
        return _Passage(gates, cells[:-1], squashed, hidden)

    def go_back(self, passage: _Passage, hidden: np.ndarray) -> np.ndarray:
        """Return the gradients (T, B, E) of the words from those of the hidden states, (T, B, U)."""
        length, batch, units = hidden.shape
        i, f, o, g = np.split(passage.gates, 4, axis=2)
        # What each gate acted on times its own slope. The slope of (1 + tanh(x)) / 2 is 2 s (1 - s).
        slopes = np.empty((length, batch, 4, units), np.float32)
        slopes[:, :, 0] = 2 * g * i * (1 - i)
        slopes[:, :, 1] = 2 * passage.previous_cell * f * (1 - f)
        slopes[:, :, 2] = 2 * passage.squashed_cell * o * (1 - o)
        slopes[:, :, 3] = i * (1 - g * g)
        to_cell = o * (1 - passage.squashed_cell**2)  # how much of a hidden state's blame reaches the cell
        dh, dc = np.zeros((2, batch, units), np.float32)
        for step in reversed(range(length)):
            dh += hidden[step]
            dc += dh * to_cell[step]
            dz = slopes[step]  # (B, 4, U), times the blame from here on
            dz[:, :2] *= dc[:, None]
            dz[:, 2] *= dh
            dz[:, 3] *= dc
            dh = self._recurrent_back.times(dz.reshape(batch, -1))
            dc *= f[step]
        return self._kernel_back.times(slopes.reshape(length * batch, -1)).reshape(length, batch, -1)


def _turn(length: int, lengths: np.ndarray) -> np.ndarray:
    """Return where each word stands when every review is turned round within its length, (T, B, 1)."""
    places = np.arange(length)[:, None]
    return np.where(places < lengths, lengths - 1 - places, places)[..., None]


def _pool(pooling: str, hidden: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Make (B, U) or (B, 2U) of the hidden states (T, B, U), as `review_network.pool` does."""
    if pooling == "last":
        return hidden[lengths - 1, np.arange(len(lengths))]
    present = (np.arange(len(hidden))[:, None] < lengths)[..., None]  # (T, B, 1)
    mean = (hidden * present).sum(axis=0) / lengths[:, None].astype(np.float32)
    return mean if POOLED[pooling] == 1 else np.concatenate([mean, np.where(present, hidden, -1).max(axis=0)], axis=1)


def _unpool(pooling: str, hidden: np.ndarray, lengths: np.ndarray, blame: np.ndarray) -> np.ndarray:
    """Give the blame (B, 1 or 2 U) for what pooling made back to the hidden states, (T, B, U)."""
    units, rows = hidden.shape[2], np.arange(len(lengths))
    if pooling == "last":
        spread = np.zeros_like(hidden)
        spread[lengths - 1, rows] = blame
        return spread
    present = (np.arange(len(hidden))[:, None] < lengths)[..., None]  # (T, B, 1)
    spread = present * (blame[:, :units] / lengths[:, None].astype(np.float32))
    if POOLED[pooling] == 2:
        highest = np.where(present, hidden, -1).argmax(axis=0)  # (B, U)
        spread[highest, rows[:, None], np.arange(units)] += blame[:, units:]
    return spread
