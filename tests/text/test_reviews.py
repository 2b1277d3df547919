"""A review becomes the words that say what its writer thought, however it was typed or copied."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.text.reviews import split_review


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I LOVED it!!! (Really.)", "i loved it really"),
        ("A film.<br /><br />A great one.<BR>Go<br/>see", "a film a great one go see"),
        ("<p class='x'>It <b>is</b> <i>so</i> <a href=\"http://a.b/?c\">bad</a></p>", "it is so bad"),
        ("I <3 this film, a<b, b>a", "i 3 this film a b b a"),
        ("Tom &amp; Jerry &#39;s don&#39;t don&#x27;t caf&eacute;&nbsp;noir", "tom jerry s don't don't café noir"),
        ("&lt;br /&gt;R&B AT&T &unknown; &", "r b at t unknown"),
        ("Don't, don’t, donʼt, 'tis, the actors' and rock'n'roll", "don't don't don't tis the actors and rock'n'roll"),
        ("well-made, 10/10, 80's, 3.5, snake_case", "well made 10 10 80's 3 5 snake case"),
        ("cafe\u0301 CAFÉ", "café café"),
        ("a\x85b\u2028c\td", "a b c d"),
        ("un\xadbeliev\xadable", "unbelievable"),
        ("Straße, ΝΑΙ, Ёлка", "straße ναι ёлка"),
        ("हिन्दी में अच्छी फ़िल्म", unicodedata.normalize("NFC", "हिन्दी में अच्छी फ़िल्म")),
        ("这部电影 很好。", "这部电影 很好"),
        ("❤️ 👨‍👩‍👧 1️⃣ 👍🏽", "1"),
        ("", ""),
        ("?!…", ""),
    ],
)
def test_a_review_is_split_into_its_words(text: str, words: str) -> None:
    assert split_review(text) == words.split()


@given(st.text() | st.text(alphabet="aB'’<>&;#/br \u0301\u200d.0é"))
def test_words_are_not_split_any_further_and_hold_nothing_else(text: str) -> None:
    words = split_review(text)
    assert split_review(" ".join(words)) == words
    for word in words:
        assert word[0].isalnum()
        assert not set(word) & set(" <>&;’\x85\n")
        assert word == word.lower()


@pytest.mark.parametrize("piece", ["<b ", "<", "< ", "&", "&#1", "'", "a'", "é<br ", "\u0301"])
def test_a_review_made_to_take_long_does_not(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    start = time.perf_counter()
    split_review(text)
    assert time.perf_counter() - start < 2  # 0.1 s at most on a quiet machine


def test_25_000_reviews_take_seconds() -> None:
    review = "It’s a fine film,<br />and I did not expect that of him &amp; her. " * 16  # 240 words
    start = time.process_time()
    for _ in range(2_500):
        split_review(review)
    assert time.process_time() - start < 0.5 * 3  # a tenth of 25,000, with room for a busy machine
