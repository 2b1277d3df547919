"""Every page opens by its own address, also when nobody has opened another page before."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.running_app import ROOT, RunningApp

ADDRESSES = ["/", *(f"/{file.stem}" for file in sorted((ROOT / "pages").glob("*.py")))]


def check_page(page: Page, address: str) -> None:
    """Open an address and check that the page is drawn to its end, widgets and all."""
    page.goto(address)
    drawn = page.locator("[class*=st-key-], [data-testid=stException]")
    expect(drawn.first).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
    check_no_exception(page)
    expect(page.get_by_role("dialog", name="Page not found")).to_have_count(0)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_opens_by_its_own_address(page: Page, address: str) -> None:
    check_page(page, address)


def test_train_opens_by_its_own_address_as_the_first_page_of_a_new_server(browser: Browser, tmp_path: Path) -> None:
    with RunningApp(tmp_path) as fresh:
        fresh.wait_until_it_answers()
        with browser.new_context(base_url=fresh.address) as context:
            check_page(context.new_page(), "/train")
