"""What somebody expects of a run, written down before it begins: predict first, then look."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lstm_core.errors import InvalidSetting
from lstm_core.text.reading import clean_text

MAX_LOSS = 20.0  # nats: a network that knows nothing of 20,000 symbols has 9.9
MAX_WORDS = 600  # characters of a question, and of a reason


@dataclass(frozen=True)
class Forecast:
    """The loss that is expected at the end (nats; None: not said), why, and which question the run shall answer."""

    loss: float | None = None
    why: str = ""
    question: str = ""

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return self.loss is not None or bool(self.why or self.question)

    @classmethod
    def build(cls, loss: float | None, why: str = "", question: str = "") -> "Forecast":
        """Check what somebody has typed.

        Raises InvalidSetting for a loss that is no number from 0 to MAX_LOSS, and for words that are too many.
        """
        if loss is not None:
            loss = float(loss) if isinstance(loss, int | float) else math.nan
            if not 0 <= loss <= MAX_LOSS:
                raise InvalidSetting(
                    "This is no loss that can be expected.", f"It is a number from 0 to {MAX_LOSS:g}.", "Type another."
                )
        words = [clean_text(str(said)[: 2 * MAX_WORDS]).strip() for said in (why, question)]
        longest = max(len(said) for said in words)
        if longest > MAX_WORDS:
            raise InvalidSetting(f"The words have {longest} characters.", f"{MAX_WORDS} fit.", "Say it shorter.")
        return cls(loss, *words)

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Forecast":
        """Rebuild what `to_record` gave. Raises InvalidSetting as `build` does."""
        return cls.build(record.get("loss"), str(record.get("why", "")), str(record.get("question", "")))
