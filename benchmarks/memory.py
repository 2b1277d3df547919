"""Measure 11: how much memory the whole app takes, idle and warm, and whether it grows with runs and visits.

The app is started, and compiles the tutorials' programs (warm); it trains ten other shapes and shows every page once.
Then visitors without browsers (tests/load) train a hundred short runs of these shapes and open pages two hundred times.
What is counted is the proportional set size (PSS) of the server and of all that it started: memory that several share
counts once.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.class_at_once import wait_until_ready
from benchmarks.cloud_check import measure_bytes
from benchmarks.results import Section, alone, at_most
from lstm_ui.page import PAGES
from tests.browser.running_app import RunningApp
from tests.load.crowd import Setup, gather_crowd, set_up
from tests.load.light_visitor import LightVisitor

TOGETHER = 5  # visitors who train at the same time
SHAPES = 10
RUN_SECONDS = 240.0  # for a short run to end, on a busy machine
COMPILED_SECONDS = 30.0  # after the training process is there: all that is compiled ahead is
REST_SECONDS = 15.0  # after the last run, before memory is measured: checkpoints are written, sessions end


@dataclass(frozen=True)
class MemoryFigures:
    """Bytes of the whole app, and what has happened between the two measurements."""

    idle_bytes: int  # the training process has compiled the tutorials' programs, nobody has trained yet
    used_bytes: int  # ten shapes have been trained and each page was opened, once
    after_bytes: int
    runs: int
    visits: int
    errors: tuple[str, ...]

    @property
    def growth(self) -> float:
        """Return by how much it has grown since all was used once, 0.05 for 5 %."""
        return self.after_bytes / self.used_bytes - 1


def measure(runs: int = 100, visits: int = 200) -> Section:
    """Start the app, use it, and measure before, between and after."""
    with tempfile.TemporaryDirectory() as folder, RunningApp(Path(folder) / "app") as app:
        figures = asyncio.run(_measure(app, runs, visits))
    rows = (
        alone("11", "idle and warm: the tutorials are compiled", "MB", [figures.idle_bytes / 1e6], at_most(1_100)),
        alone("", "used: ten more shapes trained, each page opened", "MB", [figures.used_bytes / 1e6]),
        alone("", f"after {runs} more runs and {visits} visits", "MB", [figures.after_bytes / 1e6]),
        alone("11", "growth since all was used once", "%", [100 * figures.growth], at_most(5)),
    )
    note = "The proportional set size of the server and of all that it has started."
    return Section("memory", "Memory", rows, (note,), failure="; ".join(sorted(set(figures.errors))[:5]))


async def _measure(app: RunningApp, runs: int, visits: int) -> MemoryFigures:
    errors: list[str] = []
    await wait_until_ready(app)
    await asyncio.sleep(COMPILED_SECONDS)
    idle = whole_app_bytes(app)
    for shape in range(min(SHAPES, runs)):  # each program is compiled once: keeping it is no growth
        errors += await _train_together(app.address, [shape])
    errors += await _visit(app.address, len(PAGES))
    await asyncio.sleep(REST_SECONDS)
    used = whole_app_bytes(app)
    for first in range(0, runs, TOGETHER):
        errors += await _train_together(app.address, range(first, min(first + TOGETHER, runs)))
        errors += await _visit(app.address, visits * TOGETHER // runs)
    await asyncio.sleep(REST_SECONDS)
    return MemoryFigures(idle, used, whole_app_bytes(app), runs, visits, tuple(errors))


def whole_app_bytes(app: RunningApp) -> int:
    """Return the smallest of a few measurements: what is allocated for a moment does not count."""
    measured = []
    for _ in range(3):
        measured.append(sum(measure_bytes(process) for process in app.processes()))
        time.sleep(0.5)
    return min(measured)


async def _train_together(address: str, numbers: Sequence[int]) -> list[str]:
    """Have a visitor each train a short run to its end; the number decides its shape."""
    async with gather_crowd(address, len(numbers)) as visitors:
        for visitor, number in zip(visitors, numbers, strict=True):
            settings = {
                "corpus": "Aesop’s fables", "knob_symbols": "characters", "knob_window": 32, "knob_batch": 16,
                "knob_units": 32 + 16 * (number % SHAPES), "knob_steps": 150,
            }  # fmt: skip
            await set_up(visitor, Setup(settings=settings))
        await asyncio.gather(*(visitor.press("train") for visitor in visitors))
        await asyncio.gather(*(visitor.wait_for(_has_ended(visitor), RUN_SECONDS) for visitor in visitors))
        return [error for visitor in visitors for error in visitor.errors]


def _has_ended(visitor: LightVisitor) -> Callable[[], bool]:
    return lambda: visitor.run_state() == "finished" or bool(visitor.errors)


async def _visit(address: str, count: int) -> list[str]:
    """Open one page after the other, each as somebody new who leaves again."""
    errors = []
    for number in range(count):
        async with LightVisitor(address) as visitor:
            await visitor.open(PAGES[number % len(PAGES)].path)
            errors += visitor.errors
    return errors
