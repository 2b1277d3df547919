"""The smaller parts of the benchmarks: what they count, draw, read and refuse, and that one failure stops no other."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import BENCHMARKS, measure_here
from benchmarks.characters import operations_per_symbol
from benchmarks.data import find_file
from benchmarks.plot import Panel, draw_panels
from benchmarks.reviews import pad_reviews
from benchmarks.scaling import AXES, BASE, build_settings, iter_points, make_text
from benchmarks.timing import SideFailed
from lstm_core.network.shape import NetworkShape
from lstm_core.network.spec import RunSpec
from lstm_core.text.review_set import EncodedReviews
from lstm_core.training.data import prepare_data


def test_a_benchmark_that_fails_becomes_a_section_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSTM_TEST_DATA", raising=False)
    section = measure_here("shakespeare", BENCHMARKS["shakespeare"].quick)
    assert "LSTM_TEST_DATA" in section.failure
    assert not section.rows


def test_a_file_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_TEST_DATA", str(tmp_path))
    with pytest.raises(SideFailed, match="Name the folder"):
        find_file("tinyshakespeare*.txt", "Tiny Shakespeare")
    (tmp_path / "tinyshakespeare.txt").write_text("x")
    assert find_file("tinyshakespeare*.txt", "Tiny Shakespeare").name == "tinyshakespeare.txt"


def test_operations_are_those_of_the_products_counted_by_hand() -> None:
    # Per symbol: 12 gates × 3 units recurrent, 3 units × 5 symbols out, and a tenth of 5 numbers × 12 gates, for the
    # 5 symbols of 50 positions.
    shape = NetworkShape(5, "embedding", 5, 1, 3, "every", 10)
    assert operations_per_symbol(shape, batch=5) == pytest.approx(6 * (4 * 3 * 3 + 3 * 5 + 0.1 * 5 * 4 * 3))


def test_reviews_are_padded_and_cut_at_their_beginning_as_the_article_does() -> None:
    reviews = EncodedReviews(np.array([1, 2, 3, 4, 5, 6], np.uint16), np.array([2, 4], np.int32), np.array([0, 1]))
    np.testing.assert_array_equal(pad_reviews(reviews, 3, padding_id=9), [[9, 1, 2], [4, 5, 6]])


def test_every_point_changes_one_thing_and_can_be_trained() -> None:
    for point in iter_points(AXES, BASE):
        assert sum(point[name] != BASE[name] for name in BASE) <= 1
        small = point | {"characters of text": min(point["characters of text"], 30_000)}
        spec = RunSpec.build(
            make_text(point["vocabulary"], small["characters of text"]), "a text", **build_settings(small)
        )
        assert len(spec.text) == small["characters of text"]
        assert prepare_data(spec).shape.symbol_count == point["vocabulary"]


def test_a_picture_shows_every_panel_and_every_figure() -> None:
    panels = [Panel("units", [(64, 200_000), (128, 100_000)]), Panel("layers <&>", []), Panel("window", [(5, 12)])]
    root = ElementTree.fromstring(draw_panels(panels, "symbols a second"))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"units", "layers <&>", "window", "200k", "100k", "64", "128", "12", "not measured"} <= set(texts)
    circles = list(root.iter("{http://www.w3.org/2000/svg}circle"))
    assert float(circles[0].get("cy")) < float(circles[1].get("cy"))  # more stands higher
    assert "64 gives 200k" in root.get("aria-label")
