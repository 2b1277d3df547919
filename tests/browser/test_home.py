"""Home in the browser: a network that writes at once, goes on from what one types, and rests when told to."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.visitor import PATIENCE, open_page, widget

USE_UP = "void Object.assign(document.querySelector('.live-paper').paper, { waiting: '', asked: null, askedAt: 0 })"
LETTERS = "count => (document.querySelector('.lp-text')?.textContent.length ?? 0) > count"


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["wide", "phone"])
def home(request: pytest.FixtureRequest, browser: Browser, app: RunningApp) -> Iterator[Page]:
    """Home as the first page of a visitor; nothing may complain in the browser's console."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    width, height = request.param
    with browser.new_context(base_url=app.address, viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        open_page(page, "/")
        wait_for_letters(page, 0)
        yield page
        check_no_exception(page)
    assert not complaints


def wait_for_letters(page: Page, count: int) -> None:
    page.wait_for_function(LETTERS, arg=count, timeout=PATIENCE)


def read_paper(page: Page) -> str:
    return page.locator(".lp-paper").evaluate("paper => paper.textContent")


def type_beginning(page: Page, text: str) -> None:
    page.locator(".live-paper input").fill(text)


def test_the_network_writes_letter_by_letter_and_goes_on(home: Page) -> None:
    first = read_paper(home)
    wait_for_letters(home, 40)
    later = read_paper(home)
    assert later.startswith(first)
    wait_for_letters(home, 450)  # more than one piece: the next one was asked for
    assert read_paper(home).startswith(later)


def test_a_typed_beginning_is_gone_on_from_at_enter(home: Page) -> None:
    type_beginning(home, "My lord, the queen")
    home.locator(".live-paper input").press("Enter")
    expect(home.locator(".lp-seed")).to_have_text("My lord, the queen", timeout=PATIENCE)
    wait_for_letters(home, 5)


def test_a_typed_beginning_is_gone_on_from_after_a_short_pause(home: Page) -> None:
    type_beginning(home, "O gentle night")
    expect(home.locator(".lp-seed")).to_have_text("O gentle night", timeout=PATIENCE)


def test_characters_that_it_has_never_met_are_left_out_and_said(home: Page) -> None:
    type_beginning(home, "<img src=x onerror='window.wasActive = true'> 100 %")
    expect(home.locator(".lp-said")).to_contain_text("Left out", timeout=PATIENCE)
    expect(home.locator(".lp-said")).to_contain_text("<")
    expect(home.locator(".lp-paper img, .lp-said img")).to_have_count(0)
    assert home.evaluate("window.wasActive") is None


def test_a_beginning_without_any_known_letter_leaves_the_text_as_it_is(home: Page) -> None:
    before = read_paper(home)
    type_beginning(home, "学而时习之")
    expect(home.locator(".lp-said")).to_contain_text("a few letters", timeout=PATIENCE)
    assert read_paper(home).startswith(before)


def test_it_pauses_and_goes_on(home: Page) -> None:
    pause = home.locator(".lp-pause")
    pause.click()
    expect(pause).to_have_text("Go on")
    resting = read_paper(home)
    home.wait_for_timeout(1_000)
    assert read_paper(home) == resting
    pause.click()
    expect(pause).to_have_text("Pause")
    wait_for_letters(home, len(resting) + 5)
    assert read_paper(home).startswith(resting)


def test_a_bolder_manner_goes_on_from_where_the_text_stands(home: Page) -> None:
    wait_for_letters(home, 20)
    before = read_paper(home)
    bold = home.get_by_role("button", name="bold")
    bold.click()
    expect(bold).to_have_attribute("aria-pressed", "true")
    wait_for_letters(home, len(before) + 20)
    assert read_paper(home).startswith(before)


def test_writing_moves_nothing_on_the_page(home: Page) -> None:
    def places() -> list[float]:
        return [part.bounding_box()["y"] for part in (widget(home, "doors"), widget(home, "tutorials"))]

    before = places()
    type_beginning(home, "100 % of it")
    expect(home.locator(".lp-said")).to_contain_text("Left out", timeout=PATIENCE)
    wait_for_letters(home, 300)
    assert places() == before


def stop_and_listen(page: Page) -> bool:
    """Use up what has been sent, as minutes of reading would; tell whether the paper then asks for more."""
    page.evaluate(USE_UP)
    page.wait_for_timeout(1_000)
    return page.evaluate("document.querySelector('.live-paper').paper.askedAt") > 0


def test_a_paused_paper_asks_the_server_for_nothing(home: Page) -> None:
    assert stop_and_listen(home)  # not paused yet
    home.locator(".lp-pause").click()
    assert not stop_and_listen(home)


def test_a_hidden_tab_asks_the_server_for_nothing(home: Page) -> None:
    home.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    assert not stop_and_listen(home)


def test_a_forgotten_page_rests_after_some_minutes_and_can_be_woken(home: Page) -> None:
    home.evaluate("document.querySelector('.live-paper').paper.touched -= 5 * 60_000")
    assert not stop_and_listen(home)
    expect(home.locator(".lp-said")).to_contain_text("It rests")
    written = read_paper(home)
    home.locator(".lp-pause").click()
    wait_for_letters(home, len(written))


def test_a_screen_reader_is_not_read_every_letter(home: Page) -> None:
    expect(home.get_by_role("region", name="What the network writes")).to_have_attribute("aria-live", "off")


def test_whoever_wants_no_motion_gets_the_text_at_once_and_it_rests(browser: Browser, app: RunningApp) -> None:
    with browser.new_context(base_url=app.address, reduced_motion="reduce") as context:
        page = context.new_page()
        open_page(page, "/")
        wait_for_letters(page, 399)
        expect(page.locator(".lp-pause")).to_have_text("Go on")
        page.locator(".lp-pause").click()
        wait_for_letters(page, 799)
        expect(page.locator(".lp-pause")).to_have_text("Go on")


def test_the_text_is_still_there_after_a_visit_to_another_page(home: Page) -> None:
    type_beginning(home, "My lord, the queen")
    expect(home.locator(".lp-seed")).to_have_text("My lord, the queen", timeout=PATIENCE)
    widget(home, "menu").get_by_role("link", name="Train").click()
    expect(widget(home, "train")).to_be_visible(timeout=PATIENCE)
    widget(home, "menu").get_by_role("link", name="Home").click()
    wait_for_letters(home, 5)
    expect(home.locator(".lp-paper")).to_contain_text("the queen")


def test_a_tutorial_card_opens_train_set_up_and_started(home: Page) -> None:
    widget(home, "run_rubik-meditations").locator("button").click()
    expect(widget(home, "run_status")).to_contain_text("cores in use", timeout=PATIENCE)
    chosen = widget(home, "experiment").get_by_role("combobox")
    expect(chosen).to_have_value("Rubik’s Code: Meditations", timeout=PATIENCE)
    widget(home, "stop").locator("button").click(timeout=PATIENCE)
