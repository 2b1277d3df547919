"""The list of texts on /train in a real browser: a teacher's folder, and a download without a network."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp, find_free_port
from tests.browser.visitor import PATIENCE, choose, open_own, open_page, press, settle, wait_for_state, widget

TO_DOWNLOAD, DOWNLOADED = "Tiny Shakespeare (1.1 MB, to download)", "Tiny Shakespeare"


@dataclass(frozen=True)
class Classroom:
    """An app with a teacher's folder and without a network, and a page of it."""

    page: Page
    texts: Path
    downloads: Path


@pytest.fixture(scope="module")
def classroom_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningApp, Path]]:
    folder = tmp_path_factory.mktemp("classroom")
    for name in ("texts", "downloads"):
        (folder / name).mkdir()
    (folder / "texts" / "Our _own_ $story$ & [more].txt").write_text("the cat sat on the mat . " * 30, encoding="utf-8")
    (folder / "texts" / "picture.txt").write_bytes(b"\x89PNG\x00\x01\x02\x00" * 50)
    nowhere = f"http://127.0.0.1:{find_free_port()}"  # every way out leads here, where nobody answers
    environment = {
        "LSTM_DATA_DIR": str(folder / "texts"), "LSTM_DOWNLOADS_DIR": str(folder / "downloads"),
        "HTTPS_PROXY": nowhere, "https_proxy": nowhere, "NO_PROXY": "", "no_proxy": "",
    }  # fmt: skip
    with RunningApp(folder / "app", environment=environment) as running:
        running.wait_until_it_answers()
        yield running, folder


@pytest.fixture
def classroom(browser: Browser, classroom_app: tuple[RunningApp, Path]) -> Iterator[Classroom]:
    running, folder = classroom_app
    for file in (folder / "downloads").glob("*.txt"):  # what an earlier test has brought
        file.unlink()
    with browser.new_context(base_url=running.address, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        open_page(page, "/train")
        yield Classroom(page, folder / "texts", folder / "downloads")
        check_no_exception(page)


def test_a_text_of_the_teachers_folder_is_trained_on(classroom: Classroom) -> None:
    page = classroom.page
    open_own(page, "paste", units=8, window=4, steps=60)
    choose(page, "corpus", "Our _own_ $story$ & [more].txt")
    expect(page.get_by_text("From the teacher’s folder")).to_be_visible(timeout=PATIENCE)
    press(page, "train")
    wait_for_state(page, "finished")
    assert page.locator(".st-key-train_page em", has_text="own").count() == 0


def test_a_file_that_is_no_text_says_so_and_another_can_be_chosen(classroom: Classroom) -> None:
    page = classroom.page
    choose(page, "corpus", "picture.txt")
    expect(page.get_by_role("alert").first).to_be_visible(timeout=PATIENCE)
    expect(widget(page, "train").locator("button")).to_be_disabled()
    choose(page, "corpus", "The mice in council")
    expect(widget(page, "train").locator("button")).to_be_enabled()


def test_without_a_network_the_page_says_so_and_a_text_that_ships_can_be_trained_on(classroom: Classroom) -> None:
    page = classroom.page
    choose(page, "corpus", TO_DOWNLOAD)
    press(page, "download_text")
    expect(page.get_by_text("There is no connection to raw")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("stands in").first).to_be_visible()
    expect(widget(page, "train").locator("button")).to_be_enabled()
    assert not [file for file in classroom.downloads.rglob("*") if file.is_file()]


def test_a_text_that_has_come_stays_chosen_under_its_new_name(classroom: Classroom, test_data: Path) -> None:
    page = classroom.page
    choose(page, "corpus", TO_DOWNLOAD)
    expect(widget(page, "download_text")).to_be_visible(timeout=PATIENCE)  # before it comes by itself
    arriving = classroom.downloads / "arriving"
    shutil.copy(test_data / "tinyshakespeare.txt", arriving)
    os.replace(arriving, classroom.downloads / "tiny-shakespeare.txt")
    press(page, "download_text")
    expect(widget(page, "corpus").get_by_role("combobox")).to_have_value(DOWNLOADED, timeout=PATIENCE)
    settle(page)
    expect(widget(page, "download")).to_have_count(0)
    expect(widget(page, "text_card").get_by_text("1,115,39")).to_be_visible(timeout=PATIENCE)
