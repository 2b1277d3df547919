"""Whoever can have a file unpickled can have anything run: nothing that comes from a visitor is."""

import ast
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import DamagedRun
from lstm_core.service.run_archive import pack_run
from lstm_core.service.run_store import RunStore
from lstm_core.service.run_upload import unpack_run
from tests.stored_runs import store_run
from tests.test_imports import MODULES, iter_imports

RUNS_WHAT_IT_READS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "h5py"}
# It reads Keras' copy of IMDB, known by its SHA-256, by an unpickler that knows lists of numbers and nothing else.
MAY_PICKLE = {"lstm_core.text.imdb"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}


def calls(module: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))) if isinstance(node, ast.Call)]


def test_no_module_can_unpickle_anything() -> None:
    able = {found.module for module in MODULES for found in iter_imports(module) if found.target in RUNS_WHAT_IT_READS}
    assert able == MAY_PICKLE


def test_every_array_file_is_read_and_written_without_pickles() -> None:
    wrong = []
    for module in MODULES:
        for call in calls(module):
            name = ast.unparse(call.func)
            allowed = {word.arg: ast.unparse(word.value) for word in call.keywords}.get("allow_pickle")
            must_say = name in ("np.load", "np.save", "np.savez", "np.savez_compressed")
            if allowed != "False" and (allowed or must_say):
                wrong.append(f"{module}, line {call.lineno}")
    assert not wrong


def test_no_text_is_run_as_a_program() -> None:
    found = [
        f"{module}, line {call.lineno}"
        for module in MODULES
        for call in calls(module)
        if isinstance(call.func, ast.Name) and call.func.id in RUNS_TEXT
    ]
    assert not found


class Evil:
    """Were it unpickled, it would make a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder),)


def test_an_uploaded_run_whose_weights_are_a_pickle_runs_nothing(store: RunStore, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    with zipfile.ZipFile(io.BytesIO(pack_run(store, store_run(store)))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    arrays = dict(np.load(io.BytesIO(files["weights.npz"]), allow_pickle=False))
    name = next(iter(arrays))
    arrays[name] = np.array([Evil(evil)], dtype=object)
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # type: ignore[arg-type]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for file, content in (files | {"weights.npz": packed.getvalue()}).items():
            archive.writestr(file, content)
    with pytest.raises(DamagedRun):
        unpack_run(store, made.getvalue())
    assert not evil.exists()
