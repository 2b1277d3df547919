"""Which texts ship with the app, who wrote them, and who may use them?

The files lie in `assets/texts`; `assets/SOURCES.md` gives their origin and sha256.
"""

import difflib
from dataclasses import dataclass
from pathlib import Path

from lstm_core.errors import InvalidSetting
from lstm_core.text.reading import clean_text

TEXT_FOLDER = Path(__file__).parents[2] / "assets" / "texts"


@dataclass(frozen=True)
class LibraryText:
    """A text that ships: `name` is its key, `file` its name in `assets/texts`, `language` its ISO 639-1 code."""

    name: str
    title: str
    author: str
    file: str
    language: str
    licence: str
    note: str


_ALL = (
    LibraryText(
        name="meditations-5-20-hays",
        title="Meditations 5.20 (as in the tutorial)",
        author="Marcus Aurelius, translated by Gregory Hays",
        file="meditations-5-20-hays.txt",
        language="en",
        licence="© 2002 Gregory Hays; quoted as the tutorial quotes it, not under this project's licence",
        note="The passage of the first tutorial: 102 words and marks, 69 of them distinct.",
    ),
    LibraryText(
        name="meditations-5-20-long",
        title="Meditations 5.20 (George Long)",
        author="Marcus Aurelius, translated by George Long",
        file="meditations-5-20-long.txt",
        language="en",
        licence="public domain (1862)",
        note="The same paragraph in an older translation: does a network find it as easy?",
    ),
    LibraryText(
        name="aesop-mice-in-council",
        title="The mice in council",
        author="Aesop, told by Joseph Jacobs",
        file="aesop-mice-in-council.txt",
        language="en",
        licence="public domain (1894)",
        note="The fable of the second tutorial: 204 words and marks, 112 of them distinct.",
    ),
    LibraryText(
        name="shakespeare-sonnets",
        title="Sonnets",
        author="William Shakespeare",
        file="shakespeare-sonnets.txt",
        language="en",
        licence="public domain (1609)",
        note="Thirty-two of the 154 sonnets, in modern spelling, each under its number.",
    ),
    LibraryText(
        name="quijote-opening",
        title="Don Quijote, the opening",
        author="Miguel de Cervantes",
        file="quijote-opening.txt",
        language="es",
        licence="public domain (1605)",
        note="How the first chapter begins, in Spanish and in modern spelling.",
    ),
)

LIBRARY: dict[str, LibraryText] = {text.name: text for text in _ALL}


def load_text(name: str) -> str:
    """Read a text of the library, clean and without the line break at its end.

    Raises InvalidSetting when the library has no text of this name.
    """
    if name not in LIBRARY:
        near = difflib.get_close_matches(name, LIBRARY, n=1)
        raise InvalidSetting(
            f"The library has no text “{name}”.",
            f"It has {', '.join(LIBRARY)}.",
            f"Did you mean “{near[0]}”?" if near else "Choose one of these.",
        )
    return clean_text((TEXT_FOLDER / LIBRARY[name].file).read_text(encoding="utf-8")).rstrip("\n")
