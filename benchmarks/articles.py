"""Measures 1 and 2: the word tutorials' networks, to the published accuracy, against the tutorials' own loop."""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks import command_line
from benchmarks.results import Row, Section, alone, at_least, compare, times
from benchmarks.side import started
from benchmarks.timing import alternate, attempt
from lstm_core.network.experiments import EXPERIMENTS, build_spec
from lstm_core.training.data import prepare_data

PUBLISHED_STEPS = {"rubik-meditations": 36_000, "atienza-aesop": 50_000}  # when they print the published accuracy
MEASURES = {"rubik-meditations": "1", "atienza-aesop": "2"}


def measure(seconds: float = 6.0, rounds: int = 3, article_steps: int = 50_000) -> Section:
    """Measure both texts; `seconds` of the peer's loop a round, and the recipe "article" to `article_steps` once."""
    rows: list[Row] = []
    notes = [
        "The peer: a Keras model of the tutorial's network, RMSProp 0.001, one window a `train_on_batch` call. It is "
        "timed for some seconds a round; its time to the goal is what it would need at that speed for the tutorial's "
        "own steps, " + " and ".join(f"{steps:,} ({name})" for name, steps in PUBLISHED_STEPS.items()) + ".",
        "Ours: `python -m lstm_core train … --until-accuracy`, a fresh process each time, another random seed each "
        "round, no compiled program at hand. Seconds of training are its `seconds`; with compiling, `compile_seconds` "
        "are added. Its accuracy is measured over all windows.",
    ]
    failures: list[str] = []
    for name in PUBLISHED_STEPS:
        rows += attempt(name, lambda name=name: _measure_experiment(name, seconds, rounds, notes), failures)
        rows += attempt(name, lambda name=name: _run_recipes_to_the_end(name, article_steps, notes), failures)
    title = "The tutorials' words: to the published accuracy"
    return Section("articles", title, tuple(rows), tuple(notes), failure="; ".join(failures))


def _measure_experiment(name: str, seconds: float, rounds: int, notes: list[str]) -> list[Row]:
    spec = build_spec(name, "article")
    data = prepare_data(spec)
    goal = EXPERIMENTS[name].published_accuracy
    seeds = iter(range(1, rounds + 1))
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        ids_file = Path(folder) / "ids.npy"
        np.save(ids_file, data.split.training)
        network = {"symbol_count": len(data.vocabulary), "layers": spec.layers, "units": spec.units, "window": 3}
        builders = {
            "the tutorial's loop": ("benchmarks.peers.article_loop:build", {"ids_file": str(ids_file)} | network),
            "the recipe article": ("benchmarks.ours:build_experiment", {"experiment": name, "recipe": "article"}),
        }
        with started(builders, notes) as sides:
            turns = {side: lambda side=side: sides[side].rate(seconds=seconds) for side in sides}
            turns["fast"] = lambda: command_line.train(
                name, "--until-accuracy", str(goal), "--random-seed", str(next(seeds)), is_cold=True
            )
            figures = alternate(turns, rounds, notes)
    return _tell(name, figures, notes)


def _tell(name: str, figures: dict[str, list], notes: list[str]) -> list[Row]:
    measure, percent = MEASURES[name], f"{100 * EXPERIMENTS[name].published_accuracy:.1f} %"
    loop, fast = figures.get("the tutorial's loop", []), figures["fast"]
    to_goal = [PUBLISHED_STEPS[name] / rate for rate in loop]
    training = [result["seconds"] for result in fast]
    with_compiling = [result["seconds"] + result["compile_seconds"] for result in fast]
    if fast:
        reached = ", ".join(f"{100 * result['accuracy']:.2f} % at step {result['steps']:,}" for result in fast)
        notes.append(f"{name}, fast: {reached}.")
    return [
        compare(measure, f"{name}: training to {percent}", "s", training, to_goal, times(200), less_is_better=True),
        compare(measure, f"{name}: with compiling", "s", with_compiling, to_goal, times(100), less_is_better=True),
        compare(
            measure, f"{name}: recipe article", "steps/s", figures.get("the recipe article", []), loop, times(4)
        ),
    ]  # fmt: skip


def _run_recipes_to_the_end(name: str, article_steps: int, notes: list[str]) -> list[Row]:
    """Measure where the recipe "article" ends, and for Aesop how far "fast" gets."""
    published, measure = EXPERIMENTS[name].published_accuracy, MEASURES[name]
    turns = {"article": lambda: command_line.train(name, "--recipe", "article", "--steps", str(article_steps))}
    if name == "atienza-aesop":
        turns["perfect"] = lambda: command_line.train(name)
    ended = alternate(turns, 1, notes)
    rows = []
    for result in ended["article"]:
        what = f"{name}: recipe article after {article_steps:,} steps, average of its last 1,000"
        rows.append(alone(measure, what, "% right", [100 * result["accuracy"]], at_least(100 * published)))
        notes.append(f"{name}, article: {result['seconds']:.0f} s of training.")
    for result in ended.get("perfect", []):
        windows = prepare_data(build_spec(name)).symbol_count - 3
        right = round(result["accuracy"] * windows)
        rows.append(alone(measure, f"{name}: windows right at the end of fast, of {windows}", "windows", [right],
                          at_least(199)))  # fmt: skip
        notes.append(
            f"{name}, fast to its end: {result['seconds']:.1f} s of training, stopped by {result['stopped_by']}."
        )
    return rows
