"""Everyone can use it: axe finds nothing wrong, the keyboard is enough, and all may be twice as large."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from lstm_ui.page import PAGES
from tests.browser.chromium import check_no_exception
from tests.browser.conftest import TrainedRun
from tests.browser.running_app import RunningApp
from tests.browser.test_pictures import OVERFLOW
from tests.browser.visitor import (
    PATIENCE,
    fill,
    open_page,
    press,
    set_knobs,
    settle,
    wait_for_points,
    wait_for_state,
    widget,
    write,
)

pytestmark = pytest.mark.timeout(400)  # whichever test comes first waits for the training that they all share

MAX_TABS = 80  # from the top of a page to any widget that the main job needs
ZOOMED = {"200 %": (640, 450), "400 %": (320, 256)}  # what is left of 1280 × 900 (WCAG 1.4.4 and 1.4.10)
HAS_FOCUS = "element => element.contains(document.activeElement)"


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser, app: RunningApp) -> Iterator[Page]:
    """A page in one of the two themes."""
    with browser.new_context(base_url=app.address, color_scheme=request.param) as context:
        yield context.new_page()


def check_with_axe(page: Page) -> None:
    """Fail with each violation, whatever its weight, and the elements that have it."""
    settle(page)
    page.wait_for_timeout(500)  # text that fades in has its full contrast only now
    violations = Axe().run(page).response["violations"]
    assert [f"{found['id']}: {[node['html'] for node in found['nodes'][:3]]}" for found in violations] == []


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_axe_finds_nothing_on_a_page_as_it_opens(themed: Page, path: str) -> None:
    open_page(themed, path)
    check_with_axe(themed)


def test_axe_finds_nothing_beside_a_trained_run_with_every_knob_open(themed: Page, aesop: TrainedRun) -> None:
    open_page(themed, f"/train?run={aesop.run_id}")
    wait_for_points(themed, 2)
    set_knobs(themed)
    check_with_axe(themed)


def test_axe_finds_nothing_beside_a_written_text(themed: Page, aesop: TrainedRun) -> None:
    open_page(themed, f"/generate?run={aesop.run_id}")
    write(themed, "had a general", 9)
    check_with_axe(themed)


def test_axe_finds_nothing_beside_a_review_with_a_word_swapped(themed: Page) -> None:
    open_page(themed, "/sentiment")
    fill(themed, "review_text", "The flim was not bad at all, but the story is boring and the ending is terrible.")
    themed.locator(".word-line button").nth(1).click(timeout=PATIENCE)
    press(themed, "what_if_drop")
    expect(widget(themed, "what_if_both").locator(".verdict")).to_have_count(2, timeout=PATIENCE)
    check_with_axe(themed)


def test_axe_finds_nothing_in_any_section_of_inside(themed: Page) -> None:
    open_page(themed, "/inside")
    for section in ("Gates", "In colour", "Find a unit", "Mute", "Memory", "Map"):
        themed.get_by_role("tab", name=section).click(timeout=PATIENCE)
        settle(themed)
        expect(themed.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
        check_with_axe(themed)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is in `target`, which must then be seen to have it."""
    for _ in range(MAX_TABS):
        if target.evaluate(HAS_FOCUS):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MAX_TABS} times Tab do not lead to {target}")


def test_the_keyboard_alone_trains_a_network_and_lets_it_write(page: Page) -> None:
    open_page(page, "/train")
    tab_to(page, widget(page, "experiment").get_by_role("combobox"))
    page.keyboard.type("Atienza: Aesop")
    page.keyboard.press("Enter")
    expect(widget(page, "experiment").get_by_role("combobox")).to_have_value("Atienza: Aesop", timeout=PATIENCE)
    settle(page)
    tab_to(page, widget(page, "train"))
    page.keyboard.press("Enter")
    wait_for_state(page, "finished")
    page.keyboard.press("Control+Home")
    tab_to(page, widget(page, "menu").get_by_role("link", name="Write"))
    page.keyboard.press("Enter")
    expect(widget(page, "write")).to_be_visible(timeout=PATIENCE)
    settle(page)
    tab_to(page, widget(page, "seed_text").locator("textarea"))
    page.keyboard.press("Control+a")
    page.keyboard.type("had a general")
    page.keyboard.press("Control+Enter")
    settle(page)
    tab_to(page, widget(page, "write"))
    page.keyboard.press("Enter")
    expect(widget(page, "written").locator(".wt-symbol").first).to_be_visible(timeout=PATIENCE)
    check_no_exception(page)


@pytest.mark.parametrize("zoom", ZOOMED)
@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_nothing_is_cut_off_or_hidden_when_all_is_larger(
    browser: Browser, app: RunningApp, path: str, zoom: str
) -> None:
    width, height = ZOOMED[zoom]
    with browser.new_context(base_url=app.address, viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        open_page(page, path)
        assert page.evaluate(OVERFLOW) == []
        for link in widget(page, "menu").get_by_role("link").all():
            link.scroll_into_view_if_needed()
            expect(link).to_be_in_viewport(ratio=1)
