"""Pieces of /inside without a page: unit numbers as typed, traces that make way, texts that stay text, heat maps."""

from types import SimpleNamespace

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.insight.interventions import Intervention
from lstm_core.insight.memory import remember_change
from lstm_core.insight.reading import read_text
from lstm_core.insight.trace import QUANTITIES, TextTrace, trace_text
from lstm_core.writing.symbol_writer import WrittenSymbol
from lstm_ui.inside_gates import MAX_DRAWN_UNITS, choose_units, heat_map
from lstm_ui.inside_held import describe_interventions, parse_units
from lstm_ui.inside_memory import change_html, describe_memory, memory_chart
from lstm_ui.inside_mute import describe_most_changed, written_html
from lstm_ui.inside_table import bar_html, signed
from lstm_ui.trace_shelf import TraceShelf
from tests.insight.planted import COUNTER, TEXT, build_planted
from tests.reviewing.some_networks import REVIEW, build_network, build_shape
from tests.ui_parts.test_review_verdict import STRANGE, read

NETWORK = build_planted()
CELL = next(quantity for quantity in QUANTITIES if quantity.name == "cell")


def trace(text: str = TEXT) -> TextTrace:
    return trace_text(NETWORK, read_text(NETWORK, text))


def written(text: str) -> tuple[WrittenSymbol, ...]:
    return tuple(WrittenSymbol(0, symbol, 0.5, ((symbol, 0.5),)) for symbol in text)


@pytest.mark.parametrize(
    ("typed", "units"),
    [
        ("", []),
        ("  ", []),
        ("40", [39]),
        ("3, 1 2", [2, 0, 1]),
        ("7-9", [6, 7, 8]),
        ("7 – 9; 8", [6, 7, 8]),
        ("256", [255]),
    ],
)
def test_unit_numbers_are_read_as_people_write_them(typed: str, units: list[int]) -> None:
    assert parse_units(typed, 256) == units


@pytest.mark.parametrize("typed", ["0", "257", "9-7", "-3", "1-", "x", "1.5", "9999999", "²"])
def test_what_is_no_unit_is_refused_by_name(typed: str) -> None:
    with pytest.raises(InvalidSetting, match="from 1 to 256"):
        parse_units(typed, 256)


@pytest.mark.parametrize(
    ("interventions", "layers", "said"),
    [
        ([], 1, "nothing held"),
        ([Intervention(0, 39)], 1, "unit 40 muted"),
        ([Intervention(1, 39)], 2, "unit 40 of layer 2 muted"),
        ([Intervention(0, 1, "cell", -2)], 1, "unit 2 held: cell state −2.0"),
        ([Intervention(0, 1), Intervention(1, 2)], 2, "2 units muted"),
    ],
)
def test_what_is_held_is_said_in_a_few_words(interventions: list[Intervention], layers: int, said: str) -> None:
    subject = SimpleNamespace(judges=False, layers=tuple(f"Layer {number + 1}" for number in range(layers)))
    assert describe_interventions(subject, interventions) == said


def test_a_trace_is_made_once_and_the_oldest_make_way() -> None:
    shelf, made = TraceShelf(max_bytes=3 * trace().size_bytes), []

    def make(name: str) -> TextTrace:
        def now() -> TextTrace:
            made.append(name)
            return trace()

        return shelf.take(name, now)

    assert make("a") is make("a")
    for name in ("b", "c", "a", "d", "a", "b"):  # b had to make way for d: a was looked at after it
        make(name)
    assert made == ["a", "b", "c", "d", "b"]
    assert shelf.size_bytes <= 3 * trace().size_bytes


def test_a_trace_that_is_too_large_for_the_shelf_stands_there_alone() -> None:
    shelf = TraceShelf(max_bytes=10)
    shelf.take("a", trace)
    shelf.take("b", trace)
    assert shelf.size_bytes == trace().size_bytes


def test_a_trace_that_cannot_be_made_leaves_no_trace() -> None:
    shelf = TraceShelf()
    with pytest.raises(InvalidSetting):
        shelf.take("a", lambda: trace("XYZ"))
    assert shelf.size_bytes == 0


def test_what_is_written_stays_text_and_the_first_difference_is_marked() -> None:
    reader = read(written_html(written(STRANGE), 6, ""))
    assert set(reader.tags) == {"p", "span", "mark"}
    assert "".join(reader.words) == STRANGE
    assert reader.words[:2] == [STRANGE[:6], STRANGE[6]]


def test_two_texts_that_are_the_same_have_no_mark() -> None:
    assert "mark" not in read(written_html(written("abc"), 3, "")).tags


def test_a_space_that_differs_can_be_seen() -> None:
    assert "␣" in read(written_html(written("a b"), 1, "")).words


def test_the_symbol_that_changed_most_is_named_with_what_it_was_given() -> None:
    before, after = trace("abc"), trace("abc")
    before.beliefs.surprises[:2] = [1.0, np.log(2)]
    after.beliefs.surprises[:2] = [1.2, np.log(10)]
    assert describe_most_changed(before, after) == (
        "It matters most after “…ab”: that “c” comes next was given 50.0%, and is now given 10.0%."
    )


def test_units_are_drawn_by_the_measure_that_was_chosen() -> None:
    layer = trace().layers[0]
    by_variance = choose_units(layer, CELL, "variance", None)
    assert by_variance.units.tolist() == np.argsort(-layer.cell.var(axis=0)).tolist()
    assert choose_units(layer, CELL, "mean", None).units.tolist() == np.argsort(-layer.cell.mean(axis=0)).tolist()
    assert choose_units(layer, CELL, "index", None).units.tolist() == list(range(8))
    follows = choose_units(layer, CELL, "correlation", layer.cell[:, COUNTER].astype(np.float64))
    assert follows.units[0] == COUNTER and "All 8 units" in follows.said


@pytest.mark.parametrize(("order", "is_spread"), [("variance", False), ("mean", True), ("index", True)])
def test_of_many_units_some_are_drawn_and_it_is_said(order: str, is_spread: bool) -> None:
    values = np.random.default_rng(1).normal(size=(30, 512)).astype(np.float32)
    layer = SimpleNamespace(units=512, name="Layer 1", quantity=lambda name: values)
    drawn = choose_units(layer, CELL, order, None)
    assert len(set(drawn.units.tolist())) == MAX_DRAWN_UNITS
    assert "64" in drawn.said and "512" in drawn.said and ("evenly" in drawn.said) == is_spread


@pytest.mark.parametrize("count", [1, 30, 400])
def test_a_heat_map_has_a_row_for_each_unit_and_a_column_for_each_symbol(count: int) -> None:
    symbols = ("a", " ", "\n")[:count] if count < 3 else tuple("a b\n" * 100)[:count]
    values = np.random.default_rng(1).normal(size=(len(symbols), 4))
    drawn = heat_map(symbols, values, np.array([7, 0, 3, 1]), 800, (-1, 1), "dark")
    (picture,) = drawn["data"]
    np.testing.assert_allclose(picture["z"], values.T.astype(np.float32))
    assert picture["y"] == ["8", "1", "4", "2"]
    assert len(set(picture["x"])) == len(symbols) and picture["x"][0] == "801 a"


def test_the_changed_symbol_stands_beside_the_old_one_and_all_stays_text() -> None:
    curve = remember_change(NETWORK, trace("abc abc"), 3, "g")
    reader = read(change_html(trace("abc abc"), curve, ""))
    assert set(reader.tags) == {"p", "del", "ins"}
    assert reader.words == ["abc", "␣", "g", "abc"]


def test_the_curves_of_both_directions_are_drawn_and_told() -> None:
    network = build_network(build_shape("both"))
    curve = remember_change(network, trace_text(network, read_text(network, REVIEW)), 8, "superb")
    names = [line["name"] for line in memory_chart(curve)["data"]]
    assert names == ["Forward, cell", "Forward, hidden", "Backward, cell", "Backward, hidden"]
    told = [describe_memory(layer) for layer in curve.layers]
    assert told[0].startswith("Forward") and "word" in told[1]


@pytest.mark.parametrize(("value", "text"), [(0.256, "+0.26"), (-0.5, "−0.50"), (-0.001, "+0.00"), (13.75, "+13.75")])
def test_numbers_have_a_sign_and_nothing_has_no_minus(value: float, text: str) -> None:
    assert signed(value) == text
    assert text in read(bar_html(value)).words
