"""Runs that several browser tests look at: each is trained once, in the browser, by pressing Train."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.visitor import (
    ENDED,
    PATIENCE,
    Status,
    choose,
    curve,
    open_page,
    press,
    read_status,
    read_token,
    run_id,
    start_own_run,
    wait_for_points,
    wait_for_state,
)


@dataclass(frozen=True)
class TrainedRun:
    """A run that has ended by itself, and what its visitor saw: the curve early and at the end."""

    run_id: str
    status: Status
    early_curve: list[tuple[float, float]]
    curve: list[tuple[float, float]]
    token: str  # by which its visitor's browser is known


@pytest.fixture(scope="session")
def meditations(browser: Browser, app: RunningApp) -> TrainedRun:
    """Rubik's Meditations, trained until every window is right."""
    return train(browser, app, "Rubik’s Code: Meditations")


@pytest.fixture(scope="session")
def aesop(browser: Browser, app: RunningApp) -> TrainedRun:
    """Atienza's Aesop, trained until every window that can be right is right."""
    return train(browser, app, "Atienza: Aesop")


def train(browser: Browser, app: RunningApp, experiment: str) -> TrainedRun:
    """Open /train as the first page, choose an experiment, press Train and watch until the run ends by itself."""
    with browser.new_context(base_url=app.address) as context:
        page = context.new_page()
        open_page(page, "/train")
        choose(page, "experiment", experiment)
        press(page, "train")
        wait_for_points(page, 2)
        early = curve(page)
        status = wait_for_state(page, *ENDED)
        # The chart is drawn a moment after the words above it.
        page.wait_for_function(
            "step => document.querySelector('.js-plotly-plot').data[0].x.at(-1) === step",
            arg=status.step,
            timeout=PATIENCE,
        )
        check_no_exception(page)
        return TrainedRun(run_id(page), status, early, curve(page), read_token(page))


@pytest.fixture
def living_page(page: Page) -> Iterator[Page]:
    """A page on which a small network trains that would go on for very long."""
    start_own_run(page, "the cat sat on the mat and the dog sat on the cat . " * 5, steps=1_000_000, units=8, window=4)
    address = page.url
    yield page
    page.goto(address)
    if read_status(page).state not in ENDED:
        press(page, "stop")
        wait_for_state(page, *ENDED)
