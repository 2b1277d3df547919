"""Mute a unit, or hold it at one value: what would the network write, believe, judge without it?

The network's weights stay as they are; the forward pass is asked to hold some states (`lstm_core.network.held_units`).
What it writes then stands beside what it writes otherwise, drawn with the same random numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.insight.trace import layer_names
from lstm_core.network.held_units import HeldUnits
from lstm_core.network.trained import TrainedNetwork
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.symbol_writer import WrittenSymbol
from lstm_core.writing.writer import Writer

MAX_HELD_UNITS = 64
STATES = {"hidden": 1.0, "cell": 5.0}  # which state is held, and how far from 0 it can be held
_MAX_WRITING_PRODUCTS = 8 * 10**9  # of both texts together, one product after the other: about a second


@dataclass(frozen=True)
class Intervention:
    """A unit of a layer (both from 0) whose `state`, "hidden" or "cell", is held at `value`."""

    layer: int
    unit: int
    state: str = "hidden"
    value: float = 0.0


@dataclass(frozen=True)
class WrittenBoth:
    """What a network writes untouched and what with units held; the first `same` symbols are the same."""

    untouched: tuple[WrittenSymbol, ...]
    held: tuple[WrittenSymbol, ...]
    same: int


def mute(layer: int, units: Sequence[int]) -> tuple[Intervention, ...]:
    """Return what silences some units of a layer: their hidden state is 0, whatever they remember."""
    return tuple(Intervention(layer, unit) for unit in units)


def hold_units(network: TrainedNetwork, interventions: Sequence[Intervention]) -> tuple[HeldUnits | None, ...]:
    """Return what to hold in each layer of a network, as `trace_text` and `Writer` take it; None where nothing is held.

    Raises InvalidSetting for a layer or unit that is not there, a state other than "hidden" and "cell", a value beyond
    ±1 or ±5, or more than 64 units.
    """
    names = layer_names(network)
    if len(interventions) > MAX_HELD_UNITS:
        raise InvalidSetting(
            f"{len(interventions)} units were to be held.",
            f"Up to {MAX_HELD_UNITS} can be.",
            "Choose fewer: the fewer they are, the plainer it is what each of them does.",
        )
    for intervention in interventions:
        _check(intervention, network, names)
    return tuple(_gather([one for one in interventions if one.layer == layer]) for layer in range(len(names)))


def write_both(
    network: TrainedNetwork,
    ids: Sequence[int],
    held: Sequence[HeldUnits | None],
    length: int,
    sampling: Sampling,
    random_seed: int,
) -> WrittenBoth:
    """Let a network go on with a text (its ids) untouched and with units held, with the same random numbers.

    Writes up to `length` symbols, fewer where each takes a window of its own and both would take seconds. Raises
    InvalidSetting for a network that judges, an empty text, or as `Writer.write` does.
    """
    count = min(length, max_written(network))
    texts = []
    for hook in (None, held):
        writer = Writer(network, hook)
        written = writer.write(writer.read_ids(ids), count, sampling, np.random.default_rng(random_seed))
        texts.append(tuple(symbol for symbol, _ in written))
    untouched, changed = texts
    pairs = zip(untouched, changed, strict=True)
    same = next((place for place, (one, other) in enumerate(pairs) if one.id != other.id), count)
    return WrittenBoth(untouched, changed, same)


def max_written(network: TrainedNetwork) -> int:
    """Return how many symbols `write_both` writes at most with this network."""
    shape = network.text_shape
    step = sum(int(np.prod(size)) for name, size in shape.weight_shapes().items() if name.endswith("recurrent_kernel"))
    step += (shape.layers - 1) * 4 * shape.units**2 + shape.units * shape.symbol_count
    steps = shape.window if shape.targets == "last" else 1
    return max(5, _MAX_WRITING_PRODUCTS // (2 * step * steps))


def _check(intervention: Intervention, network: TrainedNetwork, names: tuple[str, ...]) -> None:
    if not 0 <= intervention.layer < len(names):
        raise InvalidSetting(
            f"There is no layer number {intervention.layer + 1}.",
            f"The network has {', '.join(names)}.",
            "Choose one of them.",
        )
    if not 0 <= intervention.unit < network.shape.units:
        raise InvalidSetting(
            f"There is no unit number {intervention.unit + 1}.",
            f"Each layer has {network.shape.units:,}, counted from 1.",
            "Choose one of them.",
        )
    furthest = STATES.get(intervention.state, 0.0)
    if not furthest or not abs(intervention.value) <= furthest:  # written so that NaN fails too
        raise InvalidSetting(
            f"The {intervention.state} state was to be held at {intervention.value}.",
            "A hidden state can be held from −1 to 1, a cell state from −5 to 5.",
            "Choose a value between.",
        )


def _gather(interventions: Sequence[Intervention]) -> HeldUnits | None:
    if not interventions:
        return None
    chosen = {state: [one for one in interventions if one.state == state] for state in STATES}
    units = {state: np.array([one.unit for one in ones], np.int64) for state, ones in chosen.items()}
    values = {state: np.array([one.value for one in ones], np.float32) for state, ones in chosen.items()}
    return HeldUnits(units["cell"], values["cell"], units["hidden"], values["hidden"])
