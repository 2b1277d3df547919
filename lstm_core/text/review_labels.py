"""Which words and numbers say that a review is positive? Every table has its own, and the whole column decides.

A “1” is positive beside “0”, but negative beside “5”.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NEGATIVE, POSITIVE, NEITHER = 0, 1, -1

_MISSING = {"", "-", "?", "na", "n/a", "nan", "null", "none"}
_WHOLE_NUMBER = re.compile(r"\+?(\d{1,3})(?:[.,]0+)?")


@dataclass(frozen=True)
class LabelScale:
    """One way to label: what each value means; `neither` names what is neither positive nor negative."""

    name: str
    meanings: Mapping[str, int]
    neither: str = ""

    def read(self, value: str) -> int:
        """Return what a value of this scale means: NEGATIVE, POSITIVE or NEITHER."""
        return self.meanings[simplify_label(value)]


# A column is on the first scale that has all its values.
SCALES = (
    LabelScale("0 and 1", {"0": NEGATIVE, "1": POSITIVE}),
    LabelScale(
        "negative and positive",
        {"neg": NEGATIVE, "negative": NEGATIVE, "neutral": NEITHER, "pos": POSITIVE, "positive": POSITIVE},
        "neutral",
    ),
    LabelScale("false and true", {"false": NEGATIVE, "true": POSITIVE}),
    LabelScale(
        "1 to 5 stars", {"1": NEGATIVE, "2": NEGATIVE, "3": NEITHER, "4": POSITIVE, "5": POSITIVE}, "3 of 5 stars"
    ),
    LabelScale(
        "1 to 10 stars",
        {str(stars): NEGATIVE if stars < 5 else POSITIVE if stars > 6 else NEITHER for stars in range(1, 11)},
        "5 or 6 of 10 stars",
    ),
)
_UNDERSTOOD = {value for scale in SCALES for value in scale.meanings}


def simplify_label(value: str) -> str:
    """Return a label without spaces around, in small letters, and a number such as “5.0” as “5”."""
    value = value.strip().casefold()
    number = _WHOLE_NUMBER.fullmatch(value)
    return str(int(number[1])) if number else value


def is_missing(value: str) -> bool:
    """Is this no label at all, but a sign that there is none?"""
    return value.strip().casefold() in _MISSING


def is_on_any_scale(value: str) -> bool:
    """Is there any scale on which this value means something?"""
    return simplify_label(value) in _UNDERSTOOD


def find_scale(values: Iterable[str]) -> LabelScale | None:
    """Return the scale that has all the values; None when there is none, or no value."""
    simple = {simplify_label(value) for value in values}
    return next((scale for scale in SCALES if simple and simple <= scale.meanings.keys()), None)
