"""How good is good? What one reaches on a text without any network: knowing nothing, and counting.

Measured on the same symbols as the network: the part of the text that was held out. A text too short for that is
measured on itself, by counts that are not smoothed: they know it by heart, as far as n symbols go.
"""

import math
from dataclasses import dataclass

import numpy as np

from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.windows import Split

NAMES = {0: "knowing nothing", 1: "symbol counts", 2: "bigram", 3: "trigram", 5: "5-gram"}
"""By order: how many symbols in a row are counted."""

COUNTED_ORDERS = tuple(order for order in NAMES if order)


@dataclass(frozen=True)
class Yardstick:
    """What guessing from counts of `order` symbols in a row costs per symbol; order 0: from none."""

    order: int
    loss_nats: float

    @property
    def name(self) -> str:
        """What the field calls it."""
        return NAMES[self.order]


@dataclass(frozen=True)
class Yardsticks:
    """All yardsticks of one text, measured on `measured` symbols, of the held-out part or (`is_held_out` False) all."""

    marks: tuple[Yardstick, ...]
    is_held_out: bool
    measured: int

    def loss(self, order: int) -> float:
        """Return the loss in nats of the yardstick of this order."""
        return next(mark.loss_nats for mark in self.marks if mark.order == order)


def count_text(split: Split, symbol_count: int) -> NGramCounts:
    """Count the n-grams of a text's training part, smoothed if there is a held-out part with something new in it."""
    return NGramCounts(split.training, symbol_count, is_smoothed=split.validation is not None)


def measure_yardsticks(split: Split, symbol_count: int) -> Yardsticks:
    """Measure all yardsticks of a text of `symbol_count` distinct symbols: 0.3 s of a core for a million characters.

    The first symbol is left out: a network is not asked about it either, having read nothing yet.
    """
    ids = split.training if split.validation is None else split.validation
    surprises = count_text(split, symbol_count).surprises(ids)[:, 1:]
    marks = [Yardstick(0, math.log(max(1, symbol_count)))]
    marks += [Yardstick(order, float(np.mean(surprises[order - 1]))) for order in COUNTED_ORDERS]
    return Yardsticks(tuple(marks), split.validation is not None, surprises.shape[1])
