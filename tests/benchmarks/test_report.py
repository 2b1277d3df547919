"""What is written down says what was measured, what was to be reached, and what is missing."""

import json
from datetime import datetime

import pytest

from benchmarks.report import format_number, format_results, format_section, format_table
from benchmarks.results import Goal, Row, Section, Table, alone, at_least, at_most, compare, times

FASTER = compare("3", "256 units", "symbols/s", [30_000, 20_000, 25_000], [10_000, 10_000, 10_000], times(2))
SLOWER = compare("1", "to 97.1 %", "s", [4.0], [2.0], times(2), less_is_better=True)
SECTION = Section(
    "made-up",
    "Made up",
    (
        FASTER,
        SLOWER,
        alone("12", "answers", "s", [2.0, 4.0], at_most(3)),
        alone("4", "loss", "nats", [], at_most(1.88)),
    ),
    ("A note\nover two lines.",),
    (Table("More", ("what", "a | b"), (("one", "2"),)),),
    picture="made-up.svg",
    seconds=12.0,
)


@pytest.mark.parametrize(
    ("row", "ratio", "reached"),
    [
        (FASTER, 2.5, True),
        (SLOWER, 0.5, False),
        (alone("7", "writing", "symbols/s", [100.0, 200.0, 300.0], at_least(150)), None, True),
        (alone("13", "tick", "ms", [6.01], at_most(6)), None, False),
        (alone("4", "loss", "nats", [], at_most(1.88)), None, None),
        (compare("3", "no peer", "symbols/s", [1.0], [], times(1)), None, None),
        (alone("", "beside", "MB", [1.0]), None, None),
    ],
)
def test_a_row_tells_by_its_ratio_or_its_figure_whether_the_goal_is_reached(
    row: Row, ratio: float | None, reached: bool | None
) -> None:
    assert (row.ratio, row.reached) == (ratio, reached)


def test_a_section_survives_the_way_through_json() -> None:
    assert Section.from_record(json.loads(json.dumps(SECTION.to_record()))) == SECTION


def test_a_section_shows_medians_spread_ratio_goal_and_verdict() -> None:
    lines = format_section(SECTION).splitlines()
    faster = next(line for line in lines if "256 units" in line)
    assert [cell.strip() for cell in faster.split("|")[1:-1]] == [
        "3", "256 units", "symbols/s", "25,000 (20,000 to 30,000)", "10,000 (10,000 to 10,000)", "2.50 ×", "≥ 2.00 ×",
        "reached",
    ]  # fmt: skip
    assert any("loss" in line and "not measured" in line for line in lines)
    assert any("answers" in line and "3.00 (2.00 to 4.00)" in line and "reached" in line for line in lines)
    assert "- A note over two lines." in lines
    assert "![Made up](made-up.svg)" in lines


def test_the_results_name_machine_date_what_is_missed_and_what_failed() -> None:
    failed = Section("broken", "Broken", failure="It crashed:\nno memory")
    text = format_results([SECTION, failed], ["a machine", "versions"], datetime(2026, 3, 4, 5, 6), "It was idle.")
    assert "2 of 4 figures reached. Not all could be measured of: broken." in text
    assert "- 1: to 97.1 %\n- 4: loss\n" in text
    assert "**Not all of it could be measured**: It crashed: no memory" in text
    for said in ("2026-03-04 05:06", "- a machine", "- versions", "- It was idle."):
        assert said in text


def test_a_table_has_columns_as_wide_as_their_cells_and_escapes_bars() -> None:
    lines = format_table(("what", "a | b"), [("a long cell", "2")])
    assert len({len(line) for line in lines}) == 1
    assert "a \\| b" in lines[0]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.01234, "0.0123"), (1.886, "1.89"), (57.34, "57.3"), (109.4, "109"), (21_800.4, "21,800"), (0, "0")],
)
def test_numbers_have_as_many_digits_as_count(value: float, shown: str) -> None:
    assert format_number(value) == shown


def test_a_goal_may_be_met_exactly() -> None:
    assert Goal(1.15).is_reached(1.15)
    assert at_most(6).is_reached(6)
