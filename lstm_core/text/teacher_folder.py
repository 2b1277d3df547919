"""Which texts of their own has the server's owner laid out for the class, in the folder that LSTM_DATA_DIR names?

Only what lies in the folder itself or one level below it, and only regular files of kinds that `reading` can read.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lstm_core.errors import TooBig, UnreadableText
from lstm_core.knobs import MAX_FILE_BYTES
from lstm_core.text.reading import DecodedText, read_file

ENDINGS = (".txt", ".md", ".pdf", ".docx")
TABLE_ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz")  # labelled reviews
MAX_LISTED = 300  # more than anyone looks through in a list
MAX_LOOKED_AT = 5_000  # entries: a whole disk named by mistake must not hold up every page
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class TeacherText:
    """A file of the folder. `name` is its path in there, with “/” on every system."""

    name: str
    file: Path
    size_bytes: int
    changed: float  # seconds since 1970; with the name it tells one version from another


def teacher_folder() -> Path | None:
    """Return the folder that LSTM_DATA_DIR names; None when it names none."""
    named = os.environ.get("LSTM_DATA_DIR", "").strip()
    return Path(named).expanduser() if named else None


def list_teacher_texts(folder: Path | None, endings: tuple[str, ...] = ENDINGS) -> tuple[TeacherText, ...]:
    """Return the files of the folder with these endings, sorted by name; none where there is none to list.

    What its owner should know (no such folder, nothing in it, more than is listed) is logged, once.
    """
    if folder is None:
        return ()
    try:
        root = Path(os.path.realpath(folder, strict=True))
        found = list(_iter_texts(root, root, endings))
    except OSError as error:
        _log_once(f"LSTM_DATA_DIR names {folder}, which cannot be listed ({error.strerror}): no texts from there.")
        return ()
    found.sort(key=lambda text: (text.name.casefold(), text.name))
    if not found and endings == ENDINGS:
        _log_once(f"LSTM_DATA_DIR names {folder}, in which lies no text ({', '.join(ENDINGS)}).")
    if len(found) > MAX_LISTED:
        _log_once(f"LSTM_DATA_DIR names {folder}, with more than {MAX_LISTED} texts: the first of them are listed.")
    return tuple(found[:MAX_LISTED])


def read_teacher_text(text: TeacherText) -> DecodedText:
    """Read a text of the folder, whatever `reading` can read.

    Raises TooBig above MAX_FILE_BYTES; UnreadableText when it has gone, or as `read_file` does.
    """
    if text.size_bytes > MAX_FILE_BYTES:
        raise TooBig(
            f"{text.name} is {text.size_bytes / 2**20:.1f} MB large.",
            f"At most {MAX_FILE_BYTES / 2**20:.0f} MB can be taken.",
            "Choose another text, or ask for a part of this one.",
        )
    try:
        with text.file.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)  # it may have grown since it was listed
    except OSError as error:
        raise UnreadableText(
            f"{text.name} cannot be read ({error.strerror}).",
            "It was in the teacher’s folder a moment ago.",
            "Choose another text, or ask whoever runs this app to look at the file.",
        ) from None
    return read_file(data, text.name.rsplit("/", 1)[-1])


def _iter_texts(root: Path, folder: Path, endings: tuple[str, ...]) -> Iterator[TeacherText]:
    """Yield the texts in `folder` and, from the root, in the folders right below it; links out of the root are none."""
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count == MAX_LOOKED_AT:
                _log_once(f"{folder} holds more than {MAX_LOOKED_AT} files: the rest was not looked at.")
                return
            if entry.name.startswith((".", "~$")):  # hidden, or an editor's mark that a document is open
                continue
            try:
                yield from _look_at(root, folder, entry, endings)
            except OSError:  # gone meanwhile, not to be read, or a link in a circle
                continue


def _look_at(root: Path, folder: Path, entry: os.DirEntry[str], endings: tuple[str, ...]) -> Iterator[TeacherText]:
    # Path.resolve raises RuntimeError for a link in a circle before Python 3.13; this an OSError, as all else here.
    path = Path(os.path.realpath(entry.path, strict=True))
    if not path.is_relative_to(root):
        return
    if path.is_dir():
        if folder == root and not entry.is_symlink():
            yield from _iter_texts(root, path, endings)
    elif path.is_file() and entry.name.lower().endswith(endings):
        facts = path.stat()
        name = (folder / entry.name).relative_to(root).as_posix()
        yield TeacherText(name, path, facts.st_size, facts.st_mtime)


@lru_cache(maxsize=200)
def _log_once(message: str) -> None:
    """Tell the server's owner; the list is made anew at every look at the page."""
    LOGGER.warning("%s", message)
