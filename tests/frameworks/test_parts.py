"""The three programs: short, each whole in itself, and every part of one to be found in the other two."""

import ast

import pytest

from lstm_core.frameworks.parts import FRAMEWORKS, PART_NAMES, mark_parts, read_program, read_programs

ALLOWED = {"NumPy": {"numpy"}, "TensorFlow": {"numpy", "tensorflow"}, "Keras": {"numpy", "keras"}}


def test_the_three_together_have_fewer_than_450_lines() -> None:
    assert sum(len(program.lines) for program in read_programs()) < 450


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_program_needs_nothing_but_its_framework_and_numpy(framework: str) -> None:
    tree = ast.parse(read_program(framework).source)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported - {"sys", "pathlib", "typing"} == ALLOWED[framework]
    assert "keras" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_part_is_found_in_the_program(framework: str) -> None:
    program = read_program(framework)
    assert [part for part in PART_NAMES if not program.line_numbers(part)] == []


def test_a_part_goes_on_to_the_next_mark_and_a_mark_may_name_several() -> None:
    lines = mark_parts("import x\n# [gates] Four.\nz = 1\n\n    # [loss] [optimizer] Named here.\n    y = 2\n")
    assert [line.parts for line in lines] == [
        (), ("gates",), ("gates",), ("gates",), ("loss", "optimizer"), ("loss", "optimizer"),
    ]  # fmt: skip


def test_a_mark_of_no_part_is_noticed() -> None:
    with pytest.raises(ValueError, match="gatse"):
        mark_parts("# [gatse] Four.")
