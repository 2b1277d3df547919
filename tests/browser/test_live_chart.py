"""The live chart in the browser: it grows in place, keeps a visitor's zoom, and costs little, out of sight nothing."""

import base64
import math
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Response, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.visitor import (
    CURVE,
    PATIENCE,
    curve,
    press,
    set_slider,
    switch,
    wait_for_state,
    wait_for_step,
    wait_until_it_rests,
    widget,
)

TICKS = 8
MAX_TICK_BYTES = 20_000
MAX_POINTS = 500
ROOM = 1.4  # as in live_chart.js
OUT_OF_SIGHT = 5_000  # milliseconds, in which a page that is seen would tick ten times
CHART = ".st-key-loss_chart .js-plotly-plot"


@pytest.fixture
def chart_page(living_page: Page) -> Page:
    """A page whose chart grows, with its node marked so that another in its place is noticed."""
    wait_for_step(living_page, 2)
    living_page.wait_for_selector(f"{CHART} .nsewdrag")
    living_page.evaluate(f"window.drawn = document.querySelector('{CHART}')")
    return living_page


def test_the_chart_grows_in_place(chart_page: Page) -> None:
    wait_for_ticks(chart_page)
    assert is_still_the_same(chart_page)


def test_a_zoom_drawn_with_the_mouse_survives_updates(chart_page: Page) -> None:
    area = chart_page.locator(f"{CHART} .nsewdrag").first.bounding_box()
    left, top = area["x"] + area["width"] * 0.3, area["y"] + area["height"] * 0.3
    chart_page.mouse.move(left, top)
    chart_page.mouse.down()
    chart_page.mouse.move(left + 150, top + 90, steps=5)
    chart_page.mouse.up()
    chart_page.wait_for_function("window.drawn.layout.xaxis.range[0] > 0")
    zoomed = axis_range(chart_page, "xaxis")
    wait_for_ticks(chart_page)
    assert axis_range(chart_page, "xaxis") == zoomed
    assert is_still_the_same(chart_page)


def test_most_ticks_move_the_lines_and_leave_all_else(chart_page: Page) -> None:
    wait_for_step(chart_page, 100)
    chart_page.evaluate("""() => {
      window.drawings = { react: 0, animate: 0 }
      for (const name of ["react", "animate"]) {
        const draw = Plotly[name]
        Plotly[name] = (...all) => (window.drawings[name]++, draw(...all))
      }
    }""")
    first = last_step(chart_page)
    wait_for_ticks(chart_page)
    drawings, last = chart_page.evaluate("window.drawings"), last_step(chart_page)
    assert drawings["react"] <= 1 + math.log(last / first, ROOM)  # when the curve has filled the chart
    assert drawings["react"] + drawings["animate"] >= TICKS


def test_a_page_that_nobody_sees_asks_for_nothing_and_goes_on_at_once_when_it_is_seen_again(chart_page: Page) -> None:
    address = chart_page.url
    with received_ticks(chart_page) as sizes:
        chart_page.goto(address)
        wait_for_ticks(chart_page)
        show(chart_page, is_hidden=True)
        chart_page.wait_for_timeout(1_000)  # what was asked for before is answered
        before = len(sizes)
        chart_page.wait_for_timeout(OUT_OF_SIGHT)  # that nothing happens is seen by waiting alone
        assert len(sizes) == before
        missed = last_step(chart_page)
        show(chart_page, is_hidden=False)
        chart_page.wait_for_function(f"step => document.querySelector('{CHART}').data[0].x.at(-1) > step", arg=missed)
    assert is_whole(chart_page)


def test_a_curve_has_at_most_500_points_and_a_tick_is_small(chart_page: Page) -> None:
    wait_for_step(chart_page, 2 * MAX_POINTS)
    address = chart_page.url
    with received_ticks(chart_page) as sizes:
        chart_page.goto(address)  # the sockets of a page are heard from its beginning on
        chart_page.wait_for_selector(CHART)
        wait_for_ticks(chart_page)
    assert is_whole(chart_page)
    assert len(sizes) >= TICKS
    assert max(sizes) <= MAX_TICK_BYTES
    counts = chart_page.evaluate(f"document.querySelector('{CHART}').data.map(trace => trace.x.length)")
    assert MAX_POINTS / 4 < max(counts) <= MAX_POINTS


def test_the_chart_settings_change_the_drawing(chart_page: Page) -> None:
    press(chart_page, "stop")
    wait_for_state(chart_page, "stopped")
    wait_until_it_rests(chart_page)
    widget(chart_page, "chart_settings").locator("button").first.click()
    before = [y for _, y in curve(chart_page, "smoothed")]
    set_slider(chart_page, "smoothing", 0.999)
    # Smoothed for longer, it begins at ln V more slowly.
    chart_page.wait_for_function(f"before => ({CURVE})('smoothed')[1][1] > before", arg=before[1])
    switch(chart_page, "log_axis", "Logarithmic axis")
    chart_page.wait_for_function("window.drawn.layout.yaxis.type === 'log'")
    switch(chart_page, "unit", "Perplexity")
    chart_page.wait_for_function("window.drawn.layout.yaxis.title.text === 'perplexity'")
    switch(chart_page, "x_axis", "seconds")
    chart_page.wait_for_function("window.drawn.layout.xaxis.title.text === 'seconds of training'")
    assert is_still_the_same(chart_page)


def wait_for_ticks(page: Page) -> None:
    """Wait until the chart has ended at some more different steps."""
    page.evaluate("window.ends = new Set()")
    page.wait_for_function(
        f"""ticks => {{
          window.ends.add(document.querySelector('{CHART}')?.data[0].x.at(-1))
          return window.ends.size > ticks
        }}""",
        arg=TICKS,
        timeout=PATIENCE,
    )


def last_step(page: Page) -> float:
    """Return the step at which the drawn curve ends."""
    return page.evaluate(f"document.querySelector('{CHART}').data[0].x.at(-1)")


def show(page: Page, is_hidden: bool) -> None:
    """Have the page believe that it is hidden, or seen: a browser without a window hides none."""
    page.evaluate(
        """isHidden => {
          Object.defineProperty(document, "hidden", { value: isHidden, configurable: true })
          document.dispatchEvent(new Event("visibilitychange"))
        }""",
        is_hidden,
    )


def is_whole(page: Page) -> bool:
    """Tell whether the drawn steps rise from the first one on, however many ticks they came with."""
    steps = [x for x, _ in curve(page)]
    return steps[0] == 1 and steps == sorted(set(steps))


def is_still_the_same(page: Page) -> bool:
    """Tell whether the chart is drawn in the node that was marked."""
    return page.evaluate(f"document.querySelector('{CHART}') === window.drawn")


def axis_range(page: Page, axis: str) -> list[float]:
    """Return from where to where an axis goes."""
    return page.evaluate("axis => Array.from(window.drawn.layout[axis].range)", axis)


@contextmanager
def received_ticks(page: Page) -> Iterator[list[int]]:
    """Collect the bytes of each message to the browser, and of each file that it reads, that tells of a live run."""
    sizes: list[int] = []

    def take(payload: str | bytes) -> None:
        data = payload if isinstance(payload, bytes) else base64.b64decode(payload)
        element = ForwardMsg.FromString(data).delta.new_element
        if element.bidi_component.component_name == "live_run":
            sizes.append(len(data))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", take)

    def read(response: Response) -> None:
        if "/static/live/" in response.url:
            sizes.append(int(response.headers["content-length"]))

    page.on("websocket", listen)
    page.on("response", read)
    yield sizes
    page.remove_listener("websocket", listen)
    page.remove_listener("response", read)
