"""Scripts without spaces between words are proposed as characters."""

import pytest

from lstm_core.text.scripts import propose_symbols
from tests.text.some_files import CHINESE, FRENCH, GERMAN, JAPANESE, RUSSIAN, THAI


@pytest.mark.parametrize("text", [CHINESE, JAPANESE, THAI, CHINESE + FRENCH, "ພາສາລາວ", "ភាសាខ្មែរ", "မြန်မာဘာသာ"])
def test_without_spaces_between_words_characters_are_proposed(text: str) -> None:
    assert propose_symbols(text) == "characters"


@pytest.mark.parametrize(
    "text", [GERMAN, RUSSIAN, GERMAN * 4 + CHINESE, "한국어 글은 띄어 쓴다", "हिन्दी में", "12 : 4", ""]
)
def test_with_spaces_words_are_proposed(text: str) -> None:
    assert propose_symbols(text) == "words"
