import xml.etree.ElementTree as ElementTree

import pytest

from lstm_core.network.shape import NetworkShape
from lstm_ui.network_drawing import iter_stages, network_svg

ARTICLE = NetworkShape(69, "integer", 64, layers=2, units=512, targets="last", window=3)
SHAPES = [
    ARTICLE,
    NetworkShape(65, "one-hot", 64, layers=1, units=500, targets="every", window=100),
    NetworkShape(65, "embedding", 64, layers=3, units=256, targets="every", window=1),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_parameters_of_all_boxes_add_up_to_those_of_the_network(shape):
    assert sum(stage.parameters or 0 for stage in iter_stages(shape, 32)) == shape.count_parameters()


def test_the_article_network_has_its_parameters_layer_by_layer():
    counts = {stage.title: stage.parameters for stage in iter_stages(ARTICLE, 1) if stage.parameters}
    assert counts == {
        "LSTM layer 1": 4 * 512 * (1 + 512 + 1),
        "LSTM layer 2": 4 * 512 * (512 + 512 + 1),
        "Output": 512 * 69 + 69,
    }


def test_only_the_output_after_the_whole_window_leaves_the_last_layer_when_targets_are_last():
    assert [stage.sizes for stage in iter_stages(ARTICLE, 1)] == [(1, 3), (1, 3, 1), (1, 3, 512), (1, 512), (1, 69)]


def test_every_position_speaks_when_targets_are_every():
    assert [stage.sizes for stage in iter_stages(SHAPES[1], 8)][-1] == (8, 100, 65)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_drawing_is_well_formed_and_says_its_total(shape):
    drawing = ElementTree.fromstring(network_svg(shape, 32))
    assert f"{shape.count_parameters():,} parameters in all" in [element.text for element in drawing.iter("text")]


def test_the_drawing_has_a_title_and_a_description_for_screen_readers():
    drawing = ElementTree.fromstring(network_svg(ARTICLE, 1))
    described = {element.get("id"): element.text for element in drawing if element.tag in ("title", "desc")}
    assert [described[name] is not None for name in drawing.attrib["aria-labelledby"].split()] == [True, True]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_drawing_takes_its_colour_from_the_page(shape):
    colours = {e.get(a) for e in ElementTree.fromstring(network_svg(shape, 1)).iter() for a in ("fill", "stroke")}
    assert colours <= {None, "none", "currentColor"}
