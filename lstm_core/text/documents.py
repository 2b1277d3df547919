"""How does the text come out of a PDF or Word file that a stranger made?

Such files can be built to fill the memory or to keep a program busy for ever. So the parsing is done by a child
program that lives for one file alone (`document_parsers`), with a deadline and a limit on memory: what it does cannot
harm the server or other visitors.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from lstm_core.errors import CoreError, TooBig, UnreadableText

KIND_NAMES: Mapping[str, str] = {"pdf": "PDF", "docx": "Word (.docx)"}
DEADLINE_SECONDS = 60  # the child itself stops earlier and hands over what it has
SOFT_DEADLINE_SECONDS = 40
MAX_MEMORY_BYTES = 512 * 2**20  # address space of the child; Python and the parsers alone take some 60 MB of it
REFUSED = 3  # exit code: the reason stands on standard output

_ROOT = Path(__file__).parents[2]
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "TEMP", "TMP")
_one_at_a_time = threading.BoundedSemaphore(2)  # a whole class uploads at once, and the memory is one machine's
_SIGNATURES = {
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"\x1f\x8b": "a packed file",
    b"7z\xbc\xaf": "a packed file", b"Rar!": "a packed file", b"\x7fELF": "a program", b"MZ": "a program",
    b"{\\rtf": "a Rich Text file (.rtf)",
    b"\xd0\xcf\x11\xe0": "an older Word file (.doc), or one that is locked with a password",
}  # fmt: skip


def find_kind(data: bytes, name: str) -> str | None:
    """Tell "pdf" and "docx" by what the bytes are; None for what may be plain text.

    Raises UnreadableText for what is known to be neither, and for a name that promises another kind than the bytes are.
    """
    ending = Path(name).suffix.lower()
    if data.startswith(b"%PDF-") or (ending == ".pdf" and b"%PDF-" in data[:1024]):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        if b"word/" in data:
            return "docx"
        raise _no_text("It is a packed file (.zip or the like), and no Word file.")
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature) and not (signature == b"MZ" and b"\x00" not in data[:512]):
            raise _no_text(f"It is {what}.")
    if data and ending in (".pdf", ".docx"):
        raise _no_text(f"The name ends in {ending}, but what is in it is no such document.")
    return None


def extract_text(data: bytes, kind: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a "pdf" or "docx", taken out by a child program, and a sentence for each thing left out.

    Raises UnreadableText when it is damaged, locked or without text; TooBig when it takes too much memory or time.
    """
    command = [sys.executable, "-m", "lstm_core.text.document_parsers", kind]
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {"PYTHONUTF8": "1"}
    with _one_at_a_time:
        try:
            child = subprocess.run(
                command,
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env=environment,
                timeout=DEADLINE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TooBig(
                f"After {DEADLINE_SECONDS} seconds the {KIND_NAMES[kind]} file was still not read.",
                "A document of some hundred pages of text takes a few seconds.",
                "Save the text in it as plain text (.txt), or choose a part of it.",
            ) from None
    if child.returncode == 0:
        notes, _, text = child.stdout.decode("utf-8", "replace").partition("\n")
        return text, tuple(json.loads(notes))
    raise _read_refusal(child.stdout, kind) if child.returncode == REFUSED else _damaged(kind)


def _read_refusal(said: bytes, kind: str) -> CoreError:
    try:
        name, came, expected, advice = json.loads(said)
    except (ValueError, TypeError):
        return _damaged(kind)
    return {"TooBig": TooBig}.get(name, UnreadableText)(came, expected, advice)


def _damaged(kind: str) -> UnreadableText:
    return UnreadableText(
        f"The {KIND_NAMES[kind]} file cannot be read: it is damaged, or built in an unusual way.",
        "A document as a word processor saves it was expected.",
        "Open it in the program that made it and save it anew, or copy its text and paste it.",
    )


def _no_text(came: str) -> UnreadableText:
    return UnreadableText(
        came,
        "A text was expected: .txt, .md, .pdf or .docx.",
        "Open it in the program that made it and save it as plain text (.txt, UTF-8).",
    )
