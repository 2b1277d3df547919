"""What is compiled ahead is what a run calls: the run compiles nothing more, in its first epoch or later."""

from itertools import count, takewhile

import pytest

from lstm_core.network.spec import RunSpec
from lstm_core.training.review_step import compiled_review_steps
from lstm_core.training.step import compiled_steps
from lstm_core.training.trainer import Trainer
from lstm_core.training.warm_up import compile_ahead
from tests.training.small_reviews import build_review_spec
from tests.training.small_runs import build_small_spec


def count_compilations(trainer: Trainer) -> tuple[int, ...]:
    """How often something was compiled for the programs that a run calls, and how many programs there are at all."""
    programs = [call.program for call in trainer._course.calls_ahead()]
    made = [step.cache_info().misses for step in (compiled_steps, compiled_review_steps)]
    return (*(program.count_compilations() for program in programs), *made)


@pytest.mark.parametrize(
    "spec",
    [build_small_spec(units=9, dropout=0.1), build_review_spec(units=5, word_dropout=0.1)],
    ids=["text", "reviews"],
)
def test_a_run_compiles_nothing_that_was_compiled_ahead(spec: RunSpec) -> None:
    ahead = Trainer(spec)
    made = [number for number in takewhile(lambda number: ahead.compile_ahead(number)[1], count())]
    before = count_compilations(ahead)
    assert min(before[: len(made) + 1]) > 0

    run = Trainer(spec.changed(random_seed=7, learning_rate=0.02))
    run.train(600, 60)
    assert count_compilations(run) == before


def test_a_small_machine_keeps_its_memory_for_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributed.system.MEMORY_LIMIT", 690_000_000)  # the least that Streamlit Cloud gives
    before = compiled_steps.cache_info().misses
    assert compile_ahead("atienza-aesop", 0).program is None
    assert compiled_steps.cache_info().misses == before
