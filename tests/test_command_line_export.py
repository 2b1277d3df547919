"""`python -m lstm_core export`: each format of a run, and refusals before anything is written."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from lstm_core.__main__ import main
from lstm_core.export import program_file
from lstm_core.network.numpy_network import network_forward, softmax
from lstm_core.network.pretrained import load_pretrained
from lstm_core.service.run_store import RunStore
from tests.service.test_run_archive import train_stored_run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return store.path(train_stored_run(store, steps=6).run_id)


def test_a_run_goes_out_in_every_format(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = {"keras": "a.keras", "script": "a.py", "notebook": "a.ipynb", "tensorboard": "log", "csv": "a.csv"}
    options = [word for name, file in wanted.items() for word in (f"--{name}", file)]
    assert main(["export", str(run_folder), *options, "--json"]) == 0
    written = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(written) == set(wanted) and all(Path(file).is_file() for file in written.values())
    network = RunStore(run_folder.parent).load_network(run_folder.name)
    ids = np.array([[0, 1, 2]])
    expected = softmax(network_forward(network.text_shape, network.weights, ids).logits)
    np.testing.assert_allclose(keras.saving.load_model("a.keras")(ids).numpy(), expected, atol=1e-5)
    compile(Path("a.py").read_text(encoding="utf-8"), "a.py", "exec")
    assert len(Path("a.csv").read_text().splitlines()) == 7


def test_a_network_that_ships_goes_out_as_a_keras_file_under_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shakespeare.keras"
    assert main(["export", "shakespeare-characters", "--keras", str(file)]) == 0
    network = load_pretrained("shakespeare-characters")
    ids = np.arange(12)[None]
    expected = softmax(network_forward(network.text_shape, network.weights, ids).logits)
    np.testing.assert_allclose(keras.saving.load_model(file)(ids).numpy(), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "Nothing was asked for"),
        (["--keras", "model.h5"], "ends with .keras"),
        (["--csv", "no such folder/a.csv"], "there is no such folder"),
        (["--script", "."], "it is a folder"),
        (["--script", "a.py", "--notebook", "./a.py"], "the same name"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    wrong: list[str], said: str, run_folder: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(run_folder), *wrong]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("network", "said"), [("no such run", "no folder"), ("imdb-reviews", "--keras alone"), (".", "")]
)
def test_what_is_no_run_is_refused(network: str, said: str, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", network, "--csv", "a.csv"]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_file_of_somebody_elses_beside_the_program_is_not_written_over(
    run_folder: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setattr(program_file, "MAX_TEXT_INSIDE", 10)  # so that the text goes into a file of its own
    script, beside = tmp_path / "a.py", tmp_path / "a_text.txt"
    beside.write_text("my own")
    assert main(["export", str(run_folder), "--script", str(script)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert beside.read_text() == "my own" and not script.exists()
    beside.unlink()
    for _ in range(2):  # its own it may write again
        assert main(["export", str(run_folder), "--script", str(script)]) == 0
    assert beside.read_text().startswith("the mice held")
