import pytest
from streamlit.testing.v1 import AppTest

from lstm_core.text.library import LIBRARY, load_text
from lstm_ui.page import escape_markdown
from lstm_ui.text_choice import ChosenText

AESOP, QUIJOTE = "aesop-mice-in-council", "quijote-opening"


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


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    return page.file_uploader(key="upload").set_value((name, data, "text/plain")).run()


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


def test_an_empty_box_says_what_to_do():
    page = choose(draw(), "paste")
    assert page.session_state["chosen"] is None
    assert "Paste a text" in page.info[0].value


def test_a_pasted_text_is_chosen():
    page = choose(draw(), "paste")
    page.text_area(key="pasted").set_value("one two three").run()
    assert page.session_state["chosen"].text == "one two three"


def test_a_pasted_text_without_letters_is_refused_with_advice():
    page = choose(draw(), "paste")
    page.text_area(key="pasted").set_value("1 2 3").run()
    assert page.session_state["chosen"] is None
    assert "letter" in page.error[0].value


def test_a_pasted_text_outlives_a_change_of_page_and_of_experiment():
    page = choose(draw(), "paste")
    page.text_area(key="pasted").set_value("one two three").run()
    page.args = (QUIJOTE,)
    assert leave_and_return(page).session_state["chosen"].text == "one two three"


def test_an_uploaded_file_is_decoded():
    page = upload(choose(draw(), "upload"), "poem.txt", "\ufeffÄpfel".encode())
    chosen = page.session_state["chosen"]
    assert (chosen.text, chosen.title, chosen.encoding) == ("Äpfel", "poem.txt", "UTF-8")


def test_an_uploaded_text_outlives_its_widget():
    page = AppTest.from_function(show, default_timeout=30, args=(AESOP,))
    page.session_state["corpus"] = "upload"
    page.session_state["kept_upload"] = ChosenText("one two three", "upload", "<b>poem</b>.txt", "UTF-8", ())
    assert page.run().session_state["chosen"].text == "one two three"
    assert escape_markdown("<b>poem</b>.txt") in page.caption[0].value


def test_a_file_that_is_no_text_is_refused_with_advice():
    page = upload(choose(draw(), "upload"), "picture.txt", b"\x89PNG\x00\x01")
    assert page.session_state["chosen"] is None
    assert "plain text" in page.error[0].value


def test_without_a_file_the_page_says_what_to_do():
    assert "Drop a plain text file" in choose(draw(), "upload").info[0].value
