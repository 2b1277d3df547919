"""Measures 9 and 13: what it costs to be watched. A run in the app, on the screen of a real browser, against the same
run on the command line; the server's processor time for each tick, of one watcher and of thirty; the browser's own.
"""

import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.command_line import LivingTraining
from benchmarks.results import Row, Section, alone, at_least, at_most, compare, times
from benchmarks.timing import SideFailed, Spread, Stretch, alternate, attempt
from benchmarks.visits import (
    TIME_DRAWING,
    Wire,
    open_context,
    opened_browser,
    processor_seconds,
    running_app,
    server_process,
)
from lstm_core.network.experiments import EXPERIMENTS, build_spec
from lstm_ui.live_run.publisher import WATCHED_SECONDS
from tests.browser.running_app import RunningApp
from tests.browser.visitor import (
    choose,
    open_page,
    press,
    read_status,
    run_id,
    set_knobs,
    wait_for_state,
    wait_for_step,
)

EXPERIMENT = "horas-shakespeare"
BUDGET_SECONDS = 900  # longer than anything here: the run is stopped when it has been watched
POINTS = 500  # on the chart, when the browser's time is taken
PATIENCE_SECONDS = 240.0  # until the chart has them
SETTLE_SECONDS = 3.0  # after the first step, before anything is measured
CHART = "document.querySelector('.st-key-loss_chart .js-plotly-plot')"


@dataclass(frozen=True)
class Watched:
    """What a stretch of watching cost."""

    seconds: float
    server_seconds: float  # of processor time
    wire: Wire
    drawn: list[dict[str, float]]  # of the chart: when, and how many milliseconds it took
    tab_seconds: float  # of processor time in the page, with all of Streamlit's own work


def measure(seconds: float = 15.0, rounds: int = 5, watchers: int = 30, points: int = POINTS) -> Section:
    """Measure `seconds` of each thing, the run itself `rounds` times on either side, the chart with `points` on it."""
    spec = build_spec(EXPERIMENT)
    notes = [
        f"The run: {EXPERIMENT}, fast, on the text that ships. Steps by the clock on the wall, from some seconds after "
        "the first step on: what is reported, drawn and looked at meanwhile is counted against both sides.",
        "The browser is a headless Chromium on the same cores: what it takes to draw is taken from training. In a "
        "class it runs on the visitor's machine.",
    ]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, opened_browser() as browser:
        with running_app(Path(folder) / "app") as app:
            turns = {
                "command line": lambda: _measure_command_line(seconds),
                "watched": lambda: _measure_watched(browser, app, seconds),
            }
            found = alternate(turns, rounds, notes)
            symbols = {name: [spec.batch * spec.window * made.rate for made in found[name]] for name in found}
            what = "a run with one watcher, against the command line"
            rows = [compare("9", what, "symbols/s", symbols["watched"], symbols["command line"], times(0.95))]
            failures: list[str] = []
            costs = partial(_measure_costs, browser, app, seconds, watchers, points, notes)
            rows += attempt("cost of a tick", costs, failures)
    return Section("watching", "Watching", tuple(rows), tuple(notes), failure="; ".join(failures))


def _measure_command_line(seconds: float) -> Stretch:
    with LivingTraining(EXPERIMENT, "--seconds", str(BUDGET_SECONDS)) as training:
        return training.measure(SETTLE_SECONDS, seconds)


def _measure_watched(browser: Browser, app: RunningApp, seconds: float) -> Stretch:
    with open_context(browser, app) as context:
        page = context.new_page()
        _start_run(page)
        page.wait_for_timeout(1_000 * SETTLE_SECONDS)
        start_step, started = _next_step(page)
        page.wait_for_timeout(1_000 * seconds)
        end_step, ended = _next_step(page)
        _stop_run(page)
        return Stretch(end_step - start_step, ended - started)


def _start_run(page: Page) -> None:
    """Choose the experiment, give it time enough, and press Train, as a visitor does."""
    open_page(page, "/train")
    choose(page, "experiment", EXPERIMENTS[EXPERIMENT].title)
    set_knobs(page, seconds=BUDGET_SECONDS)
    press(page, "train")
    wait_for_step(page, 1)


def _wait_for_points(page: Page, count: int) -> None:
    """Wait until the chart has this many points: each of the first 500 steps is one."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while read_status(page).step < count:
        if time.perf_counter() > deadline:
            raise SideFailed(f"The run had not made {count} steps after {PATIENCE_SECONDS:.0f} s.")
        page.wait_for_timeout(500)


def _stop_run(page: Page) -> None:
    press(page, "stop")
    wait_for_state(page, "stopped")


def _next_step(page: Page) -> tuple[int, float]:
    """Wait until the page tells of another step; return it, and when that was."""
    step = wait_for_step(page, read_status(page).step + 1).step
    return step, time.perf_counter()


def _measure_costs(
    browser: Browser, app: RunningApp, seconds: float, watchers: int, points: int, notes: list[str]
) -> list[Row]:
    """Watch one run with one page, with none, and with many."""
    server = server_process(app)
    with open_context(browser, app) as context:
        page = context.new_page()
        _start_run(page)
        _wait_for_points(page, points)
        page.evaluate(TIME_DRAWING)
        page.evaluate(f"window.drawn = {CHART}")
        one = _watch(page, server, seconds)
        is_in_place = page.evaluate(f"{CHART} === window.drawn")
        shown = page.evaluate(f"{CHART}.data[0].x.length")
        address = f"/train?run={run_id(page)}"
        page.goto("about:blank")
        page.wait_for_timeout(1_000 * (WATCHED_SECONDS + 5))  # until the server writes no more for those who watched
        alone_seconds = _server_share(page, server, seconds)
        many = _measure_many(browser, app, server, address, seconds, watchers, notes)
        page.goto(address)
        _stop_run(page)
    notes.append(f"The chart had {shown} points, and was {'never' if is_in_place else '**at times**'} built anew.")
    notes.append(
        f"The server took {1e3 * alone_seconds:.1f} ms of processor time a second for the run with no watcher."
    )
    return [*_tell_one(one, alone_seconds, notes), *many]


def _watch(page: Page, server: psutil.Process, seconds: float) -> Watched:
    """Let a page watch for a while."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def tab_seconds() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    wire, spent, tab, started = Wire.of(page), processor_seconds(server), tab_seconds(), time.perf_counter()
    page.evaluate("window.drawing.length = 0")
    page.wait_for_timeout(1_000 * seconds)
    elapsed = time.perf_counter() - started
    return Watched(
        elapsed, processor_seconds(server) - spent, Wire.of(page).since(wire), page.evaluate("window.drawing"),
        tab_seconds() - tab,
    )  # fmt: skip


def _tell_one(one: Watched, alone_seconds: float, notes: list[str]) -> list[Row]:
    ticks = max(1, one.wire.sent)
    run_alone = 1e3 * alone_seconds * one.seconds / ticks
    per_tick = 1e3 * one.server_seconds / ticks - run_alone
    notes.append(
        f"One watcher: {ticks} ticks in {one.seconds:.1f} s. The server took {per_tick:.1f} ms for each, beside the "
        f"{run_alone:.1f} ms that handing out the run's slices and keeping what they bring take anyway."
    )
    drawn = [update["spent"] for update in one.drawn]
    if not drawn:
        notes.append("The chart drew nothing by Plotly's functions: the browser's time for it could not be taken.")
    rows = [
        alone("13", "server, a tick of one watcher", "ms of CPU", [per_tick], at_most(6)),
        alone("13", "sent to the browser, a tick", "bytes", [one.wire.bytes / ticks]),
        Row("9", "the chart's own drawing, an update", "ms", Spread.of(drawn) if drawn else None, goal=at_most(5)),
        alone("9", "the whole tab, a tick", "ms of CPU", [1e3 * one.tab_seconds / ticks]),
    ]
    if len(drawn) > 1:
        span = (one.drawn[-1]["started"] - one.drawn[0]["started"]) / 1e3
        rows.append(alone("9", "updates of the chart", "a second", [round((len(drawn) - 1) / span, 1)], at_least(2)))
    return rows


def _server_share(page: Page, server: psutil.Process, seconds: float) -> float:
    """Return the server's processor seconds in a second, over a while."""
    spent, started = processor_seconds(server), time.perf_counter()
    page.wait_for_timeout(1_000 * seconds)
    return (processor_seconds(server) - spent) / (time.perf_counter() - started)


def _measure_many(
    browser: Browser, app: RunningApp, server: psutil.Process, address: str, seconds: float, watchers: int,
    notes: list[str],
) -> list[Row]:  # fmt: skip
    """Have many pages of one browser watch the run together."""
    with open_context(browser, app, draws=False) as context:
        pages = [context.new_page() for _ in range(watchers)]
        for page in pages:
            page.goto(address)
        for page in pages:
            page.wait_for_selector(".st-key-run_status .status-slots")
        if any(page.evaluate("'Plotly' in window") for page in pages):
            raise SideFailed("The chart's library was to be withheld from the many watchers, and they have it.")
        before = [Wire.of(page) for page in pages]
        started = time.perf_counter()
        share = _server_share(pages[0], server, seconds)
        ticks = sum(Wire.of(page).since(wire).sent for page, wire in zip(pages, before, strict=True))
        elapsed = time.perf_counter() - started
    notes.append(
        f"{watchers} watchers are as many pages of one Chromium; only the chart's library is withheld from them, for "
        f"30 visitors have 30 machines to draw on. They made {ticks / elapsed:.1f} ticks a second together; the "
        "browser's own work on the same cores holds them up, so a tick's cost is told beside."
    )
    return [
        alone("13", f"server, {watchers} watchers", "cores", [share], at_most(0.4)),
        alone("13", f"server, a tick of {watchers} watchers", "ms of CPU", [1e3 * share * elapsed / max(1, ticks)]),
    ]
