"""A run is the same however it is cut up, it really learns, and it ends where it was told to."""

import os
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from lstm_core.errors import TextTooShort
from lstm_core.network.numpy_network import evaluate
from lstm_core.network.spec import RunSpec
from lstm_core.training.examiner import MAX_ACCURACY_WINDOWS
from lstm_core.training.reports import TrainingReport
from lstm_core.training.state import TrainingState
from lstm_core.training.step import compiled_steps
from lstm_core.training.trainer import Trainer
from tests.training.small_runs import TEXT, build_small_spec

ODD_SLICES = (1, 2, 130, 7, 61, 255, 44)  # 500 steps; some fill a call of 128 steps, most do not
DROPOUT = {"dropout": 0.2, "recurrent_dropout": 0.1}
# What a network of 32 units learns by heart: all windows of a short text of words in one batch.
BY_HEART = {"window": 3, "units": 32, "embedding": 16, "targets": "last", "batch": 64, "learning_rate": 0.01}


def train_on(trainer: Trainer, steps: int) -> np.ndarray:
    """Train for exactly `steps` and return their losses."""
    return trainer.train(600, steps).losses


def write_and_read(state: TrainingState, trainer: Trainer) -> TrainingState:
    """Put a state through a checkpoint file."""
    file = BytesIO()
    np.savez(file, allow_pickle=False, **state.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        return TrainingState.from_arrays(dict(archive), trainer.data.shape, trainer.spec.optimizer)


def finish(trainer: Trainer) -> TrainingReport:
    """Train to the end and return the last report."""
    return list(trainer)[-1]


def count_programs(spec: RunSpec) -> int:
    """How often the steps of a spec's shape have been compiled in this process."""
    shape = Trainer(spec).data.shape
    program = compiled_steps(shape, spec.optimizer, spec.dropout > 0 or spec.recurrent_dropout > 0, spec.clip_norm > 0)
    return program.count_compilations()


def draw_words(count: int, distinct: int = 12) -> list[str]:
    """A text that nobody has seen before."""
    random = np.random.default_rng(int.from_bytes(os.urandom(8), "big"))
    words = [f"{chr(97 + index)}{chr(97 + index)}" for index in range(distinct)]
    return [*words, *random.choice(words, count - distinct).tolist()]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(DROPOUT, id="adam with dropout, shuffled"),
        pytest.param({"targets": "last", "order": "walk", "optimizer": "rmsprop-tf1", "clip_norm": 0.0}, id="walk"),
    ],
)
def test_the_first_500_losses_do_not_depend_on_how_a_run_is_cut_up(settings: dict[str, Any]) -> None:
    spec = build_small_spec(schedule="cosine", **settings)
    whole = train_on(Trainer(spec), 500)

    sliced = Trainer(spec)
    in_slices = np.concatenate([train_on(sliced, steps) for steps in ODD_SLICES])

    first = Trainer(spec)
    before = train_on(first, 137)
    taken_up = Trainer(spec, state=write_and_read(first.state(), first))
    resumed = np.concatenate([before, train_on(taken_up, 363)])

    assert len(whole) == 500
    assert whole[-50:].mean() < whole[:50].mean()
    np.testing.assert_allclose(in_slices, whole, rtol=0, atol=1e-5)
    np.testing.assert_allclose(resumed, whole, rtol=0, atol=1e-5)


def test_another_random_seed_gives_other_losses() -> None:
    losses = [train_on(Trainer(build_small_spec(random_seed=seed, **DROPOUT)), 5) for seed in (1, 2)]
    assert not np.isclose(losses[0], losses[1], rtol=0, atol=1e-5).any()


def test_dropout_disturbs_training() -> None:
    still, disturbed = (
        train_on(Trainer(build_small_spec(dropout=rate, recurrent_dropout=0.1)), 5) for rate in (0, 0.5)
    )
    assert not np.isclose(still, disturbed, rtol=0, atol=1e-5).any()


def test_numbers_and_texts_of_similar_length_do_not_compile_anew() -> None:
    spec = build_small_spec(**DROPOUT)
    trainer = Trainer(spec)
    train_on(trainer, 1)
    programs = count_programs(spec)
    trainer.plan = trainer.plan.with_learning_rate(1, 0.5)
    train_on(trainer, 3)
    for turned in ({"dropout": 0.5}, {"learning_rate": 0.1}, {"clip_norm": 7.0}, {"beta_2": 0.9}, {"random_seed": 9}):
        train_on(Trainer(spec.changed(**turned)), 1)
    longer = build_small_spec(TEXT + "cat", **DROPOUT)
    assert Trainer(longer).data.symbol_count > trainer.data.symbol_count
    train_on(Trainer(longer), 1)
    assert count_programs(spec) == programs


def test_a_learning_rate_moved_while_it_trains_changes_what_follows_and_nothing_before() -> None:
    spec = build_small_spec(**DROPOUT)
    untouched = train_on(Trainer(spec), 20)
    moved = Trainer(spec)
    before = train_on(moved, 10)
    moved.plan = moved.plan.with_learning_rate(moved.step, 0.3)
    after = train_on(moved, 10)
    np.testing.assert_allclose(before, untouched[:10], rtol=0, atol=1e-5)
    assert after[0] == pytest.approx(untouched[10], abs=1e-5)  # the weights before the first moved step are the same
    assert not np.isclose(after[1:], untouched[11:], rtol=0, atol=1e-5).any()


def test_it_learns_a_text_that_was_drawn_a_moment_ago_and_no_other() -> None:
    words = draw_words(60)
    spec = build_small_spec(" ".join(words), **BY_HEART, until="perfect", steps=5_000)
    trainer = Trainer(spec)
    ids = trainer.data.split.training
    reports = list(trainer)
    losses = np.concatenate([report.losses for report in reports])
    learnt, *_ = trainer.evaluate_fully()
    other = evaluate(trainer.data.shape, trainer.network().weights, np.random.default_rng(0).permutation(ids), 3)

    assert reports[-1].stopped_by == "perfect"
    assert losses[0] == pytest.approx(np.log(len(trainer.data.vocabulary)), rel=0.05)
    assert losses[-1] < losses[0] / 3
    assert learnt.accuracy == trainer.data.best_accuracy(3) == reports[-1].accuracy
    assert other.accuracy < 0.5 < learnt.accuracy


def test_a_run_until_an_accuracy_ends_when_the_whole_text_reaches_it() -> None:
    trainer = Trainer(build_small_spec(" ".join(draw_words(60)), **BY_HEART, steps=5_000), until_accuracy=0.7)
    last = finish(trainer)
    assert last.stopped_by == "accuracy"
    assert last.accuracy is not None
    assert last.accuracy == trainer.evaluate_fully()[0].accuracy >= 0.7
    assert trainer.step < 5_000


@pytest.mark.parametrize("steps", [1, 20])
def test_a_budget_of_steps_is_kept_exactly(steps: int) -> None:
    trainer = Trainer(build_small_spec(steps=steps, **DROPOUT))
    last = finish(trainer)
    assert (trainer.step, last.last_step, last.stopped_by, last.total_steps) == (steps, steps, "steps", steps)


def test_a_budget_in_seconds_becomes_a_number_of_steps_and_ends_the_run_there() -> None:
    trainer = Trainer(build_small_spec(steps=0, seconds=0.4, **DROPOUT))
    last = finish(trainer)
    assert trainer.plan.total_steps == trainer.step == last.total_steps
    assert last.stopped_by == "seconds"


def test_a_budget_in_seconds_is_put_right_while_the_first_steps_prove_slower_than_the_rest() -> None:
    trainer = Trainer(build_small_spec(steps=0, seconds=100, schedule="cosine", **DROPOUT))
    totals = []
    for step, seconds, seconds_per_step in [(4, 2.0, 0.5), (14, 3.0, 0.1), (214, 26.0, 0.2)]:
        trainer.step, trainer.seconds, trainer._seconds_per_step = step, seconds, seconds_per_step
        trainer._settle_budget()
        totals.append(trainer.plan.total_steps)
    assert totals == [4 + 196, 14 + 970, 14 + 970]
    assert trainer.plan.schedule_start == 4


def test_of_steps_and_seconds_what_comes_first_ends_the_run() -> None:
    trainer = Trainer(build_small_spec(steps=9, seconds=3_600, **DROPOUT))
    assert finish(trainer).stopped_by == "steps"
    assert trainer.step == 9


def test_an_ended_run_trains_on_for_the_steps_that_are_asked_for() -> None:
    trainer = Trainer(build_small_spec(steps=10, **DROPOUT))
    finish(trainer)
    trainer.plan = trainer.plan.train_on(trainer.step, 15)
    last = finish(trainer)
    assert (last.first_step, trainer.step, last.stopped_by) == (11, 25, "steps")


def test_reports_follow_each_other_without_a_gap_and_the_last_one_shows_what_was_learnt() -> None:
    trainer = Trainer(build_small_spec(**DROPOUT))
    reports = list(trainer)
    steps = np.concatenate([np.arange(report.first_step, report.last_step + 1) for report in reports])
    np.testing.assert_array_equal(steps, np.arange(1, 501))
    assert [sample.temperature for sample in reports[-1].samples] == [0.2, 0.5, 1.0]
    assert reports[-1].predictions
    assert reports[0].compile_seconds > 0
    assert not any(report.compile_seconds for report in reports[1:])


def test_the_network_of_a_trainer_stays_as_it_was_when_training_goes_on() -> None:
    trainer = Trainer(build_small_spec(**DROPOUT))
    train_on(trainer, 3)
    network, state = trainer.network(), trainer.state()
    kept = {name: array.copy() for name, array in network.weights.items()}
    train_on(trainer, 3)
    assert (network.step, state.step, trainer.step) == (3, 3, 6)
    for name, array in kept.items():
        np.testing.assert_array_equal(network.weights[name], array)
        np.testing.assert_array_equal(state.weights[name], array)


def test_the_articles_count_the_accuracy_of_their_steps_and_none_over_the_text() -> None:
    settings = {"targets": "last", "order": "walk", "optimizer": "rmsprop-tf1", "clip_norm": 0.0}
    spec = RunSpec.build(
        TEXT, "a small text", recipe="article", **dict(build_small_spec(**settings).settings, steps=40)
    )
    report = finish(Trainer(spec))
    assert report.accuracy is None
    assert set(report.accuracies) <= {0.0, 1.0}  # one window a step: right or wrong


def test_a_long_text_is_validated_on_its_whole_held_out_part_when_it_ends() -> None:
    words = ["dust", *draw_words(2_100)]
    trainer = Trainer(build_small_spec(" ".join(words), steps=3, **DROPOUT))
    note = finish(trainer).validation
    assert trainer.data.split.validation is not None
    assert note is not None
    assert note.step == 3
    _, held_out, _ = trainer.evaluate_fully()
    assert held_out is not None
    assert (note.loss, note.accuracy) == pytest.approx((held_out.loss_nats, held_out.accuracy))


def test_a_text_of_no_window_and_target_is_refused() -> None:
    with pytest.raises(TextTooShort, match="3 symbols.*at least 5"):
        Trainer(build_small_spec("one two three"))


def test_until_an_accuracy_the_articles_average_their_last_1000_steps() -> None:
    settings = {"targets": "last", "order": "walk", "optimizer": "rmsprop-tf1", "clip_norm": 0.0, "steps": 3_000}
    spec = RunSpec.build(TEXT, "a small text", recipe="article", **dict(build_small_spec().settings, **settings))
    trainer = Trainer(spec, until_accuracy=0.2)
    reports = list(trainer)
    right = np.concatenate([report.accuracies for report in reports])
    assert reports[-1].stopped_by == "accuracy"
    assert 1_000 <= trainer.step == len(right) < 3_000
    assert right[-1_000:].mean() >= 0.2


def test_a_goal_that_only_the_windows_looked_at_have_reached_does_not_end_a_run() -> None:
    words = ["ab", "cd"] * 2_300  # a tenth is held out, and of the rest some windows are looked at while it trains
    looked_at = set(np.linspace(0, 4_140 - 3 - 1, MAX_ACCURACY_WINDOWS).astype(int).tolist())
    place = next(index for index in range(2_000, 3_000, 2) if index - 3 not in looked_at)
    words.insert(place, "cd")  # once "cd ab cd" goes on with "cd", where it always goes on with "ab"
    words.pop()
    trainer = Trainer(build_small_spec(" ".join(words), targets="last", window=3, steps=300), until_accuracy=1.0)
    reports = list(trainer)
    assert trainer.data.symbol_count == 4_140
    assert reports[-1].accuracy == 1  # of the windows looked at
    assert trainer.evaluate_fully()[0].accuracy < 1
    assert reports[-1].stopped_by == "steps"


def test_a_run_that_rests_is_looked_at_once_at_its_last_step() -> None:
    trainer = Trainer(build_small_spec())
    began, looked, moved = (trainer.train(60, max_steps=1) for _ in range(3))
    assert (began.samples, moved.samples) == ((), ())  # the first point of a curve waits for no words
    assert {sample.step for sample in looked.samples} == {2}
    first, second = trainer.examine(), trainer.examine()
    assert len(first.losses) == 0 and first.last_step == 3
    assert {sample.step for sample in first.samples} == {3}
    assert second.samples == ()
