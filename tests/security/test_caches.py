"""Memory does not grow with visits: whatever is kept for later has a bound."""

import ast

import pytest

from tests.test_imports import MODULES

CACHES = {"cache_data", "cache_resource", "lru_cache", "cache"}
BOUNDS = {"max_entries", "ttl", "maxsize"}
# Called with a few values alone, which the program chooses: names of what ships, a folder of the server's.
FEW_VALUES = {
    "lstm_core.service.challenge.challenge_texts",
    "lstm_core.service.challenge.characters_per_symbol",
    "lstm_core.service.challenge._symbol_count",
    "lstm_core.service.challenge._text",
    "lstm_ui.shipped.shipped_writer",
    "lstm_ui.shipped.shipped_scorer",
    "lstm_ui.shipped.shipped_card",
    "lstm_ui.download_choice.download_desk",
    "lstm_ui.static_files.script_address",
}


def iter_cached() -> list[tuple[str, ast.FunctionDef, ast.expr]]:
    """Return each function that keeps its results, with the decorator that says so."""
    found = []
    for module, file in MODULES.items():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else []:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if ast.unparse(called).split(".")[-1] in CACHES:
                    found.append((f"{module}.{node.name}", node, decorator))
    return found


def is_bounded(function: ast.FunctionDef, decorator: ast.expr) -> bool:
    """Tell whether a cache has a bound, or one result only; `maxsize=None` is none."""
    words = {word.arg: ast.unparse(word.value) for word in getattr(decorator, "keywords", [])}
    has_arguments = any(not argument.arg.startswith("_") for argument in function.args.args)
    return not has_arguments or any(words.get(bound, "None") != "None" for bound in BOUNDS)


def test_every_cache_is_bounded() -> None:
    cached = iter_cached()
    unbounded = {name for name, function, decorator in cached if not is_bounded(function, decorator)}
    assert len(cached) > 20 and not unbounded - FEW_VALUES


@pytest.mark.parametrize(
    ("source", "bounded"),
    [
        ("@st.cache_data\ndef f(x): ...", False),
        ("@st.cache_data(ttl=5)\ndef f(x): ...", True),
        ("@lru_cache(maxsize=None)\ndef f(x): ...", False),
        ("@functools.cache\ndef f(): ...", True),
    ],
)
def test_a_bound_is_told_from_none(source: str, bounded: bool) -> None:
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert is_bounded(function, function.decorator_list[0]) is bounded
