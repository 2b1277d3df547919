"""A batch that is split over cores makes the same step, and the same one whatever the number of cores."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lstm_core.training import program as program_module
from lstm_core.training import review_step, step
from lstm_core.training.program import PARTS, StepProgram
from lstm_core.training.trainer import Trainer
from tests.training.small_reviews import build_review_spec
from tests.training.small_runs import build_small_spec


@pytest.fixture
def always_split(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Split even the smallest batches; the programs of other tests are left alone."""
    monkeypatch.setattr(program_module, "MIN_PART", 1)
    monkeypatch.setattr(program_module, "MIN_SPLIT_PRODUCTS", 0.0)
    yield
    step.compiled_steps.cache_clear()
    review_step.compiled_review_steps.cache_clear()


def train(spec: Any, cores: int = PARTS, steps: int = 6) -> np.ndarray:
    trainer = Trainer(spec)
    trainer.cores = cores
    report = trainer.train(600, steps)
    return np.stack([report.losses, report.accuracies])


@pytest.mark.parametrize("batch", [4, 5])
@pytest.mark.parametrize("build", [build_small_spec, build_review_spec])
def test_a_split_batch_teaches_what_the_whole_one_teaches(
    build: Any, batch: int, request: pytest.FixtureRequest
) -> None:
    spec = build(batch=batch, steps=6)
    whole = train(spec)
    request.getfixturevalue("always_split")
    step.compiled_steps.cache_clear()
    review_step.compiled_review_steps.cache_clear()
    np.testing.assert_allclose(train(spec), whole, rtol=1e-4)


@pytest.mark.usefixtures("always_split")
def test_the_number_of_cores_changes_no_digit() -> None:
    spec = build_small_spec(batch=5, steps=6, dropout=0.3)
    np.testing.assert_array_equal(train(spec, cores=1), train(spec, cores=2))


@pytest.mark.usefixtures("always_split")
def test_a_split_program_is_compiled_once_for_all_steps_rates_and_parts() -> None:
    trainer = Trainer(build_small_spec(batch=5, steps=600))
    program: StepProgram = trainer._plan_call(1).program
    trainer.train(600, 2)
    compiled = program.count_compilations()
    trainer.train(600, 9)
    assert program.count_compilations() == compiled


def test_small_steps_stay_whole_and_large_ones_are_split() -> None:
    small = StepProgram(lambda *_: None, "sgd", False, products_per_row=1e4)
    large = StepProgram(lambda *_: None, "sgd", False, products_per_row=1e7)
    assert not small.is_split(64)
    assert large.is_split(64)
    assert not large.is_split(1)
