"""Originality: who can only repeat invents nothing, who draws symbols by their counts alone hardly copies."""

import numpy as np
import pytest

from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import Vocabulary
from lstm_core.writing.copied import CopiedStretch, CopyIndex
from lstm_core.writing.counting_writer import CountingWriter
from lstm_core.writing.originality import CURVE_SYMBOLS, iter_originality, judge_originality
from lstm_core.writing.sampling import Sampling

TEXT = [f"word{i}" for i in np.random.default_rng(1).permutation(np.repeat(np.arange(100), 20))]
VOCABULARY = Vocabulary.build(TEXT, "words", 1_000)
IDS = VOCABULARY.encode(TEXT)


@pytest.mark.parametrize(("order", "lowest", "highest"), [(5, 0.0, 0.05), (1, 0.9, 1.0)])
def test_the_longer_counts_look_back_the_less_they_invent(order: int, lowest: float, highest: float) -> None:
    writer = CountingWriter(NGramCounts(IDS, len(VOCABULARY), is_smoothed=False), order, VOCABULARY)
    *pauses, judged = iter_originality(writer, IDS[:4].tolist(), Sampling(), 1, CopyIndex(IDS), min_length=5)
    assert lowest <= judged.share <= highest
    assert judged.written == CURVE_SYMBOLS["words"]
    assert set(pauses) == {None}


def test_a_text_is_judged_by_its_symbols_not_by_its_stretches() -> None:
    judged = judge_originality([CopiedStretch(0, 30, 0), CopiedStretch(20, 45, 9)], 100)
    assert (judged.copied, judged.longest, judged.share) == (45, 30, 0.55)
    assert judge_originality([], 0).share == 1
