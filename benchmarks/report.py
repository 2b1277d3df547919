"""Sections as Markdown: what is printed while benchmarks run, and what RESULTS.md holds."""

from collections.abc import Sequence
from datetime import datetime

from benchmarks.results import Goal, Row, Section
from benchmarks.timing import Spread

HEAD = ("measure", "what", "unit", "ours", "peer", "ratio", "to reach", "")
LARGE = 1_000.0  # from here on no digits after the point


def format_number(value: float) -> str:
    """Write a number with three or four digits that count: 0.0123, 1.88, 57.3, 21,800."""
    if abs(value) >= LARGE:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def format_spread(spread: Spread | None) -> str:
    """Write the median and, of several measurements, from where to where they lay."""
    if spread is None:
        return "–"
    median = format_number(spread.median)
    if spread.count == 1:
        return median
    return f"{median} ({format_number(spread.low)} to {format_number(spread.high)})"


def format_goal(goal: Goal | None) -> str:
    """Write what is to be reached."""
    if goal is None:
        return ""
    return f"{'≥' if goal.at_least else '≤'} {format_number(goal.bound)}{' ×' if goal.of == 'ratio' else ''}"


def format_row(row: Row) -> tuple[str, ...]:
    """Return the cells of a row, in the order of HEAD."""
    ratio = "–" if row.ratio is None else f"{format_number(row.ratio)} ×"
    verdict = {True: "reached", False: "**not reached**", None: "not measured" if row.goal else ""}[row.reached]
    spreads = format_spread(row.ours), format_spread(row.peer)
    return (row.measure, row.what, row.unit, *spreads, ratio, format_goal(row.goal), verdict)


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table whose columns are as wide as their widest cell."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def format_section(section: Section) -> str:
    """Return a section as Markdown."""
    blocks = [f"## {section.title}"]
    if section.failure:
        blocks.append(f"**Not all of it could be measured**: {_on_one_line(section.failure)}")
    if section.rows:
        blocks.append("\n".join(format_table(HEAD, [format_row(row) for row in section.rows])))
    if section.notes:
        blocks.append("\n".join(f"- {_on_one_line(note)}" for note in section.notes))
    for table in section.tables:
        blocks += [f"### {table.title}", "\n".join(format_table(table.head, table.rows))]
    if section.picture:
        blocks.append(f"![{section.title}]({section.picture})")
    if section.seconds:
        blocks.append(f"It took {section.seconds:,.0f} s: `python -m benchmarks {section.name}`.")
    return "\n\n".join(blocks)


def format_results(sections: Sequence[Section], machine: Sequence[str], when: datetime, note: str) -> str:
    """Return RESULTS.md: machine, a count of what is reached, and every section."""
    rows = [row for section in sections for row in section.rows if row.goal]
    reached = sum(row.reached is True for row in rows)
    missed = [f"- {row.measure}: {row.what}" for row in rows if row.reached is not True]
    failed = [section.name for section in sections if section.failure]
    summary = f"{reached} of {len(rows)} figures reached." + (
        f" Not all could be measured of: {', '.join(failed)}." if failed else ""
    )
    blocks = [
        "# What the benchmarks found",
        "Written by `make bench`. Both sides of a row were measured in turn, in the same run; figures are medians, "
        "with the lowest and the highest in brackets; a ratio is the median of the rounds' own ratios, and says how "
        "many times better ours is.",
        "\n".join(["- " + when.strftime("%Y-%m-%d %H:%M"), *(f"- {line}" for line in machine), f"- {note}"]),
        "\n".join([summary, *(["", "Not reached, or not measured:", "", *missed] if missed else [])]),
    ]
    return "\n\n".join([*blocks, *(format_section(section) for section in sections)]) + "\n"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
