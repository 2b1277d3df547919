"""The programs and notebooks that go out: they make the app's own steps, and whatever people wrote stays a text."""

import ast
import json
import runpy
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from lstm_core.export.program_file import MAX_TEXT_INSIDE, ProgramFiles, quote_text, write_notebook, write_script
from lstm_core.export.review_program import review_cells
from lstm_core.export.text_program import text_cells
from lstm_core.network.review_network import score_ids, sigmoid
from lstm_core.training.data import prepare_data
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.orders import WindowOrder
from lstm_core.training.plan import Plan
from lstm_core.training.state import TrainingState
from lstm_core.training.trainer import Trainer
from tests.export.some_runs import make_run
from tests.training.small_reviews import build_review_spec
from tests.training.small_runs import build_small_spec

HOSTILE = 'x"\'\n\\"""\n__import__("os")#{}\u2028\x00`$\r'


def run_cells(cells: list, first: int, last: int, space: dict[str, Any]) -> dict[str, Any]:
    for cell in cells[first:last]:
        exec(compile(cell.code, cell.words, "exec"), space)
    return space


def save(files: ProgramFiles, folder: Path, name: str) -> Path:
    if files.beside_name:
        (folder / files.beside_name).write_bytes(files.beside)
    (folder / name).write_bytes(files.program)
    return folder / name


def test_the_program_makes_the_same_steps_as_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    spec = build_small_spec(symbols="characters", layers=2, schedule="cosine", clip_norm=0.3, forget_bias=2.0, steps=25)
    run = make_run(spec, steps=25)
    cells = text_cells(run, quote_text(spec.text))
    space = run_cells(cells, 0, 4, {})
    names = list(prepare_data(spec).shape.weight_shapes())
    weights = dict(zip(names, space["learner"].get_weights(), strict=True))
    np.testing.assert_array_equal(weights["lstm_2/bias"][8:16], 2)
    run_cells(cells, 4, len(cells), space)
    state = TrainingState(0, 0.0, weights, initial_slots(spec.optimizer, weights))
    expected = Trainer(spec, state=state).train(1e9, 25).losses
    np.testing.assert_allclose(space["losses"], expected, rtol=2e-3)
    assert len(capsys.readouterr().out.splitlines()[-1]) >= 160  # what it wrote


@pytest.mark.parametrize(
    "settings",
    [
        {"order": "shuffled", "targets": "every"},
        {"order": "shuffled", "targets": "last", "vocabulary": 5},
        {"order": "in-order", "targets": "every", "symbols": "characters"},
        {"order": "walk", "targets": "last", "text": "a b c d e f g h"},
        {"order": "shuffled", "text": "¿el «ratón» didn’t, कहानी o'clock? \n" * 400, "window": 20},
    ],
)
def test_symbols_held_out_part_and_windows_are_those_of_the_app(settings: dict, capsys) -> None:
    spec = build_small_spec(**settings)
    run = make_run(spec)
    cells = text_cells(run, quote_text(spec.text))
    space = run_cells(cells, 4, 5, run_cells(cells, 0, 3, {}))
    data = prepare_data(spec)
    assert tuple(space["names"]) == data.vocabulary.symbols
    np.testing.assert_array_equal(space["training"], data.split.training)
    assert len(space["validation"]) == (0 if data.split.validation is None else len(data.split.validation))
    order = WindowOrder(spec, data.symbol_count)
    assert space["BATCH"] == order.batch
    starts = list(islice(space["iter_starts"](), 40 * order.batch))
    np.testing.assert_array_equal(starts, order.offsets(1, 40).reshape(-1))


@pytest.mark.parametrize("kind", ["by hand", "cosine", "timed"])
def test_the_learning_rate_is_the_plans(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    spec = build_small_spec(schedule="constant" if kind == "by hand" else "cosine", final_rate=0.1, steps=60)
    plan = Plan.from_spec(spec)
    if kind == "by hand":
        plan = plan.with_learning_rate(20, 0.0125).with_learning_rate(40, 0.001)
    if kind == "timed":
        plan = replace(plan, total_steps=None, is_timed=True).with_total(7, 50)
    code = next(cell.code for cell in text_cells(make_run(spec, plan=plan), "''") if cell.words == "Training")
    function = next(node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef))
    space: dict[str, Any] = {"math": __import__("math")}
    exec(ast.unparse(function), space)
    np.testing.assert_allclose([space["learning_rate"](step) for step in range(1, 71)], plan.rates(1, 70), rtol=1e-6)


def test_symbols_that_begin_far_apart_do_so_in_the_program_too() -> None:
    made = make_run(build_small_spec(coding="embedding", initialization="wide-embedding"))
    code = next(cell.code for cell in text_cells(made, "''") if "layers.Embedding" in cell.code)
    assert "embeddings_initializer=keras.initializers.RandomNormal(0, 1)" in code


def test_the_program_of_reviews_runs_as_a_script_with_its_file_beside_it(tmp_path: Path, capsys) -> None:
    spec = build_review_spec(
        direction="both", pooling="mean-and-max", dense=4, word_dropout=0.1, crops=0.2, units=6, steps=60
    )
    run = make_run(spec, steps=60)
    space = runpy.run_path(str(save(write_script(run, "judge"), tmp_path, "judge.py")))
    assert len(space["losses"]) == 60 and np.mean(space["losses"][-10:]) < np.mean(space["losses"][:10])
    assert "positive: the plot is dull" in capsys.readouterr().out
    # And its network is the run's: with the run's weights it says what the run says.
    shape, weights = run.network.review_shape, run.network.weights
    arrays = [array for name, array in weights.items() if name != "embedding"]
    embedding = np.concatenate([np.zeros((1, shape.embedding), np.float32), weights["embedding"]])
    space["learner"].set_weights([embedding, *arrays])
    reviews = [np.array([3, 1, 4, 1, 5]), np.array([2])]
    np.testing.assert_allclose(space["judge"](reviews), sigmoid(score_ids(shape, weights, reviews)), atol=1e-5)


@pytest.mark.parametrize(("direction", "padding"), [("forward", "before"), ("both", "ignored")])
def test_the_reviews_of_the_program_are_cut_and_padded_as_the_network_needs(
    direction: str, padding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = build_review_spec(direction=direction, padding=padding, pooling="last", window=6)
    run = make_run(spec)
    save(write_script(run, "judge"), tmp_path, "judge.py")
    cells = review_cells(run, repr(str(tmp_path / "judge_reviews.npz")))
    space = run_cells(cells, 3, 4, run_cells(cells, 0, 2, {}))
    rows = space["pad"]([np.arange(1, 9), np.array([7])])
    words = len(space["words"])
    expected = [[3, 4, 5, 6, 7, 8], [words] * 5 + [7]] if padding == "before" else [[4, 5, 6, 7, 8, 9], [8] + [0] * 5]
    assert rows.tolist() == expected
    inputs, labels = next(space["iter_batches"]())
    assert inputs.shape == (8, 6) and set(labels.tolist()) <= {0, 1}


@pytest.mark.timeout(400)  # Jupyter and TensorFlow start anew
def test_a_notebook_is_valid_and_runs_to_its_end(tmp_path: Path) -> None:
    spec = build_small_spec(
        text="the cat saw the dog . " * 1_000, coding="integer", targets="last", order="walk",
        optimizer="rmsprop-tf1", initialization="tensorflow-1", window=3,
    )  # fmt: skip
    file = save(write_notebook(make_run(spec), "walk"), tmp_path, "walk.ipynb")
    assert (tmp_path / "walk_text.txt").read_text() == spec.text and len(spec.text) > MAX_TEXT_INSIDE
    nbformat.validate(nbformat.read(file, as_version=4))
    program = (
        "import sys, nbformat, nbclient\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "nbclient.NotebookClient(notebook, timeout=370, resources={'metadata': {'path': sys.argv[2]}}).execute()\n"
        "nbformat.write(notebook, sys.argv[1])\n"
    )
    subprocess.run([sys.executable, "-c", program, str(file), str(tmp_path)], check=True, timeout=380)
    outputs = [cell["outputs"] for cell in json.loads(file.read_text())["cells"] if cell["cell_type"] == "code"]
    said = "".join("".join(output.get("text", "")) for some in outputs for output in some)
    assert "step 20  loss" in said and "validation loss" in said
    assert set(said.splitlines()[-1].split()) <= {"the", "cat", "saw", "dog", "."}


@pytest.mark.parametrize("write", [write_script, write_notebook])
def test_whatever_people_wrote_goes_in_as_text_alone(write, tmp_path: Path) -> None:
    spec = replace(build_small_spec(), text=HOSTILE + "a b c d e f", text_name=HOSTILE)
    content = write(make_run(spec, name=HOSTILE), "x").program.decode()
    if write is write_notebook:
        cells = json.loads(content)["cells"]
        assert not any("__import__" in "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        content = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    tree = ast.parse(content)
    values = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)
              if isinstance(node.targets[0], ast.Name)}  # fmt: skip
    assert ast.literal_eval(values["TEXT"]) == spec.text and ast.literal_eval(values["RUN"]) == HOSTILE
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "__import__" not in called


def test_long_texts_are_quoted_without_loss() -> None:
    random = np.random.default_rng(1)
    text = "".join(random.choice(list("ab \n\t'\"\\é漢🐭\u2028"), 5_000).tolist()) + "x" * 300
    assert ast.literal_eval(quote_text(text)) == text
    assert max(map(len, quote_text(text).split("\n"))) <= 400
