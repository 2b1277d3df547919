"""Which unit follows a feature of the text? Found on one half of the text, confirmed on the other, and held to chance.

Among hundreds of units one always fits best, if only by chance. So the feature is cut into blocks, these are shuffled,
and the best of all units is looked for again, some hundred times: what chance finds so is the yardstick (the largest of
many, as in Westfall and Young 1993; in blocks, for neighbouring symbols are alike, as in Künsch 1989). And the other
half of the text, which had no part in choosing, must say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.insight.trace import TextTrace

MIN_SYMBOLS = 60
SHOWN_UNITS = 10
SHUFFLES = 200
CHANCE_LEVEL = 0.95  # chance does worse than the yardstick in this share of the shuffles
BLOCKS = 20  # of each half
MIN_BLOCK = 6  # symbols; what comes and goes within shorter ones would be torn apart
FEW_SYMBOLS = 400
FEW_CHANGES = 6  # of a feature within a half; with fewer, shuffled blocks differ little

CONFIRMED, BY_CHANCE, NOT_CONFIRMED = "confirmed", "could be chance", "not on the other half"

# N: all units of all layers   T: symbols of a half   S: shuffles


@dataclass(frozen=True)
class FoundUnit:
    """A unit that follows the feature: its correlation on the half where it was found, and on the other, -1 to 1.

    `mean_high` and `mean_low` are the unit's means over all symbols where the feature is above its own mean, and below.
    """

    layer: int  # counted from 0, as the unit
    unit: int
    found: float
    confirmed: float
    verdict: str
    mean_high: float
    mean_low: float


@dataclass(frozen=True)
class Search:
    """The units that follow a feature best on the first half, the best first, and what chance would have found.

    `chance_found` is the correlation that the best of all `tried` units reaches by chance in one of twenty cases;
    `chance_confirmed` the same for the best of those shown, on the other half.
    """

    units: tuple[FoundUnit, ...]
    tried: int
    symbols: int
    chance_found: float
    chance_confirmed: float
    block: int  # symbols that were shuffled together
    cautions: tuple[str, ...]


def find_units(
    traces: Sequence[TextTrace],
    features: Sequence[np.ndarray],
    quantity: str = "cell",
    shown: int = SHOWN_UNITS,
    random_seed: int = 1,
) -> Search:
    """Rank all units of all layers by how well a `quantity` of theirs follows a feature.

    `traces` are one text or several, `features` (T,) of each. The first half of all symbols finds, the second confirms.
    Raises InvalidSetting when there are too few symbols, or when the feature is the same throughout one of the halves.
    """
    feature = np.concatenate(features)
    half = _check(feature)
    values = _join_units(traces, quantity)  # (2T, N)
    first, second = _standardize(values[:half]), _standardize(values[half:])
    wanted_first, wanted_second = _standardize(feature[:half, None]), _standardize(feature[half:, None])
    found = (wanted_first.T @ first)[0]  # (N,)
    chosen = np.argsort(-np.abs(found), kind="stable")[:shown]
    confirmed = (wanted_second.T @ second[:, chosen])[0]
    random = np.random.default_rng(random_seed)
    block = max(MIN_BLOCK, half // BLOCKS)
    chance_found = _best_by_chance(wanted_first[:, 0], first, block, random)
    chance_confirmed = _best_by_chance(wanted_second[:, 0], second[:, chosen], block, random)
    is_high = feature > feature.mean()
    places = _places(traces)
    units = []
    for index, again in zip(chosen.tolist(), confirmed.tolist(), strict=True):
        layer, unit = places[index]
        verdict = _judge(float(found[index]), again, chance_found, chance_confirmed)
        high, low = values[is_high, index].mean(), values[~is_high, index].mean()
        units.append(FoundUnit(layer, unit, float(found[index]), again, verdict, float(high), float(low)))
    cautions = _caution(feature, half)
    return Search(tuple(units), values.shape[1], len(feature), chance_found, chance_confirmed, block, cautions)


def correlations(values: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """Return the correlation of each column of `values` (T, N) with a feature (T,): (N,), 0 where one is constant."""
    return (_standardize(feature[:, None]).T @ _standardize(values))[0]


def _check(feature: np.ndarray) -> int:
    """Return how many symbols the first half has."""
    half = len(feature) // 2
    if len(feature) < MIN_SYMBOLS:
        raise InvalidSetting(
            f"The text has {len(feature)} symbols.",
            f"To find a unit and to confirm it, there must be {MIN_SYMBOLS}.",
            "Take a longer text; a thousand symbols are good.",
        )
    for name, part in (("first", feature[:half]), ("second", feature[half:])):
        if part.min() == part.max():
            raise InvalidSetting(
                f"In the {name} half of the text this is everywhere the same ({part[0]:g}).",
                "It must come and go in both halves: one finds the unit, the other confirms it.",
                "Take another text or another question, or mark spans in both halves.",
            )
    return half


def _join_units(traces: Sequence[TextTrace], quantity: str) -> np.ndarray:
    """Put all units of all layers side by side and all texts one below the other, (2T, N)."""
    return np.concatenate(
        [np.concatenate([layer.quantity(quantity) for layer in trace.layers], axis=1) for trace in traces]
    )


def _places(traces: Sequence[TextTrace]) -> list[tuple[int, int]]:
    """Return layer and unit of each column of `_join_units`."""
    return [(place, unit) for place, layer in enumerate(traces[0].layers) for unit in range(layer.units)]


def _standardize(columns: np.ndarray) -> np.ndarray:
    """Return columns (T, N) with mean 0 and length 1, so that products are correlations; constant ones become 0."""
    centred = columns - columns.mean(axis=0)
    lengths = np.sqrt(np.einsum("tn,tn->n", centred, centred))
    # What is left of a constant column is rounding, and must not be blown up.
    is_moving = lengths > 1e-5 * np.sqrt(len(columns)) * np.maximum(np.abs(columns).max(axis=0), 1e-3)
    return centred * np.divide(1, lengths, out=np.zeros_like(lengths), where=is_moving)


def _best_by_chance(feature: np.ndarray, units: np.ndarray, block: int, random: np.random.Generator) -> float:
    """Return the correlation that the best of `units` (T, N) rarely exceeds with a feature (T,) in shuffled blocks.

    Each time the blocks begin elsewhere (the feature is first turned round by a random number of symbols), so that
    what repeats itself line by line does not fall into step again.
    """
    shuffled = np.empty((SHUFFLES, len(feature)), units.dtype)
    for row in shuffled:
        turned = np.roll(feature, int(random.integers(len(feature))))
        blocks = [turned[start : start + block] for start in range(0, len(turned), block)]
        row[:] = np.concatenate([blocks[place] for place in random.permutation(len(blocks))])
    best = np.abs(shuffled @ units).max(axis=1)  # (S,)
    return float(np.quantile(best, CHANCE_LEVEL))


def _judge(found: float, confirmed: float, chance_found: float, chance_confirmed: float) -> str:
    """Say what to think of a unit."""
    if found * confirmed <= 0 or abs(confirmed) <= chance_confirmed:
        return NOT_CONFIRMED if abs(found) > chance_found else BY_CHANCE
    return CONFIRMED if abs(found) > chance_found else BY_CHANCE


def _caution(feature: np.ndarray, half: int) -> tuple[str, ...]:
    """Return what a reader should know before believing any of it."""
    cautions = []
    changes = min(int((np.diff(part) != 0).sum()) for part in (feature[:half], feature[half:]))
    if changes < FEW_CHANGES:
        cautions.append(
            f"In one half of the text this changes only {changes} times: anything that comes and goes as rarely fits."
        )
    if len(feature) < FEW_SYMBOLS:
        cautions.append(f"{len(feature)} symbols are few. Take a longer text to be surer.")
    return tuple(cautions)
