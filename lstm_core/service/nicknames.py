"""What a student may be called on the wall, where the whole class reads it."""

import unicodedata
from collections.abc import Iterable

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import MAX_NICKNAME_CHARACTERS
from lstm_core.text.reading import clean_text

_MAX_MARKS = 2  # accents on one letter: Vietnamese has two; a tower of them would run over the neighbours' lines


def clean_nickname(typed: str, taken: Iterable[str]) -> str:
    """Return a nickname on one line, without what nobody sees, told apart from all that are `taken`.

    Raises InvalidSetting when nothing is left of it, it is too long, or somebody in the room has it, be it in other
    letters of the same look (full width, capitals).
    """
    name = _limit_marks(" ".join(clean_text(typed[:1_000]).split()))
    if not any(unicodedata.category(letter)[0] in "LNS" for letter in name):
        came = "The nickname has no letter in it."
    elif len(name) > MAX_NICKNAME_CHARACTERS:
        came = f"The nickname has {len(name)} characters."
    elif _look(name) in {_look(other) for other in taken}:
        came = "Somebody in this room has that nickname already."
    else:
        return name
    raise InvalidSetting(
        came, f"It takes 1 to {MAX_NICKNAME_CHARACTERS} characters that no other line has.", "Choose another one."
    )


def _limit_marks(name: str) -> str:
    kept, marks = "", 0
    for letter in name:
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks <= _MAX_MARKS:
            kept += letter
    return kept


def _look(name: str) -> str:
    """Return what two names share that look alike."""
    return unicodedata.normalize("NFKC", name).casefold()
