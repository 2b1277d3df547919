"""Texts that are legal and monstrous: one line of 5 MB, one word of 5 MB, 100,000 distinct symbols."""

import time

import numpy as np
import pytest

from lstm_core.knobs import MAX_TEXT_CHARACTERS
from lstm_core.network.pretrained import load_pretrained
from lstm_core.network.shape import draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.reading import check_pasted
from lstm_core.text.symbols import MAX_WORD_CHARACTERS, split_symbols
from lstm_core.training.data import prepare_data
from lstm_core.training.observations import write_samples
from lstm_ui.text_card import frequent_html, read_facts, symbols_html

MANY_WORDS = " ".join(f"w{number:x}" for number in range(100_000))
MANY_CHARACTERS = "".join(map(chr, [*range(0x4E00, 0x9FA6), *range(0xAC00, 0xD7A4), *range(0x20000, 0x2A6D7)]))
MONSTERS = {
    "a line of 5 MB": (("a word and another, " * 262_144)[:MAX_TEXT_CHARACTERS], "words"),
    "a word of 5 MB": ("a" * MAX_TEXT_CHARACTERS, "words"),
    "100,000 distinct words": (MANY_WORDS, "words"),
    "75,000 distinct characters": (MANY_CHARACTERS, "characters"),
}


@pytest.mark.parametrize(("text", "kind"), MONSTERS.values(), ids=MONSTERS)
def test_a_monstrous_text_is_shown_in_little_and_prepared_in_bounds(text: str, kind: str) -> None:
    text = check_pasted(text).text
    started = time.process_time()
    facts = read_facts(text, kind, 3, 20_000)
    drawn = symbols_html(facts.first_symbols, facts.first_ids) + frequent_html(facts.vocabulary)
    data = prepare_data(RunSpec.build(text, "A monster", symbols=kind, window=3))
    seconds = time.process_time() - started
    assert len(drawn) < 100_000  # bytes of the page
    assert len(data.vocabulary) <= 20_001 and max(map(len, data.vocabulary.symbols)) <= MAX_WORD_CHARACTERS
    assert seconds < 60  # a guard against what grows with the square; it takes some seconds


def test_a_network_that_has_read_a_word_of_a_megabyte_writes_little_all_the_same() -> None:
    text = "x" * 2**20 + " and nothing else of any length" * 20
    spec = RunSpec.build(text, "A monster", symbols="words", window=3, units=4)
    data = prepare_data(spec)
    network = TrainedNetwork(data.shape, draw_weights(data.shape, 1, 1.0, "keras"), data.vocabulary, 1, "A monster")
    samples = write_samples(network, data, random_seed=1)
    assert sum(len(sample.text) + len(sample.seed_text) for sample in samples) < 100_000


def test_words_as_people_write_them_are_not_cut() -> None:
    longest = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    assert split_symbols(f"{longest} {longest * 3}", "words")[0] == longest
    pieces = split_symbols(longest * 3, "words")
    assert "".join(pieces) == longest * 3 and max(map(len, pieces)) == MAX_WORD_CHARACTERS


def test_a_seed_text_of_one_endless_word_is_unknown_and_no_more() -> None:
    from lstm_core.errors import UnknownSymbols

    vocabulary = load_pretrained("shakespeare-characters").vocabulary
    with pytest.raises(UnknownSymbols) as refusal:
        vocabulary.encode(split_symbols("界" * 5_000, "characters"))
    assert len(str(refusal.value)) < 1_000 and np.size(refusal.value.nearest) == 1
