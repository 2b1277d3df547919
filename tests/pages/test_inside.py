"""The page /inside as a visitor uses it, with the networks that ship and runs of every kind; see also tests/browser."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import lstm_ui.page
from lstm_core.errors import RunNotFound
from lstm_core.network.pretrained import PRETRAINED, load_pretrained
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.owners import make_token
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_ui.inside_text import TEXT
from lstm_ui.inside_unit import LAYER, LOOK, UNIT
from lstm_ui.visitor import TOKENS
from tests.insight.planted import COUNTER, build_planted
from tests.insight.planted import TEXT as LINES

TOKEN = make_token()
WRITER, JUDGE = "shakespeare-characters", "imdb-reviews"
SECTIONS = ("Step by step", "Gates", "In colour", "Find a unit", "Mute", "Memory", "Map")
MICE = "the mice had a general council . the cat ate the mice . who is to bell the cat ? " * 4
ODD = {
    "markup": "<script>alert(1)</script> $x$ # ![](x) :red[a] **b** [[",
    "one": "t",
    "long": "the end\n" * 2_500,
    "marks": "[[the]] end [[of]]",
}


def build_words(coding: str = "integer", layers: int = 2) -> TrainedNetwork:
    """A network of the first tutorial's kind: words as plain numbers, windows of three, one word out."""
    vocabulary = Vocabulary.build(split_symbols(MICE, "words"), "words", 1000)
    shape = NetworkShape(len(vocabulary), coding, 8, layers, 9, "last", 3)
    return TrainedNetwork(shape, draw_weights(shape, 1, 1.0, "keras"), vocabulary, 40, "mice")


class OneRunService:
    """Lists one run with this network, for whoever has its token, or none."""

    def __init__(self, run_id: str, network: TrainedNetwork | None, text: str) -> None:
        self._network = network
        self._view = SimpleNamespace(
            run_id=run_id,
            name="My run",
            is_of_reviews=False,
            is_alive=False,
            checkpoint_step=40,
            spec=RunSpec.build(text or "none", "lines", window=3),
        )

    def list_runs(self, owners, opened):
        return [self._view] if self._network and (TOKEN in owners or self._view.run_id in opened) else []

    def view(self, run_id):
        if not self._network or run_id != self._view.run_id:
            raise RunNotFound("There is no run of this id.", "An address names a run.", "Choose one of the list.")
        return self._view

    def network(self, run_id):
        return self._network


@pytest.fixture
def open_page(monkeypatch, request):
    """Open the page without the frame around it, with one run, in hand or not, or none."""

    def open_with(
        look: str = "Step by step",
        network: TrainedNetwork | None = None,
        text: str = "",
        in_hand: bool = True,
        **state,
    ) -> AppTest:
        run_id = request.node.name
        module = ModuleType("lstm_ui.service")
        module.training_service = lambda: OneRunService(run_id, network, text)
        monkeypatch.setitem(sys.modules, "lstm_ui.service", module)
        monkeypatch.setattr(lstm_ui.page, "page_setup", lambda title, path: None)
        page = AppTest.from_file("../../pages/inside.py", default_timeout=60)
        if network and in_hand:
            page.query_params["run"] = run_id
        page.session_state[LOOK] = look
        page.session_state[TOKENS] = (TOKEN,)
        for key, value in state.items():
            page.session_state[key] = value
        return page.run()

    return open_with


def shown(page: AppTest) -> str:
    """All words and markup of the page."""
    assert not page.exception
    words = [element.value for kind in (page.markdown, page.caption, page.text, page.warning) for element in kind]
    return " ".join([*words, *(element.proto.body for element in page.get("html"))])


@pytest.mark.parametrize("look", SECTIONS)
def test_every_section_opens_with_the_network_that_ships(open_page, look):
    page = open_page(look)
    assert not page.exception and not page.error
    assert page.selectbox(key="inside_network").value == WRITER
    assert "ships with the app" in shown(page)


@pytest.mark.parametrize("look", SECTIONS)
def test_every_section_opens_with_a_network_that_judges(open_page, look):
    page = open_page(look)
    page.selectbox(key="inside_network").set_value(JUDGE).run()
    assert not page.exception and not page.error
    assert page.text_area(key=TEXT).value == PRETRAINED[JUDGE].example


@pytest.mark.parametrize("look", SECTIONS[:-1])
def test_every_section_opens_with_the_run_in_hand(open_page, look, request):
    page = open_page(look, build_words(), MICE)
    assert not page.exception and not page.error
    assert page.selectbox(key="inside_network").value == request.node.name
    assert "2 × 9 units" in shown(page)


def test_a_run_of_ones_own_can_be_chosen_without_being_in_hand(open_page, request):
    page = open_page(network=build_words(), text=MICE, in_hand=False)
    assert page.selectbox(key="inside_network").value == WRITER
    page.selectbox(key="inside_network").set_value(request.node.name).run()
    assert not page.exception
    assert page.query_params["run"] == request.node.name


def test_with_integer_coding_the_map_says_why_there_is_none(open_page):
    assert "nothing but its id" in open_page("Map", build_words(), MICE).error[0].value


def test_with_one_hot_coding_the_map_is_that_of_the_kernel(open_page):
    page = open_page("Map", build_words("one-hot"), MICE)
    assert "kernel of the first layer" in shown(page)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("look", ["In colour", "Mute"])
def test_whatever_is_typed_is_read_or_refused_in_plain_words(open_page, look, text):
    page = open_page(look, inside_text=text)
    assert "<script>" not in shown(page)
    assert not page.error


def test_a_text_of_nothing_known_is_refused_and_the_box_stays(open_page):
    page = open_page(inside_text="學而時習之")
    assert "nothing in the text" in page.error[0].value
    page.text_area(key=TEXT).set_value("ROMEO:").run()
    assert not page.error


def test_it_opens_with_the_unit_that_follows_the_lines_best(open_page):
    page = open_page("In colour", build_planted(), LINES)
    assert page.number_input(key=UNIT).value == COUNTER + 1


def test_the_address_names_a_unit(open_page, monkeypatch):
    page = open_page("In colour", build_planted(), LINES)
    page.number_input(key=UNIT).set_value(5).run()
    assert page.number_input(key=UNIT).value == 5


def test_a_text_of_ones_own_stays_when_another_network_is_chosen(open_page):
    page = open_page()
    page.text_area(key=TEXT).set_value("A good film, and a bad end.").run()
    page.selectbox(key="inside_network").set_value(JUDGE).run()
    assert page.text_area(key=TEXT).value == "A good film, and a bad end."
    assert not page.error


def test_another_place_of_the_text_and_back_to_its_beginning(open_page):
    page = open_page()
    opening = page.text_area(key=TEXT).value
    page.button(key="inside_another").click().run()
    assert page.text_area(key=TEXT).value != opening
    page.button(key="inside_beginning").click().run()
    assert page.text_area(key=TEXT).value == opening


def test_the_planted_unit_is_found_taken_and_muted(open_page):
    page = open_page("Find a unit", build_planted(), LINES)
    assert f'scope="row">Unit {COUNTER + 1}</th><td>✓ confirmed' in shown(page)
    page.button(key="inside_take_mute").click().run()
    assert page.session_state[LOOK] == "Mute"
    assert page.text_input(key="inside_held_0").value == str(COUNTER + 1)
    assert f"with unit {COUNTER + 1} muted" in shown(page)
    assert "no change" not in shown(page)


def test_what_was_marked_is_looked_for(open_page):
    line = "abc[[def]] gh\n"
    page = open_page("Find a unit", build_planted(), LINES, inside_text=line * 30, inside_feature="marked")
    assert not page.error
    assert "brackets are not read" in shown(page)
    assert f"over {len('abcdef gh ') * 30} symbols" in shown(page)


def test_a_feature_that_is_not_there_is_said(open_page):
    page = open_page("Find a unit", build_planted(), LINES, inside_feature="digits")
    assert "everywhere the same" in page.error[0].value


def test_with_no_unit_held_nothing_changes_and_a_wrong_number_is_refused(open_page):
    page = open_page("Mute", build_planted(), LINES)
    page.text_input(key="inside_held_0").set_value("").run()
    assert "no change" in shown(page) and "write the same:" in shown(page)
    page.text_input(key="inside_held_0").set_value("1, 99").run()
    assert "Units have numbers from 1 to 8" in page.error[0].value


def test_units_of_both_layers_are_held_at_a_value(open_page):
    page = open_page("Mute", build_words(), MICE)
    page.text_input(key="inside_held_0").set_value("1-3").run()
    page.text_input(key="inside_held_1").set_value("4").run()
    page.segmented_control(key="inside_how").set_value("hold cell").run()
    page.slider(key="inside_value_cell").set_value(3.0).run()
    assert not page.error
    assert "4 units held: cell state +3.0" in shown(page)


def test_muting_half_of_both_directions_changes_the_verdict(open_page):
    page = open_page("Mute")
    page.selectbox(key="inside_network").set_value(JUDGE).run()
    for place in (0, 1):
        page.text_input(key=f"inside_held_{place}").set_value("1-32").run()
    verdicts = [element.proto.body for element in page.get("html") if '"verdict-words"' in element.proto.body]
    assert len(verdicts) == 2 and verdicts[0] != verdicts[1]
    assert "log odds moved" in shown(page)


def test_another_symbol_is_changed_and_its_memory_told(open_page):
    page = open_page("Memory", build_planted(), LINES)
    page.number_input(key="inside_place").set_value(5).run()
    assert not page.error
    assert "half of" in shown(page) or "nothing differs" in shown(page)


def test_a_symbol_that_the_network_does_not_know_is_refused_by_name(open_page, request):
    page = open_page("Memory", build_planted(), LINES, **{f"inside_symbol_{request.node.name}": "Q"})
    assert "“Q” was to be put there" in page.error[0].value


def test_layers_of_another_network_do_not_confuse_it(open_page):
    page = open_page("In colour", build_words(), MICE, **{LAYER: 2, UNIT: 9})
    page.selectbox(key="inside_network").set_value(WRITER).run()
    assert not page.exception and not page.error
    assert 1 <= page.number_input(key=UNIT).value <= load_pretrained(WRITER).shape.units


def test_looking_changes_no_weight(open_page):
    network = build_planted()
    before = {name: array.copy() for name, array in network.weights.items()}
    for look in SECTIONS:
        open_page(look, network, LINES)
    assert all(np.array_equal(array, before[name]) for name, array in network.weights.items())
