"""A small network with a unit that was planted: it counts the characters of a line, and says so to the output.

Its gates listen to the symbols alone (no unit hears another), so each number can be told by heart: the cell of the
planted unit grows by the same step at every character and is wiped at a line break.
"""

import numpy as np

from lstm_core.network.shape import NetworkShape, Weights
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import Vocabulary

LINES = [("abcdef gh" * 2)[: 4 + 7 * place % 11] for place in range(60)]
TEXT = "".join(f"{line}\n" for line in LINES)
UNITS, COUNTER, IDLE = 8, 2, 5
STEP = 0.05  # by which the counter's cell grows
FADES_TO_HALF_IN = 10  # symbols, of what the fading unit remembers
OPEN, SHUT = 20.0, -20.0  # what a gate adds up to be quite open, or quite shut


def build_planted() -> TrainedNetwork:
    """Return the network. The unit COUNTER was planted; IDLE has no way out."""
    vocabulary = Vocabulary.build(TEXT, "characters", 100)
    shape = NetworkShape(len(vocabulary), "one-hot", 8, 1, UNITS, "every", 16)
    random = np.random.default_rng(4)
    weights: Weights = {
        name: random.normal(0, 0.6, size).astype(np.float32) for name, size in shape.weight_shapes().items()
    }
    weights["lstm_1/recurrent_kernel"][:] = 0
    plant(weights, COUNTER, np.arctanh(STEP), OPEN)
    line_break = vocabulary.symbols.index("\n")
    weights["lstm_1/kernel"][line_break, COUNTER] = 2 * SHUT  # input gate
    weights["lstm_1/kernel"][line_break, UNITS + COUNTER] = 2 * SHUT  # forget gate
    weights["output/kernel"][IDLE] = 0
    return TrainedNetwork(shape, weights, vocabulary, 7, "planted")


def build_fading() -> TrainedNetwork:
    """Return a network of which every unit remembers each symbol, and forgets at the same known rate."""
    network = build_planted()
    keep = 0.5 ** (1 / FADES_TO_HALF_IN)
    for unit in range(UNITS):
        plant(network.weights, unit, 0.0, np.log(keep / (1 - keep)))
    candidates = network.weights["lstm_1/kernel"][:, 2 * UNITS : 3 * UNITS]
    candidates[:] = np.linspace(-1, 1, candidates.size).reshape(candidates.shape)
    return network


def plant(weights: Weights, unit: int, candidate: float, forget: float) -> None:
    """Open a unit's input and output gate, and make candidate and forget gate the same at every symbol."""
    for gate, value in enumerate((OPEN, forget, candidate, OPEN)):
        weights["lstm_1/kernel"][:, gate * UNITS + unit] = 0
        weights["lstm_1/bias"][gate * UNITS + unit] = value
