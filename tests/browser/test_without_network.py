"""With the network cut the whole lesson works: the browser asks nobody but the app, and the app asks nobody at all."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.running_app import RunningApp
from tests.browser.visitor import (
    PATIENCE,
    choose,
    follow_menu,
    open_page,
    press,
    wait_for_points,
    wait_for_state,
    write,
)

LOCAL = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


@pytest.fixture
def cut_off(browser: Browser, app: RunningApp) -> Iterator[tuple[Page, list[str]]]:
    """A page whose browser reaches the app alone, and the addresses that it asked for in vain."""
    refused: list[str] = []

    def refuse_others(route: Route) -> None:
        if route.request.url.startswith(app.address):
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    with browser.new_context(base_url=app.address) as context:
        context.route("**/*", refuse_others)
        yield context.new_page(), refused


def connections_beyond_this_machine(app: RunningApp) -> list[str]:
    """Return who the app's processes talk to, other than each other and their visitors here."""
    talks = [talk for process in app.processes() for talk in process.net_connections("inet") if talk.raddr]
    return [str(talk.raddr) for talk in talks if talk.raddr.ip not in LOCAL]


def test_the_main_job_works_with_the_network_cut(cut_off: tuple[Page, list[str]], app: RunningApp) -> None:
    page, refused = cut_off
    open_page(page, "/")
    expect(page.get_by_role("region", name="What the network writes")).to_contain_text(
        re.compile(r"\w{3}"), timeout=PATIENCE
    )
    follow_menu(page, "Train")
    choose(page, "experiment", "Atienza: Aesop")
    press(page, "train")
    wait_for_points(page, 2)
    assert connections_beyond_this_machine(app) == []
    wait_for_state(page, "finished")
    follow_menu(page, "Write")
    assert write(page, "had a general", 3) == "council to consider"
    follow_menu(page, "Runs")
    assert refused == []
    assert connections_beyond_this_machine(app) == []
