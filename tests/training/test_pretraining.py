"""Making a network that ships: the right text or none, and the best moment of the training is what is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from lstm_core.errors import UnreadableText
from lstm_core.network.numpy_network import evaluate
from lstm_core.network.pretrained import JUDGES, WRITERS, load_card, load_pretrained
from lstm_core.network.spec import RunSpec
from lstm_core.text.windows import split_validation
from lstm_core.training.data import prepare_data
from lstm_core.training.pretraining import RECIPES, build_pretraining_spec, iter_pretraining
from lstm_core.training.review_pretraining import NAME as NAME_OF_JUDGE

NAME = "shakespeare-characters"
TEXT = "to be, or not to be, that is the question: " * 60
SMALL = {"units": 16, "embedding": 8, "window": 16, "batch": 8, "steps": 60}


def test_every_network_that_ships_has_a_recipe() -> None:
    assert list(RECIPES) == list(WRITERS)  # the judge of reviews has its own, in `review_pretraining`
    assert [NAME_OF_JUDGE] == list(JUDGES)


def test_another_text_than_the_cards_is_refused_and_the_address_of_the_right_one_is_told() -> None:
    with pytest.raises(UnreadableText, match="https://"):
        build_pretraining_spec(NAME, TEXT.encode())


def test_a_text_without_a_held_out_part_is_refused(tmp_path: Path) -> None:
    spec = RunSpec.build(TEXT[:500], "short", **(dict(RECIPES[NAME].settings) | SMALL))
    with pytest.raises(UnreadableText, match="held"):
        next(iter_pretraining(NAME, spec, tmp_path))


@pytest.mark.timeout(300)  # importing TensorFlow and compiling, on a busy machine
def test_the_best_moment_is_saved_with_its_card(tmp_path: Path) -> None:
    # A learning rate this high does not only get better.
    spec = RunSpec.build(TEXT, "question", **(dict(RECIPES[NAME].settings) | SMALL | {"learning_rate": 0.3}))
    progress = list(iter_pretraining(NAME, spec, tmp_path / NAME))
    losses = {report.step: report.loss_nats for report in progress[:-1]}
    card = load_card(NAME, tmp_path)
    assert progress[-1].card == card
    assert losses[card.steps] == min(losses.values()) == progress[-1].best_loss_nats
    assert (card.steps_trained, max(losses)) == (60, 60)
    network = load_pretrained(NAME, tmp_path)
    data = prepare_data(spec)
    held_out = split_validation(network.vocabulary.encode(list(TEXT)), spec.window).validation
    assert held_out is not None and len(held_out) == card.validation_symbols
    measured = evaluate(data.shape, network.weights, held_out, spec.window)
    assert measured.loss_nats == pytest.approx(card.measures["validation_loss"], abs=1e-4)
    assert replace(network, weights={}).shape == data.shape
