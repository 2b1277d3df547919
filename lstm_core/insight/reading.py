"""What does a network read of a text that somebody has typed, and which parts of it were marked?

Marks stand in double square brackets, “he said [[not now]]”; they are taken out before the network reads. Unlike the
writer, which refuses unknown symbols, looking inside leaves them out and says so: the rest is worth looking at.
Next: `trace`.
"""

import re
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import MAX_INSIDE_CHARACTERS, MAX_INSIDE_SYMBOLS
from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.reviews import split_review
from lstm_core.text.symbols import RARE, split_symbols

REVIEWS = "reviews"  # beside "words" and "characters": the words of a review, in lower case, without punctuation
NAMED_UNKNOWN = 8  # symbols that were left out and are named

# Products that a trace may take. One after the other, as in a text read through: about 1 s. Many windows side by
# side: ten times as fast, for their weights are fetched once for all of them.
_MAX_PRODUCTS, _MAX_WINDOW_PRODUCTS = 12 * 10**9, 24 * 10**9
_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True, eq=False)
class ReadText:
    """A text as a network reads it: its symbols as they were typed, and their `ids` (T,) int64.

    `is_known` (T,) bool is False where an id stands for `<rare>`; `is_marked` (T,) bool tells what stood in marks.
    `note` says what was left out, if anything. Symbols are of the kind "characters", "words" or "reviews".
    """

    symbols: tuple[str, ...]
    ids: np.ndarray
    is_known: np.ndarray
    is_marked: np.ndarray
    kind: str
    note: str

    def __len__(self) -> int:
        return len(self.symbols)


def symbol_kind(network: TrainedNetwork) -> str:
    """Return what a network reads: "characters", "words", or "reviews" (their words)."""
    return REVIEWS if isinstance(network.shape, ReviewShape) else network.vocabulary.kind


def read_text(network: TrainedNetwork, text: str) -> ReadText:
    """Split a text of any length into what the network reads, up to as much as can be traced in about a second.

    Of a long text the beginning is read, of a long review the end, as in training. Raises InvalidSetting when the
    network knows no symbol of it.
    """
    kind = symbol_kind(network)
    notes = []
    if len(text) > MAX_INSIDE_CHARACTERS:
        notes.append(f"Only the first {MAX_INSIDE_CHARACTERS:,} characters are looked at.")
        text = text[:MAX_INSIDE_CHARACTERS]
    pairs = [(symbol, marked) for part, marked in _split_marks(text) for symbol in _split(part, kind)]
    known = {symbol: index for index, symbol in enumerate(network.vocabulary.symbols) if symbol != RARE}
    if RARE not in network.vocabulary.symbols:
        unknown = list(dict.fromkeys(symbol for symbol, _ in pairs if symbol not in known))
        if unknown:
            pairs = [(symbol, marked) for symbol, marked in pairs if symbol in known]
            notes.append(_name_unknown(unknown))
    limit = max_symbols(network)
    if len(pairs) > limit:
        where = "last" if kind == REVIEWS else "first"
        notes.append(f"Of its {len(pairs):,} symbols the {where} {limit:,} are looked at: more would take too long.")
        pairs = pairs[-limit:] if kind == REVIEWS else pairs[:limit]
    if not pairs:
        raise InvalidSetting(
            "There is nothing in the text that this network knows.",
            "It can only read symbols of the text that it was trained on.",
            "Type some words in the manner of that text.",
        )
    rare = len(network.vocabulary) - 1  # where there is <rare>, it stands last
    symbols, marks = zip(*pairs, strict=True)
    ids = np.array([known.get(symbol, rare) for symbol in symbols], np.int64)
    is_known = np.array([symbol in known for symbol in symbols])
    return ReadText(symbols, ids, is_known, np.array(marks, bool), kind, " ".join(notes))


def max_symbols(network: TrainedNetwork) -> int:
    """Return how many symbols of a text are traced at most with this network."""
    shape = network.shape
    if isinstance(shape, ReviewShape):
        return min(MAX_INSIDE_SYMBOLS, shape.window) if shape.padding == "before" else MAX_INSIDE_SYMBOLS
    inputs = 0 if shape.coding == "one-hot" else shape.input_size
    step = 4 * shape.units * (inputs + shape.units) + (shape.layers - 1) * 8 * shape.units**2
    products, output = _MAX_PRODUCTS, shape.units * shape.symbol_count
    if shape.targets == "last":  # each symbol has a window of its own
        step, products = step * shape.window, _MAX_WINDOW_PRODUCTS
    return max(2, min(MAX_INSIDE_SYMBOLS, products // (step + output)))


def _split_marks(text: str) -> list[tuple[str, bool]]:
    """Cut a text at its marks: pieces, and whether each stood in marks. Brackets without a partner stay text."""
    return [(part, index % 2 == 1) for index, part in enumerate(_MARK.split(text))]


def _split(text: str, kind: str) -> list[str]:
    return split_review(text) if kind == REVIEWS else split_symbols(text, kind)


def _name_unknown(unknown: list[str]) -> str:
    named = " ".join(unknown[:NAMED_UNKNOWN]) + (" …" if len(unknown) > NAMED_UNKNOWN else "")
    return f"Left out, for the network has never met them: {named}"
