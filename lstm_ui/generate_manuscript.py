"""What a visitor has had written: the text so far, the pen that goes on with it, and every earlier version of it.

No Streamlit here: the page keeps a `Manuscript` in its session and calls it; each tick of the page writes a little.
"""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from lstm_core.errors import InvalidSetting, TooBig
from lstm_core.text.symbols import split_symbols
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.symbol_writer import SymbolWriter, WriterState, WrittenSymbol

MAX_DRAFT_SYMBOLS = 10_000  # about 10 MB of a visitor's session, with ten likeliest symbols for each
UNDO_DEPTH = 50
TICK_SYMBOLS = 2_000  # "at once" still comes in pieces that a browser draws smoothly


@dataclass(frozen=True)
class Draft:
    """A text at one moment: the seed, and what was written after it (positions in `by_visitor` were their choice)."""

    name: str
    run_id: str
    step: int
    kind: str
    seed: tuple[str, ...]
    seed_ids: tuple[int, ...]
    written: tuple[WrittenSymbol, ...] = ()
    by_visitor: frozenset[int] = frozenset()

    @property
    def ids(self) -> list[int]:
        """The whole text as symbol ids."""
        return [*self.seed_ids, *(symbol.id for symbol in self.written)]


@dataclass
class Manuscript:
    """A draft with a pen: `remaining` symbols are still to come, `past` drafts wait for Undo."""

    draft: Draft | None = None
    past: list[Draft | None] = field(default_factory=list)
    remaining: int = 0
    _writer: SymbolWriter | None = None
    _state: WriterState | None = None
    _sampling: Sampling = Sampling()
    _random: np.random.Generator | None = None
    _drafts_begun: int = 0

    def begin(self, writer: SymbolWriter, run_id: str, seed_text: str) -> None:
        """Start a new draft from this seed text; `undo` brings the old one back. Raises as `Writer.read` does."""
        state = writer.read(seed_text)  # first: when it refuses, the old draft stays
        vocabulary = writer.vocabulary
        seed = tuple(split_symbols(seed_text, vocabulary.kind))
        seed_ids = tuple(vocabulary.encode(list(seed)).tolist())
        self._remember()
        self._drafts_begun += 1
        self.draft = Draft(str(self._drafts_begun), run_id, writer.step, vocabulary.kind, seed, seed_ids)
        self._writer, self._state, self.remaining = writer, state, 0

    def go_on(self, writer: SymbolWriter, length: int, sampling: Sampling, random_seed: int) -> None:
        """Ask for `length` more symbols; `write_some` brings them. Raises TooBig when the text gets too long."""
        draft = self._take_pen(writer)
        if len(draft.written) + length > MAX_DRAFT_SYMBOLS:
            raise TooBig(
                f"The text has {len(draft.written):,} written symbols, and {length:,} more were asked for.",
                f"One text holds up to {MAX_DRAFT_SYMBOLS:,}.",
                "Press Write to begin a new one, or Undo.",
            )
        if draft.written:
            self._remember()  # what begins right now was remembered by `begin`
        self._sampling, self.remaining = sampling, length
        # The place in the text is part of the seed, so that going on does not repeat the first draws.
        self._random = np.random.default_rng([random_seed, len(draft.written)])

    def write_some(self, count: int, seconds: float) -> int:
        """Write up to `count` of the remaining symbols, for about `seconds` at most; return how many came."""
        if not self.remaining:
            return 0
        stop_at = time.monotonic() + seconds
        new: list[WrittenSymbol] = []
        wanted = min(count, self.remaining, TICK_SYMBOLS)
        for symbol, state in self._writer.write(self._state, wanted, self._sampling, self._random):
            new.append(symbol)
            self._state = state
            if time.monotonic() > stop_at:
                break
        self.remaining -= len(new)
        self.draft = replace(self.draft, written=(*self.draft.written, *new))
        return len(new)

    def choose(self, writer: SymbolWriter, symbol: str) -> None:
        """Append the visitor's own choice. Raises InvalidSetting for a symbol that the network does not know."""
        draft = self._take_pen(writer)
        if symbol not in writer.vocabulary.symbols:
            raise InvalidSetting(f"“{symbol}” was chosen.", "The network does not know it.", "Choose one of the bars.")
        symbol_id = writer.vocabulary.symbols.index(symbol)
        chosen = writer.describe(self._state, symbol_id)
        self._state = writer.append(self._state, symbol_id)
        self._remember()
        place = len(draft.written)
        self.draft = replace(draft, written=(*draft.written, chosen), by_visitor=draft.by_visitor | {place})

    def stop(self) -> None:
        """Write no further; what is there stays."""
        self.remaining = 0

    def undo(self) -> None:
        """Take the last Write, Go on or choice back."""
        if self.past:
            self.stop()
            self.draft = self.past.pop()
            self._state = None  # read anew by whoever goes on

    def next_likeliest(self, writer: SymbolWriter, sampling: Sampling) -> list[tuple[str, float, float]]:
        """Return the likeliest next symbols: symbol, what the network believes, how often it is drawn as set."""
        self._take_pen(writer)
        drawn = writer.probabilities(self._state, sampling)
        symbols = writer.vocabulary.symbols
        likeliest = writer.likeliest(self._state)
        return [(symbol, believed, float(drawn[symbols.index(symbol)])) for symbol, believed in likeliest]

    def _take_pen(self, writer: SymbolWriter) -> Draft:
        """Make sure that this writer has read the draft: after Undo, or when the run has learned on, it has not."""
        if self.draft is None:
            raise InvalidSetting("There is no text yet.", "Going on needs a beginning.", "Press Write.")
        if self._state is None or self._writer is not writer:
            self._state = writer.read_ids(self.draft.ids)
            self._writer = writer
            self.draft = replace(self.draft, step=writer.step)
        return self.draft

    def _remember(self) -> None:
        self.past = [*self.past, self.draft][-UNDO_DEPTH:]
