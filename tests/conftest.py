"""What all tests share: the large real files, the real app, a browser. Nothing is started before a test asks for it."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner

from tests.browser.chromium import check_no_exception, launch_browser
from tests.browser.running_app import RunningApp

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"  # TensorFlow reads it when it is imported: only its errors are of interest
os.environ["LSTM_COMPILE_AHEAD"] = "0"  # the apps that tests start: two cores are for what is tested

# Property tests try the same examples each time, and a busy machine is no failure.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser tests and run them last: the quick ones fail first.

    Playwright also keeps an event loop in the main thread, in which a later test could start no loop of its own.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def pages_run_here_as_fast_as_in_a_server() -> Iterator[None]:
    """Leave out what Streamlit 1.67 does for each run of a page in this process and not, or once, in a server.

    Where Keras has been imported, as other tests do and no server, it clears Keras' session after every run, which
    takes ten times as long as the page; and each AppTest searches all installed packages for components anew.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of large real files (tinyshakespeare.txt, …) that LSTM_TEST_DATA names."""
    named = os.environ.get("LSTM_TEST_DATA")
    if not named:
        pytest.skip("LSTM_TEST_DATA does not name the folder of large real texts that this test reads")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"LSTM_TEST_DATA names {folder}, which is no folder")
    return folder


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The real app, one for all tests that do not need one of their own."""
    with RunningApp(tmp_path_factory.mktemp("app")) as running:
        running.wait_until_it_answers()
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each test opens contexts of its own in it."""
    with sync_playwright() as playwright:
        chromium = launch_browser(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, app: RunningApp) -> Iterator[Page]:
    """A tab of a visitor who has never been here; relative addresses lead to the app: `page.goto("/train")`.

    A test that leaves an exception on its page has failed.
    """
    with browser.new_context(base_url=app.address, viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        yield opened
        check_no_exception(opened)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show the server's log beside a failed test."""
    report = yield
    running = getattr(item, "funcargs", {}).get("app")
    if report.failed and isinstance(running, RunningApp):
        report.sections.append(("the app's log", running.log[-10_000:]))
    return report
