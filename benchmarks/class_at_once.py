"""Measure 10: a class of thirty presses Train in the same moment on one small machine. Who waits how long for what?

`python -m benchmarks.class_at_once` starts the app for each part anew, has visitors without browsers (tests/load) train
their own network on the sonnets, and prints: the first point of each curve, how fairly the training time was shared
(Jain's index: 1 is equal, 1/n is one who has it all), the symbols that were read a second against one run alone, and
how long pages took to answer somebody who came meanwhile. Beside it, without a target, ten visitors each of three
built-in experiments. `--quick` only shows that it runs.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
TARGETS = {"first point": 10.0, "fairness": 0.95, "throughput": 1.0, "page": 1.0}
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


def describe(name: str, figures: ClassFigures) -> list[str]:
    """Tell a crowd's figures in a few lines."""
    pages = figures.page_seconds or (float("nan"),)
    points = figures.first_points or (float("nan"),)
    return [
        f"{name}: {figures.visitors} visitors, {len(figures.errors)} errors",
        f"  first point   median {statistics.median(points):5.1f} s, last {max(points):5.1f} s "
        f"({len(figures.first_points)} of {figures.visitors} got one)",
        f"  page answers  median {statistics.median(pages):5.2f} s, slowest {max(pages):5.2f} s ({len(pages)} visits)",
        *(f"  error: {error}" for error in sorted(set(figures.errors))[:5]),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 when a target was missed or somebody saw an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--quick", action="store_true", help="3 visitors, 10 s, no other experiments")
    options = parser.parse_args(arguments)
    visitors, seconds = (3, 10.0) if options.quick else (options.visitors, options.seconds)
    alone = measure_alone(min(20.0, seconds))
    figures = measure_class([MINE] * visitors, seconds)
    throughput = figures.symbols_per_second / alone
    print(*describe("my own on the sonnets", figures), sep="\n")
    print(f"  fairness      Jain index {figures.fairness:.3f} of the training seconds after {seconds:.0f} s")
    print(f"  throughput    {figures.symbols_per_second:,.0f} symbols/s, one alone {alone:,.0f}: {throughput:.2f} ×")
    reached = {
        "first point": len(figures.first_points) == visitors and max(figures.first_points) <= TARGETS["first point"],
        "fairness": figures.fairness >= TARGETS["fairness"],
        "throughput": throughput >= TARGETS["throughput"],
        "page": max(figures.page_seconds, default=0.0) <= TARGETS["page"],
        "no errors": not figures.errors,
    }
    for name, setup in {} if options.quick else OTHERS.items():
        others = measure_class([setup] * 10, seconds)
        print(*describe(name, others), sep="\n")
    print("reached:", ", ".join(f"{name} {'yes' if is_so else 'NO'}" for name, is_so in reached.items()))
    return 0 if all(reached.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
