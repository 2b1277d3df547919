"""A review network learns, says how it does on reviews that it has never met, and can be taken up where it was."""

import numpy as np
import pytest

from lstm_core.training.plan import Plan
from lstm_core.training.state import TrainingState
from lstm_core.training.trainer import Trainer
from tests.training.small_reviews import build_review_spec


def train_to_the_end(trainer: Trainer) -> list[np.ndarray]:
    return [report.losses for report in trainer]


def test_it_learns_which_words_are_kind() -> None:
    trainer = Trainer(build_review_spec(count=300, test=100, steps=150))
    reports = list(trainer)
    _, validation, test = trainer.evaluate_fully()
    assert test is not None and test.accuracy > 0.95
    assert validation is test  # the fast recipe shows the test reviews, as the tutorial does
    assert reports[-1].validation is not None and reports[-1].validation.accuracy == test.accuracy
    assert reports[-1].stopped_by == "steps"
    assert {prediction.expected for prediction in reports[-1].predictions} == {"negative", "positive"}


def test_the_best_recipe_never_looks_at_the_test_reviews_while_it_trains() -> None:
    trainer = Trainer(build_review_spec("best", count=300, test=100, steps=5))
    assert len(trainer.data.validation) == 30 and len(trainer.data.training) == 270
    _, validation, test = trainer.evaluate_fully()
    assert len(validation.scores) == 30 and len(test.scores) == 100


def test_few_reviews_are_all_trained_on_and_it_is_said() -> None:
    trainer = Trainer(build_review_spec(count=60, steps=3))
    assert trainer.data.validation is None and len(trainer.data.training) == 60
    assert "too few" in trainer.data.note
    assert next(iter(trainer)).validation is None


@pytest.mark.timeout(300)
def test_the_losses_are_the_same_when_it_is_taken_up_from_a_checkpoint() -> None:
    spec = build_review_spec(steps=70, crops=0.3, word_dropout=0.2, direction="both", pooling="mean-and-max")
    at_once = np.concatenate(train_to_the_end(Trainer(spec)))
    first = Trainer(spec)
    losses = [first.train(60.0, max_steps=23).losses]
    arrays = first.state().to_arrays()
    second = Trainer(spec, TrainingState.from_arrays(arrays, first.data.shape, spec.optimizer), Plan.from_spec(spec))
    losses += train_to_the_end(second)
    np.testing.assert_allclose(np.concatenate(losses), at_once, rtol=1e-5)


def test_it_stops_as_soon_as_the_test_reviews_reach_the_accuracy() -> None:
    trainer = Trainer(build_review_spec(count=300, test=100, steps=5_000), until_accuracy=0.9)
    reports = list(trainer)
    assert reports[-1].stopped_by == "accuracy"
    assert trainer.evaluate_fully()[2].accuracy >= 0.9
