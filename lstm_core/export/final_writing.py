"""What a run writes at its end, and how much of that stands word for word in its training text: for the lab sheet."""

from dataclasses import dataclass

import numpy as np

from lstm_core.export.exported_run import ExportedRun
from lstm_core.text.symbols import join_symbols, split_symbols
from lstm_core.text.windows import split_validation
from lstm_core.writing.copied import USUAL_MIN_LENGTH, CopyIndex
from lstm_core.writing.originality import CURVE_SYMBOLS, Originality, judge_originality
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer

TEMPERATURE = 0.5
RANDOM_SEED = 1  # the same sheet twice tells the same
SEED_SYMBOLS = 20  # where the run has written nothing yet: the beginning of its text


@dataclass(frozen=True)
class FinalWriting:
    """A text at TEMPERATURE after `seed_text`: `pieces` of it, each with whether it was copied, and the judgement."""

    seed_text: str
    pieces: tuple[tuple[str, bool], ...]
    min_length: int
    originality: Originality


def write_finally(run: ExportedRun) -> FinalWriting:
    """Have a run on a text write once more, and look what of it was copied; a second for a million characters."""
    writer = Writer(run.network)
    kind = writer.vocabulary.kind
    ids = writer.vocabulary.encode(split_symbols(run.spec.text, kind), allow_rare=True)
    learned = split_validation(ids, run.spec.window).training
    beginning = learned[: max(SEED_SYMBOLS, run.spec.window)]
    if run.samples:
        said = split_symbols(run.samples[-1].seed_text, kind)
        beginning = writer.vocabulary.encode(said, allow_rare=True) if said else beginning
    random = np.random.default_rng(RANDOM_SEED)
    state = writer.read_ids(beginning.tolist())
    written = [symbol.id for symbol, _ in writer.write(state, CURVE_SYMBOLS[kind], Sampling(TEMPERATURE), random)]
    min_length = USUAL_MIN_LENGTH[kind]
    stretches = CopyIndex(learned).find_copied(written, min_length)
    is_copied = np.zeros(len(written) + 1, bool)
    for stretch in stretches:
        is_copied[stretch.start : stretch.end] = True
    edges = [0, *(np.flatnonzero(is_copied[1:-1] != is_copied[:-2]) + 1).tolist(), len(written)]
    pieces = tuple(
        (join_symbols(writer.vocabulary.decode(written[first:last]), kind), bool(is_copied[first]))
        for first, last in zip(edges, edges[1:], strict=False)
    )
    seed_text = join_symbols(writer.vocabulary.decode(beginning), kind)
    return FinalWriting(seed_text, pieces, min_length, judge_originality(stretches, len(written)))
