"""A challenge for a class: the lowest loss on the same held-out text, within a budget and a largest size.

Two losses can be compared only where both networks name the same symbols of the same text. So a challenge fixes text
and symbols, the held-out part is the last tenth of them whatever the window, and the result is given in bits per
character, which a loss in nats per symbol becomes by ln 2 and the characters that a symbol takes. What counts is what
a run had reached when its budget was used up; what it learns later does not. Next: `wall.py`, which shows the results.
"""

import functools
import math
from dataclasses import dataclass
from typing import Any

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import KNOBS
from lstm_core.service.glance import Glance
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.text.symbols import split_symbols
from lstm_core.text.windows import VALIDATION_SHARE, symbols_to_split

UNITS = ("seconds", "steps")
MAX_PARAMETERS = 20_000_000  # no run that is let in has more
# A budget in seconds becomes a number of steps from the speed measured in its first second; how long these take in
# the end depends on who else trains. So much later a result still counts as one of the budget's end.
SECONDS_TOLERANCE = 1.05
MORE_SECONDS = 0.5  # one slice of training


@dataclass(frozen=True)
class Challenge:
    """The lowest validation loss on the library's `text` by its words or characters, within `budget` of `unit`."""

    text: str
    symbols: str
    budget: float  # a whole number of steps, or seconds of training
    unit: str
    max_parameters: int

    def __post_init__(self) -> None:
        """Check what a teacher has set. Raises InvalidSetting."""
        KNOBS["symbols"].check(self.symbols)
        if self.unit not in UNITS:
            raise InvalidSetting(f"The budget was in “{self.unit}”.", "It is in seconds or steps.", "Choose one.")
        if KNOBS[self.unit].check(self.budget) <= 0:
            raise InvalidSetting("The budget was 0.", "It takes some time to learn.", "Set 60 seconds, for example.")
        if not 1 <= self.max_parameters <= MAX_PARAMETERS:
            raise InvalidSetting(
                f"The largest network was set to {self.max_parameters:,} parameters.",
                f"It takes 1 to {MAX_PARAMETERS:,}.",
                "200,000 lets a layer of 200 units in.",
            )
        if self.text not in challenge_texts(self.symbols):
            raise InvalidSetting(
                f"“{self.text}” has no held-out part for {self.symbols}.",
                f"A challenge takes one of {', '.join(challenge_texts(self.symbols))}.",
                "Choose one of these.",
            )

    @property
    def max_steps(self) -> int | None:
        """The step up to which results count; None where seconds do."""
        return int(self.budget) if self.unit == "steps" else None

    @property
    def max_seconds(self) -> float | None:
        """The second of training up to which results count; None where steps do."""
        return self.budget * SECONDS_TOLERANCE + MORE_SECONDS if self.unit == "seconds" else None

    def describe(self) -> str:
        """Tell the challenge in one sentence."""
        budget = f"{self.budget:g} s of training" if self.unit == "seconds" else f"{int(self.budget):,} steps"
        return (
            f"Lowest loss on the last tenth of “{LIBRARY[self.text].title}”, by {self.symbols}, "
            f"in {budget}, with at most {self.max_parameters:,} parameters."
        )

    def settings(self) -> dict[str, Any]:
        """Return the knobs that a run needs to take part."""
        other = next(unit for unit in UNITS if unit != self.unit)
        return {
            "symbols": self.symbols, "vocabulary": KNOBS["vocabulary"].default, "targets": "every", "until": "steps",
            self.unit: KNOBS[self.unit].check(self.budget), other: 0,
        }  # fmt: skip

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return dict(vars(self))

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Challenge":
        """Rebuild what `to_record` gave. Raises InvalidSetting, TypeError."""
        return cls(**record)


@dataclass(frozen=True)
class Verdict:
    """What a run has reached in a challenge: `bits` per character, lower is better; None while nothing is measured.

    With a `reason` it takes no part.
    """

    bits: float | None
    reason: str = ""


def judge(challenge: Challenge, run: Glance) -> Verdict:
    """Compare a run with a challenge's rules. `run` must have been looked at with the challenge's budget."""
    reason = _find_fault(challenge, run)
    if reason or run.counted_loss is None:
        return Verdict(None, reason)
    characters = characters_per_symbol(challenge.text, challenge.symbols)
    return Verdict(run.counted_loss / math.log(2) / characters)


def _find_fault(challenge: Challenge, run: Glance) -> str:
    """Return why a run takes no part; "" when it does."""
    spec = run.spec
    if spec.reviews is not None:
        return "It reads reviews, not the challenge's text."
    if spec.text != _text(challenge.text):
        return f"Another text: {spec.text_name}."
    if spec.symbols != challenge.symbols:
        return f"It reads {spec.symbols}; the challenge is by {challenge.symbols}."
    if run.parameters > challenge.max_parameters:
        return f"{run.parameters:,} parameters; at most {challenge.max_parameters:,} are allowed."
    if run.has_rare:
        return "Its vocabulary limit turns rare symbols into one, which is easier to name."
    if spec.targets != "every":
        return "It names the symbol after a window only; the others name each one."
    if _symbol_count(challenge.text, challenge.symbols) < symbols_to_split(spec.window):
        return f"Its window of {spec.window} is so long that no part of the text is held out."
    return ""


@functools.lru_cache(maxsize=64)  # of what ships
def challenge_texts(symbols: str) -> tuple[str, ...]:
    """Return the names of the library's texts that are long enough to hold out a part."""
    return tuple(name for name in LIBRARY if _symbol_count(name, symbols) >= symbols_to_split(window=1))


@functools.lru_cache(maxsize=64)  # of what ships
def characters_per_symbol(text: str, symbols: str) -> float:
    """Return how many characters a symbol of the held-out part takes, white space included; 1 for characters."""
    whole = _text(text)
    cut = split_symbols(whole, symbols)
    held_out = int(len(cut) * VALIDATION_SHARE)
    place = 0
    for symbol in cut[:-held_out]:
        place = whole.index(symbol, place) + len(symbol)
    return (len(whole) - place) / held_out


@functools.lru_cache(maxsize=64)  # of what ships
def _symbol_count(text: str, symbols: str) -> int:
    return len(split_symbols(_text(text), symbols))


@functools.lru_cache(maxsize=64)  # of what ships
def _text(name: str) -> str:
    return load_text(name)
