"""How many workers does a class need? 30, 300 and 3,000 visitors who press Train within a minute, simulated.

    python -m benchmarks.scale measure     what a slice costs on this machine, into benchmarks/scale.json
    python -m benchmarks.scale             the simulation fed with that, into docs/scale.md and docs/scale.svg

The model is in `class_model.py`, what it is fed with in `scale_costs.py`.
"""

import argparse
import json
import math
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from benchmarks.class_model import ARRIVAL_SECONDS, SLOTS_PER_WORKER, ClassModel, Costs, Outcome
from benchmarks.scale_costs import SliceCosts, measure_decision, measure_server_seconds, measure_slices
from benchmarks.scale_plot import draw_waits
from lstm_core.knobs import MAX_LIVING_RUNS

ROOT = Path(__file__).resolve().parents[1]
COSTS, PAGE, PICTURE = ROOT / "benchmarks" / "scale.json", ROOT / "docs" / "scale.md", ROOT / "docs" / "scale.svg"
VISITORS = (30, 300, 3_000)
WORKERS = (2, 5, 10, 20, 50, 100, 200)
FAIR_SECONDS = 120.0  # after the minute in which all come: training is compared over these
PATIENCE_SECONDS = 3_600.0

HEAD = "| visitors | workers | half wait | 95 % wait | all wait | fairness | slices a second | server |"
TEXT = """# How many workers does a class need?

All visitors press Train within one minute, each on a network of their own (the sonnets letter by letter, 128
units, batch 32, window 100), and watch. A worker is a process on {slots} cores of a machine like the one
measured, on which {slots} runs train at once; [cluster.md](cluster.md) tells how to add some. Simulated, not
measured: who is next is decided by the code that decides in the app (`lstm_core/service/turns.py`); what a slice
costs was measured on one machine. Made by

```
.venv/bin/python -m benchmarks.scale measure
.venv/bin/python -m benchmarks.scale
```

![Wait for the first point against the number of workers, for 30, 300 and 3,000 visitors](scale.svg)

{head}
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
{rows}

The three waits are from pressing Train to the first point of the curve: half of the visitors wait no longer, 95 %
of them, all of them. *Fairness* is Jain's index of the seconds that each visitor's network trained in the two
minutes after that first one: 1 when all have the same. Where a turn comes more seldom than every two minutes it
is low whatever the order. *Server* is the share of one core that handing out, taking in and deciding take: near
100 % the server is what limits, and more workers help no one. A page shows what has come in within half a second
more.

What it was fed with, measured on {machine}, {date}{load}:

| cost | |
| --- | ---: |
{costs}

One server takes {limit} runs at once (`MAX_LIVING_RUNS` in `lstm_core/knobs.py`); larger classes need that number
raised. Not in the model: the drawing of pages, which takes the server's time as well (some milliseconds for each
watched run and tick), and a network between the machines that is slower than the one inside of one.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, or simulate with what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.split("\n")[0])
    parser.add_argument("what", nargs="?", choices=("simulate", "measure"), default="simulate")
    parser.add_argument(
        "--largest", type=int, default=max(VISITORS), help="leave larger classes out (and write nothing)"
    )
    options = parser.parse_args(arguments)
    if options.what == "measure":
        COSTS.write_text(json.dumps(measure(), indent=1) + "\n", encoding="utf-8")
        return
    measured = json.loads(COSTS.read_text(encoding="utf-8"))
    outcomes = simulate(measured, [visitors for visitors in VISITORS if visitors <= options.largest])
    if options.largest >= max(VISITORS):
        PAGE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(draw_waits(wait_curves(outcomes), "workers", "wait for the first point, 95 %"), "utf-8")
        PAGE.write_text(format_page(measured, outcomes), encoding="utf-8")


def measure() -> dict[str, Any]:
    """Measure what the model needs, in about two minutes. Raises ServiceUnavailable when no worker starts."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    decisions = {
        str(visitors): {str(workers): measure_decision(visitors, workers, SLOTS_PER_WORKER) for workers in WORKERS}
        for visitors in VISITORS
    }
    _say("decisions measured")
    slices = measure_slices()
    _say("slices measured")
    with tempfile.TemporaryDirectory() as folder:
        server_seconds = measure_server_seconds(Path(folder))
    memory = f"{psutil.virtual_memory().total / 2**30:.0f} GB"
    return {
        "machine": f"{os.cpu_count()} cores, {memory}, {platform.system()}, Python {platform.python_version()}",
        "date": date.today().isoformat(),
        "load_before": round(load, 2),
        "slices": asdict(slices),
        "server_seconds_per_slice": server_seconds,
        "decision_seconds": decisions,
    }


def build_costs(measured: Mapping[str, Any], visitors: int, workers: int) -> Costs:
    """Return the costs of a class of this size; both numbers must be among those measured."""
    slices = SliceCosts(**measured["slices"])
    return Costs(
        slices.round_trip, slices.overhead, slices.overshoot, slices.compiling, slices.taking_up,
        measured["server_seconds_per_slice"], measured["decision_seconds"][str(visitors)][str(workers)],
        slices.kept_runs,
    )  # fmt: skip


def simulate(measured: Mapping[str, Any], classes: Sequence[int]) -> dict[tuple[int, int], Outcome]:
    """Return what comes of each number of visitors on each number of workers."""
    outcomes = {}
    for visitors in classes:
        for workers in WORKERS:
            model = ClassModel(visitors, workers, build_costs(measured, visitors, workers))
            outcome = model.run(ARRIVAL_SECONDS + FAIR_SECONDS, PATIENCE_SECONDS, fair_from=ARRIVAL_SECONDS)
            outcomes[visitors, workers] = outcome
            _say(format_row(visitors, workers, outcome))
    return outcomes


def wait_curves(outcomes: Mapping[tuple[int, int], Outcome]) -> dict[str, list[tuple[float, float]]]:
    """Return the waits that 95 of 100 visitors stay below, against workers, by size of class."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for (visitors, workers), outcome in outcomes.items():
        curves.setdefault(f"{visitors:,} visitors", []).append((workers, quantile(outcome.waits, 0.95)))
    return curves


def format_row(visitors: int, workers: int, outcome: Outcome) -> str:
    """Write an outcome as a row of the table."""
    waits = " | ".join(f"{quantile(outcome.waits, share):.1f} s" for share in (0.5, 0.95, 1.0))
    return (
        f"| {visitors:,} | {workers} | {waits} | {outcome.fairness:.3f} | {outcome.slices_per_second:.0f} "
        f"| {outcome.busy:.0%} |"
    ).replace("%", " %")


def format_page(measured: Mapping[str, Any], outcomes: Mapping[tuple[int, int], Outcome]) -> str:
    """Write docs/scale.md."""
    load = measured["load_before"]
    busy = f", while other programs used it (load {load:g}): the figures are doubtful" if load > 0.5 else ""
    return TEXT.format(
        head=HEAD,
        rows="\n".join(format_row(*key, outcome) for key, outcome in outcomes.items()),
        costs="\n".join(_cost_rows(measured)), slots=SLOTS_PER_WORKER, machine=measured["machine"],
        date=measured["date"], load=busy, limit=MAX_LIVING_RUNS,
    )  # fmt: skip


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _cost_rows(measured: Mapping[str, Any]) -> list[str]:
    slices = SliceCosts(**measured["slices"])
    in_milliseconds = (
        ("a slice's way to a worker and back, without its work", slices.round_trip),
        ("looking at the loss, writing samples, of each slice", slices.overhead),
        ("training beyond what was asked for, of each slice", slices.overshoot),
        ("compiling, once on each worker", slices.compiling),
        ("taking up a run on another worker", slices.taking_up),
        ("the server's time for each slice", measured["server_seconds_per_slice"]),
        *(
            (f"the server's time to decide among {int(visitors):,} runs on {max(WORKERS)} workers",
             decisions[str(max(WORKERS))])
            for visitors, decisions in measured["decision_seconds"].items()
        ),
    )  # fmt: skip
    return [f"| {what} | {1e3 * seconds:,.1f} ms |" for what, seconds in in_milliseconds] + [
        f"| runs whose weights a worker keeps | {slices.kept_runs:,} |"
    ]


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
