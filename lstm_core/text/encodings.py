"""In which encoding was a text file written? It is nowhere said, so it is guessed, and can be told.

UTF-8 and byte order marks tell themselves. For all else every encoding of a short list is tried, and
charset-normalizer measures what comes out: how messy it looks, and how much like a language. Next: `reading`, which
cleans what is decoded.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from charset_normalizer import from_bytes

from lstm_core.errors import InvalidSetting, UnreadableText

# What a visitor can choose under "Read as", with Python's codec. Supersets stand for the older ones: GB 18030 for GBK,
# Microsoft's 932 for Shift-JIS. The first nine are also guessed; more guesses would only mistake one for another.
ENCODINGS: Mapping[str, str] = {
    "UTF-8": "utf-8", "UTF-16": "utf-16", "UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be",
    "Windows-1252": "cp1252", "Latin-1": "latin-1", "Windows-1251": "cp1251", "GBK": "gb18030", "Shift-JIS": "cp932",
    "Windows-1250": "cp1250", "Windows-1253": "cp1253", "Windows-1254": "cp1254", "Latin-9": "iso8859-15",
    "KOI8-R": "koi8-r", "Big5": "cp950", "EUC-JP": "euc_jp", "EUC-KR": "cp949", "Mac Roman": "mac-roman",
}  # fmt: skip
_ALSO_CALLED = {"gb2312": "GBK", "gbk": "GBK", "shift_jis": "Shift-JIS", "big5": "Big5", "euc_kr": "EUC-KR"}
_MARKS = {codecs.BOM_UTF8: "UTF-8", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
_TWO_BYTES = ("UTF-16LE", "UTF-16BE")
_GUESSED = ("Windows-1252", "Latin-1", "Windows-1251", "GBK", "Shift-JIS", *_TWO_BYTES)

_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")
_MAX_CONTROL_SHARE = 0.01  # real texts hold a stray control character at most; programs and pictures a fifth and more
_MAX_DAMAGED_SHARE = 0.01  # of the characters; more of them, and it is another encoding
_MAX_MESS = 0.6  # charset-normalizer's: prose had at most 0.05 in the right encoding, 0.02 to 1 in wrong ones
# Plain ASCII is the same in most encodings. What tells them apart is what stands around all other characters.
_TELLING = re.compile(r"[^\n]{0,100}[^\x00-\x7f][^\n]{0,100}")
_SAMPLE_CHARACTERS = 20_000


@dataclass(frozen=True)
class Decoded:
    """Text as its bytes say it, the name of the encoding, and a sentence for each thing that was not plain."""

    text: str
    encoding: str
    notes: tuple[str, ...]


def decode_bytes(data: bytes, encoding: str | None = None) -> Decoded:
    """Decode a text file in the encoding that is named, or in the one that it most likely has.

    Raises UnreadableText when the bytes are no text, or not in that encoding; InvalidSetting for an unknown encoding.
    """
    if encoding is not None:
        return _decode_as(data, find_encoding(encoding))
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            decoded = _decode_as(data, name)
            _refuse_controls(decoded.text)
            return decoded
    few_controls = len(_CONTROL_BYTE.findall(data)) <= _MAX_CONTROL_SHARE * len(data) and b"\x00" not in data
    if few_controls and _is_nearly_utf8(data):
        return _decode_as(data, "UTF-8")
    return _guess(data, _GUESSED if few_controls else _TWO_BYTES)


def find_encoding(name: str) -> str:
    """Return the entry of ENCODINGS that is meant, however it is spelt. Raises InvalidSetting for an unknown one."""
    try:
        wanted = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        wanted = ""
    for known, codec in ENCODINGS.items():
        if wanted == codecs.lookup(codec).name or name.strip().casefold() == known.casefold():
            return known
    if wanted in _ALSO_CALLED:
        return _ALSO_CALLED[wanted]
    raise InvalidSetting(
        f"“{name}” is no encoding that can be read.",
        f"It is one of {', '.join(ENCODINGS)}.",
        "Leave it out to have it guessed.",
    )


def _decode_as(data: bytes, name: str) -> Decoded:
    """Decode, and leave out single bytes that fit no character; refuse when there are many."""
    mark = next((mark for mark, marked in _MARKS.items() if marked == name and data.startswith(mark)), b"")
    codec, data = ENCODINGS[name], data[len(mark) :]
    if name == "UTF-16":
        codec = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
    notes = ("A byte order mark at the start was left out.",) if mark else ()
    try:
        return Decoded(data.decode(codec), name, notes)
    except UnicodeDecodeError as error:
        first = error.start + len(mark) + 1
    text = data.decode(codec, "replace")
    damaged = text.count("\ufffd") - data.decode(codec, "ignore").count("\ufffd")  # some texts hold the sign itself
    if damaged > max(1, _MAX_DAMAGED_SHARE * len(text)):
        raise UnreadableText(
            f"The file is not in {name}: {damaged:,} of its bytes fit no character, the first of them byte {first:,}.",
            "Every byte should stand for a character.",
            "Choose another encoding, or let it be guessed.",
        )
    left_out = f"{damaged:,} damaged place{'s were' if damaged > 1 else ' was'} left out: no character in {name}."
    return Decoded(data.decode(codec, "ignore"), name, (*notes, left_out))


def _is_nearly_utf8(data: bytes) -> bool:
    """Tell UTF-8, also with some damaged bytes: no other encoding makes many of its sequences by chance."""
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return len(text.encode()) - len(text) - 2 * damaged > 10 * damaged and damaged <= _MAX_DAMAGED_SHARE * len(text)


def _guess(data: bytes, names: tuple[str, ...]) -> Decoded:
    best = min(_iter_scores(data, names), default=None)
    if best is None:
        raise UnreadableText(
            "The file holds bytes that no text has; it is perhaps a picture, a program, or damaged.",
            "A text was expected: .txt, .md, .pdf or .docx.",
            "Open it in the program that made it and save it as plain text (.txt, UTF-8).",
        )
    name = names[best[1]]
    return Decoded(data.decode(ENCODINGS[name]), name, (f"Nothing in the file names its encoding; {name} fits best.",))


def _iter_scores(data: bytes, names: tuple[str, ...]) -> Iterator[tuple[float, int]]:
    """Yield for each encoding that fits how unlikely its text is, and its place in `names`, which decides a tie."""
    for place, name in enumerate(names):
        try:
            text = data.decode(ENCODINGS[name])
        except UnicodeDecodeError:
            continue
        if name == "Windows-1252" and text == data.decode("latin-1"):
            continue  # nothing that Latin-1 has not: the plainer name
        if len(_NO_TEXT.findall(text)) > _MAX_CONTROL_SHARE * len(text):
            continue
        telling = "\n".join(found[0] for found, _ in zip(_TELLING.finditer(text), range(200), strict=False))
        sample = (telling or text)[:_SAMPLE_CHARACTERS].encode(ENCODINGS[name])
        best = from_bytes(
            sample,
            cp_isolation=[ENCODINGS[name]],
            threshold=_MAX_MESS,
            language_threshold=0.0,
            preemptive_behaviour=False,
            enable_fallback=False,
        ).best()
        if best is not None:
            yield best.chaos - best.coherence, place


def _refuse_controls(text: str) -> None:
    if len(_NO_TEXT.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        raise UnreadableText(
            "The file begins like a text but holds characters that no text has.",
            "A text was expected: .txt, .md, .pdf or .docx.",
            "Open it in the program that made it and save it as plain text (.txt, UTF-8).",
        )
