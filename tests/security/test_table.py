"""docs/security.md tells what was tried; each line names the test that tries it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
ROWS = [line for line in LINES if line.startswith("| ") and not line.startswith(("| tried", "| ---"))]
NAMED = sorted({name for row in ROWS for name in re.findall(r"`(tests/\S+::\S+)`", row)})


def test_each_line_of_the_table_names_its_test() -> None:
    assert len(ROWS) > 30 and not [row for row in ROWS if not re.search(r"`tests/\S+::test_\S+` \|$", row)]


@pytest.mark.parametrize("name", NAMED)
def test_the_test_that_the_table_names_exists(name: str) -> None:
    file, test = name.split("::")
    names = {
        node.name for node in ast.parse((ROOT / file).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
    }
    assert test in names
