"""Beat your network: a person guesses the next symbol of a real passage, and is scored in bits as a network is.

A network gives every symbol a probability and is as surprised by the real one as -log2 of it. A person only names one.
So a guess becomes a bet: what was picked gets the share of guesses that were right so far (one of two before the first,
Laplace's rule of succession), all else gets the rest, each symbol by how common it is in the training text. The bets on
all symbols sum to 1, as a network's do: that is what makes the two comparable (Cover and King 1978, and Shannon 1951,
had people guess English).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import TextTooShort
from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import RARE, Vocabulary
from lstm_core.text.windows import Split
from lstm_core.writing.sampling import Sampling, symbol_probabilities
from lstm_core.writing.symbol_writer import SymbolWriter

GUESSES = {"words": 12, "characters": 20}
CONTEXT = {"words": 40, "characters": 160}  # symbols before the first guess, for people and networks alike
OFFERED = 8  # symbols to pick from


@dataclass(frozen=True)
class Riddle:
    """A passage by its ids: `context` is shown, `hidden` is to be guessed; `is_held_out`: no network has seen it."""

    context: tuple[int, ...]
    hidden: tuple[int, ...]
    is_held_out: bool


@dataclass(frozen=True)
class Guess:
    """What was picked of the `offered` symbols, or beside them; None: something that was not offered. And the truth."""

    picked: int | None
    offered: tuple[int, ...]
    truth: int

    @property
    def is_right(self) -> bool:
        """Whether the real symbol is what was picked."""
        return self.truth not in self.offered if self.picked is None else self.truth == self.picked


def pose_riddle(split: Split, vocabulary: Vocabulary, random: np.random.Generator) -> Riddle:
    """Draw a passage from the held-out part of a text; from the text itself when nothing is held out.

    Raises TextTooShort when that has no three symbols to show and as many to guess as a game has.
    """
    ids = split.training if split.validation is None else split.validation
    kind = vocabulary.kind
    count = GUESSES[kind]
    if len(ids) < count + 3 or len(vocabulary) < 3:
        raise TextTooShort(
            f"The text has {len(ids):,} symbols to guess from, {len(vocabulary):,} of them distinct.",
            f"A game needs {count + 3}, and three distinct ones.",
            "Train a network on a longer text and play against that.",
        )
    # Where symbols that nobody can name are fewest.
    is_rare = np.array([symbol == RARE for symbol in vocabulary.symbols])[ids]
    sums = np.concatenate([[0], np.cumsum(is_rare)])
    first = min(CONTEXT[kind], len(ids) - count)
    rares = (sums[count:] - sums[:-count])[first:]  # of a passage that starts there
    start = first + int(random.choice(np.flatnonzero(rares == rares.min())))
    hidden = ids[start : start + count]
    context = ids[max(0, start - CONTEXT[kind]) : start]
    return Riddle(tuple(context.tolist()), tuple(hidden.tolist()), split.validation is not None)


def offer_symbols(counts: NGramCounts, context: Sequence[int], vocabulary: Vocabulary) -> tuple[int, ...]:
    """Return the symbols to pick from, in the order of a dictionary: those that counting pairs finds likeliest.

    Not the network's own: its opinion is not to be given away.
    """
    likeliest = np.argsort(-counts.probabilities(context, 2), kind="stable").tolist()
    named = [symbol_id for symbol_id in likeliest if vocabulary.symbols[symbol_id] != RARE]
    return tuple(sorted(named[:OFFERED], key=lambda symbol_id: vocabulary.symbols[symbol_id].casefold()))


def bet_probabilities(guess: Guess, rights: int, guesses: int, frequencies: np.ndarray) -> np.ndarray:
    """Return the bets (V,) that a guess becomes after `rights` of `guesses` earlier ones were right; they sum to 1.

    `frequencies` (V,), all above 0, sum to 1: how common each symbol is.
    """
    is_picked = np.ones(len(frequencies), bool)
    if guess.picked is None:
        is_picked[list(guess.offered)] = False
    else:
        is_picked[:] = False
        is_picked[guess.picked] = True
    if is_picked.all() or not is_picked.any():
        return frequencies
    share = (rights + 1) / (guesses + 2)
    picked = frequencies[is_picked].sum()
    return frequencies * np.where(is_picked, share / picked, (1 - share) / (1 - picked))


def score_guesses(guesses: Sequence[Guess], frequencies: np.ndarray) -> list[float]:
    """Return the surprise at each real symbol, in bits, of the bets that the guesses become one after the other."""
    bits, rights = [], 0
    for number, guess in enumerate(guesses):
        bits.append(-math.log2(bet_probabilities(guess, rights, number, frequencies)[guess.truth]))
        rights += guess.is_right
    return bits


def score_writer(writer: SymbolWriter, riddle: Riddle) -> list[float]:
    """Return the surprise of a network, or of counts, at each hidden symbol, in bits."""
    state, bits = writer.read_ids(riddle.context), []
    for symbol_id in riddle.hidden:
        probability = symbol_probabilities(state.logits, Sampling())[symbol_id]
        bits.append(-math.log2(probability) if probability else math.inf)
        state = writer.append(state, symbol_id)
    return bits


def symbol_frequencies(vocabulary: Vocabulary) -> np.ndarray:
    """Return how common each symbol is in the whole text, (V,) float64."""
    counts = np.array(vocabulary.counts, np.float64)
    return counts / counts.sum()
