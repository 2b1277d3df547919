"""What benchmarks in the browser share: pages that count what goes over the wire and how long the chart takes to draw,
and the processor time of the server behind them. What a visitor does is in `tests/browser/visitor.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from benchmarks.timing import SideFailed
from tests.browser.chromium import launch_browser
from tests.browser.running_app import RunningApp

# Before anything else on a page: what its websocket sends and receives is counted, and the files of a live run that it
# reads. A tick is a message that the browser sends, or such a file: it asks for the run as it stands now.
COUNT_MESSAGES = """
window.wire = { sent: 0, received: 0, bytes: 0 };
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (data) { window.wire.sent += 1; return send.call(this, data); };
window.WebSocket = class extends WebSocket {
  constructor(...settings) {
    super(...settings);
    this.addEventListener("message", ({ data }) => {
      window.wire.received += 1;
      window.wire.bytes += data.byteLength ?? data.size ?? data.length;
    });
  }
};
const { fetch } = window;
window.fetch = async (...settings) => {
  const answer = await fetch(...settings);
  if (!answer.url.includes("/static/live/")) return answer;
  window.wire.sent += !answer.url.includes("-words.");
  window.wire.received += 1;
  window.wire.bytes += (await answer.clone().arrayBuffer()).byteLength;
  return answer;
};
"""

# On a page whose chart is there: whatever the chart calls of Plotly to draw is timed.
TIME_DRAWING = """() => {
  window.drawing = [];
  for (const name of ["react", "newPlot", "update", "restyle", "extendTraces", "relayout", "animate"]) {
    const draw = window.Plotly[name];
    window.Plotly[name] = function (...settings) {
      const started = performance.now();
      const result = draw.apply(this, settings);
      window.drawing.push({ started, spent: performance.now() - started });
      return result;
    };
  }
}"""


@dataclass(frozen=True)
class Wire:
    """What a page has sent and received so far, by its websocket and by reading the files of a live run."""

    sent: int
    received: int
    bytes: int

    @classmethod
    def of(cls, page: Page) -> "Wire":
        """Read a page's counters."""
        return cls(**page.evaluate("window.wire"))

    def since(self, earlier: "Wire") -> "Wire":
        """What was added since an earlier reading."""
        return Wire(self.sent - earlier.sent, self.received - earlier.received, self.bytes - earlier.bytes)


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """A Chromium. Raises SideFailed, with what to install, where none can be started."""
    with sync_playwright() as playwright:
        try:
            browser = launch_browser(playwright)
        except Error as error:
            raise SideFailed(str(error)) from error
        yield browser
        browser.close()


@contextmanager
def running_app(folder: Path, environment: dict[str, str] | None = None) -> Iterator[RunningApp]:
    """The app, from its first answer on."""
    with RunningApp(folder, environment=environment) as app:
        app.wait_until_it_answers()
        yield app


def open_context(browser: Browser, app: RunningApp, draws: bool = True) -> BrowserContext:
    """Open a visitor's window; one that does not draw gets all that the others get but the chart's library."""
    context = browser.new_context(base_url=app.address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(120_000)
    context.add_init_script(COUNT_MESSAGES)
    if not draws:
        context.route("**/plotly*.js", lambda route: route.abort())
    return context


def server_process(app: RunningApp) -> psutil.Process:
    """Return the process that serves the pages, among all that the app has started."""
    servers = [process for process in app.processes() if "streamlit" in process.cmdline()]
    if len(servers) != 1:
        raise SideFailed(f"One server was expected, {len(servers)} are there.")
    return servers[0]


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time that a process has used so far, its own and the system's for it."""
    spent = process.cpu_times()
    return spent.user + spent.system
