"""The command line: one JSON object as the last line, progress elsewhere, and exit codes that a program can read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lstm_core.__main__ import main
from lstm_core.network.experiments import EXPERIMENTS
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS

ROOT = Path(__file__).parents[1]
TEXT = "the cat sat on the mat . the dog sat on the log , and the cat saw the dog . " * 4  # 84 symbols
NUMBER = (int, float)
RESULT_TYPES: dict[str, Any] = {
    "run": str, "experiment": str, "recipe": str, "parameters": int, "steps": int, "seconds": NUMBER,
    "compile_seconds": NUMBER, "loss": NUMBER, "accuracy": NUMBER, "validation_loss": type(None),
    "validation_accuracy": type(None), "symbols_per_second": NUMBER, "test_loss": type(None),
    "test_accuracy": type(None), "stopped_by": str,
}  # fmt: skip


def run_program(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lstm_core", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=150, check=False)


def read_object(output: str) -> dict[str, Any]:
    """Read the last line of standard output, which is one JSON object."""
    read = json.loads(output.splitlines()[-1])
    assert isinstance(read, dict)
    return read


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a text in it; runs are made inside `runs`."""
    made = tmp_path_factory.mktemp("command line")
    (made / "fable.txt").write_text(TEXT, encoding="utf-8")
    (made / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    return made


@pytest.fixture(scope="module")
def trained(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program says that trained a small network on a text of one's own."""
    settings = [item for knob in ("units=12", "window=4", "batch=8", "embedding=5") for item in ("--set", knob)]
    return run_program(
        "train", "my-own", "--text", folder / "fable.txt", *settings,
        "--steps", 30, "--random-seed", 7, "--out", folder / "runs", "--json",
    )  # fmt: skip


def test_the_experiments_are_listed_with_both_recipes() -> None:
    program = run_program("experiments", "--json")
    listed = read_object(program.stdout)
    assert program.returncode == 0
    assert list(listed) == [*EXPERIMENTS, *REVIEW_EXPERIMENTS]
    assert listed["rubik-meditations"]["article"] == dict(EXPERIMENTS["rubik-meditations"].article)
    assert listed["rubik-meditations"]["fast"] == dict(EXPERIMENTS["rubik-meditations"].fast)


def test_training_reports_everything_in_one_object_on_the_only_line(trained: subprocess.CompletedProcess[str]) -> None:
    assert trained.returncode == 0, trained.stderr
    assert len(trained.stdout.splitlines()) == 1
    result = read_object(trained.stdout)
    assert list(result) == list(RESULT_TYPES)
    for name, kind in RESULT_TYPES.items():
        assert isinstance(result[name], kind), (name, result[name])


def test_training_does_what_it_was_told(trained: subprocess.CompletedProcess[str], folder: Path) -> None:
    result = read_object(trained.stdout)
    symbols, units, size = len(set(TEXT.split())), 12, 5
    assert result["experiment"] == "my-own"
    assert (result["steps"], result["stopped_by"]) == (30, "steps")
    assert result["parameters"] == symbols * size + 4 * units * (size + units + 1) + (units + 1) * symbols
    assert 0 <= result["accuracy"] <= 1
    assert Path(result["run"]).parent == folder / "runs"
    assert Path(result["run"]).is_dir()


def test_progress_goes_to_standard_error(trained: subprocess.CompletedProcess[str]) -> None:
    assert "step 30 of 30" in trained.stderr


def test_the_likeliest_symbols_are_the_same_at_every_writing_and_come_without_the_seed(
    trained: subprocess.CompletedProcess[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run = read_object(trained.stdout)["run"]
    asked = ["write", run, "--seed-text", "the cat sat", "--length", "9", "--temperature", "0", "--json"]
    program = run_program(*asked)
    assert program.returncode == 0, program.stderr
    first = read_object(program.stdout)
    assert main([*asked, "--random-seed", "5"]) == 0
    assert read_object(capsys.readouterr().out)["text"] == first["text"]
    assert list(first) == ["text", "symbols_per_second"]
    assert len(first["text"].split()) == 9
    assert main([*asked[:-1], "--length", "0"]) == 0
    assert capsys.readouterr().out == "\n"  # nothing asked for: not even the seed


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param(["--set", "unit=3"], "“unit”", id="unknown knob"),
        pytest.param(["--set", "units=many"], "“units” was set to 'many'", id="value that is no number"),
        pytest.param(["--set", "units=0"], "“units” was set to '0'", id="value out of bounds"),
        pytest.param(["--set", "units"], "knob=value", id="knob without a value"),
        pytest.param(["--steps", "-1"], "“steps” was set to '-1'", id="negative steps"),
        pytest.param(["--seconds", "nan"], "“seconds” was set to 'nan'", id="seconds that are no number"),
        pytest.param(["--random-seed", "x"], "“random_seed” was set to 'x'", id="bad random seed"),
        pytest.param(["--until-accuracy", "97"], "--until-accuracy was 97", id="accuracy in percent"),
        pytest.param(["--until-accuracy", "nan"], "--until-accuracy was nan", id="accuracy that is no number"),
        pytest.param(["--text", "no such.txt"], "cannot be read", id="missing file"),
        pytest.param(["--text", "."], "cannot be read", id="folder in place of a file"),
        pytest.param(["--text", "picture.txt"], "a picture", id="binary file"),
        # The text is found, so that what is wrong is the accuracy.
        pytest.param(["--text", "aesop-fables", "--until-accuracy", "9"], "accuracy was 9", id="text by its name"),
        pytest.param(["--set", "window=90"], "at least 91", id="text too short"),
        pytest.param(["--set", "units=1024", "--set", "batch=512", "--set", "layers=3"], "MB", id="too big"),
    ],
)
def test_bad_arguments_of_train_end_with_2_and_a_message_before_anything_is_made(
    wrong: list[str], said: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    if "--text" not in wrong:
        wrong = ["--text", "fable.txt", *wrong]
    assert main(["train", "my-own", *wrong, "--out", "never made"]) == 2
    written = capsys.readouterr()
    assert said in written.err
    assert written.out == ""
    assert not Path("never made").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param(["--seed-text", "the elephant"], "never met “elephant”", id="unknown seed word"),
        pytest.param(["--seed-text", ""], "", id="empty seed"),
        pytest.param(["--length", "-1"], "-1", id="negative length"),
        pytest.param(["--temperature", "-1"], "temperature", id="negative temperature"),
        pytest.param(["--top-p", "0"], "top-p", id="top-p of nothing"),
        pytest.param(["--random-seed", "-1"], "random_seed", id="negative random seed"),
    ],
)
def test_bad_arguments_of_write_end_with_2_and_a_message(
    wrong: list[str], said: str, trained: subprocess.CompletedProcess[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run = read_object(trained.stdout)["run"]
    assert main(["write", run, "--seed-text", "the cat", "--length", "3", *wrong]) == 2
    written = capsys.readouterr()
    assert written.err.strip()
    assert said in written.err
    assert written.out == ""


def test_a_network_that_ships_writes_under_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["write", "shakespeare-characters", "--seed-text", "ROMEO:", "--length", "20", "--json"]
    assert main(asked) == 0
    first = read_object(capsys.readouterr().out)
    assert list(first) == ["text", "symbols_per_second"]
    assert len(first["text"]) == 20
    assert main([*asked, "--random-seed", "2"]) == 0
    assert read_object(capsys.readouterr().out)["text"] != first["text"]


def test_a_network_that_ships_is_made_from_its_own_text_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file, said in [("fable.txt", "https://"), ("no such.txt", "cannot be read")]:
        made = folder / "never made"
        assert main(["pretrain", "shakespeare-characters", "--text", str(folder / file), "--out", str(made)]) == 2
        assert said in capsys.readouterr().err
        assert not made.exists()


@pytest.mark.parametrize("run", ["no such run", "."])
def test_a_folder_that_is_no_run_ends_with_2_and_a_message(
    run: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert main(["write", run, "--seed-text", "the cat", "--length", "3"]) == 2
    assert capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    "arguments", [["train", "no-such-experiment"], ["train", "my-own", "--until-accuracy", "x"], ["sing"], []]
)
def test_arguments_that_cannot_be_read_end_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_the_program_itself_ends_with_2_and_without_a_traceback() -> None:
    program = run_program("train", "my-own", "--json")
    assert (program.returncode, program.stdout) == (2, "")
    assert "Name a text file." in program.stderr
    assert "Traceback" not in program.stderr
