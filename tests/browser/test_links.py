"""A link sets up /train for whoever opens it, holds them to what is locked, and tells what it could not set."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.visitor import PATIENCE, open_page, settle, widget

QUERY = "experiment=atienza-aesop&units=64&clip_norm=1&steps=40&until=steps"


def knob(page: Page, name: str):
    return widget(page, f"knob_{name}").locator("input")


def read_link(page: Page) -> str:
    """Return the address that the page offers to be copied."""
    widget(page, "setup_link").locator("button").first.click(timeout=PATIENCE)
    offered = page.locator("code").filter(has_text="/train?")
    expect(offered).to_be_visible(timeout=PATIENCE)
    address = offered.inner_text()
    expect(page.get_by_alt_text("QR code: " + address)).to_be_visible()
    return address.split("/train?")[1]


def test_a_link_sets_every_control_and_the_page_offers_the_same_link(page: Page) -> None:
    open_page(page, f"/train?{QUERY}")
    expect(widget(page, "experiment").get_by_role("combobox")).to_have_value("Atienza: Aesop")
    expect(knob(page, "units")).to_have_value("64")
    expect(knob(page, "units")).to_be_enabled()
    expect(page).not_to_have_url(re.compile("units="))
    assert set(read_link(page).split("&")) == set(QUERY.replace("=1&", "=1.0&").split("&"))
    check_no_exception(page)


def test_what_a_link_locks_cannot_be_moved_also_after_a_refresh(browser: Browser, app: RunningApp) -> None:
    with browser.new_context(base_url=app.address) as context:
        page = context.new_page()
        open_page(page, f"/train?{QUERY}&lock=units,text&hide=batch&window=never")
        expect(page.get_by_role("alert").filter(has_text="“window” was set to “never”")).to_be_visible()
        for _ in range(2):
            expect(widget(page, "setup_note")).to_contain_text("units 64")
            expect(knob(page, "units")).to_be_disabled()
            expect(widget(page, "corpus").get_by_role("combobox")).to_be_disabled()
            expect(widget(page, "knob_batch")).to_have_count(0)
            page.reload()
            expect(widget(page, "setup_note")).to_be_visible(timeout=PATIENCE)
            settle(page)
        assert "lock=units%2Ctext" in read_link(page)
        check_no_exception(page)
