"""What a page shows a visitor without a browser: its elements by their places, found by the keys of their widgets."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from streamlit.proto.Element_pb2 import Element


@dataclass(frozen=True)
class Shown:
    """An element on the page, the fragment that it belongs to ("": the page itself), the run that drew it last."""

    element: Element
    fragment: str
    run_id: str

    @property
    def widget(self) -> Any:
        """The element's own message."""
        return getattr(self.element, self.element.WhichOneof("type") or "", None)

    @property
    def key(self) -> str:
        """The key that the page gave a widget, "" for none: the id is $$ID-<hash>-<key>."""
        parts = str(getattr(self.widget, "id", "")).split("-", 2)
        return parts[2] if len(parts) == 3 and parts[2] != "None" else ""

    @property
    def words(self) -> str:
        """What a plain element says."""
        said = (getattr(self.widget, name, "") for name in ("body", "message", "label"))
        return " ".join(part for part in said if isinstance(part, str) and part)


class ShownPage:
    """All elements of a page, by their places."""

    def __init__(self) -> None:
        self._elements: dict[tuple[int, ...], Shown] = {}

    def put(self, place: tuple[int, ...], shown: Shown | None) -> None:
        """Show an element at a place; None: something that is no element stands there now."""
        self._elements.pop(place, None)
        if shown is not None:
            self._elements[place] = shown

    def keep_drawn(self, run_id: str, fragments: Collection[str]) -> None:
        """Forget what the page, or these fragments of it, have not drawn again in this run."""
        self._elements = {
            place: shown
            for place, shown in self._elements.items()
            if shown.run_id == run_id or (fragments and shown.fragment not in fragments)
        }

    def has(self, key: str) -> bool:
        """Tell whether there is a widget of this key."""
        return any(shown.key == key for shown in self._elements.values())

    def find(self, key: str) -> Shown:
        """Return the widget of this key. Raises AssertionError, naming those that there are."""
        for shown in self._elements.values():
            if shown.key == key:
                return shown
        known = sorted({shown.key for shown in self._elements.values()} - {""})
        raise AssertionError(f"the page has no widget “{key}”; it has {', '.join(known)}\n{self.words()[:500]}")

    def ids(self) -> set[str]:
        """Return the ids of all widgets."""
        return {str(getattr(shown.widget, "id", "")) for shown in self._elements.values()}

    def words(self) -> str:
        """Return all that the page says in plain elements."""
        return "\n".join(shown.words for shown in self._elements.values())
