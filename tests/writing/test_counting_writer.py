"""Counts write as a network does: what never followed is never written, and one symbol is as good as all at once."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting, UnknownSymbols
from lstm_core.text.ngrams import NGramCounts
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.writing.counting_writer import CountingWriter
from lstm_core.writing.sampling import Sampling

TEXT = "the cat sat on the mat . the dog sat on the cat . the mouse sat on the dog . " * 2  # each end has a next
SYMBOLS = split_symbols(TEXT, "words")
VOCABULARY = Vocabulary.build(SYMBOLS, "words", 100)
IDS = VOCABULARY.encode(SYMBOLS)


def make_writer(order: int, is_smoothed: bool = False) -> CountingWriter:
    return CountingWriter(NGramCounts(IDS, len(VOCABULARY), is_smoothed), order, VOCABULARY)


@pytest.mark.parametrize("order", [2, 3, 5])
def test_without_smoothing_every_stretch_that_it_writes_stands_in_the_text(order: int) -> None:
    writer = make_writer(order)
    written = writer.write(writer.read("the cat"), 200, Sampling(), np.random.default_rng(1))
    ids = [*VOCABULARY.encode(["the", "cat"]).tolist(), *(symbol.id for symbol, _ in written)]
    text = IDS.tolist()
    stretches = {tuple(text[i : i + order]) for i in range(len(text))}
    assert {tuple(ids[i : i + order]) for i in range(len(ids) - order + 1)} <= stretches


def test_symbol_by_symbol_it_believes_what_it_believes_of_the_whole() -> None:
    writer = make_writer(3, is_smoothed=True)
    state = writer.read("the")
    for symbol_id in VOCABULARY.encode(["cat", "sat", "on"]).tolist():
        state = writer.append(state, symbol_id)
    np.testing.assert_array_equal(state.logits, writer.read("the cat sat on").logits)


def test_what_it_has_never_met_is_refused_as_a_network_does() -> None:
    with pytest.raises(UnknownSymbols):
        make_writer(2).read("the elephant")
    with pytest.raises(InvalidSetting):
        make_writer(2).read("")
