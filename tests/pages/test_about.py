"""Every word of the glossary and every lesson leads somewhere that exists, with settings that are taken whole."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import lstm_ui.page
from lstm_core.knobs import KNOBS
from lstm_core.network.setup import is_setup, read_setup
from lstm_core.network.spec import RunSpec
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.training.data import prepare_data
from lstm_ui.glossary import GROUPS
from lstm_ui.lessons import LESSONS, lesson_query
from tests.pages.test_inside import SECTIONS  # the tabs that /inside really has

ROOT = Path(__file__).parents[2]
TERMS = [term for terms in GROUPS.values() for term in terms]


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_leads_to_a_page_that_takes_its_link(term):
    assert (ROOT / term.file).is_file()
    if term.file == "pages/train.py" and term.query:
        assert is_setup(term.query) and read_setup(term.query)[1] == ()
    elif term.query:
        assert term.file == "pages/inside.py" and term.query["look"] in SECTIONS


def test_no_term_stands_there_twice_and_the_great_words_are_all_told():
    names = [term.name for term in TERMS]
    assert len(set(names)) == len({term.key for term in TERMS}) == len(names)
    assert {"Loss", "Gate", "Cell state", "Hidden state", "Temperature", "Epoch", "Window", "Originality"} <= set(names)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_a_lesson_sets_up_networks_that_can_be_trained(lesson):
    for label in lesson.links:
        query = lesson_query(lesson, label)
        assert query.pop("lesson") == lesson.name
        setup, troubles = read_setup(query)
        assert troubles == ()
        spec = RunSpec.build(load_text(setup.text), LIBRARY[setup.text].title, setup.experiment, **setup.settings)
        assert prepare_data(spec).symbol_count > 1 and spec.steps <= 1_500


def test_the_race_of_the_optimizers_differs_in_the_optimizer_alone():
    setups = [read_setup(query)[0].settings for query in LESSONS["optimizers"].links.values()]
    differing = {name for name in KNOBS if len({setup[name] for setup in setups}) > 1}
    assert differing == {"optimizer"}


def test_the_page_tells_all_words_tutorials_and_texts(monkeypatch):
    monkeypatch.setattr(lstm_ui.page, "page_setup", lambda title, path: None)
    links: list[str] = []  # the page alone knows no other page
    monkeypatch.setattr(st, "page_link", lambda file, **_: links.append(file))
    page = AppTest.from_file(str(ROOT / "pages" / "about.py"), default_timeout=30).run()
    assert not page.exception and not page.error
    words = "\n".join(markdown.value for markdown in page.markdown)
    for told in ("Rubik’s Code", "Rowel Atienza", "Jose Horas", "Gregory Hays", "cookie", *(t.name for t in TERMS)):
        assert told in words
    assert len(links) == len(TERMS) + 3
