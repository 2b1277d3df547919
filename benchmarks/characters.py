"""Measure 3: symbols a second of a character LSTM, against PyTorch and Keras; and where our time goes.

The same network, batch, text, optimizer and clip norm on all sides. Read next: `peers/`, `ours.py`, `step_profile.py`.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import measure_sgemm_peak
from benchmarks.results import Row, Section, Table, compare, times
from benchmarks.side import Side, started
from benchmarks.timing import alternate, attempt
from lstm_core.network.shape import NetworkShape
from lstm_core.network.spec import RunSpec
from lstm_core.text.library import load_text
from lstm_core.training.data import prepare_data

SYMBOLS = 65  # as Tiny Shakespeare has; of the text that ships, the rarest become one
EMBEDDING = 64
LEARNING = {"learning_rate": 0.003, "beta_2": 0.99, "clip_norm": 1.0}
OPERATIONS = 6  # a multiplication and an addition forward, two of each backward (Kaplan et al. 2020)


def measure(
    units: Sequence[int] = (128, 256, 512),
    batches: Sequence[int] = (32, 64),
    window: int = 100,
    seconds: float = 3.0,
    rounds: int = 3,
) -> Section:
    """Measure each number of units with each batch; `seconds` a side and round."""
    notes = [
        f"Embedding {EMBEDDING}, one LSTM layer, window {window}, a target at every position, {SYMBOLS} symbols of the "
        "sonnets and speeches that ship; Adam, gradients clipped to norm 1. Symbols a second of training.",
        "PyTorch: nn.LSTM on all cores. Keras: a Sequential model and fit, every setting at its default.",
    ]
    peaks = measure_sgemm_peak(seconds=min(3.0, seconds))
    peak = max(peaks.values(), default=0.0)
    notes.append(
        "Peak of a float32 matrix product of 2,048 rows on all cores: "
        + ", ".join(f"{gflops:.0f} GFLOP/s with {library}" for library, gflops in peaks.items())
    )
    found: list[Measured] = []
    profiles: list[Table] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for unit_count in units:
            for batch in batches:
                spec = build_spec(unit_count, window, batch)
                turn = partial(_measure_network, spec, Path(folder), seconds, rounds, notes)
                found += attempt(f"{unit_count} units, batch {batch}", turn, failures)
            if found and found[-1].ours:
                profiles += attempt(f"profile of {unit_count} units", partial(_profile, found[-1], seconds), failures)
    head = ("network", "GFLOP/s in training", "of the peak", "symbols/s on the clock, with validation and samples")
    shares = Table("Share of the peak", head, tuple(one.share(peak) for one in found if one.ours and peak))
    rows = tuple(row for one in found for row in one.rows())
    title = "Characters: symbols a second"
    return Section("characters", title, rows, tuple(notes), (shares, *profiles), failure="; ".join(failures))


def build_spec(units: int, window: int, batch: int) -> RunSpec:
    """Return the run that all sides make, on the text that ships."""
    settings: dict[str, Any] = {
        "symbols": "characters", "vocabulary": SYMBOLS - 1, "window": window, "coding": "embedding",
        "embedding": EMBEDDING, "targets": "every", "units": units, "batch": batch, "optimizer": "adam",
        "steps": 1_000_000, **LEARNING,
    }  # fmt: skip
    return RunSpec.build(load_text("shakespeare"), "a text", **settings)


def peer_settings(spec: RunSpec, ids_file: Path, symbol_count: int) -> dict[str, Any]:
    """Return what `peers.torch_lstm` and `peers.keras_characters` take of a run."""
    names = ("embedding", "units", "window", "batch", "learning_rate", "beta_2", "clip_norm")
    return {name: getattr(spec, name) for name in names} | {"ids_file": str(ids_file), "symbol_count": symbol_count}


def operations_per_symbol(shape: NetworkShape, batch: int) -> float:
    """Return the floating-point operations that training must do for each symbol, by any implementation.

    All products with the weights. That of the embedding with the kernel is needed once for each distinct symbol of a
    step, not for each position.
    """
    positions = shape.window * batch
    looked_up = min(1.0, shape.symbol_count / positions) if shape.coding == "embedding" else 0.0
    first = looked_up * shape.embedding * 4 * shape.units
    recurrent = shape.layers * 4 * shape.units**2
    between = (shape.layers - 1) * 4 * shape.units**2
    output = shape.units * shape.symbol_count * (1 if shape.targets == "every" else 1 / shape.window)
    return OPERATIONS * (first + recurrent + between + output)


@dataclass(frozen=True)
class Measured:
    """Symbols a second of one network, round by round, on all sides; `on_the_clock` ours with all it does besides."""

    spec: RunSpec
    ours: list[float]
    on_the_clock: list[float]
    pytorch: list[float]
    keras: list[float]

    @property
    def name(self) -> str:
        """Name the network by what differs."""
        return f"{self.spec.units} units, batch {self.spec.batch}"

    def rows(self) -> tuple[Row, Row]:
        """Return the rows against both peers."""
        return (
            compare("3", f"{self.name}, against PyTorch", "symbols/s", self.ours, self.pytorch, times(1.15)),
            compare("3", f"{self.name}, against Keras", "symbols/s", self.ours, self.keras, times(2.5)),
        )

    def share(self, peak_gflops: float) -> tuple[str, ...]:
        """Tell what share of the machine's peak our training reaches."""
        operations = operations_per_symbol(prepare_data(self.spec).shape, self.spec.batch)
        gflops = operations * float(np.median(self.ours)) / 1e9
        clock = f"{np.median(self.on_the_clock):,.0f}"
        return self.name, f"{gflops:.1f}", f"{100 * gflops / peak_gflops:.0f} %", clock


def _measure_network(spec: RunSpec, folder: Path, seconds: float, rounds: int, notes: list[str]) -> list[Measured]:
    data = prepare_data(spec)
    ids_file, text_file = folder / "ids.npy", folder / "text.txt"
    np.save(ids_file, data.split.training)
    text_file.write_text(spec.text, encoding="utf-8")
    peers = peer_settings(spec, ids_file, len(data.vocabulary))
    builders = {
        "ours": ("benchmarks.ours:build_training", {"text_file": str(text_file), "settings": spec.settings}),
        "PyTorch": ("benchmarks.peers.torch_lstm:build", peers),
        "Keras": ("benchmarks.peers.keras_characters:build", peers),
    }
    with started(builders, notes) as sides:
        turns = {name: partial(side.measure, seconds=seconds) for name, side in sides.items()}
        made = alternate(turns, rounds, notes)
    rates = {name: [one["count"] / one["seconds"] for one in made.get(name, [])] for name in builders}
    on_the_clock = [one["count"] / one["wall_seconds"] for one in made.get("ours", [])]
    return [Measured(spec, rates["ours"], on_the_clock, rates["PyTorch"], rates["Keras"])]


def _profile(measured: Measured, seconds: float) -> list[Table]:
    """Return where a step's time goes, by `step_profile`. Raises SideFailed."""
    spec = measured.spec
    step_seconds = spec.batch * spec.window / float(np.median(measured.ours))
    settings = {name: getattr(spec, name) for name in ("units", "embedding", "window", "batch")}
    settings["symbol_count"] = prepare_data(spec).shape.symbol_count
    with Side("benchmarks.step_profile:build", settings) as side:
        parts = side.measure(seconds=seconds / 4)
    rest = step_seconds - sum(parts.values())
    parts |= {"all else, or less where parts overlap": rest, "the whole step, in training": step_seconds}
    rows = [(part, f"{1e3 * spent:.2f}", f"{100 * spent / step_seconds:.0f} %") for part, spent in parts.items()]
    title = f"Where a step goes: {measured.name}, each part compiled and timed alone"
    return [Table(title, ("part", "ms", "of the step"), tuple(rows))]
