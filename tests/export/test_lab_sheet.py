"""The printed page tells the run, holds all itself, and nothing that somebody wrote becomes active in it."""

from html.parser import HTMLParser

import numpy as np
import pytest

from lstm_core.export.curve_svg import curve_svg, round_ticks
from lstm_core.export.final_writing import write_finally
from lstm_core.export.lab_sheet import describe_difference, write_lab_sheet
from lstm_core.training.forecast import Forecast
from lstm_core.training.reports import SampleNote
from tests.export.some_runs import make_run
from tests.training.small_reviews import build_review_spec
from tests.training.small_runs import build_small_spec

ACTIVE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
ADDRESS = "http://here/train?experiment=my-own&units=8"


class Reader(HTMLParser):
    """Collects elements and words, as a browser would find them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.words = ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


def test_everything_of_the_run_stands_on_the_page():
    forecast = Forecast(0.75, "It has seen the text often.", "Does it learn by heart?")
    run = make_run(build_small_spec(), forecast=forecast, loss=1.25, accuracy=0.5)
    words = Reader(write_lab_sheet(run, ADDRESS, "http://here/train?run=r1")).words
    for told in (
        "Does it learn by heart?", "Loss 0.750", "It has seen the text often.", "Loss 1.250 after 20 steps",
        "Accuracy 50.00 %", "0.500 above the prediction", "Units: 8", ADDRESS, "run=r1", "Originality",
        "Step 20, temperature 0.5",
    ):  # fmt: skip
        assert told in words


def test_without_a_prediction_there_is_a_line_to_write_on():
    page = Reader(write_lab_sheet(make_run(build_small_spec()), ADDRESS))
    assert ("p", {"class": "blank"}) in page.elements and "above the prediction" not in page.words


def test_nothing_that_somebody_wrote_becomes_active_and_nothing_comes_from_elsewhere():
    spec = build_small_spec()
    run = make_run(
        spec, name=ACTIVE, forecast=Forecast(None, ACTIVE, ACTIVE), samples=(SampleNote(20, 0.5, "the", ACTIVE),)
    )
    page = Reader(write_lab_sheet(run, ADDRESS + ACTIVE, ACTIVE))
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.elements}
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on") or name == "src"]
    assert page.words.count(ACTIVE) >= 6


def test_a_run_on_reviews_has_a_sheet_without_samples():
    words = Reader(write_lab_sheet(make_run(build_review_spec(), samples=()), ADDRESS)).words
    assert "Pooling" in words and "Originality" not in words and "Symbol coding" not in words


def test_the_copied_pieces_are_those_that_stand_in_the_text():
    run = make_run(build_small_spec())
    ending = write_finally(run)
    assert sum(len(piece.split()) for piece, _ in ending.pieces) == ending.originality.written
    copied = [piece for piece, is_copied in ending.pieces if is_copied]
    assert sum(len(piece.split()) for piece in copied) == ending.originality.copied


@pytest.mark.parametrize("losses", [[], [2.0], [np.nan, np.nan], [np.inf, 3, 2], np.linspace(5, 1, 5_000)])
def test_any_curve_can_be_drawn(losses):
    drawing = curve_svg(np.asarray(losses, np.float32), expected=1.5)
    assert "nan" not in drawing and "inf" not in drawing and "predicted" in drawing
    assert len(drawing) < 10_000


@pytest.mark.parametrize("highest", [1e-3, 0.7, 1, 4.7, 20, 999, 50_000, 1e6])
def test_an_axis_has_a_few_round_ticks_up_to_its_end(highest):
    ticks = round_ticks(highest)
    assert ticks[0] == 0 and 3 <= len(ticks) <= 7 and ticks[-1] <= highest * 1.0001


@pytest.mark.parametrize(("loss", "words"), [(1.0, "Just as"), (1.2, "0.200 above"), (0.5, "0.500 below")])
def test_the_difference_is_told_in_words(loss, words):
    assert describe_difference(1.0, loss).startswith(words)
