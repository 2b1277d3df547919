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


# The tutorials' passages come first, in the order of the tutorials; then what is long enough to learn to write from.
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
        name="shakespeare",
        title="Shakespeare: sonnets and speeches",
        author="William Shakespeare",
        file="shakespeare.txt",
        language="en",
        licence="public domain (1609 and 1623)",
        note="All 154 sonnets, each under its number, and twenty speeches from the plays, in modern spelling.",
    ),
    LibraryText(
        name="quijote-chapter-1",
        title="Don Quijote, chapter 1",
        author="Miguel de Cervantes",
        file="quijote-chapter-1.txt",
        language="es",
        licence="public domain (1605)",
        note="The first chapter, in Spanish and in modern spelling.",
    ),
    LibraryText(
        name="meditations-long",
        title="Meditations (George Long)",
        author="Marcus Aurelius, translated by George Long",
        file="meditations-long.txt",
        language="en",
        licence="public domain (1862)",
        note="Paragraphs from ten of the twelve books, enough to learn to write in their manner.",
    ),
    LibraryText(
        name="aesop-fables",
        title="Aesop’s fables",
        author="Aesop, told by Joseph Jacobs",
        file="aesop-fables.txt",
        language="en",
        licence="public domain (1894)",
        note="Forty-one short tales in plain words, each under its title and with its moral at the end.",
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
