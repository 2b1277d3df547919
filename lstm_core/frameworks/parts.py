"""Which lines of the three programs correspond: comments such as `# [gates] …` name the part that begins there.

A part goes on to the next such comment. Where a framework does several things in one call, the comment names them all.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PART_NAMES = (
    "text", "weights", "gates", "cell state", "hidden state", "through time", "output", "loss", "backward",
    "optimizer", "training step", "writing", "main program",
)  # fmt: skip
"""In the order in which a reader meets them in the NumPy program, but for "main program" the same in all three."""

FRAMEWORKS = ("NumPy", "TensorFlow", "Keras")

_MARK = re.compile(r"\s*# ((?:\[[a-z ]+\] ?)+)")


@dataclass(frozen=True)
class ProgramLine:
    """A line without its line break, and the parts that it belongs to: none above the first mark."""

    text: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """One of the three programs, as it stands in its file."""

    framework: str
    file_name: str
    lines: tuple[ProgramLine, ...]

    @property
    def source(self) -> str:
        """All of it, ready to be run elsewhere."""
        return "\n".join(line.text for line in self.lines) + "\n"

    def line_numbers(self, part: str) -> tuple[int, ...]:
        """Return the numbers, from 1, of the lines that belong to a part; empty ones do not count."""
        return tuple(
            number for number, line in enumerate(self.lines, start=1) if part in line.parts and line.text.strip()
        )


def read_program(framework: str) -> Program:
    """Read the program of "NumPy", "TensorFlow" or "Keras"."""
    file = Path(__file__).with_name(f"{framework.lower()}_program.py")
    return Program(framework, file.name, mark_parts(file.read_text(encoding="utf-8")))


@cache
def read_programs() -> tuple[Program, ...]:
    """Read all three, once."""
    return tuple(read_program(framework) for framework in FRAMEWORKS)


def mark_parts(source: str) -> tuple[ProgramLine, ...]:
    """Split a program into lines with their parts. Raises ValueError for a part that is not in PART_NAMES."""
    lines: list[ProgramLine] = []
    parts: tuple[str, ...] = ()
    for text in source.splitlines():
        if mark := _MARK.match(text):
            parts = tuple(re.findall(r"\[([a-z ]+)\]", mark[1]))
            if not set(parts) <= set(PART_NAMES):
                raise ValueError(f"there is no such part: {text.strip()}")
        lines.append(ProgramLine(text, parts))
    return tuple(lines)
