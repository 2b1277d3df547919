"""The three programs side by side; a part that is chosen, pointed at or reached with a key is marked in all of them.

Everything happens in the browser: choosing a part asks the server nothing.
"""

import io
import keyword
import tokenize
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.frameworks.parts import PART_NAMES, Program, read_programs
from lstm_ui.framework_parts import STORIES

FIRST_PART = "gates"  # marked as the page opens
_HERE = Path(__file__).parent
_KINDS = {tokenize.COMMENT: "c", tokenize.STRING: "s", tokenize.NUMBER: "n"}

_component = st.components.v2.component(
    "framework_code",
    html='<div class="framework-code"></div>',
    css=(_HERE / "framework_code.css").read_text("utf-8"),
    js=(_HERE / "framework_code.js").read_text("utf-8"),
    isolate_styles=False,
)


def show_framework_code() -> None:
    """Draw the buttons of the parts, what the chosen one is, and the three programs."""
    _component(key="framework_code", data=pack_programs())


@cache
def pack_programs() -> dict[str, Any]:
    """Return all that the component draws, as plain JSON values."""
    return {
        "parts": [{"name": name, "idea": STORIES[name].idea} for name in PART_NAMES],
        "first": PART_NAMES.index(FIRST_PART),
        "programs": [_pack_program(program, place) for place, program in enumerate(read_programs())],
    }


def _pack_program(program: Program, place: int) -> dict[str, Any]:
    pieces = colour_lines(program.source)
    return {
        "name": program.framework,
        "file": program.file_name,
        "notes": [STORIES[name].notes[place] for name in PART_NAMES],
        "where": [_tell_lines(program.line_numbers(name)) for name in PART_NAMES],
        "lines": [
            {
                "pieces": pieces[number],
                "parts": [PART_NAMES.index(part) for part in line.parts] if line.text.strip() else [],
                "indent": len(line.text) - len(line.text.lstrip()),
            }
            for number, line in enumerate(program.lines)
        ],
    }


def colour_lines(source: str) -> list[list[tuple[str, str]]]:
    """Cut each line into pieces of a kind and their text: "c" comment, "s" string, "n" number, "k" keyword, "" other.

    The pieces of a line, put together, are the line.
    """
    lines = source.splitlines()
    kinds = [[""] * len(line) for line in lines]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = "k" if token.type == tokenize.NAME and keyword.iskeyword(token.string) else _KINDS.get(token.type, "")
        if not kind:
            continue
        (first, start), (last, end) = token.start, token.end
        for number in range(first, last + 1):
            row = kinds[number - 1]
            at, to = start if number == first else 0, end if number == last else len(row)
            row[at:to] = [kind] * (to - at)
    return [_join_pieces(line, row) for line, row in zip(lines, kinds, strict=True)]


def _join_pieces(line: str, kinds: Sequence[str]) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    for character, kind in zip(line, kinds, strict=True):
        if pieces and pieces[-1][0] == kind:
            pieces[-1] = (kind, pieces[-1][1] + character)
        else:
            pieces.append((kind, character))
    return pieces


def _tell_lines(numbers: Sequence[int]) -> str:
    """Write line numbers as people say them: lines 58 to 64 and 90."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number - ranges[-1][1] <= 3:  # empty lines do not count
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    told = [str(first) if first == last else f"{first} to {last}" for first, last in ranges]
    return f"line{'' if len(numbers) == 1 else 's'} {' and '.join(told)}"
