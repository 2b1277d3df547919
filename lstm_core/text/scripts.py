"""Should a network read this text as words or as characters? Some scripts put no spaces between words.

Where nothing parts the words, a whole clause would count as one "word" that never comes again.
"""

import re

# Letters of Chinese, Japanese, Thai, Lao, Burmese and Khmer. Korean has spaces; Tibetan has a mark between syllables.
_UNSPACED = re.compile(
    "[\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ede\u1000-\u109f\u1780-\u17d3\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
_LETTER = re.compile(r"[^\W\d_]")
_SAMPLE_CHARACTERS = 100_000  # as much as says it; a novel in one script does not turn into another
_UNSPACED_SHARE = 0.3  # of the letters: Japanese with many English names still reads better as characters

WHY_CHARACTERS = "Its script puts no spaces between words."


def propose_symbols(text: str) -> str:
    """Return "characters" for a text in a script without spaces, else "words"."""
    sample = text[:_SAMPLE_CHARACTERS]
    letters = len(_LETTER.findall(sample))
    return "characters" if len(_UNSPACED.findall(sample)) > _UNSPACED_SHARE * letters else "words"
