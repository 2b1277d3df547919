"""The command line with reviews: trained on, tested on, judged one by one or as a table; refused in words."""

import csv
import subprocess
from pathlib import Path

import pytest

from lstm_core.__main__ import main
from lstm_core.text.mini_reviews import REVIEW_FOLDER
from tests.test_command_line import RESULT_TYPES, read_object, run_program
from tests.training.small_reviews import make_reviews

NUMBER = (int, float)
SMALL = [part for knob in ("units=6", "embedding=6", "batch=16") for part in ("--set", knob)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of made-up reviews to train and to test on."""
    made = tmp_path_factory.mktemp("reviews")
    for name, count, seed in (("train.csv", 200, 1), ("test.csv", 60, 2)):
        reviews = make_reviews(count, seed)
        with (made / name).open("w", newline="", encoding="utf-8") as file:
            rows = zip(reviews.texts, reviews.labels.tolist(), strict=True)
            csv.writer(file).writerows([("text", "label"), *rows])
    (made / "plain.csv").write_text("text\nlovely and bright\ndull and grey\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def trained(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program says that trained on two tables."""
    tables = ("--reviews", folder / "train.csv", "--test-reviews", folder / "test.csv")
    return run_program("train", "rubik-imdb", *tables, *SMALL, "--steps", 240, "--out", folder / "runs", "--json")


def test_training_tells_the_accuracy_on_the_test_reviews(trained: subprocess.CompletedProcess[str]) -> None:
    assert trained.returncode == 0, trained.stderr
    result = read_object(trained.stdout)
    tested = {name: NUMBER for name in ("validation_loss", "validation_accuracy", "test_loss", "test_accuracy")}
    expected = RESULT_TYPES | tested
    assert list(result) == list(expected)
    assert all(isinstance(result[name], kind) for name, kind in expected.items())
    assert result["test_accuracy"] > 0.9
    assert result["steps"] == 240 and result["stopped_by"] == "steps"


def test_a_run_judges_a_review(trained: subprocess.CompletedProcess[str], capsys: pytest.CaptureFixture[str]) -> None:
    run = read_object(trained.stdout)["run"]
    for text, label in (("a lovely warm film", "positive"), ("a dull grey film", "negative")):
        assert main(["review", run, "--text", text, "--json"]) == 0
        result = read_object(capsys.readouterr().out)
        assert result["label"] == label
        assert (result["score"] > 0.5) == (label == "positive")


def test_a_table_with_labels_is_judged_with_its_accuracy(
    trained: subprocess.CompletedProcess[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = read_object(trained.stdout)
    assert main(["review", report["run"], "--file", str(folder / "test.csv"), "--json"]) == 0
    result = read_object(capsys.readouterr().out)
    assert result["n"] == 60
    assert result["accuracy"] == pytest.approx(report["test_accuracy"])


def test_a_table_without_labels_is_judged_all_the_same(
    trained: subprocess.CompletedProcess[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", read_object(trained.stdout)["run"], "--file", str(folder / "plain.csv"), "--json"]) == 0
    result = read_object(capsys.readouterr().out)
    assert result["n"] == 2 and "accuracy" not in result


def test_the_reviews_that_ship_are_learned_without_naming_a_file(folder: Path) -> None:
    program = run_program("train", "mini-reviews", "--steps", 12, *SMALL, "--out", folder / "runs", "--json")
    assert program.returncode == 0, program.stderr
    result = read_object(program.stdout)
    assert 0 <= result["test_accuracy"] <= 1 and result["experiment"] == "mini-reviews"


def test_a_network_that_ships_judges_without_training(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "imdb-reviews", "--text", "A wonderful film, I loved every minute of it.", "--json"]) == 0
    assert read_object(capsys.readouterr().out)["label"] == "positive"
    assert main(["review", "imdb-reviews", "--file", str(REVIEW_FOLDER / "mini-test.csv"), "--json"]) == 0
    assert read_object(capsys.readouterr().out)["accuracy"] > 0.72


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "rubik-meditations", "--reviews", "train.csv"], "It trains on a text"),
        (["train", "rubik-imdb", "--text", "train.csv"], "It trains on reviews"),
        (["train", "mini-reviews", "--test-reviews", "test.csv"], "Name both, or neither"),
        (["train", "mini-reviews", "--reviews", "nothing.csv"], "cannot be read"),
        (["train", "mini-reviews", "--reviews", "plain.csv"], "label"),
        (["train", "horas-quijote", "--recipe", "best"], "The recipe was “best”"),
        (["review", "shakespeare-characters", "--text", "good"], "cannot judge reviews"),
        (["review", "imdb-reviews", "--file", "nothing.csv"], "cannot be read"),
        (["review", "nobody", "--text", "good"], "There is no folder"),
        (["write", "imdb-reviews", "--seed-text", "good", "--length", "3"], "cannot write"),
        (["pretrain", "imdb-reviews", "--text", "train.csv"], "--reviews and --test-reviews"),
        (["pretrain", "imdb-reviews", "--reviews", "train.csv", "--test-reviews", "test.csv"], "SHA-256"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_a_way_on(
    arguments: list[str],
    said: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
