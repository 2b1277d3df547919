"""Which trained networks ship with the app, what each has learnt and how well, and how one is opened.

Each has a folder of its name in `assets/pretrained`: the network as `trained.py` saves it, and `card.json`, which says
how it was made. `python -m lstm_core pretrain NAME` makes it again (`lstm_core.training.pretraining`).
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_core.errors import DamagedRun, RunNotFound
from lstm_core.network.trained import TrainedNetwork, load_network, save_network

PRETRAINED_FOLDER = Path(__file__).parents[2] / "assets" / "pretrained"
MAX_WEIGHTS_BYTES = 3 * 10**6  # of a network that ships: everyone who clones the project fetches it
_MAX_CARD_BYTES = 100_000


@dataclass(frozen=True)
class PretrainedModel:
    """An entry of the list: `kind` says what it is good for, "writer" or "judge" (of reviews)."""

    name: str
    kind: str
    title: str
    example: str  # a beginning in the manner of the text it has learnt from; a review


_ALL = (
    PretrainedModel("shakespeare-characters", "writer", "Shakespeare, ready to write", "ROMEO:\nWhat light is"),
    PretrainedModel(
        "imdb-reviews",
        "judge",
        "Film reviews, ready to judge",
        "The first half is slow and the jokes are not funny, but the ending is so good that I would watch it again.",
    ),
)

PRETRAINED: Mapping[str, PretrainedModel] = {model.name: model for model in _ALL}
WRITERS = tuple(model.name for model in _ALL if model.kind == "writer")
JUDGES = tuple(model.name for model in _ALL if model.kind == "judge")


@dataclass(frozen=True)
class ModelCard:
    """How a network that ships was made.

    `measures` are plain numbers by name, such as "validation_loss" (nats); `settings` the knobs' values; `steps` those
    of the weights that ship, `steps_trained` and `seconds` (of training alone) the whole training.
    """

    name: str
    trained_on: str
    text_sha256: str
    training_symbols: int
    validation_symbols: int
    steps: int
    steps_trained: int
    seconds: float
    cores: int
    parameters: int
    measures: Mapping[str, float]
    settings: Mapping[str, Any]
    weights_sha256: str


def save_pretrained(network: TrainedNetwork, card: Mapping[str, Any], folder: Path) -> ModelCard:
    """Write network and card into `folder`; the card's `parameters` and `weights_sha256` are filled in here."""
    save_network(network, folder)
    complete = dict(card) | {
        "parameters": network.shape.count_parameters(),
        "weights_sha256": _hash_file(folder / "weights.npz"),
    }
    made = ModelCard(**complete)
    unfinished = folder / "card.json.part"
    unfinished.write_text(json.dumps(vars(made), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(unfinished, folder / "card.json")
    return made


def load_pretrained(name: str, folder: Path = PRETRAINED_FOLDER) -> TrainedNetwork:
    """Open a network that ships.

    Raises RunNotFound for a name that is not in `PRETRAINED`; DamagedRun when its files are missing, are not what
    `load_network` expects, or when the weights are others than the card's.
    """
    card = load_card(name, folder)
    network = load_network(folder / name)
    if _hash_file(folder / name / "weights.npz") != card.weights_sha256:
        raise _damage(name, "Its weights are others than its card tells of.")
    return network


def load_card(name: str, folder: Path = PRETRAINED_FOLDER) -> ModelCard:
    """Read the card of a network that ships. Raises RunNotFound and DamagedRun as `load_pretrained` does."""
    if name not in PRETRAINED:
        raise RunNotFound(
            f"No network “{name}” ships with the app.", f"There is {', '.join(PRETRAINED)}.", "Check the spelling."
        )
    path = folder / name / "card.json"
    try:
        if path.stat().st_size > _MAX_CARD_BYTES:
            raise _damage(name, f"Its card.json has more than {_MAX_CARD_BYTES:,} bytes.")
        return _read_card(json.loads(path.read_text(encoding="utf-8")), name)
    # missing; no UTF-8 or no JSON; nested to exhaust the stack; a field too few, too many or of another type
    except (OSError, ValueError, RecursionError, TypeError) as error:
        raise _damage(name, "Its card.json is missing or cannot be read.") from error


def _read_card(record: Any, name: str) -> ModelCard:
    """Check a card's fields. Raises ValueError or TypeError."""
    card = ModelCard(**record)
    texts = (card.trained_on, card.text_sha256, card.weights_sha256)
    counts = (card.training_symbols, card.validation_symbols, card.steps, card.steps_trained, card.cores)
    numbers = (card.seconds, card.parameters, *card.measures.values()) if isinstance(card.measures, dict) else ("",)
    good = (
        card.name == name
        and all(isinstance(text, str) for text in texts)
        and all(type(count) is int and count >= 0 for count in counts)
        and all(type(number) in (int, float) for number in numbers)
        and isinstance(card.settings, dict)
    )
    if not good:
        raise ValueError("a field is of another type")
    return card


def _hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _damage(name: str, came: str) -> DamagedRun:
    return DamagedRun(
        f"The network “{name}” that ships with the app is damaged. {came}",
        "Its folder in assets/pretrained should be as it was published.",
        "Fetch the app's files anew.",
    )
