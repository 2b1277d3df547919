"""Measure 4: how well a network knows Tiny Shakespeare after 18, 30 and 60 seconds of training from nothing.

The peer: PyTorch, with the same network and recipe, for the same seconds.
"""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.characters import peer_settings
from benchmarks.data import find_file
from benchmarks.ours import set_up_tensorflow
from benchmarks.results import Row, Section, Table, at_most, compare
from benchmarks.side import started
from benchmarks.timing import alternate, attempt
from lstm_core.network.experiments import build_spec
from lstm_core.network.spec import RunSpec
from lstm_core.text.reading import read_file
from lstm_core.training.data import prepare_data

GOALS = {18.0: 1.88, 60.0: 1.65}  # nats, by seconds of training
NANOGPT = "nanoGPT's recipe for CPUs reached 1.886 after 109 s on a machine of two cores (quoted, not measured here)."


def build_spec_of(text_file: Path, seconds: float, random_seed: int = 1) -> RunSpec:
    """Return our recipe for characters on this text, with a budget of so many seconds."""
    text = read_file(text_file.read_bytes(), text_file.name).text
    budget = {"steps": 0, "seconds": seconds, "random_seed": random_seed}
    return build_spec("horas-shakespeare", "fast", text, "Tiny Shakespeare", **budget)


def build_ours(text_file: str) -> Callable[..., dict[str, Any]]:
    """Return what trains from nothing for so many seconds; for a process of its own.

    Answers with the loss on all of the held-out tenth at the end, and on the way at the seconds of `looks`.
    """
    set_up_tensorflow()
    from lstm_core.network.numpy_network import evaluate
    from lstm_core.training.trainer import Trainer

    def measure(seconds: float, looks: Sequence[float] = (), random_seed: int = 1) -> dict[str, Any]:
        trainer = Trainer(build_spec_of(Path(text_file), seconds, random_seed))
        on_the_way = {}
        for look in (*looks, None):
            stopped_by = None
            while stopped_by is None and (look is None or trainer.seconds < look):
                left = 1.0 if look is None else min(1.0, look - trainer.seconds)
                stopped_by = trainer.train(left).stopped_by
            network, held_out = trainer.network(), trainer.data.split.validation
            loss = evaluate(network.text_shape, network.weights, held_out, trainer.spec.window).loss_nats
            if look is not None:
                on_the_way[f"{look:g}"] = loss
        return {"loss": loss, "steps": trainer.step, "seconds": trainer.seconds, "on_the_way": on_the_way}

    return measure


def measure(budgets: Sequence[float] = (18.0, 30.0, 60.0), rounds: int = 1) -> Section:
    """Train both sides for each budget, in turn."""
    text_file = find_file("tinyshakespeare*.txt", "Tiny Shakespeare")
    spec = build_spec_of(text_file, budgets[-1])
    data = prepare_data(spec)
    assert data.split.validation is not None
    notes = [
        f"Tiny Shakespeare, the last tenth held out; the recipe fast of horas-shakespeare: {spec.units} units, batch "
        f"{spec.batch}, window {spec.window}, Adam {spec.learning_rate:g} with β₂ {spec.beta_2:g}, {spec.schedule}.",
        "Each budget is a training of its own from nothing, whose learning rate sinks to its end. Seconds of training: "
        "no compiling, no measuring. The loss in nats is that on all of the held-out tenth, by the same code for both.",
        "The peer: nn.LSTM in PyTorch, the same network and recipe, the rate sinking over the same seconds.",
        NANOGPT,
    ]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        files = {"ids_file": Path(folder) / "ids.npy", "held_out_file": Path(folder) / "held_out.npy"}
        np.save(files["ids_file"], data.split.training)
        np.save(files["held_out_file"], data.split.validation)
        peer = peer_settings(spec, files["ids_file"], len(data.vocabulary))
        builders = {
            "ours": ("benchmarks.shakespeare:build_ours", {"text_file": str(text_file)}),
            "PyTorch": ("benchmarks.peers.torch_lstm:build_from_nothing",
                        peer | {"held_out_file": str(files["held_out_file"])}),
        }  # fmt: skip
        found: list[tuple[Row, Table]] = []
        failures: list[str] = []
        with started(builders, notes) as sides:
            for seconds in budgets:
                looks = [earlier for earlier in budgets if earlier < seconds] if seconds == budgets[-1] else []
                turn = partial(_measure_budget, sides, seconds, looks, rounds, notes)
                found += attempt(f"{seconds:g} s", turn, failures)
    rows, tables = (tuple(part) for part in zip(*found, strict=True)) if found else ((), ())
    title = "Tiny Shakespeare: loss after some seconds"
    return Section("shakespeare", title, rows, tuple(notes), tables, failure="; ".join(failures))


def _measure_budget(
    sides: dict[str, Any], seconds: float, looks: Sequence[float], rounds: int, notes: list[str]
) -> list[tuple[Row, Table]]:
    seeds = {name: iter(range(1, rounds + 1)) for name in sides}
    turns = {
        name: lambda name=name: sides[name].measure(
            seconds=seconds, random_seed=next(seeds[name]), **({"looks": looks} if name == "ours" else {})
        )
        for name in sides
    }
    found = {"ours": [], "PyTorch": []} | alternate(turns, rounds, notes)
    losses = {name: [result["loss"] for result in results] for name, results in found.items()}
    goal = at_most(GOALS[seconds]) if seconds in GOALS else None
    what = f"validation loss after {seconds:g} s"
    row = compare("4", what, "nats", losses["ours"], losses["PyTorch"], goal, less_is_better=True)
    made = [(name, f"{result['seconds']:.1f}", f"{result['steps']:,}", f"{result['loss']:.4f}",
             ", ".join(f"{loss:.4f} at {at} s" for at, loss in result.get("on_the_way", {}).items()) or "–")
            for name, results in found.items() for result in results]  # fmt: skip
    head = ("side", "seconds", "steps", "loss at the end", "on the way")
    return [(row, Table(f"Trainings of {seconds:g} s", head, tuple(made)))]
