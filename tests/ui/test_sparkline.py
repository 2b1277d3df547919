"""The small curve of the run in hand."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from lstm_ui.sparkline import HEIGHT, POINTS, WIDTH, sparkline_svg


def read_points(drawing: str) -> np.ndarray:
    """The points of the drawing's line, (n, 2)."""
    pairs = re.search('points="(.*?)"', drawing)
    return np.array([pair.split(",") for pair in pairs.group(1).split()], dtype=float) if pairs else np.zeros((0, 2))


@pytest.mark.parametrize("values", [[], [1.0], [np.nan, np.inf], [2.0, 2.0], np.arange(100_000.0)])
def test_whatever_the_values_the_drawing_is_well_formed(values: list[float]) -> None:
    assert ElementTree.fromstring(sparkline_svg(values)).get("width") == str(WIDTH)


def test_a_falling_loss_falls() -> None:
    points = read_points(sparkline_svg(np.linspace(4, 1, 1_000)))
    assert (np.diff(points[:, 1]) > 0).all()  # pixels are counted from the top


def test_a_long_history_stays_a_small_drawing_within_its_frame() -> None:
    points = read_points(sparkline_svg(np.random.default_rng(0).random(50_000)))
    assert len(points) == POINTS
    assert (points >= 0).all() and (points <= (WIDTH, HEIGHT)).all()
