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
    WRITERS,
    load_card,
    load_pretrained,
)
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.text.mini_reviews import load_mini_reviews
from lstm_core.text.reading import clean_text
from lstm_core.text.review_files import read_labelled_reviews
from lstm_core.text.symbols import split_symbols
from lstm_core.text.windows import split_validation
from lstm_core.training.pretraining import RECIPES
from lstm_core.training.review_pretraining import REVIEWS_SHA256, TRAINED_ON

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


def recipe_of(name: str) -> tuple[dict[str, object], str, str]:
    """Return the settings of a network that ships, what it is trained on, and the hash of that."""
    if name in RECIPES:
        return dict(RECIPES[name].settings), RECIPES[name].trained_on, RECIPES[name].text_sha256
    return dict(REVIEW_EXPERIMENTS["rubik-imdb"].best or {}), TRAINED_ON, REVIEWS_SHA256


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_network_that_ships_is_the_one_of_its_card_and_of_its_recipe(name: str) -> None:
    network, card = load_pretrained(name), load_card(name)
    settings, trained_on, sha256 = recipe_of(name)
    assert network.shape.count_parameters() == card.parameters
    assert network.step == card.steps <= card.steps_trained == card.settings["steps"]
    assert {knob: card.settings[knob] for knob in settings} == settings
    assert (card.trained_on, card.text_sha256) == (trained_on, sha256)


@pytest.mark.parametrize("name", WRITERS)
def test_the_suggested_seed_text_is_known_to_the_network(name: str) -> None:
    vocabulary = load_pretrained(name).vocabulary
    vocabulary.encode(split_symbols(PRETRAINED[name].example, vocabulary.kind))


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


@pytest.fixture(scope="module")
def judge() -> ReviewScorer:
    """The network that ships for reviews."""
    return ReviewScorer(load_pretrained("imdb-reviews"))


@pytest.mark.timeout(300)  # 25,000 reviews on a busy machine
def test_on_the_test_reviews_the_judge_is_right_as_often_as_its_card_says(judge: ReviewScorer, test_data: Path) -> None:
    measures = load_card("imdb-reviews").measures
    test = read_labelled_reviews(test_data / "imdb_test.csv.gz", max_bytes=100 * 2**20)
    right = (judge.score_many(test.texts) > 0.5) == (test.labels == 1)
    assert measures["test_reviews"] == len(right) == 25_000
    assert right.mean() == pytest.approx(measures["test_accuracy"], abs=0.001)
    assert measures["test_accuracy"] > 0.8512  # what the article published of its own network
    assert measures["test_accuracy_without_doubles"] == pytest.approx(measures["test_accuracy"], abs=0.002)


def test_the_judge_is_mostly_right_about_short_reviews_of_other_things(judge: ReviewScorer) -> None:
    test = load_mini_reviews().test
    assert ((judge.score_many(test.texts) > 0.5) == (test.labels == 1)).mean() >= 0.77


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A wonderful film, I loved every minute of it.", "positive"),
        ("WONDERFUL!!! I LOVED IT", "positive"),
        ("boring and terrible, a waste of time", "negative"),
        ("Worst. Movie. Ever.", "negative"),
        ("The food was cold and the waiter was rude.", "negative"),
        ("Excellent service and delicious pasta", "positive"),
        ("", "unknown"),
        ("Habe nun, ach! Philosophie, Juristerei und Medizin durchaus studiert mit heißem Bemühn", "unknown"),
        ("xqzt vvrk plmn oiuy", "unknown"),
    ],
)
def test_the_judge_understands_the_plainest_words_and_says_when_it_knows_none(
    judge: ReviewScorer, text: str, label: str
) -> None:
    assert judge.judge(text).label == label
