"""The app against its peers: `python -m benchmarks articles characters …`, or `all`, which `make bench` runs.

Each prints its figures; `all` also writes them into benchmarks/RESULTS.md, and goes on when one of them fails.
`--quick` only shows that each runs: its figures mean nothing. `--full` trains the peers of the reviews to their end.
"""

import argparse
import importlib
import json
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_load, describe_machine
from benchmarks.report import format_results, format_section
from benchmarks.results import Section
from benchmarks.side import ROOT
from benchmarks.timing import SideFailed

RESULTS = ROOT / "benchmarks" / "RESULTS.md"


@dataclass(frozen=True)
class Benchmark:
    """A module with a function `measure`; what `--quick` and `--full` give it, and how long it may take."""

    quick: Mapping[str, Any]
    full: Mapping[str, Any] = field(default_factory=dict)
    module: str = ""  # where it is not named like the benchmark
    limit_seconds: float = 900.0


BENCHMARKS: Mapping[str, Benchmark] = {
    "articles": Benchmark({"seconds": 1.0, "rounds": 1, "article_steps": 1_200}),
    "characters": Benchmark({"units": [32], "batches": [8], "window": 20, "seconds": 0.4, "rounds": 2}),
    "shakespeare": Benchmark({"budgets": [1.0, 2.0]}, {"rounds": 3}),
    "reviews": Benchmark({"peer_steps": 2, "rounds": 1, "article_seconds": 1.0}, {"is_full": True}),
    "writing": Benchmark({"length": 500, "peer_length": 5, "rounds": 2}),
    "watching": Benchmark({"seconds": 3.0, "rounds": 1, "watchers": 3, "points": 20}),
    "startup": Benchmark({"rounds": 1, "new_shapes": 1}),
    "scaling": Benchmark({"seconds": 0.3, "is_quick": True}),
    "class": Benchmark({"visitors": 3, "seconds": 10.0, "with_others": False}, module="class_at_once"),
    "memory": Benchmark({"runs": 5, "visits": 12}, limit_seconds=1_800.0),
}
FULL_LIMIT_SECONDS = 7_200.0
END_SECONDS = 30.0  # for a benchmark to end what it has started


def main() -> int:
    """Run what the arguments name; return 1 when any of it failed."""
    options = _read_arguments()
    if options.hand_over:
        return _hand_over(options)
    names = list(BENCHMARKS) if "all" in options.names else list(dict.fromkeys(options.names))
    target = options.results or (RESULTS if "all" in options.names and not options.quick else None)
    machine, when, note = describe_machine(), datetime.now(), describe_load()
    if options.quick:
        note += " **A quick run: its figures mean nothing.**"
    print(*machine, note, sep="\n", flush=True)
    sections = []
    for name in names:
        print(f"\n{name} …", flush=True)
        sections.append(_run_apart(name, options))
        print(format_section(sections[-1]), flush=True)
        if target:  # after each: what is measured is kept, however the rest goes
            target.write_text(format_results(sections, machine, when, note), encoding="utf-8")
    if target:
        print(f"\nWritten into {target}.")
    return int(any(section.failure for section in sections))


def measure_here(name: str, settings: Mapping[str, Any]) -> Section:
    """Run one benchmark in this process; a failure becomes part of its section."""
    started = time.perf_counter()
    try:
        section = importlib.import_module(f"benchmarks.{BENCHMARKS[name].module or name}").measure(**settings)
    except SideFailed as error:
        section = Section(name, name.capitalize(), failure=str(error))
    except Exception as error:  # the others are to run all the same
        traceback.print_exc()
        section = Section(name, name.capitalize(), failure=f"{type(error).__name__}: {error}")
    return replace(section, seconds=time.perf_counter() - started)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="+", choices=[*BENCHMARKS, "all"], metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="see that each runs; the figures mean nothing")
    parser.add_argument("--full", action="store_true", help="train to the end what is else extrapolated")
    parser.add_argument("--results", type=Path, metavar="FILE", help="write them here")
    parser.add_argument("--hand-over", type=Path, help=argparse.SUPPRESS)  # one benchmark, its section as JSON
    return parser.parse_args()


def _hand_over(options: argparse.Namespace) -> int:
    (name,) = options.names
    benchmark = BENCHMARKS[name]
    settings = benchmark.quick if options.quick else benchmark.full if options.full else {}
    options.hand_over.write_text(json.dumps(measure_here(name, settings).to_record()), encoding="utf-8")
    return 0


def _run_apart(name: str, options: argparse.Namespace) -> Section:
    """Run a benchmark as a program of its own, so that one that crashes or hangs ends itself alone."""
    limit = FULL_LIMIT_SECONDS if options.full else BENCHMARKS[name].limit_seconds
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        answer = Path(folder) / "section.json"
        command = [sys.executable, "-m", "benchmarks", name, "--hand-over", str(answer)]
        command += [f"--{word}" for word in ("quick", "full") if getattr(options, word)]
        program = subprocess.Popen(command, cwd=ROOT)
        try:
            program.wait(limit)
            return Section.from_record(json.loads(answer.read_text(encoding="utf-8")))
        except subprocess.TimeoutExpired:
            failure = f"It was not done after {limit:,.0f} s."
        except (OSError, ValueError) as error:
            failure = f"It crashed with exit code {program.returncode}: {error}"
        finally:
            _end(program)
    return Section(name, name.capitalize(), failure=failure, seconds=time.perf_counter() - started)


def _end(program: subprocess.Popen) -> None:
    """End a benchmark as Ctrl+C would, so that it ends what it has started; kill it when it does not."""
    for signal_number in (signal.SIGINT, signal.SIGKILL):
        if program.poll() is None:
            program.send_signal(signal_number)
            with suppress(subprocess.TimeoutExpired):
                program.wait(END_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
