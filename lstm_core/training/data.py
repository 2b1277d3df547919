"""From a spec to what training reads: vocabulary, ids, the held-out part, the network's shape. No TensorFlow here."""

from dataclasses import dataclass

import numpy as np

from lstm_core.network.shape import NetworkShape
from lstm_core.network.spec import RunSpec
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.text.windows import Split, count_learnable, count_windows, split_validation


@dataclass(frozen=True)
class TrainingData:
    """A text as its network will meet it."""

    vocabulary: Vocabulary
    split: Split  # training and validation ids
    shape: NetworkShape

    @property
    def symbol_count(self) -> int:
        """Symbols in the training part."""
        return len(self.split.training)

    def best_accuracy(self, window: int) -> float:
        """Return the highest share of training windows whose next symbol can be named, 0 to 1.

        Below 1 where the same window is followed by different symbols.
        """
        return count_learnable(self.split.training, window) / count_windows(self.symbol_count, window)


def prepare_data(spec: RunSpec) -> TrainingData:
    """Cut the text into symbols, number them, hold out a part.

    Raises TextTooShort when the text has no window and target to learn from.
    """
    symbols = split_symbols(spec.text, spec.symbols)
    vocabulary = Vocabulary.build(symbols, spec.symbols, spec.vocabulary)
    ids: np.ndarray = vocabulary.encode(symbols, allow_rare=True)
    shape = NetworkShape(
        len(vocabulary), spec.coding, spec.embedding, spec.layers, spec.units, spec.targets, spec.window
    )
    return TrainingData(vocabulary, split_validation(ids, spec.window), shape)
