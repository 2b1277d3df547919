"""Which symbols are alike to a network? The vectors that stand for them, drawn in two dimensions, and the nearest ones.

A network with an embedding has a learned vector for each symbol. With one-hot coding the kernel of its first layer is
the same thing: a vector with a single 1, times the kernel, picks out one of its rows. With integer coding there is
none: a symbol is its id, a plain number, and what it does to the gates is that number times the same four weights.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.network.shape import NetworkShape
from lstm_core.network.trained import TrainedNetwork

MAX_DRAWN_SYMBOLS = 300
NEIGHBOURS_SHOWN = 8
NEIGHBOURS_AMONG = 3_000  # frequent symbols: a rarer one's vector says more of where it happened to stand than of it

# V: distinct symbols   D: numbers of a vector   n: symbols that are drawn


@dataclass(frozen=True, eq=False)
class SymbolMap:
    """Symbols (their ids) on a plane: `points` (n, 2) float64, and the share of the variance that each axis shows."""

    ids: np.ndarray
    points: np.ndarray
    shares: tuple[float, float]


def symbol_vectors(network: TrainedNetwork) -> np.ndarray:
    """Return the vector of each symbol, (V, D) float32. Raises InvalidSetting for integer coding, which has none."""
    shape, count = network.shape, len(network.vocabulary)
    if isinstance(shape, NetworkShape) and shape.coding != "embedding":
        if shape.coding == "one-hot":
            return network.weights["lstm_1/kernel"]
        raise InvalidSetting(
            "This network has no vectors to draw: with integer coding a symbol is nothing but its id.",
            "A map needs the coding embedding, or one-hot.",
            "Train a network with one of these, and see which symbols come to lie together.",
        )
    return network.weights["embedding"][:count]  # without the word that stands for no word


def map_symbols(vectors: np.ndarray, count: int) -> SymbolMap:
    """Draw the `count` most frequent symbols, up to 300, by the two directions in which their vectors differ most.

    Principal components: the vectors around their mean, by singular value decomposition (Pearson 1901).
    """
    shown = max(1, min(count, MAX_DRAWN_SYMBOLS, len(vectors)))
    centred = vectors[:shown].astype(np.float64)  # ids fall with frequency
    centred -= centred.mean(axis=0)
    left, singular, right = np.linalg.svd(centred, full_matrices=False)
    points, shares = np.zeros((shown, 2)), [0.0, 0.0]
    total = float((singular**2).sum())
    for axis in range(min(2, len(singular))):
        # An axis may point either way; its heaviest number decides, so that the same network gives the same map.
        sign = np.sign(right[axis, np.argmax(np.abs(right[axis]))])
        points[:, axis] = left[:, axis] * singular[axis] * sign
        shares[axis] = float(singular[axis] ** 2) / total if total else 0.0
    return SymbolMap(np.arange(shown), points, (shares[0], shares[1]))


def nearest_symbols(vectors: np.ndarray, index: int, count: int = NEIGHBOURS_SHOWN) -> tuple[tuple[int, float], ...]:
    """Return the ids of the frequent symbols whose vectors point most nearly where that of `index` does.

    Each with the cosine, the nearest first, from 1 (the same direction) to -1. Raises InvalidSetting for an id that is
    not there.
    """
    if not 0 <= index < len(vectors):
        raise InvalidSetting(
            f"There is no symbol with the id {index}.", f"Ids go from 0 to {len(vectors) - 1}.", "Choose one of them."
        )
    frequent, own = vectors[:NEIGHBOURS_AMONG], vectors[index]
    lengths = np.sqrt(np.einsum("vd,vd->v", frequent, frequent)) * np.sqrt(own @ own)
    cosines = np.einsum("vd,d->v", frequent, own) / np.maximum(lengths, 1e-12)
    order = [other for other in np.argsort(-cosines, kind="stable").tolist() if other != index][:count]
    return tuple((other, float(cosines[other])) for other in order)
