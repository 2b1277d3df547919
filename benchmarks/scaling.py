"""What more of anything costs: time and memory of a step against units, layers, window, vocabulary and text length.

Each network trains in a fresh process, so that memory is its own. A second table shows where the line lies above which
a run is refused before it starts. Read next: `scaling_point.py`, and `lstm_core/network/size.py`, which draws the line.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.plot import Panel, draw_panels
from benchmarks.results import Section, Table, alone, at_most
from benchmarks.side import ROOT, Side
from benchmarks.timing import SideFailed
from lstm_core.errors import TooBig
from lstm_core.knobs import KNOBS, MAX_TEXT_CHARACTERS
from lstm_core.network.shape import NetworkShape
from lstm_core.network.size import allowed_bytes, check_size
from lstm_core.network.spec import RunSpec

PICTURE = "scaling.svg"  # beside RESULTS.md
BASE = {"units": 256, "layers": 1, "window": 100, "vocabulary": 65, "characters of text": 100_000}
AXES: Mapping[str, Sequence[int]] = {
    "units": (64, 128, 256, 512, 1_024),
    "layers": (1, 2, 3),
    "window": (3, 10, 30, 100, 256),
    "vocabulary": (50, 500, 5_000, 20_000),
    "characters of text": (10_000, 100_000, 1_000_000, MAX_TEXT_CHARACTERS),
}
QUICK_AXES: Mapping[str, Sequence[int]] = {"units": (16, 32), "vocabulary": (50, 200), "characters of text": (10_000,)}
QUICK_BASE = BASE | {"units": 16, "window": 10, "characters of text": 10_000}
BATCH = 32
FIRST_SYMBOL = 0x4E00  # 20,992 letters of one script follow here, enough for any vocabulary
WORKERS_GIB = (1, 2, 4, 16)  # memory of the workers whose line is shown
LARGE = ({"units": 1_024, "layers": 3}, {"units": 1_024, "layers": 1}, {"units": 256, "layers": 1})

Point = dict[str, int]  # a value for each name of BASE


def measure(seconds: float = 3.0, is_quick: bool = False) -> Section:
    """Measure `seconds` of training at each point, and draw the curves beside RESULTS.md."""
    axes, base = (QUICK_AXES, QUICK_BASE) if is_quick else (AXES, BASE)
    notes = [
        f"Batch {BATCH}, embedding 64, a target at every position, Adam; {_tell(base)} unless a row says otherwise. "
        "Letters drawn at random: what a step costs does not depend on what it learns.",
        "Memory: the most that training took above TensorFlow itself, in a process of its own, and what was estimated "
        "before. Until it begins: text, ids and weights, and compiling.",
    ]
    found: dict[tuple[int, ...], dict[str, float] | str] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for point in iter_points(axes, base):
            if tuple(point.values()) not in found:
                found[tuple(point.values())] = _measure_point(point, seconds, Path(folder))
    shares = [made["memory_bytes"] / made["estimated_bytes"] for made in found.values() if isinstance(made, dict)]
    rows = (
        (alone("", "memory taken, of what was estimated: the highest", "×", [max(shares)], at_most(1)),)
        if shares
        else ()
    )
    tables = (_tell_points(axes, base, found), _tell_line())
    picture = "" if is_quick else _draw(axes, base, found)
    return Section("scaling", "Larger: what more of anything costs", rows, tuple(notes), tables, picture)


def iter_points(axes: Mapping[str, Sequence[int]], base: Point) -> list[Point]:
    """Return the base with one value of one axis changed, for every value of every axis."""
    return [base | {axis: value} for axis, values in axes.items() for value in values]


def build_settings(point: Point) -> dict[str, Any]:
    """Return the knobs of a point; its text must have as many distinct symbols as its vocabulary."""
    return {
        "symbols": "characters", "vocabulary": point["vocabulary"], "window": point["window"], "coding": "embedding",
        "embedding": 64, "targets": "every", "layers": point["layers"], "units": point["units"], "batch": BATCH,
        "optimizer": "adam", "steps": KNOBS["steps"].maximum,
    }  # fmt: skip


def make_text(vocabulary: int, characters: int) -> str:
    """Return random letters, each of the vocabulary once at least."""
    random = np.random.default_rng(1)
    drawn = random.integers(vocabulary, size=max(0, characters - vocabulary))
    ids = np.concatenate([np.arange(vocabulary), drawn]).astype(np.uint32) + FIRST_SYMBOL
    return ids.astype("<u4").tobytes().decode("utf-32-le")


def _measure_point(point: Point, seconds: float, folder: Path) -> dict[str, float] | str:
    """Return what a point's process found, or why it is refused or failed."""
    text_file = folder / f"{point['vocabulary']}-{point['characters of text']}.txt"
    if not text_file.exists():
        text_file.write_text(make_text(point["vocabulary"], point["characters of text"]), encoding="utf-8")
    settings = build_settings(point)
    spec = RunSpec.build(text_file.read_text(encoding="utf-8"), "a text", **settings)
    try:
        check_size(_shape(point["vocabulary"], spec), spec)
        with Side("benchmarks.scaling_point:build", {"text_file": str(text_file), "settings": settings}) as side:
            return side.measure(seconds=seconds)
    except TooBig as error:
        return f"refused: {error}"
    except SideFailed as error:
        return f"failed: {error}"


def _shape(symbol_count: int, spec: RunSpec) -> NetworkShape:
    return NetworkShape(symbol_count, spec.coding, spec.embedding, spec.layers, spec.units, spec.targets, spec.window)


def _tell(point: Point) -> str:
    return ", ".join(f"{value:,} {name}" for name, value in point.items())


def _tell_points(axes: Mapping[str, Sequence[int]], base: Point, found: Mapping[tuple[int, ...], Any]) -> Table:
    head = (
        "what",
        "parameters",
        "ms a step",
        "estimated",
        "symbols/s",
        "memory, MB",
        "estimated",
        "until it begins, s",
    )
    rows = []
    for axis, values in axes.items():
        for value in values:
            made = found[tuple((base | {axis: value}).values())]
            if isinstance(made, str):
                rows.append((f"{value:,} {axis}", made, *[""] * (len(head) - 2)))
                continue
            step = made["seconds"] / made["steps"]
            rows.append((
                f"{value:,} {axis}", f"{made['parameters']:,}", f"{1e3 * step:,.2f}",
                f"{1e3 * made['estimated_seconds_per_step']:,.2f}", f"{made['symbols_per_step'] / step:,.0f}",
                f"{made['memory_bytes'] / 2**20:,.0f}", f"{made['estimated_bytes'] / 2**20:,.0f}",
                f"{made['prepare_seconds']:.1f} + {made['compile_seconds']:.1f}",
            ))  # fmt: skip
    return Table("Cost of a step", head, tuple(rows))


def _tell_line() -> Table:
    """Return the largest batch that is not refused, for large networks and workers of some sizes of memory."""
    head = ("network", *(f"worker of {gib} GB" for gib in WORKERS_GIB))
    rows = [("a run may take, MB", *(f"{allowed_bytes(gib * 2**30) / 2**20:,.0f}" for gib in WORKERS_GIB))]
    for sizes in LARGE:
        for vocabulary in (65, 20_000):
            for characters in (100_000, MAX_TEXT_CHARACTERS):
                what = (
                    f"{sizes['layers']} × {sizes['units']:,} units, {vocabulary:,} symbols, {characters:,} characters"
                )
                point = BASE | sizes | {"vocabulary": vocabulary, "characters of text": characters}
                rows.append((what, *(_largest_batch(point, allowed_bytes(gib * 2**30)) for gib in WORKERS_GIB)))
    return Table("Where the line lies: the largest batch, window 100, that is not refused", head, tuple(rows))


def _largest_batch(point: Point, max_bytes: int) -> str:
    spec = RunSpec.build("x" * point["characters of text"], "a text", **build_settings(point))
    accepted = []
    for batch in (512, 256, 128, 64, 32, 16, 8, 4, 2, 1):
        smaller = spec.changed(batch=batch)
        try:
            check_size(_shape(point["vocabulary"], smaller), smaller, max_bytes)
            accepted.append(batch)
            break
        except TooBig:
            continue
    return str(accepted[0]) if accepted else "none"


def _draw(axes: Mapping[str, Sequence[int]], base: Point, found: Mapping[tuple[int, ...], Any]) -> str:
    """Draw symbols a second over each axis; return the picture's name."""
    panels = []
    for axis, values in axes.items():
        made = [(value, found[tuple((base | {axis: value}).values())]) for value in values]
        points = [(value, one["symbols_per_step"] * one["steps"] / one["seconds"])
                  for value, one in made if isinstance(one, dict)]  # fmt: skip
        panels.append(Panel(axis, points))
    if not any(panel.points for panel in panels):
        return ""
    (ROOT / "benchmarks" / PICTURE).write_text(draw_panels(panels, "symbols a second, in training"), encoding="utf-8")
    return PICTURE
