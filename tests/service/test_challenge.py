import math

import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.network.spec import RunSpec
from lstm_core.service.challenge import Challenge, challenge_texts, characters_per_symbol, judge
from lstm_core.service.glance import Glance, look_at
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_new_run
from lstm_core.service.run_store import RunStore
from lstm_core.text.library import load_text
from lstm_core.text.symbols import split_symbols
from lstm_core.text.windows import split_validation
from lstm_core.training.data import prepare_run
from lstm_core.training.reports import TrainingReport, ValidationNote
from tests.service.some_rooms import FABLES, fable_spec
from tests.training.small_reviews import build_review_spec

IN_SECONDS = Challenge(FABLES, "characters", 60, "seconds", 200_000)
IN_STEPS = Challenge(FABLES, "characters", 250, "steps", 200_000)


def make_run(store: RunStore, spec: RunSpec) -> LiveRun:
    return record_new_run(store, spec, prepare_run(spec))


def train(run: LiveRun, losses: list[float], seconds: float = 20.0) -> None:
    """Train on in stretches of 100 steps, after each of which the held-out part is measured."""
    for loss in losses:
        at = run.step + 100
        run.add_report(
            TrainingReport(at - 99, *[[loss] * 100] * 2, seconds, 0.0, validation=ValidationNote(at, loss, 0.5))
        )


def look(run: LiveRun, challenge: Challenge) -> Glance:
    return look_at(run, challenge.max_steps, challenge.max_seconds, 0.5)


def test_what_is_learned_after_the_budget_does_not_count(store: RunStore) -> None:
    run = make_run(store, fable_spec())
    train(run, [3.0, 2.5, 2.0, 1.0, 0.5])
    assert look(run, IN_SECONDS).counted_loss == 2.0  # 60 of 100 s
    assert look(run, IN_STEPS).counted_loss == 2.5  # 200 of 500 steps
    assert look(run, IN_STEPS).validation_loss == 0.5


def test_a_result_is_told_in_bits_per_character(store: RunStore) -> None:
    run = make_run(store, fable_spec())
    assert judge(IN_SECONDS, look(run, IN_SECONDS)).bits is None
    train(run, [2.0])
    assert judge(IN_SECONDS, look(run, IN_SECONDS)).bits == pytest.approx(2.0 / math.log(2))


def test_of_words_the_characters_of_the_held_out_part_are_counted() -> None:
    text = load_text(FABLES)
    words = split_symbols(text, "words")
    held_out = words[-(len(words) // 10) :]
    characters = characters_per_symbol(FABLES, "words") * len(held_out)
    assert text.endswith(text[-round(characters) :]) and split_symbols(text[-round(characters) :], "words") == held_out
    assert characters_per_symbol(FABLES, "characters") == 1


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (fable_spec(units=512), "parameters; at most 200,000"),
        (fable_spec(symbols="words"), "It reads words"),
        (fable_spec(vocabulary=20), "rare symbols"),
        (fable_spec(targets="last"), "names the symbol after a window only"),
        (RunSpec.build(load_text("meditations-long"), "Meditations", symbols="characters"), "Another text: Medit"),
        (build_review_spec(), "It reads reviews"),
    ],
)  # fmt: skip
def test_a_run_that_breaks_the_rules_has_no_result_and_a_reason(store: RunStore, spec: RunSpec, reason: str) -> None:
    run = make_run(store, spec)
    train(run, [0.1])
    verdict = judge(IN_SECONDS, look(run, IN_SECONDS))
    assert verdict.bits is None and reason in verdict.reason


@pytest.mark.parametrize("symbols", ["characters", "words"])
def test_the_held_out_part_of_a_challenge_is_the_same_whatever_the_window(symbols: str) -> None:
    assert challenge_texts(symbols)
    for name in challenge_texts(symbols):
        ids = list(range(len(split_symbols(load_text(name), symbols))))
        held_out = [split_validation(ids, window).validation for window in (1, 16, 100)]
        assert all(part is not None and part.tolist() == held_out[0].tolist() for part in held_out)


def test_a_run_whose_window_leaves_nothing_held_out_is_out(store: RunStore) -> None:
    challenge = Challenge("quijote-chapter-1", "words", 10, "steps", 10**6)
    spec = RunSpec.build(load_text("quijote-chapter-1"), "Quijote", symbols="words", window=200, units=8)
    assert "no part of the text is held out" in judge(challenge, look(make_run(store, spec), challenge)).reason


def test_the_settings_of_a_challenge_make_a_run_that_takes_part(store: RunStore) -> None:
    for challenge in (IN_SECONDS, IN_STEPS):
        run = make_run(store, fable_spec(**challenge.settings()))
        train(run, [2.0])
        assert judge(challenge, look(run, challenge)).bits is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "no such"}, {"text": "meditations-5-20-hays"}, {"symbols": "letters"}, {"budget": 0},
        {"budget": float("nan")}, {"unit": "hours"}, {"max_parameters": 0}, {"unit": "steps", "budget": 1.5},
    ],
)  # fmt: skip
def test_a_challenge_that_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(InvalidSetting):
        Challenge(**(vars(IN_SECONDS) | wrong))


def test_a_challenge_is_written_down_and_read_back() -> None:
    assert Challenge.from_record(IN_STEPS.to_record()) == IN_STEPS
