"""The page /generate as a visitor uses it, with a network that really writes and a service that hands it out."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import lstm_ui.page
from lstm_core.errors import RunNotFound
from lstm_core.network.pretrained import PRETRAINED
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import Vocabulary, split_symbols
from lstm_core.writing.originality import CURVE_TEMPERATURES
from lstm_core.writing.writer import Writer
from lstm_ui.generate_actions import MANUSCRIPT
from lstm_ui.session import RUN_IN_HAND

SHIPPED = "shakespeare-characters"
TEXT = "the mice had a general council . the cat ate the mice . who is to bell the cat ?"


class OneRunService:
    """Holds one network and answers as the service does; `checkpoint_step` 0 means nothing was learned yet."""

    def __init__(self, run_id: str, checkpoint_step: int = 40) -> None:
        symbols = split_symbols(TEXT, "words")
        vocabulary = Vocabulary.build(symbols, "words", 1000)
        shape = NetworkShape(len(vocabulary), "one-hot", 8, 1, 9, "last", 3)
        self._network = TrainedNetwork(shape, draw_weights(shape, 1, 1.0, "keras"), vocabulary, checkpoint_step, "mice")
        spec = RunSpec.build(TEXT, "The *mice*", window=3)
        self._view = SimpleNamespace(
            is_of_reviews=False,
            run_id=run_id,
            spec=spec,
            is_alive=False,
            state="finished",
            loss=1.0,
            checkpoint_step=checkpoint_step,
            name="",
        )

    def list_runs(self, *_):
        return [self._view]

    def view(self, run_id):
        if run_id != self._view.run_id:
            raise RunNotFound("There is no run of this id.", "An address names a run.", "Choose one of the list.")
        return self._view

    def network(self, run_id):
        return self._network

    def ages(self, run_id):
        return [0, 9, self._view.checkpoint_step]

    def network_at(self, run_id, step):
        shape = self._network.text_shape
        return replace(self._network, weights=draw_weights(shape, step + 1, 1.0, "keras"), step=step)

    def history(self, run_id):
        return SimpleNamespace(losses=np.linspace(3, 1, self._view.checkpoint_step, dtype=np.float32))


@pytest.fixture
def open_page(monkeypatch, request):
    """Open the page with a run of its own (writers are shared by run id) and without the frame around it."""

    def open_with(**settings) -> AppTest:
        service = OneRunService(request.node.name, **settings)
        module = ModuleType("lstm_ui.service")
        module.training_service = lambda: service
        monkeypatch.setitem(sys.modules, "lstm_ui.service", module)
        monkeypatch.setattr(lstm_ui.page, "page_setup", lambda title, path: None)
        return AppTest.from_file("../../pages/generate.py", default_timeout=30).run()

    return open_with


def manuscript(page: AppTest):
    return page.session_state[MANUSCRIPT]


def write_to_the_end(page: AppTest, **settings) -> AppTest:
    page.select_slider(key="generate_speed").set_value("at once")
    page.number_input(key="length").set_value(settings.get("length", 12))
    page.button(key="write").click().run()
    assert not page.exception
    return page


def open_tab(page: AppTest, label: str) -> AppTest:
    page.session_state["generate_tabs"] = label
    return page.run()


def run_until(page: AppTest, happens: Callable[[], bool]) -> AppTest:
    """Draw the page again, as its ticks do, until what it waits for is there."""
    for _ in range(200):
        if happens():
            return page
        time.sleep(0.05)
        page.run()
    raise AssertionError("it did not happen")


def all_written(page: AppTest, key: str) -> bool:
    return not any(each.remaining for each in page.session_state[key])


def shown(page: AppTest) -> str:
    return "\n".join(part.value for part in (*page.markdown, *page.get("html")))


def has_button(page: AppTest, key: str) -> bool:
    return any(button.key == key for button in page.button)


def test_write_brings_as_many_symbols_as_asked_for(open_page):
    page = write_to_the_end(open_page(), length=25)
    assert len(manuscript(page).draft.written) == 25


def test_the_page_suggests_a_seed_text_so_that_write_works_at_once(open_page):
    assert open_page().text_area(key="seed_text").value.startswith("the mice had")


def test_temperature_zero_always_writes_the_likeliest(open_page):
    page = open_page()
    page.slider(key="temperature").set_value(0.0)
    write_to_the_end(page)
    assert all(symbol.symbol == symbol.likeliest[0][0] for symbol in manuscript(page).draft.written)


def test_going_on_keeps_what_stands_there(open_page):
    page = write_to_the_end(open_page())
    before = manuscript(page).draft.written
    page.button(key="generate_go_on").click().run()
    assert manuscript(page).draft.written[:12] == before
    assert len(manuscript(page).draft.written) == 24


def test_undo_brings_back_the_text_that_a_new_one_replaced(open_page):
    page = write_to_the_end(open_page())
    before = manuscript(page).draft
    page.text_area(key="seed_text").set_value("who is")
    page.button(key="write").click().run()
    page.button(key="generate_undo").click().run()
    assert manuscript(page).draft == before


def test_unknown_words_are_replaced_only_when_agreed(open_page):
    page = open_page()
    page.text_area(key="seed_text").set_value("the mices had").run()
    assert page.text_area(key="seed_text").value == "the mices had"
    page.button(key="generate_replace").click().run()
    assert page.text_area(key="seed_text").value == "the mice had"


@pytest.mark.parametrize("seed_text", ["the mices had", "", "<script>alert(1)</script> $x$ ![](a)"])
def test_a_seed_text_that_cannot_be_read_keeps_the_old_text_and_says_why(open_page, seed_text):
    page = write_to_the_end(open_page())
    before = manuscript(page).draft
    page.text_area(key="seed_text").set_value(seed_text).run()
    page.button(key="write").click().run()
    if seed_text:  # an emptied box is filled with a suggestion again
        assert manuscript(page).draft == before
        assert page.error
    assert not page.exception


def test_side_by_side_writes_three_texts_from_one_seed(open_page):
    page = open_tab(open_page(), "Side by side")
    page.select_slider(key="generate_speed").set_value("at once")
    page.button(key="generate_compare").click().run()
    run_until(page, lambda: all_written(page, "generate_compared"))
    drafts = [each.draft for each in page.session_state["generate_compared"]]
    assert len({draft.seed for draft in drafts}) == 1
    assert [len(draft.written) for draft in drafts] == [100, 100, 100]


def test_counts_write_beside_the_network_and_know_its_short_text_by_heart(open_page):
    page = open_tab(open_page(), "Side by side")
    page.session_state["generate_against"] = "counts instead of a network"
    page.select_slider(key="generate_speed").set_value("at once")
    page.number_input(key="length").set_value(5)
    page.text_area(key="seed_text").set_value("the mice had a")
    run_until(page, lambda: has_button(page, "generate_rivals_write"))
    page.button(key="generate_rivals_write").click().run()
    run_until(page, lambda: all_written(page, "generate_rivals"))
    *_, fives = [rival.draft for rival in page.session_state["generate_rivals"]]
    assert [symbol.symbol for symbol in fives.written] == "general council . the cat".split()
    assert not page.exception


def test_a_text_that_is_copied_says_so_and_shows_where_it_stands(open_page, request):
    page = open_tab(open_page(), "Copied or invented")
    run_id = request.node.name
    writer = Writer(OneRunService(run_id).network(run_id))
    manuscript(page).begin(writer, run_id, "who is")
    for symbol in "mice had a general council . the cat".split():
        manuscript(page).choose(writer, symbol)
    run_until(page, lambda: "invented" in shown(page))
    assert "**0% invented.**" in shown(page)
    assert "…the <mark>mice had a general council . the cat</mark> ate the mice" in shown(page)
    page.slider(key="generate_min_copied_words").set_value(60).run()
    assert "**100% invented.**" in shown(page)
    open_tab(page, "Time machine")
    open_tab(page, "Copied or invented")
    assert "**100% invented.**" in shown(page)
    assert not page.exception


def test_originality_is_drawn_against_temperature(open_page):
    page = open_tab(open_page(), "Copied or invented")
    run_until(page, lambda: has_button(page, "originality_temperature"))
    page.button(key="originality_temperature").click().run()
    job = page.session_state["generate_originality"].job
    run_until(page, lambda: not job.is_running)
    assert [point.x for point in job.items] == list(CURVE_TEMPERATURES)
    assert all(point.originality.written == 150 for point in job.items)
    assert not page.exception


def test_the_time_machine_asks_one_age_and_all_at_once(open_page):
    page = open_tab(open_page(), "Time machine")
    page.text_area(key="seed_text").set_value("the mice had")
    page.select_slider(key="time_machine_age").set_value(9).run()
    assert "step 9" in shown(page) and "<i>the mice had</i>" in shown(page)
    page.session_state["time_machine_many"] = "all ages at once"
    page.run().button(key="time_machine_ask").click().run()
    job = page.session_state["time_machine_asked"][1]
    run_until(page, lambda: not job.is_running)
    page.run()
    assert [answer.step for answer in job.items] == [0, 9, 40]
    assert all(name in shown(page) for name in ("newborn", "step 9", "step 40"))
    assert len({answer.text for answer in job.items}) == 3
    assert not page.exception


def test_a_game_is_played_to_its_end_against_every_age_and_told_in_words(open_page):
    page = open_tab(open_page(), "Beat your network")
    run_until(page, lambda: has_button(page, "game_new"))
    page.button(key="game_new").click().run()
    game = page.session_state["game"]
    for symbol_id in game.riddle.hidden:
        assert game.guess(game.vocabulary.symbols[symbol_id])
    page.run()
    run_until(page, lambda: "network, step 9" in shown(page) and bool(page.code))
    assert [name in shown(page) for name in ("newborn", "network, step 40", "5-gram", "you")] == [True] * 4
    assert "I guessed 12 of 12 words" in page.code[0].value
    assert not page.exception


def test_what_needs_a_text_that_is_not_here_offers_to_fetch_it(open_page, monkeypatch, tmp_path):
    monkeypatch.setenv("LSTM_DOWNLOADS_DIR", str(tmp_path))
    page = open_tab(open_page(checkpoint_step=0), "Side by side")
    page.session_state["generate_against"] = "counts instead of a network"
    assert has_button(page.run(), "download_text")
    assert not page.exception


def test_without_any_run_the_network_that_ships_writes_at_once(open_page):
    page = open_page(checkpoint_step=0)
    assert page.selectbox(key="run").value == SHIPPED
    assert "ships with the app" in page.selectbox(key="run").options[0]
    assert page.text_area(key="seed_text").value == PRETRAINED[SHIPPED].example
    write_to_the_end(page, length=30)
    assert len(manuscript(page).draft.written) == 30


def test_the_network_that_ships_can_be_chosen_beside_a_run_and_left_again(open_page):
    page = open_page()
    page.selectbox(key="run").set_value(SHIPPED).run()
    assert page.selectbox(key="run").value == SHIPPED
    assert page.text_area(key="seed_text").value == PRETRAINED[SHIPPED].example
    assert "run" not in page.query_params  # it is no run: the other pages would look for it in vain
    page.selectbox(key="run").select_index(0).run()
    assert page.selectbox(key="run").value != SHIPPED
    assert page.text_area(key="seed_text").value.startswith("the mice had")
    assert not page.exception


def test_a_run_taken_in_hand_later_wins_over_the_network_that_ships(open_page, request):
    page = open_page()
    page.selectbox(key="run").set_value(SHIPPED).run()
    page.session_state[RUN_IN_HAND] = request.node.name  # as the top bar does
    assert page.run().selectbox(key="run").value == request.node.name


def test_the_visitors_own_beginning_stays_when_another_network_is_chosen(open_page):
    page = open_page()
    page.text_area(key="seed_text").set_value("the cat").run()
    page.selectbox(key="run").set_value(SHIPPED).run()
    assert page.text_area(key="seed_text").value == "the cat"


def test_with_the_network_that_ships_one_can_go_on_choose_and_compare(open_page):
    page = open_page(checkpoint_step=0)
    write_to_the_end(page)
    page.button(key="generate_go_on").click().run()
    assert len(manuscript(page).draft.written) == 24
    assert len(manuscript(page).draft.written[0].likeliest) == 10
    open_tab(page, "Side by side").button(key="generate_compare").click().run()
    run_until(page, lambda: all_written(page, "generate_compared"))
    assert [len(each.draft.written) for each in page.session_state["generate_compared"]] == [12, 12, 12]
    assert not page.exception
