"""A text that is elsewhere: how it gets here, and what a visitor trains on until then."""

import time
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from lstm_core.text.downloads import DOWNLOADS
from lstm_core.text.library import load_text
from lstm_ui.download_choice import download_label
from tests.text.misbehaving_server import CONTENT, Misbehaving, misbehaving_server, text_at

NAME = "tiny-shakespeare"


def show() -> None:
    import streamlit as st

    from lstm_ui.text_choice import choose_text

    st.session_state["chosen"] = choose_text("aesop-mice-in-council")


@pytest.fixture(autouse=True)
def server(tmp_path, monkeypatch) -> Iterator[str]:
    """A server that has the text at /right; until a test says otherwise it is asked for a file that is not there."""
    monkeypatch.setenv("LSTM_DOWNLOADS_DIR", str(tmp_path))
    with misbehaving_server() as address:
        monkeypatch.setitem(DOWNLOADS, NAME, text_at(f"{address}/missing"))
        yield address


def draw() -> AppTest:
    page = AppTest.from_function(show, default_timeout=30).run()
    return page.selectbox(key="corpus").set_value(NAME).run()


def press_download(page: AppTest) -> AppTest:
    page.button(key="download_text").click().run()
    return wait(page)


def wait(page: AppTest) -> AppTest:
    deadline = time.monotonic() + 10
    while shows_progress(page) and time.monotonic() < deadline:
        time.sleep(0.05)
        page.run()
    assert not page.exception
    return page


def shows_progress(page: AppTest) -> bool:
    return bool(page.get("progress"))


def test_until_it_is_here_a_text_that_ships_stands_in_and_the_page_says_so():
    page = draw()
    assert page.session_state["chosen"].text == load_text("shakespeare")
    assert page.session_state["chosen"].title in page.info[0].value
    assert page.button(key="download_text").label == "Download it"


def test_the_list_says_what_must_be_downloaded_and_how_large_it_is(monkeypatch):
    monkeypatch.undo()
    assert download_label(DOWNLOADS[NAME]).endswith("(1.1 MB, to download)")


def test_the_choice_stays_when_its_download_is_complete(server, monkeypatch):
    monkeypatch.setitem(DOWNLOADS, NAME, text_at(f"{server}/right"))
    page = press_download(draw())
    assert page.session_state["chosen"].text == CONTENT.decode()
    assert page.session_state["chosen"].title == "Tiny Shakespeare"
    assert "Tiny Shakespeare" in page.selectbox(key="corpus").options
    assert not page.info and not page.warning


def test_while_it_comes_the_progress_is_shown_and_another_text_can_be_chosen(server, monkeypatch):
    monkeypatch.setitem(DOWNLOADS, NAME, text_at(f"{server}/held"))
    page = draw()
    page.button(key="download_text").click().run()
    assert shows_progress(page) and not page.button
    assert shows_progress(draw()), "another visitor sees the same download"
    page.selectbox(key="corpus").set_value("quijote-chapter-1").run()
    assert page.session_state["chosen"].name == "quijote-chapter-1" and not shows_progress(page)
    Misbehaving.goes_on.set()
    page.selectbox(key="corpus").set_value(NAME).run()
    assert wait(page).session_state["chosen"].text == CONTENT.decode()
    assert Misbehaving.asked == ["/held"]


def test_a_failure_is_told_the_stand_in_stays_and_one_can_try_again(server, monkeypatch):
    page = press_download(draw())
    assert "404" in page.warning[0].value
    assert page.session_state["chosen"].name == "shakespeare"
    monkeypatch.setitem(DOWNLOADS, NAME, text_at(f"{server}/right"))
    assert press_download(page.run()).session_state["chosen"].text == CONTENT.decode()


def test_a_file_that_was_changed_on_the_disk_is_told_and_can_be_downloaded_anew(tmp_path):
    (tmp_path / DOWNLOADS[NAME].file).write_text("something else")
    page = draw()
    assert "no longer the one" in page.warning[0].value
    assert page.session_state["chosen"].name == "shakespeare"
    assert page.button(key="download_text").label == "Download it"
