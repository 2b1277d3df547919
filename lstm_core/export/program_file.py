"""A run as a program that stands alone, as a script or as a notebook: plain Keras, the same text, the same network.

A text of up to 20,000 characters stands in the program itself. A longer one, and reviews, go into a file beside it,
which the program reads. Both are put together of the same cells (`text_program.py`, `review_program.py`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lstm_core.errors import TextTooShort
from lstm_core.export.exported_run import ExportedRun
from lstm_core.export.program_parts import Cell
from lstm_core.export.review_program import pack_reviews, review_cells
from lstm_core.export.text_program import text_cells

MAX_TEXT_INSIDE = 20_000  # characters: as long as some pages, a program can still be read
HEADLINE = "A run of “Watch an LSTM learn” as a program of its own: the same network, rebuilt with plain Keras."

# Up to 90 characters: the rest of a line, or to the end of a word, or, where there is none, as they come.
_PIECE = re.compile(r".{1,90}\Z|.{0,89}\s|.{1,90}", re.DOTALL)


@dataclass(frozen=True)
class ProgramFiles:
    """A program, and the file that it reads where it needs one: its name, which is to lie beside it, and content."""

    program: bytes
    beside_name: str = ""
    beside: bytes = b""


def write_script(run: ExportedRun, stem: str) -> ProgramFiles:
    """Return a Python script, to be called `stem`.py. Raises TextTooShort when there is nothing to learn from."""
    return _write(run, stem, _join_script, "Path(__file__).with_name({})")


def write_notebook(run: ExportedRun, stem: str) -> ProgramFiles:
    """Return a Jupyter notebook (format 4), to be called `stem`.ipynb. Raises TextTooShort as `write_script` does."""
    return _write(run, stem, _join_notebook, "Path({})")


def _write(run: ExportedRun, stem: str, join: Callable[[Sequence[Cell]], bytes], path: str) -> ProgramFiles:
    if run.spec.reviews is not None:
        name = f"{stem}_reviews.npz"
        return ProgramFiles(join(review_cells(run, path.format(repr(name)))), name, pack_reviews(run.spec))
    text = run.spec.text
    if not text:
        raise TextTooShort("This run has no text.", "A program needs one to train on.", "Choose another run.")
    if len(text) <= MAX_TEXT_INSIDE:
        return ProgramFiles(join(text_cells(run, quote_text(text))))
    name = f"{stem}_text.txt"
    return ProgramFiles(join(text_cells(run, f"{path.format(repr(name))}.read_bytes().decode()")), name, text.encode())


def quote_text(text: str) -> str:
    """Write a text as a Python expression, line by line. Whatever stands in it, it stays a text."""
    pieces = [piece for line in text.splitlines(keepends=True) for piece in _PIECE.findall(line)]
    return "(\n" + "\n".join(f"    {piece!r}" for piece in pieces) + "\n)"


def _join_script(cells: Sequence[Cell]) -> bytes:
    """Cells begin with `# %%`, which editors know; the first cell's words become the script's docstring."""
    first, *others = cells
    written = [f'"""{HEADLINE}\n\n{first.words}\n"""\n\n{first.code}']
    written += [f"# %% {cell.words}\n{cell.code}" for cell in others]
    return ("\n\n\n".join(written) + "\n").encode()


def _join_notebook(cells: Sequence[Cell]) -> bytes:
    import nbformat
    from nbformat import v4

    made = []
    for number, cell in enumerate(cells, start=1):
        words = cell.words if number > 1 else f"# A training run\n\n{HEADLINE}\n\n{cell.words}"
        made += [v4.new_markdown_cell(words, id=f"words-{number}"), v4.new_code_cell(cell.code, id=f"code-{number}")]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = v4.new_notebook(cells=made, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    nbformat.validate(notebook)
    return (nbformat.writes(notebook) + "\n").encode()
