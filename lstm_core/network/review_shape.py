"""The shape of a network that reads a review and says how likely it is positive: which weights, how large.

    words → embedding → LSTM (forward, or both ways) → pooling over time → dense (if any) → one number

The tutorial's network is one of them (forward, last, a dense layer of 250). How weights are drawn: `shape.py`.
"""

from dataclasses import dataclass

import numpy as np

DIRECTIONS = {"forward": ("",), "both": ("", "_backward")}  # what is added to the name of each direction's layer
POOLED = {"last": 1, "mean": 1, "mean-and-max": 2}  # vectors of units that pooling hands on for each direction


@dataclass(frozen=True)
class ReviewShape:
    """What determines the weights. `word_count` words have a vector each, `<rare>` among them.

    `padding` "before": shorter reviews are filled up at their beginning with one more word, which the network reads
    like any other, as the tutorial's does; "ignored": a review ends where it ends.
    """

    word_count: int
    embedding: int  # length of a word's vector
    units: int
    direction: str  # "forward" or "both"
    pooling: str  # "last", "mean" or "mean-and-max"
    dense: int  # units of a ReLU layer before the last; 0: none
    padding: str
    window: int  # words of a review that are read in training

    @property
    def symbol_count(self) -> int:
        """Distinct words, as every network's shape tells it."""
        return self.word_count

    @property
    def pooled_size(self) -> int:
        """Numbers that pooling makes of a review."""
        return len(DIRECTIONS[self.direction]) * POOLED[self.pooling] * self.units

    @property
    def padding_id(self) -> int:
        """The id that stands for no word."""
        return self.word_count

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every weight array, in the order in which data flows through them."""
        shapes: dict[str, tuple[int, ...]] = {
            "embedding": (self.word_count + (self.padding == "before"), self.embedding)
        }
        for direction in DIRECTIONS[self.direction]:
            shapes[f"lstm_1{direction}/kernel"] = (self.embedding, 4 * self.units)
            shapes[f"lstm_1{direction}/recurrent_kernel"] = (self.units, 4 * self.units)
            shapes[f"lstm_1{direction}/bias"] = (4 * self.units,)
        size = self.pooled_size
        if self.dense:
            shapes["dense/kernel"] = (size, self.dense)
            shapes["dense/bias"] = (self.dense,)
            size = self.dense
        shapes["output/kernel"] = (size, 1)
        shapes["output/bias"] = (1,)
        return shapes

    def count_parameters(self) -> int:
        """How many numbers training adjusts."""
        return sum(int(np.prod(shape)) for shape in self.weight_shapes().values())
