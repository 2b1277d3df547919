"""How does an upload or a pasted text become clean text, and why is it sometimes refused?

Everything here comes from strangers: bytes are limited before they are decoded, and what is invisible is taken out.
`encodings` makes text of bytes, `documents` of PDF and Word. Next: `symbols`, which cuts the text up.
"""

import re
import unicodedata
from dataclasses import dataclass

from lstm_core.errors import TooBig, UnreadableText
from lstm_core.knobs import MAX_FILE_BYTES, MAX_PASTED_BYTES, MAX_TEXT_CHARACTERS
from lstm_core.text.documents import KIND_NAMES, extract_text, find_kind
from lstm_core.text.encodings import decode_bytes

# CRCRLF is what a file with CRLF becomes when it is written once more in text mode on Windows.
_LINE_BREAK = re.compile("\r\r?\n|[\r\v\f\x85\u2028\u2029]")
# Control characters but tab and line feed, lone surrogates (no UTF-8 has them), and marks that nobody sees: soft
# hyphen, zero-width space, direction overrides (they can turn the shown text around), byte order mark. The zero-width
# joiners stay: Persian and Hindi are spelled with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ud800-\udfff\ufeff]"
)


@dataclass(frozen=True)
class DecodedText:
    """Clean text, the encoding or kind of document it came in, and a plain sentence for each thing that was changed."""

    text: str
    encoding: str
    notes: tuple[str, ...]


def read_file(data: bytes, name: str, encoding: str | None = None) -> DecodedText:
    """Read an uploaded file: plain text or Markdown in any usual encoding, PDF or Word (.docx).

    What the bytes are decides; the name's ending is looked at where it promises a document. `encoding` is for plain
    text alone, one of ENCODINGS; without it, it is guessed. Raises TooBig above the limits of a file or of what is
    packed in it; UnreadableText when it is empty, binary, locked or without letters; InvalidSetting for an unknown
    encoding.
    """
    if len(data) > MAX_FILE_BYTES:
        raise _too_big("The file", len(data), MAX_FILE_BYTES)
    kind = find_kind(data, name)
    if kind is not None:
        text, notes = extract_text(data, kind)
        return _check_text(text, KIND_NAMES[kind], notes)
    decoded = decode_bytes(data, encoding)
    return _check_text(decoded.text, decoded.encoding, decoded.notes)


def check_pasted(text: str) -> DecodedText:
    """Check and clean what someone typed or pasted.

    Raises TooBig above MAX_PASTED_BYTES (counted in UTF-8); UnreadableText when it is empty or has no letters.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_PASTED_BYTES:
        raise _too_big("The pasted text", size, MAX_PASTED_BYTES)
    return _check_text(text, "pasted", ())


def clean_text(text: str) -> str:
    """Return the text with one kind of line break, composed characters, and nothing invisible.

    Line breaks of all systems become line feeds; control characters but line feed and tab go; the rest is put in
    Unicode's NFC form, so that é is one character however it was typed; cut after MAX_TEXT_CHARACTERS.
    Cleaning a second time changes nothing.
    """
    return _clean_whole(text)[:MAX_TEXT_CHARACTERS]


def _clean_whole(text: str) -> str:
    text = _INVISIBLE.sub("", _LINE_BREAK.sub("\n", text))
    return unicodedata.normalize("NFC", text)


def _check_text(text: str, encoding: str, notes: tuple[str, ...]) -> DecodedText:
    """Clean `text`, add a note for all that was changed, and refuse what holds no letters."""
    if not text.strip():
        raise UnreadableText("There is no text in it.", "A few sentences were expected.", "Choose another text.")
    whole = _clean_whole(text)
    if not any(character.isalpha() for character in whole[:MAX_TEXT_CHARACTERS]):
        raise UnreadableText(
            "There is not a single letter in it.",
            "A text in any language was expected.",
            "Choose a text of words; figures alone teach a network nothing about writing.",
        )
    removed = len(_INVISIBLE.findall(_LINE_BREAK.sub("\n", text)))
    if removed:
        notes += (f"{removed:,} invisible character{'s were' if removed > 1 else ' was'} left out.",)
    if len(whole) > MAX_TEXT_CHARACTERS:
        notes += (f"Only the first {MAX_TEXT_CHARACTERS:,} of its {len(whole):,} characters are used.",)
    return DecodedText(whole[:MAX_TEXT_CHARACTERS], encoding, notes)


def _too_big(what: str, size: int, limit: int) -> TooBig:
    return TooBig(
        f"{what} is {size / 2**20:.1f} MB large.",
        f"At most {limit / 2**20:.0f} MB can be taken.",
        "Choose a part of it; some hundred pages teach a network just as well.",
    )
