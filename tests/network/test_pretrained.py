"""What ships is what its card says: whole, small, and as good on text that it has never read."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, RunNotFound
from lstm_core.network.numpy_network import evaluate
from lstm_core.network.pretrained import (
    MAX_WEIGHTS_BYTES,
    PRETRAINED,
    PRETRAINED_FOLDER,
    load_card,
    load_pretrained,
)
from lstm_core.text.reading import clean_text
from lstm_core.text.symbols import split_symbols
from lstm_core.text.windows import split_validation
from lstm_core.training.pretraining import RECIPES

NAME = "shakespeare-characters"
TEXT_FILES = {NAME: "tinyshakespeare.txt"}
TOLERANCE_NATS = 0.001  # another machine's rounding, and the card's four digits


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """A folder of its own with the network in it, to be damaged."""
    shutil.copytree(PRETRAINED_FOLDER / NAME, tmp_path / NAME)
    return tmp_path


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_weights_that_ship_are_small(name: str) -> None:
    assert (PRETRAINED_FOLDER / name / "weights.npz").stat().st_size <= MAX_WEIGHTS_BYTES


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_network_that_ships_is_the_one_of_its_card_and_of_its_recipe(name: str) -> None:
    network, card = load_pretrained(name), load_card(name)
    assert network.shape.count_parameters() == card.parameters
    assert network.step == card.steps <= card.steps_trained == card.settings["steps"]
    assert {knob: card.settings[knob] for knob in RECIPES[name].settings} == dict(RECIPES[name].settings)
    assert (card.trained_on, card.text_sha256) == (RECIPES[name].trained_on, RECIPES[name].text_sha256)


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_suggested_seed_text_is_known_to_the_network(name: str) -> None:
    vocabulary = load_pretrained(name).vocabulary
    vocabulary.encode(split_symbols(PRETRAINED[name].seed_text, vocabulary.kind))


@pytest.mark.parametrize("name", TEXT_FILES)
def test_on_the_text_that_it_never_read_it_is_as_good_as_its_card_says(name: str, test_data: Path) -> None:
    data = (test_data / TEXT_FILES[name]).read_bytes()
    network, card = load_pretrained(name), load_card(name)
    assert hashlib.sha256(data).hexdigest() == card.text_sha256
    ids = network.vocabulary.encode(split_symbols(clean_text(data.decode()), network.vocabulary.kind))
    held_out = split_validation(ids, network.shape.window).validation
    assert held_out is not None and len(held_out) == card.validation_symbols
    measured = evaluate(network.shape, network.weights, held_out, network.shape.window)
    assert measured.loss_nats == pytest.approx(card.measures["validation_loss"], abs=TOLERANCE_NATS)
    assert measured.accuracy == pytest.approx(card.measures["validation_accuracy"], abs=0.001)


def test_a_name_that_does_not_ship_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(RunNotFound, match=NAME):
        load_pretrained("../" + NAME)


def swap_weights(folder: Path) -> None:
    with np.load(folder / "weights.npz") as file:
        weights = {name: array + np.float32(1) for name, array in file.items()}
    np.savez(folder / "weights.npz", **weights)


def change_card(**changes: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "card.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(swap_weights, id="other weights of the same shapes"),
        pytest.param(lambda folder: (folder / "weights.npz").write_bytes(b"PK"), id="weights cut off"),
        pytest.param(lambda folder: (folder / "weights.npz").unlink(), id="no weights"),
        pytest.param(lambda folder: (folder / "network.json").unlink(), id="no record"),
        pytest.param(lambda folder: (folder / "card.json").unlink(), id="no card"),
        pytest.param(lambda folder: (folder / "card.json").write_text("{", "utf-8"), id="card cut off"),
        pytest.param(lambda folder: (folder / "card.json").write_text("[]", "utf-8"), id="card that is a list"),
        pytest.param(lambda folder: (folder / "card.json").write_text("[" * 99_999, "utf-8"), id="card nested deeply"),
        pytest.param(lambda folder: (folder / "card.json").write_bytes(b" " * 100_001), id="card too long"),
        pytest.param(change_card(measures=3), id="measures that are no measures"),
        pytest.param(change_card(measures={"validation_loss": "low"}), id="measure that is no number"),
        pytest.param(change_card(name="another"), id="card of another network"),
        pytest.param(change_card(steps="many"), id="steps that are no number"),
        pytest.param(change_card(extra=1), id="field too many"),
    ],
)
def test_a_damaged_network_is_refused_with_what_to_do(damage: Callable[[Path], object], copies: Path) -> None:
    damage(copies / NAME)
    with pytest.raises(DamagedRun) as refused:
        load_pretrained(NAME, copies)
    assert refused.value.advice
