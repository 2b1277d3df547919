"""What /frameworks sends to the browser, and what it says of a comparison. Nothing is run here."""

import numpy as np

from lstm_core.frameworks.comparison import ProgramRun, compare
from lstm_core.frameworks.parts import FRAMEWORKS, PART_NAMES, read_programs
from lstm_ui.framework_check import agreement_html, build_figure, describe_curves, times_html
from lstm_ui.framework_code import colour_lines, pack_programs
from lstm_ui.framework_history import THEN_AND_NOW, then_and_now_html
from lstm_ui.framework_parts import STORIES


def make_runs(off: float = 0.0) -> list[ProgramRun]:
    values = np.linspace(1, 2, 8, dtype=np.float32).reshape(2, 4)
    losses = np.linspace(4, 3, 10)
    return [
        ProgramRun(name, values, {"kernel": values + off * place}, losses + 1e-6 * place, 0.5, np.full(5, 0.02))
        for place, name in enumerate(FRAMEWORKS)
    ]


def test_the_pieces_of_a_line_are_the_line_and_know_what_they_are() -> None:
    for program in read_programs():
        pieces = colour_lines(program.source)
        assert ["".join(text for _, text in line) for line in pieces] == [line.text for line in program.lines]
    (line,) = colour_lines('return f(1, "a # b")  # c\n')
    assert [kind for kind, text in line if kind] == ["k", "n", "s", "c"]


def test_every_line_of_a_part_is_marked_in_the_browser_and_its_numbers_are_told() -> None:
    packed = pack_programs()
    for program, sent in zip(read_programs(), packed["programs"], strict=True):
        for place, part in enumerate(PART_NAMES):
            marked = [number for number, line in enumerate(sent["lines"], start=1) if place in line["parts"]]
            assert tuple(marked) == program.line_numbers(part)
            assert str(marked[0]) in sent["where"][place] and str(marked[-1]) in sent["where"][place]


def test_what_a_framework_hides_is_said() -> None:
    hidden = [part for part, story in STORIES.items() if story.keras.startswith("Hidden")]
    assert {"gates", "cell state", "hidden state", "through time", "backward"} <= set(hidden)
    assert all(len(set(story.notes)) >= 2 or part == "main program" for part, story in STORIES.items())


def test_the_three_curves_can_be_told_apart_where_they_lie_on_each_other() -> None:
    traces = build_figure(compare(make_runs()))["data"]
    looks = [(trace["mode"], trace.get("line", {}).get("dash"), trace.get("line", {}).get("width")) for trace in traces]
    assert len(set(looks)) == 3 and [trace["name"] for trace in traces] == list(FRAMEWORKS)
    assert "4.000 to 3.000" in describe_curves(compare(make_runs()))


def test_the_table_says_of_each_array_whether_it_is_equal() -> None:
    assert agreement_html(compare(make_runs())).count("✓ equal") == 2
    off = agreement_html(compare(make_runs(off=1e-3)))
    assert off.count("✓ equal") == 1 and off.count("✗ not equal") == 1 and "2.0e-03" in off
    assert times_html(compare(make_runs())).count("20.0 ms") == 3


def test_then_and_now_names_what_the_tutorials_used() -> None:
    table = then_and_now_html()
    assert all(word in table for word in ("placeholder", "Session", "static_rnn", "BasicLSTMCell", "feed_dict"))
    assert table.count("<tr>") == len(THEN_AND_NOW) + 1
