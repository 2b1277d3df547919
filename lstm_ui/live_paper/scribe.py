"""Answers what the paper on Home asks for: the next piece of text, from wherever the browser's text stands now.

No Streamlit here, and nothing is kept of anybody's text: the browser sends the end of what it shows, the network reads
that and goes on. A few hundred characters are all that such a network remembers anyway, and reading them takes
milliseconds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer

PIECE = 400  # characters an answer brings: some 15 seconds of reading, 30 ms of writing
MAX_READ = 300  # characters read before it goes on
BOLDNESS = {"careful": 0.35, "balanced": 0.7, "bold": 1.2}  # temperatures that /generate calls so
USUAL = "balanced"
MAX_NAMED = 6  # characters that are left out and named


@dataclass(frozen=True)
class Request:
    """What a browser asks for: to go on after `text`; `is_seed` when a visitor has just typed it."""

    id: int
    text: str
    is_seed: bool
    boldness: str


@dataclass(frozen=True)
class Answer:
    """The `text` that comes after `before`, and what is to be `said` of it, if anything; with no `text`, why not."""

    id: int
    is_seed: bool
    before: str
    text: str
    said: str


def read_request(raw: Any) -> Request | None:
    """Make a request of what a browser has sent, which may be anything; None when it is no request."""
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str) or type(raw.get("id")) is not int:
        return None
    boldness = raw.get("boldness")
    known = isinstance(boldness, str) and boldness in BOLDNESS
    return Request(raw["id"], raw["text"][-MAX_READ:], raw.get("isSeed") is True, boldness if known else USUAL)


def answer_request(writer: Writer, request: Request) -> Answer:
    """Let the network go on; characters that it has never met are left out, and it is said which."""
    known = set(writer.network.vocabulary.symbols)
    before = "".join(character for character in request.text if character in known)
    unknown = [character for character in dict.fromkeys(request.text) if character not in known]
    if not before.strip():
        said = "It needs a few letters to go on from, of those that Shakespeare uses."
        return Answer(request.id, request.is_seed, "", "", said)
    sampling = Sampling(BOLDNESS[request.boldness])
    written = writer.write(writer.read(before), PIECE, sampling, np.random.default_rng())
    return Answer(
        request.id, request.is_seed, before, "".join(symbol.symbol for symbol, _ in written), _name_unknown(unknown)
    )


def _name_unknown(unknown: list[str]) -> str:
    if not unknown:
        return ""
    named = " ".join(unknown[:MAX_NAMED]) + (" …" if len(unknown) > MAX_NAMED else "")
    return f"Left out, for it has never met them: {named}"
