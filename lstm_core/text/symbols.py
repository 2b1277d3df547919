"""What does a network read: words or characters, and by which numbers does it know them?

A text is split into symbols; a `Vocabulary` gives each distinct symbol its id, the most frequent one 0, as in the
tutorials' dictionary tables. Next: `windows`, which cuts the ids into what a network sees at once.
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lstm_core.errors import DamagedRun, UnknownSymbols

RARE = "<rare>"  # no split can give it: as words it would be three symbols, and a character is one letter long
# Longer ones are no words; a network that has read one of 5 MB would write it again and again, 480 MB a look.
MAX_WORD_CHARACTERS = 200
# Only this many unknown symbols are compared with the vocabulary: about 50 ms each among 20,000 words.
_MAX_COMPARED = 20
_LOOKALIKES = str.maketrans("’‘‛“”„«»–—−…", '\'\'\'"""""---.')


def split_symbols(text: str, kind: str) -> list[str]:
    """Split a text into symbols of `kind` "words" or "characters".

    Words are cut at white space (line breaks count as such); every punctuation mark is a symbol of its own, but an
    apostrophe between letters stays in its word (it's, o'clock). What is longer than any word is cut in pieces.
    """
    if kind == "characters":
        return list(text)
    # Python's \w knows letters but not the combining marks that Hindi or Thai words are full of; name those present.
    marks = "".join(sorted(mark for mark in set(text) if unicodedata.category(mark)[0] == "M"))
    letter = rf"(?:[^\W_]|[\u200c\u200d{marks}])"  # with the two joiners, which stand inside words
    words = re.findall(rf"{letter}+(?:['’]{letter}+)*|\S", text)
    if max(map(len, words), default=0) <= MAX_WORD_CHARACTERS:
        return words
    starts = ((word, range(0, len(word), MAX_WORD_CHARACTERS)) for word in words)
    return [word[start : start + MAX_WORD_CHARACTERS] for word, places in starts for start in places]


def join_symbols(symbols: Iterable[str], kind: str) -> str:
    """Put symbols together again: words with single spaces between, as the tutorials do; characters with nothing."""
    return ("" if kind == "characters" else " ").join(symbols)


@dataclass(frozen=True)
class Vocabulary:
    """The distinct symbols of a text; a symbol's place in `symbols` is its id, its count in the text in `counts`.

    Ids fall with frequency; equally frequent symbols stand in the order of their code points, as in a dictionary.
    `<rare>`, when there is one, stands last and stands for all symbols that found no place.
    """

    symbols: tuple[str, ...]
    counts: tuple[int, ...]
    kind: str

    @classmethod
    def build(cls, symbols: Iterable[str], kind: str, limit: int) -> "Vocabulary":
        """Count the symbols of a text and keep the `limit` most frequent ones apart; all others become `<rare>`."""
        counter = Counter(symbols)
        rare = counter.pop(RARE, 0)  # ids decoded with a limited vocabulary hold it already
        # Not in order of appearance, which is what a plain `most_common` gives today: words seen once would get ids
        # that count up along the text, and where an id enters the network as a plain number, neighbouring windows
        # would look alike. The tutorials' Python kept ties in no order at all.
        ranked = sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))
        rare += sum(count for _, count in ranked[limit:])
        kept = ranked[:limit] + ([(RARE, rare)] if rare else [])
        return cls(tuple(symbol for symbol, _ in kept), tuple(count for _, count in kept), kind)

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, symbols: Iterable[str], allow_rare: bool = False) -> np.ndarray:
        """Return the ids (n,) int32 of the symbols.

        Symbols without an id become `<rare>` where `allow_rare` is set and the vocabulary has it. Otherwise raises
        UnknownSymbols, with the nearest known ones for the first 20 of them.
        """
        symbols = list(symbols)
        ids = self._ids
        rare = ids.get(RARE) if allow_rare else None
        if rare is None:
            unknown = [symbol for symbol in dict.fromkeys(symbols) if symbol not in ids]
            if unknown:
                near = {symbol: self.nearest(symbol) for symbol in unknown[:_MAX_COMPARED]}
                raise UnknownSymbols(near | {symbol: () for symbol in unknown[_MAX_COMPARED:]})
            return np.fromiter(map(ids.__getitem__, symbols), np.int32, len(symbols))
        return np.fromiter((ids.get(symbol, rare) for symbol in symbols), np.int32, len(symbols))

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the symbols of the ids. Raises IndexError for an id that is negative or too large."""
        array = np.asarray(ids if isinstance(ids, np.ndarray) else list(ids), dtype=np.int64)
        if array.size and array.min() < 0:
            raise IndexError(f"ids start at 0, came {array.min()}")
        return [self.symbols[i] for i in array.tolist()]

    def nearest(self, symbol: str, n: int = 3) -> tuple[str, ...]:
        """Return up to `n` known symbols that look most like `symbol`, the likeliest first; often none.

        Capitals, accents and the shape of quotation marks and dashes are looked through.
        """
        wanted = _plain(symbol)
        shapes = self._plain_shapes
        matches = difflib.get_close_matches(wanted, shapes, n=n, cutoff=0.6) if len(wanted) <= 50 else []
        return tuple([known for shape in matches for known in shapes[shape]][:n])

    def to_record(self) -> dict[str, Any]:
        """Return the vocabulary as plain JSON values."""
        return {"kind": self.kind, "symbols": list(self.symbols), "counts": list(self.counts)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Vocabulary":
        """Rebuild what `to_record` wrote. Raises DamagedRun when the record is incomplete or contradicts itself."""
        try:
            kind, symbols, counts = record["kind"], tuple(record["symbols"]), tuple(record["counts"])
        except (KeyError, TypeError):
            kind, symbols, counts = "", (), ()
        good = (
            kind in ("words", "characters")
            and symbols
            and len(symbols) == len(counts)
            and all(isinstance(symbol, str) and symbol for symbol in symbols)
            and len(set(symbols)) == len(symbols)
            and all(type(count) is int and count > 0 for count in counts)
        )
        if not good:
            raise DamagedRun(
                "The list of symbols cannot be read.",
                "It should name each symbol once, with how often it stands in the text.",
                "Take a fresh download of the run.",
            )
        return cls(symbols, counts, kind)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {symbol: i for i, symbol in enumerate(self.symbols)}

    @cached_property
    def _plain_shapes(self) -> dict[str, list[str]]:
        """Each plain shape with the known symbols that have it, most frequent first."""
        shapes: dict[str, list[str]] = {}
        for symbol in self.symbols:
            if symbol != RARE:
                shapes.setdefault(_plain(symbol), []).append(symbol)
        return shapes


def _plain(symbol: str) -> str:
    """Strip a symbol of capitals, accents and typographic shapes, for comparison alone."""
    decomposed = unicodedata.normalize("NFKD", symbol.translate(_LOOKALIKES))
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
