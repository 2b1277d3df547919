"""The three programs compute the same, write the same, and a difference would be seen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.frameworks import keras_program, numpy_program, tensorflow_program
from lstm_core.frameworks.comparison import (
    TRAINING_STEPS,
    Comparison,
    ComparisonRequest,
    compare,
    run_program,
)
from lstm_core.frameworks.parts import FRAMEWORKS

PROGRAMS = (numpy_program, tensorflow_program, keras_program)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    request = ComparisonRequest("meditations-5-20-long", units=32)
    request.check()
    return compare([run_program(framework, request) for framework in FRAMEWORKS])


def test_outputs_and_all_gradients_are_equal(comparison: Comparison) -> None:
    assert len(comparison.agreements) == 6  # the probabilities, and five arrays of weights
    assert all(agreement.largest > 0 for agreement in comparison.agreements)
    assert comparison.is_equal


def test_ten_steps_of_training_give_the_same_losses_and_these_fall(comparison: Comparison) -> None:
    first, *others = [run.losses for run in comparison.runs]
    assert len(first) == TRAINING_STEPS and first[-1] < first[0] - 0.3
    for losses in others:
        np.testing.assert_allclose(losses, first, rtol=1e-4)


def test_each_program_is_timed(comparison: Comparison) -> None:
    assert all(len(run.step_seconds) >= 5 and (run.step_seconds > 0).all() for run in comparison.runs)


def test_a_gradient_that_is_a_little_off_is_not_called_equal(comparison: Comparison) -> None:
    numpy_run, *others = comparison.runs
    off = {name: gradient * np.float32(1 + 1e-4) for name, gradient in others[1].gradients.items()}
    found = compare([numpy_run, others[0], replace(others[1], gradients=off)])
    assert [agreement.is_equal for agreement in found.agreements] == [True] + 5 * [False]


def test_with_the_same_weights_and_the_same_chance_all_three_write_the_same() -> None:
    letters = list("abcdefgh")
    weights = numpy_program.draw_weights(len(letters), 8, np.random.default_rng(3))
    weights = {name: 4 * array for name, array in weights.items()}  # so that it has opinions
    network = tensorflow_program.CharacterLSTM(len(letters), 8, np.random.default_rng(1))
    for name, array in weights.items():
        network.weights[name].assign(array)
    learner, writer = keras_program.build_models(len(letters), 8)
    learner.set_weights(list(weights.values()))
    written = [
        numpy_program.write(weights, letters, 25, np.random.default_rng(7)),
        network.write(letters, 25, np.random.default_rng(7)),
        keras_program.write(writer, letters, 25, np.random.default_rng(7)),
    ]
    assert len(set(written)) == 1 and len(written[0]) == 26 and len(set(written[0])) > 3


@pytest.mark.parametrize("program", PROGRAMS, ids=FRAMEWORKS)
def test_a_program_runs_from_a_file_to_the_writing(
    program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "text.txt"
    file.write_text("¡Qué cosa! " * 8, encoding="utf-8")
    for name, value in {"WINDOW": 5, "BATCH": 2, "UNITS": 4, "STEPS": 100}.items():
        monkeypatch.setattr(program, name, value)
    program.main(str(file))
    told, written = capsys.readouterr().out.strip("\n").split("\n", 1)
    assert told.startswith("step 100  loss ") and 0 < float(told.split()[-1]) < np.log(9)
    assert len(written) >= 290 and set(written) <= set("¡Qué cosa! ")


@pytest.mark.parametrize("wrong", [{"text_name": "no such text"}, {"text_name": "shakespeare", "units": 4_096}])
def test_a_request_that_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(InvalidSetting):
        ComparisonRequest(**wrong).check()
