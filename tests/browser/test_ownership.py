"""A run belongs to the browser that made it: after a refresh, in a second browser, and on another device."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lstm_core.service.run_store import RunStore
from lstm_ui.visitor import TOKENS_COOKIE
from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.visitor import PATIENCE, open_page, press, read_token, run_id, start_own_run, wait_for_state, widget
from tests.service.conftest import wait_until

TEXT = "the cat sat on the mat and the dog sat on the cat . " * 5


@pytest.fixture
def another_browser(browser: Browser, app: RunningApp) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=app.address, viewport={"width": 1280, "height": 900}) as context:
        yield context


def is_enabled(page: Page, key: str) -> bool:
    return widget(page, key).locator("button").is_enabled()


def test_a_run_is_its_browser_s_own_after_a_refresh_and_read_only_in_another_until_the_secret_link_comes(
    page: Page, another_browser: BrowserContext
) -> None:
    start_own_run(page, TEXT, steps=1_000_000, units=8, window=4)
    name = run_id(page)
    assert [cookie["sameSite"] for cookie in page.context.cookies() if cookie["name"] == TOKENS_COOKIE] == ["Lax"]
    open_page(page, f"/train?run={name}")
    press(page, "pause")
    wait_for_state(page, "paused")

    other = another_browser.new_page()
    open_page(other, "/runs")
    expect(widget(other, f"run_card_{name}")).to_have_count(0)
    open_page(other, f"/train?run={name}")
    expect(widget(other, "read_only")).to_contain_text("You are watching a run that was made in another browser")
    assert not any(is_enabled(other, key) for key in ("pause", "resume", "stop", "step"))
    expect(widget(other, "loss_chart")).to_be_visible()
    open_page(other, "/runs")  # it was opened by its link: a refresh has not forgotten it
    card = widget(other, f"run_card_{name}")
    expect(card).to_contain_text("read-only", timeout=PATIENCE)
    expect(widget(other, f"run_delete_{name}")).to_have_count(0)

    open_page(page, "/runs")
    widget(page, "device_link").locator("summary").click()
    press(page, "device_make")
    link = widget(page, "device_link").locator("code")
    expect(link).to_contain_text("/runs?key=", timeout=PATIENCE)
    other.goto(link.inner_text())
    press(other, "device_take")
    expect(widget(other, f"run_delete_{name}")).to_be_visible(timeout=PATIENCE)
    wait_until(lambda: read_token(page) in read_token(other))  # the browser has put the cookie away
    open_page(other, f"/train?run={name}")
    press(other, "stop")
    wait_for_state(other, "stopped")
    for opened in (page, other):
        check_no_exception(opened)


def test_a_copy_of_somebody_else_s_settings_is_one_s_own(
    app: RunningApp, page: Page, another_browser: BrowserContext
) -> None:
    start_own_run(page, TEXT, steps=50, units=9, window=4)
    wait_for_state(page, "finished")
    other = another_browser.new_page()
    open_page(other, f"/train?run={run_id(page)}")
    press(other, "copy_run")
    expect(other.get_by_text("Kept from before: Pasted text")).to_be_visible(timeout=PATIENCE)
    press(other, "train")
    expect(widget(other, "read_only")).to_have_count(0, timeout=PATIENCE)
    wait_for_state(other, "finished")
    specs = [RunStore(app.runs).load_spec(run_id(each)) for each in (page, other)]
    assert run_id(other) != run_id(page) and specs[0] == specs[1]
    check_no_exception(other)
