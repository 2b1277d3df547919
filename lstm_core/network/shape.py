"""The shape of a network: which weights it has, how large they are, how they are first drawn.

Keras packs the four gates of an LSTM side by side, always in the order input, forget, candidate, output; so do
all weights here (`tests/network` holds it against Keras).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class NetworkShape:
    """What determines the weights: `symbol_count` distinct symbols in, as many out."""

    symbol_count: int
    coding: str  # "integer", "one-hot" or "embedding"
    embedding: int  # length of a symbol's vector; used by the coding "embedding" alone
    layers: int
    units: int
    targets: str  # "last": one prediction after the window; "every": one at each position
    window: int

    @property
    def input_size(self) -> int:
        """Numbers that stand for one symbol when it enters the first layer."""
        return {"integer": 1, "one-hot": self.symbol_count, "embedding": self.embedding}[self.coding]

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every weight array, in the order in which data flows through them."""
        shapes: dict[str, tuple[int, ...]] = {}
        if self.coding == "embedding":
            shapes["embedding"] = (self.symbol_count, self.embedding)
        size = self.input_size
        for layer in range(1, self.layers + 1):
            shapes[f"lstm_{layer}/kernel"] = (size, 4 * self.units)
            shapes[f"lstm_{layer}/recurrent_kernel"] = (self.units, 4 * self.units)
            shapes[f"lstm_{layer}/bias"] = (4 * self.units,)
            size = self.units
        shapes["output/kernel"] = (self.units, self.symbol_count)
        shapes["output/bias"] = (self.symbol_count,)
        return shapes

    def count_parameters(self) -> int:
        """How many numbers training adjusts."""
        return sum(int(np.prod(shape)) for shape in self.weight_shapes().values())


class WeightedShape(Protocol):
    """What drawing weights needs to know of any network's shape."""

    @property
    def units(self) -> int:
        """Memory cells of each LSTM layer."""

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every weight array."""


def draw_weights(shape: WeightedShape, random_seed: int, forget_bias: float, initialization: str) -> Weights:
    """Draw the first weights, float32; the same seed draws the same.

    "keras": Glorot uniform kernels, orthogonal recurrent kernels (Saxe et al. 2014), embedding uniform ±0.05, zero
    biases. "wide-embedding": the same, but the embedding from a standard normal, as PyTorch's nn.Embedding: symbols
    that begin far apart are told apart sooner. "tensorflow-1": as the tutorials' BasicLSTMCell, one Glorot uniform
    draw over kernel and recurrent kernel stacked, and an output layer from a standard normal. The forget gate's bias
    starts at `forget_bias` in all.
    """
    random = np.random.default_rng([random_seed, 0])
    weights: Weights = {}
    for name, size in shape.weight_shapes().items():
        part = name.split("/")[-1]
        stacked_rows = (
            size[0] + shape.units if initialization == "tensorflow-1" and name != "output/kernel" else size[0]
        )
        if name == "embedding":
            is_wide = initialization == "wide-embedding"
            array = random.standard_normal(size) if is_wide else random.uniform(-0.05, 0.05, size)
        elif name.startswith("output") and initialization == "tensorflow-1":
            array = random.standard_normal(size)
        elif part == "bias":
            array = np.zeros(size)
            if name.startswith("lstm"):
                array[shape.units : 2 * shape.units] = forget_bias
        elif part == "recurrent_kernel" and initialization != "tensorflow-1":
            array = _draw_orthogonal(random, size)
        else:
            if part == "recurrent_kernel":  # the lower rows of the kernel that TensorFlow 1 draws in one piece
                stacked_rows = shape.weight_shapes()[name.replace("recurrent_", "")][0] + shape.units
            limit = np.sqrt(6 / (stacked_rows + size[1]))  # Glorot and Bengio 2010, equation 16
            array = random.uniform(-limit, limit, size)
        weights[name] = array.astype(np.float32)
    return weights


def _draw_orthogonal(random: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """Draw a (rows, columns) matrix with rows <= columns whose rows are orthonormal."""
    q, r = np.linalg.qr(random.standard_normal((size[1], size[0])))  # (columns, rows)
    return (q * np.sign(np.diag(r))).T  # the signs make the draw uniform over all orthogonal matrices
