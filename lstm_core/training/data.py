"""From a spec to what training reads: vocabulary, ids, the held-out part, the network's shape. No TensorFlow here."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lstm_core.network.shape import NetworkShape
from lstm_core.network.spec import RunSpec
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.text.windows import Split, count_learnable, count_windows, split_validation
from lstm_core.training.orders import WindowOrder
from lstm_core.training.review_data import ReviewData, prepare_reviews
from lstm_core.training.review_orders import ReviewOrder

MAX_SHARED_CHARACTERS = 2_000_000  # of a text that is kept: 16 MB with its ids


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

    @property
    def note(self) -> str:
        """A sentence that says what is held out."""
        return self.split.note

    def best_accuracy(self, window: int) -> float:
        """Return the highest share of training windows whose next symbol can be named, 0 to 1.

        Below 1 where the same window is followed by different symbols.
        """
        return count_learnable(self.split.training, window) / count_windows(self.symbol_count, window)


def prepare_data(spec: RunSpec) -> TrainingData:
    """Cut the text into symbols, number them, hold out a part.

    Raises TextTooShort when the text has no window and target to learn from.
    """
    number = number_symbols if len(spec.text) <= MAX_SHARED_CHARACTERS else number_symbols.__wrapped__
    vocabulary, ids = number(spec.text, spec.symbols, spec.vocabulary)
    shape = NetworkShape(
        len(vocabulary), spec.coding, spec.embedding, spec.layers, spec.units, spec.targets, spec.window
    )
    return TrainingData(vocabulary, split_validation(ids, spec.window), shape)


@lru_cache(maxsize=4)  # a class trains on one text, or a few: thirty runs of it are numbered once and share the ids
def number_symbols(text: str, kind: str, limit: int) -> tuple[Vocabulary, np.ndarray]:
    """Return the text's vocabulary and its symbols' ids (n,) int32, which nobody may change."""
    symbols = split_symbols(text, kind)
    vocabulary = Vocabulary.build(symbols, kind, limit)
    ids = vocabulary.encode(symbols, allow_rare=True)
    ids.flags.writeable = False
    return vocabulary, ids


def prepare_run(spec: RunSpec) -> TrainingData | ReviewData:
    """Prepare the spec's text or reviews. Raises TextTooShort as `prepare_data` does."""
    return prepare_reviews(spec) if spec.reviews is not None else prepare_data(spec)


def program_key(spec: RunSpec, data: TrainingData | ReviewData) -> Hashable:
    """Return what decides which compiled program a run calls: equal for two runs that share it."""
    if isinstance(data, ReviewData):
        rates = [spec.dropout, spec.recurrent_dropout, spec.embedding_dropout, spec.word_dropout]
        length, batch = len(data.training.ids), ReviewOrder(spec, data.training).batch
    else:
        rates = [max(spec.dropout, spec.recurrent_dropout)]
        length, batch = data.symbol_count, WindowOrder(spec, data.symbol_count).batch
    is_dropping = tuple(rate > 0 for rate in rates)
    padded_bits = (length - 1).bit_length()  # ids are padded to a power of two
    return (data.shape, spec.optimizer, is_dropping, spec.clip_norm > 0, batch, padded_bits)


def count_steps_per_epoch(spec: RunSpec, data: TrainingData | ReviewData) -> int:
    """Return the steps in which all windows, or reviews, are read once; at least 1."""
    if isinstance(data, ReviewData):
        return ReviewOrder(spec, data.training).steps_per_epoch
    order = WindowOrder(spec, data.symbol_count)
    return -(-order.windows_per_epoch // order.batch)


def count_symbols_per_step(spec: RunSpec, data: TrainingData | ReviewData) -> int:
    """Return the symbols, or words, that are read in one step: what speeds are counted in."""
    if isinstance(data, ReviewData):
        return round(ReviewOrder(spec, data.training).words_per_step)
    return WindowOrder(spec, data.symbol_count).batch * spec.window
