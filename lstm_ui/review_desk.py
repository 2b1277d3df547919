"""The review that a visitor is working on: its text, the word that they have picked out of it, and the way back.

No Streamlit here. The page keeps a `Desk` in its session; the browser's box is the other end, and whoever typed or
pressed last is right.
"""

from dataclasses import dataclass, field
from typing import Any

from lstm_core.text.reviews import split_review

MAX_CHARACTERS = 20_000
UNDO_DEPTH = 50


@dataclass(frozen=True)
class Swap:
    """What was tried in the place of the word that is picked out: another one, or None for none at all."""

    new: str | None


@dataclass
class Desk:
    """`version` counts the texts that did not come from the box; `is_resting` while nobody is typing.

    `trap` names the ready-made review that was put here last; `place` is the word picked out, counted from the first
    that the network reads.
    """

    text: str = ""
    version: int = 0
    is_resting: bool = True
    trap: str | None = None
    place: int | None = None
    swap: Swap | None = None
    past: list[str] = field(default_factory=list)

    def take(self, message: Any) -> None:
        """Take what the box has sent, which may be anything; what was typed into an older text comes too late."""
        if not isinstance(message, dict) or not isinstance(message.get("text"), str):
            return
        if message.get("version") != self.version:
            return
        self._change(clean(message["text"]))
        self.is_resting = message.get("isResting") is not False

    def put(self, text: str, trap: str | None = None) -> None:
        """Put another text into the box; `undo` brings the old one back."""
        if self.text.strip() and self.text != text:
            self.past = [*self.past, self.text][-UNDO_DEPTH:]
        self._replace(text, trap)

    def undo(self) -> None:
        """Bring back the text that another one took the place of."""
        if self.past:
            self._replace(self.past.pop())

    def pick(self, place: int | None) -> None:
        """Pick out a word; the same one again, or None, puts it back."""
        self.place = None if place == self.place else place
        self.swap = None

    def _replace(self, text: str, trap: str | None = None) -> None:
        self._change(clean(text))
        self.version += 1
        self.is_resting, self.trap = True, trap

    def _change(self, text: str) -> None:
        if text != self.text:
            self.text, self.place, self.swap, self.trap = text, None, None, None


def clean(text: str) -> str:
    """Cut a text to what the box holds; half of a character, which a browser may send, becomes a question mark."""
    return text[:MAX_CHARACTERS].encode(errors="replace").decode()


def change_word(text: str, words: tuple[str, ...], changed: tuple[str, ...], place: int, new: str | None) -> str:
    """Return the text with the word at `place` of its last `words` changed, all the rest left as it was typed.

    `changed` are the words that it should have then. Where these are not found in the text as it stands (entities that
    stand for letters), they are the text.
    """
    end = len(text)
    lowered = text.lower()
    for word in reversed(words[place:]):
        start = lowered.rfind(word, 0, end)
        if start < 0:
            return " ".join(changed)
        end, found_end = start, start + len(word)
    before, after = text[:end], text[found_end:]
    if new is None:
        before, after = before.rstrip(" "), after if before.rstrip(" ") else after.lstrip()
    result = before + (new or "") + after
    return result if tuple(split_review(result)[-len(changed) :]) == changed else " ".join(changed)
