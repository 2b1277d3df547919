"""How does an upload or a pasted text become clean text, and why is it sometimes refused?

Everything here comes from strangers: bytes are limited before they are decoded, and what is invisible is taken out.
Next: `symbols`, which cuts the text up.
"""

import re
import unicodedata
from dataclasses import dataclass

from lstm_core.errors import TooBig, UnreadableText
from lstm_core.knobs import MAX_FILE_BYTES, MAX_PASTED_BYTES, MAX_TEXT_CHARACTERS

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# CRCRLF is what a file with CRLF becomes when it is written once more in text mode on Windows.
_LINE_BREAK = re.compile("\r\r?\n|[\r\v\f\x85\u2028\u2029]")
# Control characters but tab and line feed, lone surrogates (no UTF-8 has them), and marks that nobody sees: soft
# hyphen, zero-width space, direction overrides (they can turn the shown text around), byte order mark. The zero-width
# joiners stay: Persian and Hindi are spelled with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ud800-\udfff\ufeff]"
)
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.01  # real texts hold a stray control character at most; programs and pictures a fifth and more


@dataclass(frozen=True)
class DecodedText:
    """Clean text, the encoding it came in, and a plain sentence for each thing that was changed."""

    text: str
    encoding: str
    notes: tuple[str, ...]


def decode_text(data: bytes) -> DecodedText:
    """Decode an uploaded file: UTF-8, with or without a byte order mark.

    Raises TooBig above MAX_FILE_BYTES; UnreadableText when it is empty, binary, in another encoding, or has no letters.
    """
    if len(data) > MAX_FILE_BYTES:
        raise _too_big("The file", len(data), MAX_FILE_BYTES)
    if b"\x00" in data or len(_CONTROL_BYTE.findall(data)) > _MAX_CONTROL_SHARE * len(data):
        raise UnreadableText(
            "The file holds bytes that no text has; it is perhaps a picture, a program, or in UTF-16.",
            "A plain text file in UTF-8 was expected.",
            "Open it in the program that made it and save it as plain text (.txt, UTF-8).",
        )
    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableText(
            f"The file is not in UTF-8: byte {error.start + 1} fits no character.",
            "A plain text file in UTF-8 was expected.",
            "Open it in an editor, choose “Save as”, and pick the encoding UTF-8.",
        ) from None
    notes = ("A byte order mark at the start was left out.",) if data.startswith(_BYTE_ORDER_MARK) else ()
    return _check_text(text, "UTF-8", notes)


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
