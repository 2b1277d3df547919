"""Measure 10: a class of thirty presses Train in the same moment on one small machine. Who waits how long for what?

For each part the app is started anew, and visitors without browsers (tests/load) train their own network on the
sonnets: the first point of each curve, how fairly the training time was shared (Jain's index: 1 is equal, 1/n is one
who has it all), the symbols that were read a second against one run alone, and how long pages took to answer somebody
who came meanwhile. Beside it, without a goal, ten visitors each of three built-in experiments.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.results import Row, Section, alone, at_least, at_most, compare, times
from benchmarks.timing import SideFailed
from lstm_core.service.run_store import RunStore
from tests.browser.running_app import RunningApp
from tests.load.crowd import Setup, Visit, gather_crowd, set_up, train_at_once
from tests.load.light_visitor import LightVisitor

SONNETS = "Shakespeare: sonnets and speeches"
BATCH, WINDOW = 32, 100
MINE = Setup(
    settings={
        "corpus": SONNETS, "knob_symbols": "characters", "knob_units": 128, "knob_batch": BATCH, "knob_window": WINDOW,
        "knob_steps": 1_000_000,
    }
)  # fmt: skip
OTHERS = {
    "rubik-meditations": Setup("Rubik’s Code: Meditations"),
    "horas-shakespeare": Setup("Horas: Shakespeare"),
    "mini-reviews": Setup(page="/sentiment"),
}
ALONE_SECONDS = 20.0  # that a run alone is measured
READY_SECONDS = 120.0  # for the training process to be there
SETTLED_SECONDS = 3.0  # after the first point, before the speed of a run alone is measured


@dataclass(frozen=True)
class ClassFigures:
    """What a crowd met. Seconds; `first_points` and `training_seconds` one for each visitor who got any."""

    visitors: int
    first_points: tuple[float, ...]
    training_seconds: tuple[float, ...]
    symbols_per_second: float  # of all runs together, by the clock, after the first third of the time
    page_seconds: tuple[float, ...]
    errors: tuple[str, ...]

    @property
    def fairness(self) -> float:
        """Return Jain's index of the training seconds."""
        return jain_index(self.training_seconds)


def jain_index(shares: Sequence[float]) -> float:
    """Return (Σx)² / (n Σx²), Jain, Chiu and Hawe 1984: 1 when all are equal, 1/n when one has everything."""
    values = np.asarray(shares, dtype=np.float64)
    total = float((values**2).sum())
    return float(values.sum() ** 2 / (len(values) * total)) if total else 0.0


def measure(visitors: int = 30, seconds: float = 60.0, with_others: bool = True) -> Section:
    """Have `visitors` train at once for `seconds`, one alone before, and ten of each built-in experiment after."""
    one = measure_alone(min(ALONE_SECONDS, seconds))
    figures = measure_class([MINE] * visitors, seconds)
    rows = _tell_waiting("10", f"{visitors} × my own", figures, has_goals=True) + [
        alone("10", "Jain's index of the training seconds", "", [figures.fairness], at_least(0.95)),
        compare("10", "all together, against one alone", "symbols/s", [figures.symbols_per_second], [one], times(1.0)),
    ]
    errors = list(figures.errors)
    for name, setup in OTHERS.items() if with_others else ():
        others = measure_class([setup] * 10, seconds)
        rows += _tell_waiting("", f"10 × {name}", others, has_goals=False)
        errors += others.errors
    note = (
        f"My own: the sonnets, characters, 128 units, batch {BATCH}, window {WINDOW}. All press Train in the same "
        f"moment and watch for {seconds:.0f} s, visitors without browsers that speak Streamlit's protocol. A page is "
        "opened each second by somebody who has just come: /, /train, /runs and /wall in turn."
    )
    return Section("class", "A class at once", tuple(rows), (note,), failure="; ".join(sorted(set(errors))[:5]))


def _tell_waiting(measure: str, who: str, figures: ClassFigures, has_goals: bool) -> list[Row]:
    """Return the rows of how long a crowd waited. Raises SideFailed when somebody's curve never began."""
    missing = figures.visitors - len(figures.first_points)
    if missing or not figures.page_seconds:
        errors = "; ".join(sorted(set(figures.errors))[:5])
        raise SideFailed(f"{who}: {missing} visitors got no first point, {len(figures.page_seconds)} pages. {errors}")
    first, page = (at_most(10.0), at_most(1.0)) if has_goals else (None, None)
    return [
        alone("", f"{who}: first point, of all", "s", figures.first_points),
        alone(measure, f"{who}: first point, the last", "s", [max(figures.first_points)], first),
        alone("", f"{who}: a page answers, all visits", "s", figures.page_seconds),
        alone(measure, f"{who}: a page answers, the slowest", "s", [max(figures.page_seconds)], page),
    ]


def measure_alone(seconds: float) -> float:
    """Return the symbols a second that one run alone reads, by the clock."""
    with tempfile.TemporaryDirectory() as folder, RunningApp(Path(folder) / "app") as app:
        return asyncio.run(_measure_alone(app, seconds))


def measure_class(setups: Sequence[Setup], seconds: float) -> ClassFigures:
    """Have all train at once for `seconds` on an app of their own."""
    with tempfile.TemporaryDirectory() as folder, RunningApp(Path(folder) / "app") as app:
        return asyncio.run(_measure_class(app, setups, seconds))


async def _measure_alone(app: RunningApp, seconds: float) -> float:
    await wait_until_ready(app)
    store = RunStore(app.runs)
    async with gather_crowd(app.address, 1) as (visitor,):
        await set_up(visitor, MINE)
        await visitor.press("train")
        await visitor.wait_for(visitor.has_point, READY_SECONDS)
        await asyncio.sleep(SETTLED_SECONDS)
        steps, started = _count_steps(store, visitor.run_id()), time.perf_counter()
        await asyncio.sleep(seconds)
        steps = _count_steps(store, visitor.run_id()) - steps
        return steps * BATCH * WINDOW / (time.perf_counter() - started)


async def _measure_class(app: RunningApp, setups: Sequence[Setup], seconds: float) -> ClassFigures:
    await wait_until_ready(app)
    store, is_begun = RunStore(app.runs), asyncio.Event()
    speed = asyncio.create_task(_measure_speed(store, is_begun, seconds))
    visits, probe = await train_at_once(app.address, setups, seconds, is_begun)
    histories = [store.load_history(visit.run_id) for visit in visits if visit.run_id]
    return ClassFigures(
        visitors=len(visits),
        first_points=tuple(visit.first_point for visit in visits if visit.first_point is not None),
        training_seconds=tuple(float(history.seconds[-1]) if len(history.seconds) else 0.0 for history in histories),
        symbols_per_second=await speed,
        page_seconds=tuple(probe.seconds),
        errors=tuple(_all_errors(visits) + probe.errors),
    )


async def _measure_speed(store: RunStore, is_begun: asyncio.Event, seconds: float) -> float:
    """Return the symbols a second that all runs together read in the last two thirds of the time."""
    await is_begun.wait()
    await asyncio.sleep(seconds / 3)
    steps, started = _count_all_steps(store), time.perf_counter()
    await asyncio.sleep(seconds * 2 / 3)
    return (_count_all_steps(store) - steps) * BATCH * WINDOW / (time.perf_counter() - started)


def _count_all_steps(store: RunStore) -> int:
    return sum(_count_steps(store, run_id) for run_id in store.list_ids())


def _all_errors(visits: Sequence[Visit]) -> list[str]:
    return [error for visit in visits for error in visit.errors]


def _count_steps(store: RunStore, run_id: str) -> int:
    return len(store.load_history(run_id).losses)


async def wait_until_ready(app: RunningApp) -> None:
    """Wait until the training process is there: measured is a class that comes in, not a server that starts."""
    app.wait_until_it_answers()
    deadline = time.monotonic() + READY_SECONDS
    async with LightVisitor(app.address) as visitor:
        await visitor.open("/train")
        while "The training process is starting" in visitor.words():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no training process came within {READY_SECONDS:.0f} s")
            await asyncio.sleep(1.0)
            await visitor.open("/train")
    await asyncio.sleep(8.0)  # it imports TensorFlow
