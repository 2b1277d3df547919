"""What somebody who teaches has set for others: knobs that stand at a value, and a text of the library for all.

A class room holds its members to such locks (`service/room_rules.py`), and so does a link (`setup.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lstm_core.errors import NotAllowed
from lstm_core.knobs import KNOBS
from lstm_core.network.spec import RunSpec
from lstm_core.text.library import LIBRARY, load_text

# What can be locked: everything a text's network is built of. The text is set apart.
LOCKABLE = tuple(name for name, knob in KNOBS.items() if knob.only_for != "reviews")


@dataclass(frozen=True)
class Locks:
    """Knobs that stand at `values`; those that are also `hidden` are not even shown; `text` is one of the library."""

    values: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    hidden: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anything is locked."""
        return bool(self.values) or self.text is not None

    def merged(self, stronger: "Locks") -> "Locks":
        """Return both together; where they contradict each other, `stronger` stands and is shown."""
        hidden = (self.hidden - stronger.values.keys()) | stronger.hidden
        text = stronger.text if stronger.text is not None else self.text
        return Locks({**self.values, **stronger.values}, text, hidden)

    def check(self, spec: RunSpec) -> None:
        """Raise NotAllowed for a run on another text, or with a locked knob elsewhere."""
        if self.text is not None and spec.text != load_text(self.text):
            raise NotAllowed(
                f"The text is “{spec.text_name}”.",
                f"Your teacher has chosen “{LIBRARY[self.text].title}” for everyone.",
                "Choose that one, on the page Train.",
            )
        for name, value in self.values.items() if spec.reviews is None else ():
            if getattr(spec, name) != value:
                raise NotAllowed(
                    f"{KNOBS[name].label} stands at {getattr(spec, name)}.",
                    f"Your teacher has locked it at {value}.",
                    "Set it to that and press Train again.",
                )
