"""Imports point down, Streamlit stays out of the core and TensorFlow out of the server."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "streamlit_app.py", *sorted((ROOT / "pages").glob("*.py"))]
SOURCES = [*PAGES, *sorted(ROOT.glob("lstm_ui/**/*.py")), *sorted(ROOT.glob("lstm_core/**/*.py"))]

# Who stands above whom. A room may import from its own level and from those below it.
LEVELS = {
    "streamlit_app": 7,
    "pages": 7,
    "lstm_ui": 6,
    "lstm_core.__main__": 5,
    "lstm_core.commands": 5,
    "lstm_core.review_commands": 5,
    "lstm_core.export_commands": 5,
    "lstm_core.service": 4,
    "lstm_core.export": 4,
    "lstm_core.training": 3,
    "lstm_core.coach": 3,
    "lstm_core.writing": 3,
    "lstm_core.reviewing": 3,
    "lstm_core.insight": 3,
    "lstm_core.frameworks": 3,
    "lstm_core.network": 2,
    "lstm_core.text": 1,
    "lstm_core.knobs": 0,
    "lstm_core.errors": 0,
    "lstm_core": 0,
}
HEAVY = {"tensorflow", "keras"}
LATE = {"pandas"}  # 70 MB, and a second of the start: only for whoever opens a table
MAY_BE_HEAVY = (
    "lstm_core.network.fast_lstm",
    "lstm_core.network.keras_model",
    "lstm_core.network.products",
    "lstm_core.training",
    "lstm_core.export",
    "lstm_core.frameworks",
)


class Import(NamedTuple):
    """`module` imports `target`; `at_once` when it does so as soon as it is imported itself."""

    module: str
    target: str
    at_once: bool


def name_module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_module(file): file for file in SOURCES}


def room_of(module: str) -> str:
    """Name the part of the app that a module belongs to: the longest entry of LEVELS that it lies in."""
    return max((room for room in LEVELS if lies_in(module, room)), key=len)


def lies_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def iter_imports(module: str) -> Iterator[Import]:
    """Yield what a module imports, wherever in the file it says so."""

    def visit(node: ast.AST, at_once: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}, line {node.lineno}: imports are written in full"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield Import(module, submodule if submodule in MODULES else str(node.module), at_once)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            at_once = False
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            at_once = False
        for child in ast.iter_child_nodes(node):
            yield from visit(child, at_once)

    yield from visit(ast.parse(MODULES[module].read_text(encoding="utf-8")), at_once=True)


IMPORTS = [found for module in MODULES for found in iter_imports(module)]
OWN_IMPORTS = [found for found in IMPORTS if found.target in MODULES]


def test_imports_point_down() -> None:
    upward = [
        f"{module} imports {target}"
        for module, target, _ in OWN_IMPORTS
        if LEVELS[room_of(module)] < LEVELS[room_of(target)]
    ]
    assert not upward


def test_every_module_of_the_core_stands_in_a_room_of_the_plan() -> None:
    homeless = [module for module in MODULES if lies_in(module, "lstm_core") and room_of(module) == "lstm_core"]
    assert homeless == ["lstm_core"]  # the package itself, and no module loose in it


@pytest.mark.parametrize("of", ["modules", "rooms"])
def test_imports_form_no_circle(of: str) -> None:
    graph: dict[str, set[str]] = {}
    for module, target, _ in OWN_IMPORTS:
        above, below = (module, target) if of == "modules" else (room_of(module), room_of(target))
        if above != below:
            graph.setdefault(above, set()).add(below)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


def test_the_core_never_imports_streamlit() -> None:
    assert not [found for found in IMPORTS if lies_in(found.module, "lstm_core") and lies_in(found.target, "streamlit")]


def test_tensorflow_is_imported_only_where_networks_are_trained_or_exported() -> None:
    strays = {
        found.module
        for found in IMPORTS
        if found.target.split(".")[0] in HEAVY and not any(lies_in(found.module, room) for room in MAY_BE_HEAVY)
    }
    assert not strays


def test_nothing_that_the_server_imports_brings_tensorflow_or_pandas_along() -> None:
    chains = {module: module for module in MODULES if room_of(module) in ("streamlit_app", "pages", "lstm_ui")}
    chains |= {module: module for module in MODULES if lies_in(module, "lstm_core.service")}
    waiting = list(chains)
    while waiting:
        module = waiting.pop()
        for found in iter_imports(module):
            if found.at_once:
                chain = f"{chains[module]} → {found.target}"
                assert found.target.split(".")[0] not in HEAVY | LATE, chain
                if found.target in MODULES and found.target not in chains:
                    chains[found.target] = chain
                    waiting.append(found.target)


def test_nothing_is_called_utils() -> None:
    assert not [module for module in MODULES if {"utils", "util", "helpers"} & set(module.split("."))]


RUN_A_PAGE = """
import sys
from streamlit.testing.v1 import AppTest
entry, page = sys.argv[1:]
test = AppTest.from_file(entry, default_timeout=60)
test.run() if page == entry else test.switch_page(page).run()
assert not test.exception, test.exception
heavy = {"tensorflow", "keras"} & set(sys.modules)
assert not heavy, f"the server process imported {heavy}"
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_brings_tensorflow_into_the_server_process(page: Path, tmp_path: Path) -> None:
    entry = ROOT / "streamlit_app.py"
    finished = subprocess.run(
        [sys.executable, "-c", RUN_A_PAGE, str(entry), str(page)],
        cwd=ROOT,
        env={**os.environ, "LSTM_RUNS_DIR": str(tmp_path), "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "full"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
