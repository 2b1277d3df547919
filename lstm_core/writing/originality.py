"""How much of what it writes is its own? The share of written symbols outside every longer stretch that was copied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.writing.copied import CopiedStretch, CopyIndex, count_copied
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.symbol_writer import SymbolWriter

CURVE_TEMPERATURES = (0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.5)
CURVE_SYMBOLS = {"words": 150, "characters": 400}  # written for each point: what a page holds
_BLOCK = 50  # symbols between looks at whether anybody still waits for them


@dataclass(frozen=True)
class Originality:
    """Of `written` symbols `copied` stand in stretches that the training text has, too; the longest has `longest`."""

    written: int
    copied: int
    longest: int

    @property
    def share(self) -> float:
        """Return the share that is its own, 0 to 1; 1 for nothing."""
        return 1 - self.copied / self.written if self.written else 1.0


def judge_originality(stretches: Sequence[CopiedStretch], written: int) -> Originality:
    """Judge a text of `written` symbols by its copied stretches."""
    return Originality(written, count_copied(stretches), max((stretch.length for stretch in stretches), default=0))


def iter_originality(
    writer: SymbolWriter,
    seed_ids: Sequence[int],
    sampling: Sampling,
    random_seed: int,
    index: CopyIndex,
    min_length: int,
) -> Iterator[Originality | None]:
    """Have a text written after a seed and judge it; the last is the judgement, None before it for each block written.

    Stretches of `min_length` symbols and more count as copied. So whoever lost patience can leave between two blocks.
    """
    state = writer.read_ids(seed_ids)
    length = CURVE_SYMBOLS[writer.vocabulary.kind]
    random = np.random.default_rng(random_seed)
    ids: list[int] = []
    for symbol, _ in writer.write(state, length, sampling, random):
        ids.append(symbol.id)
        if len(ids) % _BLOCK == 0:
            yield None
    yield judge_originality(index.find_copied(ids, min_length), len(ids))
