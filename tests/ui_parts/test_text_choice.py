from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lstm_core.text.library import LIBRARY, load_text
from lstm_ui.page import escape_markdown

AESOP, QUIJOTE = "aesop-mice-in-council", "quijote-chapter-1"


def show(default: str) -> None:
    import streamlit as st

    from lstm_ui.text_choice import choose_text

    if st.checkbox("Another page", key="elsewhere"):
        st.stop()
    st.session_state["chosen"] = choose_text(default)


def draw(default: str = AESOP) -> AppTest:
    page = AppTest.from_function(show, default_timeout=30, args=(default,)).run()
    assert not page.exception
    return page


def choose(page: AppTest, corpus: str) -> AppTest:
    return page.selectbox(key="corpus").set_value(corpus).run()


def leave_and_return(page: AppTest) -> AppTest:
    page.checkbox(key="elsewhere").check().run()
    return page.checkbox(key="elsewhere").uncheck().run()


@pytest.mark.parametrize("name", LIBRARY)
def test_the_text_of_the_experiment_is_chosen_at_first(name):
    assert draw(name).session_state["chosen"].text == load_text(name)


def test_a_new_experiment_brings_its_own_text():
    page = draw(AESOP)
    page.args = (QUIJOTE,)
    assert page.run().session_state["chosen"].name == QUIJOTE


def test_a_text_chosen_by_hand_stays_while_the_experiment_does():
    assert choose(draw(AESOP), QUIJOTE).run().session_state["chosen"].name == QUIJOTE


def test_a_tutorials_passage_shows_what_the_tutorial_published():
    assert any("91.20" in caption.value for caption in draw(AESOP).caption)


def test_a_pasted_text_outlives_a_change_of_page_and_of_experiment():
    page = choose(draw(), "paste")
    page.text_area(key="pasted").set_value("one two three").run()
    page.args = (QUIJOTE,)
    assert leave_and_return(page).session_state["chosen"].text == "one two three"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A teacher's folder with a poem in it, and a picture that calls itself a text."""
    (tmp_path / "poems").mkdir()
    (tmp_path / "poems" / "one *two*.txt").write_text("The owl and the pussy-cat went to sea.", encoding="utf-8")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\x00\x01")
    monkeypatch.setenv("LSTM_DATA_DIR", str(tmp_path))
    st.cache_data.clear()
    return tmp_path


def test_the_teachers_texts_are_listed_after_those_that_ship_and_before_ones_own(folder):
    names = draw().selectbox(key="corpus").options
    assert names[len(LIBRARY) + 2 :] == ["picture.txt", "poems/one *two*.txt", "Paste a text", "Upload a file"]


def test_a_text_of_the_teacher_is_chosen_under_its_file_name(folder):
    page = choose(draw(), "folder:poems/one *two*.txt")
    chosen = page.session_state["chosen"]
    assert (chosen.text, chosen.title) == ("The owl and the pussy-cat went to sea.", "poems/one *two*.txt")
    assert escape_markdown("poems/one *two*.txt") in page.caption[0].value


def test_a_text_of_the_teacher_that_cannot_be_read_says_why_and_the_list_stays(folder):
    page = choose(draw(), "folder:picture.txt")
    assert page.session_state["chosen"] is None and page.error
    assert choose(page, AESOP).session_state["chosen"].name == AESOP


def test_a_text_that_has_gone_from_the_folder_gives_way_to_the_experiments(folder):
    page = choose(draw(), "folder:poems/one *two*.txt")
    (folder / "poems" / "one *two*.txt").unlink()
    st.cache_data.clear()
    page.run()
    assert page.session_state["chosen"].name == AESOP
    assert "no longer there" in page.warning[0].value and not page.exception
    assert not page.run().warning


def test_a_folder_that_is_missing_leaves_the_list_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("LSTM_DATA_DIR", str(tmp_path / "nowhere"))
    st.cache_data.clear()
    assert len(draw().selectbox(key="corpus").options) == len(LIBRARY) + 4


@pytest.mark.parametrize("name", LIBRARY)
def test_whose_text_it_is_and_who_may_use_it_stands_under_the_list(name):
    text, caption = LIBRARY[name], draw(name).caption[0].value
    assert all(escape_markdown(part) in caption for part in (text.author, text.note, text.licence[1:]))
