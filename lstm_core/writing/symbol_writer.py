"""What everyone who writes symbol by symbol has in common, be it a network or a table of counts.

It has read a text so far and has an opinion about the next symbol; whoever asks draws one, has it read, and so on.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import LIKELIEST_SHOWN, MAX_SEED_CHARACTERS, MAX_WRITTEN_SYMBOLS
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.writing.sampling import Sampling, pick_symbol, symbol_probabilities

_AS_BELIEVED = Sampling()


@dataclass(frozen=True)
class WrittenSymbol:
    """One symbol and what the writer believed just before it.

    `probability` (0..1) is the writer's own, at temperature 1, and so are the `likeliest` symbols, highest first:
    temperature, top-k and top-p change what is drawn from, not what the writer believes.
    """

    id: int
    symbol: str
    probability: float
    likeliest: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class WriterState:
    """All that a writer remembers of a text, and its scores for the next symbol. Its arrays are read-only.

    `logits` float32 (V,); `hidden` and `cell` one float32 (U,) per layer, zero where nothing is carried on (targets
    "last"; none for counts); `window` the ids that are read anew for every symbol, empty for targets "every".
    """

    logits: np.ndarray
    hidden: tuple[np.ndarray, ...]
    cell: tuple[np.ndarray, ...]
    window: tuple[int, ...]


class SymbolWriter(ABC):
    """Writes symbols of one vocabulary; holds nothing of any text, so that many visitors and threads may share it."""

    def __init__(self, vocabulary: Vocabulary, step: int) -> None:
        """`step`: how many steps it has been trained for."""
        self.vocabulary = vocabulary
        self.step = step

    def read(self, seed_text: str) -> WriterState:
        """Read a seed text from the beginning.

        Raises UnknownSymbols for symbols the writer has never met, InvalidSetting for an empty or too long text.
        """
        if len(seed_text) > MAX_SEED_CHARACTERS:
            raise InvalidSetting(
                f"The seed text has {len(seed_text):,} characters.",
                f"It may have up to {MAX_SEED_CHARACTERS:,}.",
                "Keep its end: the network forgets the beginning anyway.",
            )
        kind = self.vocabulary.kind
        return self.read_ids(self.vocabulary.encode(split_symbols(seed_text, kind)).tolist())

    @abstractmethod
    def read_ids(self, ids: Sequence[int]) -> WriterState:
        """Read a text given as symbol ids from the beginning. Raises InvalidSetting when there is none."""

    @abstractmethod
    def append(self, state: WriterState, symbol_id: int) -> WriterState:
        """Read one more symbol, chosen by whomever; `state` stays as it is.

        Raises InvalidSetting when no symbol has this id.
        """

    def probabilities(self, state: WriterState, sampling: Sampling) -> np.ndarray:
        """Return the probabilities (V,), float64, that the next symbol is drawn from."""
        return symbol_probabilities(state.logits, sampling)

    def likeliest(self, state: WriterState, count: int = LIKELIEST_SHOWN) -> tuple[tuple[str, float], ...]:
        """Return the likeliest next symbols with their probabilities at temperature 1, highest first."""
        return self._name_likeliest(symbol_probabilities(state.logits, _AS_BELIEVED), count)

    def describe(self, state: WriterState, symbol_id: int) -> WrittenSymbol:
        """Say what the writer believed in `state` about the symbol that was then chosen."""
        believed = symbol_probabilities(state.logits, _AS_BELIEVED)
        name = self.vocabulary.symbols[symbol_id]
        return WrittenSymbol(
            symbol_id, name, float(believed[symbol_id]), self._name_likeliest(believed, LIKELIEST_SHOWN)
        )

    def write(
        self, state: WriterState, length: int, sampling: Sampling, random: np.random.Generator
    ) -> Iterator[tuple[WrittenSymbol, WriterState]]:
        """Write `length` symbols one by one, each with the state after it; the given state stays as it is.

        Raises InvalidSetting when `length` is negative or above `knobs.MAX_WRITTEN_SYMBOLS`.
        """
        if not 0 <= length <= MAX_WRITTEN_SYMBOLS:
            raise InvalidSetting(
                f"{length:,} symbols were asked for.",
                f"It writes up to {MAX_WRITTEN_SYMBOLS:,} at once.",
                "Ask for fewer and let it go on afterwards.",
            )
        return self._iter_written(state, length, sampling, random)

    def _iter_written(
        self, state: WriterState, length: int, sampling: Sampling, random: np.random.Generator
    ) -> Iterator[tuple[WrittenSymbol, WriterState]]:
        for _ in range(length):
            symbol_id = pick_symbol(symbol_probabilities(state.logits, sampling), random)
            written = self.describe(state, symbol_id)
            state = self.append(state, symbol_id)
            yield written, state

    def _name_likeliest(self, probabilities: np.ndarray, count: int) -> tuple[tuple[str, float], ...]:
        if len(probabilities) > 20 * count:  # sorting a large vocabulary would take longer than the network's step
            candidates = np.sort(np.argpartition(-probabilities, count)[:count])
            ids = candidates[np.argsort(-probabilities[candidates], kind="stable")]
        else:
            ids = np.argsort(-probabilities, kind="stable")[:count]
        symbols = self.vocabulary.symbols
        return tuple((symbols[i], p) for i, p in zip(ids.tolist(), probabilities[ids].tolist(), strict=True))

    def _check_id(self, symbol_id: int) -> None:
        if not 0 <= symbol_id < len(self.vocabulary):
            raise InvalidSetting(
                f"There is no symbol with the id {symbol_id}.",
                f"Ids go from 0 to {len(self.vocabulary) - 1}.",
                "Choose one of the vocabulary.",
            )

    @staticmethod
    def _check_beginning(ids: Sequence[int]) -> None:
        if not len(ids):
            raise InvalidSetting(
                "The seed text is empty.",
                "The network needs at least one symbol to go on from.",
                "Type a word or two of the text that it was trained on.",
            )
