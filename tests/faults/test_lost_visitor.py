"""A browser loses its line for a moment, is closed for minutes, or for good; and the server itself is killed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lstm_core.service.conductor import CHECKPOINT_SECONDS
from lstm_core.service.run_store import RunStore
from tests.browser.chromium import check_no_exception
from tests.browser.running_app import ROOT, RunningApp
from tests.browser.visitor import (
    PATIENCE,
    open_page,
    press,
    run_id,
    start_own_run,
    wait_for_state,
    wait_for_step,
)
from tests.faults.fault_table import FaultCost
from tests.faults.line import Line
from tests.service.conftest import wait_until

Record = Callable[[FaultCost], None]

pytestmark = pytest.mark.timeout(400)  # new processes import TensorFlow, which takes long on a busy machine

WATCHED_SECONDS, ABANDONED_SECONDS = 2.0, 6.0  # 10 and 120 in the app
SIGN_SECONDS = 35.0  # 75 in the app; a browser gives a sign of life every 30
AWAY_SECONDS = 1.5 * ABANDONED_SECONDS
GONE_SECONDS = 5.0
NETWORK = {"window": 8, "units": 16, "steps": 1_000_000}
TEXT = "the mice held a council and the cat did not come so it goes . " * 4
SHORTER_WAITS = f"""
import sys
from lstm_core.service import turns
turns.WATCHED_SECONDS, turns.ABANDONED_SECONDS = {WATCHED_SECONDS}, {ABANDONED_SECONDS}
if "streamlit" in sys.orig_argv:  # not in the training processes
    from lstm_ui.live_run import publisher
    publisher.WATCHED_SECONDS = {SIGN_SECONDS}
"""


@dataclass
class Visit:
    """A visitor whose run trains in a server of the tests' own, and the line between the two."""

    app: RunningApp
    line: Line
    context: BrowserContext
    page: Page
    run_id: str

    @property
    def store(self) -> RunStore:
        return RunStore(self.app.runs)

    def losses(self) -> np.ndarray:
        """Return what lies in the run's folder. Fail when a step is missing."""
        losses = self.store.load_history(self.run_id).losses
        assert np.isfinite(losses).all()
        return losses

    def memory_bytes(self) -> int:
        return sum(process.memory_info().rss for process in self.app.processes())

    def rests(self) -> bool:
        """Tell whether it pauses, and the last slice that was out is back and kept."""
        status = self.store.load_status(self.run_id)
        return status["state"] == "paused" and status["checkpoint_step"] == len(self.losses())

    def come_back(self) -> None:
        """Open the run's address in a new tab."""
        self.page = self.context.new_page()
        open_page(self.page, f"/train?run={self.run_id}")

    def note(self) -> str:
        return self.page.locator(".status-note").inner_text().strip()


def start_app(folder: Path) -> RunningApp:
    """Start the app with shorter waits: `sitecustomize` is what Python imports before anything else."""
    (folder / "sitecustomize.py").write_text(SHORTER_WAITS)
    return RunningApp(folder, environment={"PYTHONPATH": f"{folder}:{ROOT}"})


@pytest.fixture(scope="module")
def visit(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    app = start_app(tmp_path_factory.mktemp("shaky"))
    with app, Line(app.port) as line:
        app.wait_until_it_answers()
        with browser.new_context(base_url=line.address) as context:
            page = context.new_page()
            start_own_run(page, TEXT, **NETWORK)
            visit = Visit(app, line, context, page, run_id(page))
            yield visit
            check_no_exception(visit.page)
            visit.app.stop()


def check_nothing_lost(visit: Visit, losses: np.ndarray) -> None:
    """Fail unless the steps that were there are still there, each as it was, and others after them."""
    wait_until(lambda: len(visit.losses()) > len(losses))
    np.testing.assert_array_equal(visit.losses()[: len(losses)], losses)


@pytest.mark.fault("A browser loses its line for a second")
def test_a_line_that_breaks_for_a_second_is_not_noticed(visit: Visit, record: Record) -> None:
    before, losses = visit.memory_bytes(), visit.losses()
    visit.line.cut()
    time.sleep(1)
    made = len(visit.losses())
    assert made > len(losses)  # it trains on without a browser
    visit.line.mend()
    started = time.monotonic()
    wait_for_step(visit.page, made + 1)  # the same page, without a reload
    seconds = time.monotonic() - started
    assert visit.note() == ""
    check_nothing_lost(visit, losses)
    record(FaultCost(0.0, seconds, before, visit.memory_bytes(), visit.note()))


@pytest.mark.fault("A browser is closed for five minutes (here: seconds), and nobody waits")
def test_a_run_whose_browser_was_closed_for_minutes_has_gone_on(visit: Visit, record: Record) -> None:
    before, losses = visit.memory_bytes(), visit.losses()
    visit.page.close()
    time.sleep(AWAY_SECONDS)
    made = len(visit.losses())
    assert made > len(losses)
    started = time.monotonic()
    visit.come_back()
    wait_for_step(visit.page, made + 1)
    seconds = time.monotonic() - started
    assert visit.note() == ""
    check_nothing_lost(visit, losses)
    record(FaultCost(0.0, seconds, before, visit.memory_bytes(), visit.note()))


@pytest.mark.fault("A browser is closed for good, and others wait")
def test_a_run_that_nobody_comes_back_to_pauses_when_others_wait(
    visit: Visit, browser: Browser, record: Record
) -> None:
    before = visit.memory_bytes()
    with browser.new_context(base_url=visit.line.address) as context:
        pages = [context.new_page() for _ in range(2)]  # as many runs as train at once
        for page in pages:
            start_own_run(page, TEXT, **NETWORK)
        visit.page.close()
        wait_until(visit.rests)  # with all that it has made
        status, losses = visit.store.load_status(visit.run_id), visit.losses()
        for page in pages:
            press(page, "stop")
            wait_for_state(page, "stopped")
    visit.come_back()
    expect(visit.page.locator(".status-note")).to_contain_text("Nobody looked at this run", timeout=PATIENCE)
    started = time.monotonic()
    press(visit.page, "resume")
    wait_for_step(visit.page, len(losses) + 1)
    seconds = time.monotonic() - started
    check_nothing_lost(visit, losses)
    record(FaultCost(0.0, seconds, before, visit.memory_bytes(), status["note"]))


@pytest.mark.fault("The server is killed, and started again")
def test_a_killed_server_leaves_no_process_and_its_runs_are_one_click_from_going_on(
    visit: Visit, record: Record
) -> None:
    before, killed = visit.memory_bytes(), time.monotonic()
    visit.app.kill()
    wait_until(lambda: visit.app.processes() == [])
    assert time.monotonic() - killed < GONE_SECONDS
    history = visit.store.load_history(visit.run_id)
    started = time.monotonic()
    visit.app = start_app(visit.app.log_file.parent)
    visit.app.wait_until_it_answers()
    visit.line.port = visit.app.port
    open_page(visit.page, f"/train?run={visit.run_id}")
    status = wait_for_state(visit.page, "interrupted")
    assert status.step == len(history.losses)
    press(visit.page, "resume")
    wait_for_step(visit.page, status.step + 1)
    seconds = time.monotonic() - started
    note = visit.note()
    found = int(note.partition("it went on from step ")[2].rstrip(".").replace(",", ""))
    lost = float(history.seconds[-1] - history.seconds[found - 1])
    assert note.startswith(f"The training process ended with its server at step {status.step:,}")
    assert lost <= CHECKPOINT_SECONDS
    check_nothing_lost(visit, history.losses[:found])
    np.testing.assert_allclose(visit.losses()[: status.step], history.losses, rtol=1e-5, atol=1e-5)
    record(FaultCost(lost, seconds, before, visit.memory_bytes(), note))
