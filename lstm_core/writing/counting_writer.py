"""A table of counts writes: the next symbol is drawn by what followed the last few in the training text.

The network's rival and yardstick. It writes as a network does, symbol by symbol, and is asked in the same way.
"""

from collections.abc import Sequence

import numpy as np

from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import Vocabulary
from lstm_core.writing.symbol_writer import SymbolWriter, WriterState


class CountingWriter(SymbolWriter):
    """Writes from n-grams of `order` symbols: it looks back order - 1 of them."""

    def __init__(self, counts: NGramCounts, order: int, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary, step=0)
        self._counts, self._order = counts, order

    def read_ids(self, ids: Sequence[int]) -> WriterState:
        """Read a text given as symbol ids. Raises InvalidSetting when there is none."""
        self._check_beginning(ids)
        return self._look_up(tuple(ids[len(ids) - min(len(ids), self._order - 1) :]))

    def append(self, state: WriterState, symbol_id: int) -> WriterState:
        """Read one more symbol; `state` stays as it is. Raises InvalidSetting when no symbol has this id."""
        self._check_id(symbol_id)
        window = (*state.window, symbol_id)
        return self._look_up(window[len(window) - min(len(window), self._order - 1) :])

    def _look_up(self, window: tuple[int, ...]) -> WriterState:
        with np.errstate(divide="ignore"):  # what counts hold impossible is never drawn
            logits = np.log(self._counts.probabilities(window, self._order)).astype(np.float32)
        logits.flags.writeable = False
        return WriterState(logits, (), (), window)
