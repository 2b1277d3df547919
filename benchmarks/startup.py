"""Measures 8 and 12: how long one waits. For the server's first answer and Home's first letters; and, from the click on
Train, for the first point on the chart: of a built-in experiment, and of a shape that was never trained before.
"""

import re
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.results import Row, Section, Table, alone, at_most
from benchmarks.timing import SideFailed, attempt
from benchmarks.visits import open_context, opened_browser, processor_seconds, running_app
from lstm_core.network.experiments import EXPERIMENTS
from tests.browser.running_app import RunningApp
from tests.browser.visitor import choose, open_page, press, set_knobs, settle, wait_for_state, widget

BUILT_IN = ("rubik-meditations", "horas-shakespeare")
NEW_UNITS = 136  # of the first new shape; the next ones have 24 more each: no experiment has any of them
PATIENCE_SECONDS = 300.0  # a busy machine is no failure, only a bad figure
REST_SHARE = 0.1  # of a core: below it, for RESTING_LOOKS in a row, all that the app did in the background is done
LOOK_SECONDS = 2.0
LOOKED_SECONDS = 2.5  # that a visitor has seen the page before the click; nobody chooses and presses in less
STARTING = "The training process is starting"  # what the page says until it is there
RESTING_LOOKS = 3
FIRST_LETTER = "document.querySelector('.lp-text')?.textContent.length > 0"

# From the click, caught before anything else sees it, to the first frame in which the chart has a point.
WAIT_FOR_POINT = """() => {
  const moments = window.moments = { states: [] };
  document.addEventListener("click", (event) => {
    if (moments.clicked || !event.target.closest(".st-key-train")) return;
    moments.clicked = performance.now();
    look();
  }, { capture: true });
  function look() {
    const state = document.querySelector(".st-key-run_status .status-state")?.innerText;
    if (state && moments.states.at(-1) !== state) moments.states.push(state);
    const chart = document.querySelector(".st-key-loss_chart .js-plotly-plot");
    if (chart?.data?.[0]?.x?.length) moments.shown = performance.now();
    else requestAnimationFrame(look);
  }
}"""


def measure(rounds: int = 3, new_shapes: int = 3) -> Section:
    """Start the app `rounds` times; in the last one, train what is built in and `new_shapes` shapes of one's own."""
    rows: list[Row] = []
    shown: list[tuple[str, ...]] = []
    failures: list[str] = []
    notes = [
        "From the start of `streamlit run`, as `make run` does it once everything is installed, to the first answer; "
        "from there to the first letter that the network on Home has written, in a browser that is open already.",
        "First point: from the click on Train to the first frame in which the chart has one. Warm: a first visitor has "
        "looked at /train, and the app has come to rest since; each visitor is new and looks at the page for "
        f"{LOOKED_SECONDS:g} s before the click. A new shape: a text and units that nothing was compiled "
        "for, in a server whose folder of compiled programs was empty at its start.",
    ]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, opened_browser() as browser:
        parts = {
            "starting": partial(_measure_starts, browser, Path(folder), rounds),
            "built-in experiments": partial(_measure_built_in, browser, Path(folder), rounds, shown, notes),
            "new shapes": partial(_measure_new_shapes, browser, Path(folder), new_shapes, shown),
        }
        for what, part in parts.items():
            rows += attempt(what, part, failures)
    table = Table("What the page said between the click and the first point", ("run", "seconds", "said"), tuple(shown))
    return Section("startup", "Waiting", tuple(rows), tuple(notes), (table,), failure="; ".join(failures))


def _measure_starts(browser: Browser, folder: Path, rounds: int) -> list[Row]:
    starts = [_start_once(browser, folder / f"app-{index}") for index in range(rounds)]
    answers, letters = zip(*starts, strict=True)
    return [
        alone("12", "the server answers", "s", answers, at_most(3)),
        alone("12", "Home's first letters, from there", "s", letters, at_most(2)),
    ]


def _measure_built_in(
    browser: Browser, folder: Path, rounds: int, shown: list[tuple[str, ...]], notes: list[str]
) -> list[Row]:
    """Time the first point of what is built in: the first time on this server, and again."""
    rows = []
    with running_app(folder / "warm") as app:
        notes.append(f"The app was at rest {_warm_up(browser, app):.0f} s after its first visitor had come.")
        for name in BUILT_IN:
            made = [_time_first_point(browser, app, _choose_experiment(name), shown) for _ in range(rounds)]
            rows.append(alone("8", f"first point: {name}, first time", "s", made[:1], at_most(1)))
            if made[1:]:
                rows.append(alone("8", f"first point: {name}, again", "s", made[1:], at_most(1)))
    return rows


def _start_once(browser: Browser, folder: Path) -> tuple[float, float]:
    """Start the app, go to Home; return the seconds to its answer, and from there to the first letter."""
    with RunningApp(folder) as app, open_context(browser, app) as context:
        page = context.new_page()
        answered = app.wait_until_it_answers()
        started = time.perf_counter()
        page.goto("/")
        page.wait_for_function(FIRST_LETTER)
        return answered, time.perf_counter() - started


def _measure_new_shapes(browser: Browser, folder: Path, count: int, shown: list[tuple[str, ...]]) -> list[Row]:
    """Time the first point of shapes that were never trained, each a little different, in a server that knows none."""
    empty = folder / "compiled"
    empty.mkdir()
    environment = {"TF_XLA_FLAGS": f"--tf_xla_persistent_cache_directory={empty}"}
    with running_app(folder / "new", environment) as app:
        _warm_up(browser, app)
        made = [_time_first_point(browser, app, _choose_own(NEW_UNITS + 24 * index), shown) for index in range(count)]
    return [alone("8", "first point: a shape never seen", "s", made, at_most(4))]


def _warm_up(browser: Browser, app: RunningApp) -> float:
    """Visit /train once, which brings the training process, and wait until nothing of the app works any more.

    Returns the seconds it took. Raises SideFailed when it never rests.
    """
    started = time.perf_counter()
    with open_context(browser, app) as context:
        page = context.new_page()
        open_page(page, "/train")
        while page.get_by_text(STARTING).count() and time.perf_counter() - started < PATIENCE_SECONDS:
            page.wait_for_timeout(500)
            open_page(page, "/train")
    resting = 0
    while time.perf_counter() - started < PATIENCE_SECONDS:
        before = _processor_seconds_of(app)
        time.sleep(LOOK_SECONDS)
        spent = sum(seconds - before.get(process, 0.0) for process, seconds in _processor_seconds_of(app).items())
        resting = resting + 1 if spent < LOOK_SECONDS * REST_SHARE else 0
        if resting == RESTING_LOOKS:
            return time.perf_counter() - started
    raise SideFailed(f"The app was still at work {PATIENCE_SECONDS:.0f} s after its first visitor.")


def _processor_seconds_of(app: RunningApp) -> dict[int, float]:
    """Return what each of the app's processes has used, by its id."""
    spent = {}
    for process in app.processes():
        with suppress(psutil.Error):  # it has just ended
            spent[process.pid] = processor_seconds(process)
    return spent


def _choose_experiment(name: str) -> tuple[str, Callable[[Page], None]]:
    def choose_it(page: Page) -> None:
        choose(page, "experiment", EXPERIMENTS[name].title)

    return name, choose_it


def _choose_own(units: int) -> tuple[str, Callable[[Page], None]]:
    def choose_it(page: Page) -> None:
        choose(page, "experiment", "My own")
        choose(page, "corpus", "The mice in council")
        set_knobs(page, units=units, window=24)

    return f"my own, {units} units", choose_it


def _time_first_point(
    browser: Browser, app: RunningApp, chosen: tuple[str, Callable[[Page], None]], shown: list[tuple[str, ...]]
) -> float:
    """Have a new visitor choose and press Train; return the seconds from the click to the first point."""
    name, choose_it = chosen
    with open_context(browser, app) as context:
        page = context.new_page()
        open_page(page, "/train")
        choose_it(page)
        settle(page)
        page.wait_for_timeout(1_000 * LOOKED_SECONDS)
        page.evaluate(WAIT_FOR_POINT)
        press(page, "train")
        page.wait_for_function("window.moments.shown > 0", timeout=1_000 * PATIENCE_SECONDS)
        moments = page.evaluate("window.moments")
        if widget(page, "stop").locator("button").is_enabled():  # a short one may have ended meanwhile
            press(page, "stop")
        wait_for_state(page, "stopped", "finished")
    seconds = (moments["shown"] - moments["clicked"]) / 1e3
    said = " → ".join(re.sub(r"\s+", " ", state) for state in moments["states"])
    shown.append((name, f"{seconds:.2f}", said or "–"))
    return seconds
