"""The drawing of the cell and the coloured text: small scripts, and exactly the numbers of the trace."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest

import lstm_ui.cell_drawing
import lstm_ui.coloured_text
from lstm_core.insight.reading import read_text
from lstm_core.insight.trace import LayerTrace, trace_text
from lstm_ui.cell_drawing import FIELDS, pack_cell
from lstm_ui.coloured_text import pack_text
from tests.insight.planted import COUNTER, TEXT, build_planted

FOLDERS = [Path(module.__file__).parent for module in (lstm_ui.cell_drawing, lstm_ui.coloured_text)]


def layer() -> LayerTrace:
    network = build_planted()
    return trace_text(network, read_text(network, TEXT)).layers[0]


def unpack(packed: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), "<f4")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_script_is_small_and_makes_no_markup_of_what_is_typed(folder: Path) -> None:
    script = (folder / f"{folder.name}.js").read_text("utf-8")
    assert len(script.encode()) <= 10_000
    assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write", script)


def test_the_script_reads_the_fields_in_the_order_in_which_they_are_sent() -> None:
    script = (FOLDERS[0] / "cell_drawing.js").read_text("utf-8")
    (named,) = re.findall(r"const FIELDS = \[(.*)\]", script)
    short = {"cell_before": "before"}
    assert re.findall(r'"(\w+)"', named) == [short.get(field, field.removesuffix("_gate")) for field in FIELDS]


def test_the_cell_gets_the_numbers_of_one_unit_at_each_symbol() -> None:
    traced = layer()
    data = pack_cell("ab", traced, COUNTER, 5, "", ["x", "y"])
    rows = unpack(data["values"]).reshape(2, len(FIELDS))
    for place, field in enumerate(FIELDS):
        np.testing.assert_array_equal(rows[:, place], getattr(traced, field)[5:7, COUNTER])
    assert [data["names"][place] for place in data["ids"]] == ["a", "b"]
    assert (data["first"], data["total"], data["isMean"]) == (6, len(TEXT), False)


def test_the_average_of_all_units_is_that_of_their_sizes() -> None:
    traced = layer()
    rows = unpack(pack_cell("abc", traced, None, 0, "", [""] * 3)["values"]).reshape(3, len(FIELDS))
    np.testing.assert_allclose(rows[:, 0], traced.input_gate[:3].mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(rows[:, 5], np.abs(traced.cell[:3]).mean(axis=1), rtol=1e-6)


def test_a_coloured_text_keeps_its_symbols_numbers_and_scale() -> None:
    values = np.array([0.25, -1, 0.5], np.float32)
    data = pack_text(("the", "cat", "the"), values, -1, 3, " ", "cell")
    assert [data["names"][place] for place in data["ids"]] == ["the", "cat", "the"]
    np.testing.assert_array_equal(unpack(data["values"]), values)
    assert (data["middle"], data["reach"]) == (1, 2)
