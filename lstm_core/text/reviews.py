"""What is a labelled review, and which words of a review does a network read?

Unlike a network that writes, one that judges needs no punctuation and no capitals: fewer distinct words, each seen more
often. Next: `review_files`, which reads reviews from tables, and `review_set`, which makes numbers of the words.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

import numpy as np

# Whoever copied a review from a page may have brought its tags along. Only these, so that “I <3 this film” stays whole.
_TAG_NAMES = (
    "a|abbr|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|li|ol|p|pre|q|s|small"
    "|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul"
)
# Every repetition has a bound: a stranger may send a review of nothing but “<b ”, and it must cost no more than others.
_TAG = re.compile(rf"<\s?/?\s?(?:{_TAG_NAMES})(?:[\s/][^<>]{{0,300}})?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
# The apostrophes of typography become the typewriter's. Soft hyphens, marks that nobody sees, and what turns a sign
# into a coloured picture are nothing.
_SAME_SIGN = {0x2019: "'", 0x02BC: "'"} | dict.fromkeys((0xAD, 0x2060, 0xFEFF, 0xFE0E, 0xFE0F))


_MAX_MARKS = 30  # accents on one letter, as in Unicode's stream-safe text (Standard Annex 15, section 13)


@dataclass(frozen=True)
class LabelledReviews:
    """Reviews with what their writers thought: `labels` (n,) int8, 0 negative, 1 positive.

    `note` is what a reader must know, such as rows that were left out; empty where there is nothing to say.
    """

    texts: tuple[str, ...]
    labels: np.ndarray
    note: str = ""

    def __len__(self) -> int:
        return len(self.texts)


def split_review(text: str) -> list[str]:
    """Split a review into the words that the review networks read: lower case, without punctuation.

    A word is letters (of any script) and digits, with apostrophes inside (don't). HTML tags count as spaces, HTML
    entities as the characters that they stand for. Splitting the words, joined by spaces, again changes nothing.
    """
    if "&" in text:
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = text.lower()
    if text.isascii():  # most English reviews: four times as fast
        return _ASCII_WORD.findall(text)
    text = unicodedata.normalize("NFC", _thin_marks(text.translate(_SAME_SIGN)))
    # Python's \w knows letters but not the combining marks that Hindi or Thai words are full of; name those present.
    marks = "".join(sorted(mark for mark in set(text) if unicodedata.category(mark) in ("Mn", "Mc")))
    return _word_pattern(marks).findall(text)


@lru_cache(maxsize=200)
def _word_pattern(marks: str) -> re.Pattern[str]:
    """Match a word that may hold these combining marks, and joiners, but begins with neither."""
    part = rf"[^\W_](?:[^\W_]|[\u200c\u200d{marks}])*"
    return re.compile(rf"{part}(?:'{part})*")


def _thin_marks(text: str) -> str:
    """Leave out all but the first thirty of the accents that stand on one letter.

    Python brings accents into order by insertion: 50,000 on one letter take 10 s (3.11). No script has more than a few.
    """
    if text.isascii():
        return text
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)
