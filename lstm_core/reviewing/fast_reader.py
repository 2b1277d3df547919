"""The review network arranged for speed: one review, or many sequences of the same words side by side.

A page asks for the score of every beginning of a review, or of the review with each word taken out in turn: hundreds
of sequences that share their words and most of their beginnings. Nothing of a step is kept but what pooling needs.
The equations are told in `lstm_core.network.numpy_lstm`; `tests/reviewing` holds this file to that slow and plain one.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.one_thread import OneThreadMatrix, round_up
from lstm_core.network.review_network import lstm_weights
from lstm_core.network.review_shape import DIRECTIONS, ReviewShape
from lstm_core.network.shape import Weights

# B: sequences side by side   T: their steps   N: words that they are made of   U: units   P: numbers that pooling makes


@dataclass(frozen=True)
class Heard:
    """What is left of sequences that were read so far, (B, U) each: the two states, and what pooling makes of them.

    `total` is the sum of the hidden states, `highest` the highest of each unit. `Ear.go_on` leaves them as they were
    where the network does not pool so.
    """

    hidden: np.ndarray
    cell: np.ndarray
    total: np.ndarray
    highest: np.ndarray

    def at(self, rows: np.ndarray) -> "Heard":
        """Return copies of the sequences of these rows, (len(rows), U)."""
        return Heard(self.hidden[rows], self.cell[rows], self.total[rows], self.highest[rows])


class Ear:
    """One direction's LSTM layer. Holds nothing of any review, so that many threads may share it."""

    def __init__(self, shape: ReviewShape, weights: Weights, direction: str) -> None:
        kernel, recurrent_kernel, bias = (arrange_gates(array) for array in lstm_weights(weights, direction))
        self._embedding, self._bias = weights["embedding"], bias
        self._kernel, self._recurrent = OneThreadMatrix(kernel), OneThreadMatrix(recurrent_kernel)
        self._units = shape.units
        self._sums, self._seeks_highest = shape.pooling != "last", shape.pooling == "mean-and-max"

    def project(self, ids: np.ndarray) -> np.ndarray:
        """Return what each word says to the gates, (N, 4U), as the methods below take it."""
        return self._kernel.times(self._embedding[ids]) + self._bias

    def begin(self, count: int) -> Heard:
        """Return what is there of `count` sequences before their first word."""
        zeros = np.zeros((count, self._units), np.float32)
        return Heard(zeros, zeros, zeros, zeros - 1)  # a hidden state lies between -1 and 1

    def follow(self, rows: np.ndarray) -> Heard:
        """Read one sequence (T, 4U) and return what was heard before its first step and after each, (T + 1, U)."""
        count, units = len(rows), self._units
        hidden, cell = np.zeros((2, count + 1, units), np.float32)
        gates = rows.copy()
        product = np.empty(4 * units, np.float32)
        for step in range(count):
            self._recurrent.times_vector(hidden[step], product)
            cell[step + 1] = cell[step]
            gates[step] += product
            self._step(gates[step], hidden[step + 1], cell[step + 1])
        lowest = np.concatenate([np.full((1, units), -1, np.float32), hidden[1:]])
        return Heard(hidden, cell, np.cumsum(hidden, axis=0), np.maximum.accumulate(lowest, axis=0))

    def go_on(self, rows: np.ndarray, places: np.ndarray, lengths: np.ndarray, start: Heard) -> Heard:
        """Read B sequences on from `start` and return what is left of each, (B, U).

        `rows` (N, 4U) are the words that they are made of, `places` (T, B) which of them each sequence reads at each
        step, `lengths` (B,) how many steps each takes; what stands in `places` beyond is not looked at.
        """
        order = np.argsort(-lengths, kind="stable")  # the longest first: those that go on are always the first few
        going_on = np.searchsorted(-lengths[order], -np.arange(len(places)))  # (T,) how many have this step
        places, now = places[:, order], start.at(order)
        hidden = np.zeros((round_up(len(order)), self._units), np.float32)
        gates = np.empty((len(hidden), 4 * self._units), np.float32)
        hidden[: len(order)] = now.hidden
        for step, active in enumerate(going_on.tolist()):
            full = round_up(active)
            self._recurrent.times_rows(hidden[:full], gates[:full])
            gates[:active] += rows[places[step, :active]]
            self._step(gates[:active], hidden[:active], now.cell[:active])
            if self._sums:
                now.total[:active] += hidden[:active]
            if self._seeks_highest:
                np.maximum(now.highest[:active], hidden[:active], out=now.highest[:active])
        return Heard(hidden, now.cell, now.total, now.highest).at(np.argsort(order))

    def _step(self, gates: np.ndarray, hidden: np.ndarray, cell: np.ndarray) -> None:
        """Take one or more sequences one word on: `hidden` and `cell` (…, U) are renewed, `gates` (…, 4U) used up."""
        units = self._units
        np.tanh(gates, out=gates)
        sigmoids = gates[..., : 3 * units]  # sigmoid(x) = (1 + tanh(x/2)) / 2, halved in `arrange_gates`
        sigmoids *= 0.5
        sigmoids += 0.5
        cell *= gates[..., units : 2 * units]
        cell += gates[..., :units] * gates[..., 3 * units :]
        np.tanh(cell, out=hidden)
        hidden *= gates[..., 2 * units : 3 * units]


class FastReader:
    """Scores sequences of word ids with one network; what it gives are log odds, above 0 for positive."""

    def __init__(self, shape: ReviewShape, weights: Weights) -> None:
        self.shape = shape
        self.ears = tuple(Ear(shape, weights, direction) for direction in DIRECTIONS[shape.direction])
        self._dense = (OneThreadMatrix(weights["dense/kernel"]), weights["dense/bias"]) if shape.dense else None
        self._output_kernel, self._output_bias = weights["output/kernel"][:, 0], weights["output/bias"]

    def fill_up(self, ids: np.ndarray) -> np.ndarray:
        """Put before a review's ids (n,) what the network reads before them: padding up to the window, or nothing."""
        missing = self.shape.window - len(ids) if self.shape.padding == "before" else 0
        return np.concatenate([np.full(max(0, missing), self.shape.padding_id), ids])

    def follow(self, sequence: np.ndarray) -> tuple[Heard, ...]:
        """Read one sequence of ids (T,) with each ear and return what each heard after each of its steps, (T + 1, U).

        The backward ear's steps go from the last word to the first.
        """
        forward, *backward = self.ears
        return forward.follow(forward.project(sequence)), *(ear.follow(ear.project(sequence[::-1])) for ear in backward)

    def score(self, ids: np.ndarray) -> float:
        """Return the log odds of one review; 0 for one without words."""
        if not len(ids):
            return 0.0
        sequence = self.fill_up(ids)
        last = np.array([len(sequence)])
        return float(self.judge(tuple(heard.at(last) for heard in self.follow(sequence)), last)[0])

    def score_many(self, reviews: list[np.ndarray]) -> np.ndarray:
        """Return the log odds (B,) of reviews side by side, each of a word or more; best when about equally long."""
        sequences = [self.fill_up(ids) for ids in reviews]
        lengths = np.array([len(sequence) for sequence in sequences])
        words, inverse = np.unique(np.concatenate(sequences), return_inverse=True)
        steps = np.arange(max(lengths))[:, None]  # (T, 1)
        ends = np.cumsum(lengths)
        heard = []
        for backward, ear in enumerate(self.ears):
            order = ends - 1 - steps if backward else ends - lengths + steps  # (T, B)
            places = inverse[np.clip(order, 0, ends[-1] - 1)]
            heard.append(ear.go_on(ear.project(words), places, lengths, ear.begin(len(lengths))))
        return self.judge(tuple(heard), lengths)

    def score_replaced(self, ids: np.ndarray, places: np.ndarray, new_ids: np.ndarray) -> np.ndarray:
        """Return the log odds (B,) of a review with one word replaced: at each of `places` (B,) by one of `new_ids`.

        Up to that place each is read as the review itself; from there it goes its own way.
        """
        sequence = self.fill_up(ids)
        length = len(sequence)
        places = length - len(ids) + places
        heard = []
        for backward, (ear, whole) in enumerate(zip(self.ears, self.follow(sequence), strict=True)):
            order, gone = (sequence[::-1], length - 1 - places) if backward else (sequence, places)
            rows = ear.project(np.concatenate([order, new_ids]))
            steps = np.arange(length - int(gone.min()))[:, None]  # (T, 1)
            new = length + np.arange(len(new_ids))
            heard.append(ear.go_on(rows, np.where(steps, gone + steps, new), length - gone, whole.at(gone)))
        return self.judge(tuple(heard), np.full(len(places), length))

    def judge(self, heard: tuple[Heard, ...], lengths: np.ndarray) -> np.ndarray:
        """Turn what each ear has heard of B sequences of these lengths (B,) into log odds (B,) float32."""
        pooled: list[np.ndarray] = []
        for one in heard:
            mean = one.total / lengths[:, None].astype(np.float32)
            pooled += {"last": [one.hidden], "mean": [mean], "mean-and-max": [mean, one.highest]}[self.shape.pooling]
        signal = np.concatenate(pooled, axis=1)  # (B, P)
        if self._dense is not None:
            kernel, bias = self._dense
            signal = np.maximum(kernel.times(signal) + bias, 0)  # (B, D)
        return np.einsum("bd,d->b", signal, self._output_kernel) + self._output_bias  # no BLAS, see `one_thread`


def arrange_gates(gates: np.ndarray) -> np.ndarray:
    """Reorder gates from input, forget, candidate, output to input, forget, output, candidate; halve the first three.

    The gates lie along the last axis (…, 4U). So one tanh serves all four, as in `lstm_core.writing.writer`.
    """
    input_gate, forget_gate, candidate, output_gate = np.split(gates, 4, axis=-1)
    return np.concatenate([0.5 * input_gate, 0.5 * forget_gate, 0.5 * output_gate, candidate], axis=-1)
