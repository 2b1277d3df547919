"""Copied stretches against a search that tries everything, and how long the longest texts take."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.writing.copied import CopiedStretch, CopyIndex, count_copied


def find_naively(text: list[int], written: list[int], min_length: int) -> list[tuple[int, int]]:
    """Try every stretch of the written text at every place of the text."""
    stretches = {tuple(text[i:j]) for i in range(len(text)) for j in range(i + 1, len(text) + 1)}
    found = [
        (i, j)
        for i in range(len(written))
        for j in range(i + min_length, len(written) + 1)
        if tuple(written[i:j]) in stretches
    ]
    return [(i, j) for i, j in found if not any(a <= i and j <= b and (a, b) != (i, j) for a, b in found)]


def texts(kinds: int, size: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, kinds - 1), max_size=size)


@settings(max_examples=40)
@given(
    st.sampled_from([1, 2, 3]).flatmap(lambda kinds: st.tuples(texts(kinds, 30), texts(kinds, 40))), st.integers(1, 4)
)
def test_exactly_the_stretches_are_found_that_trying_everything_finds(
    both: tuple[list[int], list[int]], min_length: int
) -> None:
    text, written = both
    found = CopyIndex(np.array(text, int)).find_copied(written, min_length)
    assert [(stretch.start, stretch.end) for stretch in found] == find_naively(text, written, min_length)
    for stretch in found:
        assert text[stretch.place : stretch.place + stretch.length] == written[stretch.start : stretch.end]


@pytest.mark.parametrize("kinds", [200, 20_000])
def test_pieces_that_were_put_into_a_random_text_are_found_whole(kinds: int) -> None:
    random = np.random.default_rng(1)
    text, written = random.integers(0, kinds, 50_000), random.integers(0, kinds, 3_000)
    pieces = {100: 700, 900: 64, 1_500: 1_400}  # where, and how long
    for start, length in pieces.items():
        place = int(random.integers(0, 40_000))
        written[start : start + length] = text[place : place + length]
        written[start - 1], written[start + length] = kinds + 1, kinds + 2
    found = CopyIndex(text).find_copied(written, 20)
    assert {stretch.start: stretch.length for stretch in found} == pieces


def test_copied_symbols_are_counted_once_where_stretches_overlap() -> None:
    stretches = [CopiedStretch(0, 5, 0), CopiedStretch(3, 9, 70), CopiedStretch(20, 22, 5)]
    assert count_copied(stretches) == 11
    assert count_copied([]) == 0


def test_ten_thousand_symbols_are_compared_with_five_million_in_a_second() -> None:
    random = np.random.default_rng(1)
    words = random.integers(0, 60, (3_000, 8))
    is_in_word = np.arange(8) < random.integers(2, 9, 3_000)[:, None]
    frequent = (random.exponential(300, 1_100_000) % 3_000).astype(int)
    text = words[frequent][is_in_word[frequent]][:5_000_000]
    assert len(text) == 5_000_000
    pieces = [text[place : place + 100] for place in random.integers(0, 4_900_000, 100)]
    began = time.process_time()
    index = CopyIndex(text)
    assert time.process_time() - began < 5.0  # 0.6 s on one quiet core
    began = time.process_time()
    found = index.find_copied(np.concatenate(pieces), 20)
    assert time.process_time() - began < 1.0  # 0.1 s
    assert count_copied(found) == 10_000
    began = time.process_time()
    found = index.find_copied(text[1_234_567:1_244_567], 20)
    assert time.process_time() - began < 1.0
    assert [(stretch.start, stretch.end) for stretch in found] == [(0, 10_000)]
