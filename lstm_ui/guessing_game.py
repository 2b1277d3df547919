"""One game against a network: the riddle, the guesses so far, and how everybody did. No Streamlit here."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import Vocabulary
from lstm_core.text.yardsticks import COUNTED_ORDERS, NAMES
from lstm_core.writing.counting_writer import CountingWriter
from lstm_core.writing.guessing import Guess, Riddle, offer_symbols, score_guesses, score_writer, symbol_frequencies
from lstm_core.writing.symbol_writer import SymbolWriter

YOU = "you"


@dataclass(frozen=True)
class Standing:
    """How one of those who guessed did: mean surprise in bits; `is_age` of the network after `step` steps."""

    name: str
    bits: float
    is_age: bool = False
    step: int = 0


@dataclass
class Game:
    """A riddle with its guesses. `rival` is the network as it was when the game began."""

    riddle: Riddle
    vocabulary: Vocabulary
    counts: NGramCounts = field(repr=False)
    rival: SymbolWriter = field(repr=False)
    network_id: str = ""
    guesses: list[Guess] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.frequencies = symbol_frequencies(self.vocabulary)
        self.rival_bits = score_writer(self.rival, self.riddle)
        self._offered: tuple[int, tuple[int, ...]] = (-1, ())

    @property
    def is_over(self) -> bool:
        return len(self.guesses) == len(self.riddle.hidden)

    @property
    def bits(self) -> list[float]:
        """The visitor's surprise at each symbol so far."""
        return score_guesses(self.guesses, self.frequencies)

    @property
    def rights(self) -> int:
        return sum(guess.is_right for guess in self.guesses)

    def offered(self) -> tuple[int, ...]:
        """Return the symbols to pick from now."""
        place = len(self.guesses)
        if self._offered[0] != place:
            context = [*self.riddle.context, *self.riddle.hidden[:place]]
            self._offered = (place, offer_symbols(self.counts, context, self.vocabulary))
        return self._offered[1]

    def guess(self, symbol: str) -> bool:
        """Take a guess, "" for something that is not offered; return False for a symbol that is not in the text."""
        if symbol and symbol not in self.vocabulary.symbols:
            return False
        picked = self.vocabulary.symbols.index(symbol) if symbol else None
        self.guesses.append(Guess(picked, self.offered(), self.riddle.hidden[len(self.guesses)]))
        return True

    def iter_counted(self) -> Iterator[Standing]:
        """Yield how guessing without a network does on the whole riddle."""
        yield Standing(NAMES[0], math.log2(len(self.vocabulary)))
        for order in COUNTED_ORDERS:
            bits = score_writer(CountingWriter(self.counts, order, self.vocabulary), self.riddle)
            yield Standing(NAMES[order], float(np.mean(bits)))


def sort_standings(standings: Sequence[Standing], you_bits: float) -> list[Standing]:
    """Put the visitor among all others, who are the least surprised first."""
    return sorted([Standing(YOU, you_bits), *standings], key=lambda standing: standing.bits)


def share_text(game: Game, standings: Sequence[Standing], text_name: str) -> str:
    """Tell the result in words that can be sent to somebody."""
    you = float(np.mean(game.bits))
    kind = "letter" if game.vocabulary.kind == "characters" else "word"
    ages = sorted((standing for standing in standings if standing.is_age), key=lambda standing: standing.step)
    beaten = [standing for standing in ages if standing.bits > you]
    squares = "".join("■" if guess.is_right else "□" for guess in game.guesses)
    lines = [
        f"Beat your network: I guessed {game.rights} of {len(game.guesses)} {kind}s of “{text_name}”, "
        f"{you:.2f} bits per {kind}.",
        squares,
    ]
    counted = {standing.name: standing for standing in standings if not standing.is_age}
    worse = [standing.name for standing in counted.values() if standing.bits > you]
    lines.append(f"Better than {', '.join(worse)}." if worse else "Counting alone was better this time.")
    if ages and len(beaten) == len(ages):
        lines.append(f"I beat the network at every age, up to step {ages[-1].step:,} ({ages[-1].bits:.2f} bits).")
    elif beaten:
        oldest = max(beaten, key=lambda standing: standing.step)
        lines.append(f"I beat the network as it was after step {oldest.step:,} ({oldest.bits:.2f} bits); "
                     f"now it has {ages[-1].bits:.2f}.")  # fmt: skip
    elif ages:
        lines.append(f"The network beat me at every age; now it has {ages[-1].bits:.2f} bits.")
    return "\n".join(lines)
