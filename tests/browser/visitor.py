"""What a visitor does and sees on /train and /generate; the tests of these pages are told in these words."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, TimeoutError, expect

from lstm_ui.page import PAGES
from lstm_ui.visitor import TOKENS_COOKIE

PATIENCE = 120_000  # milliseconds: a deadline on a busy machine, never a measure
REOPEN_AFTER = 5_000  # of a list that was closed by the page being drawn anew
TRAINING_PATIENCE = 300_000  # the same for training to the end
ENDED = ("finished", "stopped")
FIRST_WIDGETS = {  # of each page: when it is there, the page is
    "/": "doors",
    "/train": "train",
    "/generate": "write",
    "/sentiment": "review_text",
    "/inside": "inside_network",
    "/wall": "wall_page",
    "/frameworks": "framework_run",
    "/runs": "upload_run",
    "/about": "credits",
}

# The chart as Plotly keeps it: a curve is a list of [x, y], an axis its title, type and range.
CURVE = """name => {
  const drawn = document.querySelector('.st-key-loss_chart .js-plotly-plot')
  const trace = drawn?.data?.find(trace => trace.name === name)
  return trace ? Array.from(trace.x, (x, index) => [x, trace.y[index]]) : []
}"""


@dataclass(frozen=True)
class Status:
    """The run as `run_status` tells it."""

    state: str
    step: int
    loss: float | None
    accuracy: float | None  # percent


def widget(page: Page, key: str) -> Locator:
    """Return the widget that the page draws under this key."""
    return page.locator(f".st-key-{key}")


def open_page(page: Page, address: str) -> None:
    """Open an address and wait until its own widgets stand there."""
    page.goto(address)
    first = FIRST_WIDGETS[address.split("?")[0]]
    expect(widget(page, first)).to_be_visible(timeout=PATIENCE)
    settle(page)
    # Grey bars stand where a part of Streamlit's own script is still on its way.
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)


def follow_menu(page: Page, label: str) -> None:
    """Go to another page by the menu, as visitors do: the session stays."""
    first = FIRST_WIDGETS[next(entry.path for entry in PAGES if entry.label == label)]
    widget(page, "menu").get_by_role("link", name=label).click()
    expect(widget(page, first)).to_be_visible(timeout=PATIENCE)
    settle(page)


def find_run(page: Page, run_id: str) -> None:
    """Ask /runs for older runs until it shows this one."""
    card, more = widget(page, f"run_card_{run_id}"), widget(page, "runs_more").locator("button")
    for _ in range(PATIENCE // REOPEN_AFTER):
        settle(page)
        expect(card.or_(more).first).to_be_visible(timeout=PATIENCE)
        if card.count():
            return
        with suppress(TimeoutError):  # the page was drawn anew at that moment, and the button with it
            more.click(timeout=REOPEN_AFTER)
    raise AssertionError(f"/runs does not show {run_id}")


def settle(page: Page) -> None:
    """Wait until the server has nothing more to say to what was done last."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)


def press(page: Page, key: str) -> None:
    """Press the button of this key as soon as it can be pressed; Streamlit draws one that has a help text twice."""
    widget(page, key).locator("button").filter(visible=True).click(timeout=PATIENCE)


def compare(page: Page, run_id: str) -> None:
    """Put a run of /runs into the comparison."""
    press(page, f"run_compare_{run_id}")
    expect(widget(page, f"run_compare_{run_id}")).to_contain_text("Do not compare", timeout=PATIENCE)
    settle(page)


def choose(page: Page, key: str, label: str) -> None:
    """Choose an entry of a list; begin again where the page, drawn anew at that moment, has closed it."""
    box = widget(page, key).get_by_role("combobox")
    for _ in range(PATIENCE // REOPEN_AFTER):
        box.click(timeout=PATIENCE)
        try:
            page.get_by_role("option", name=label, exact=True).click(timeout=REOPEN_AFTER)
            expect(box).to_have_value(label, timeout=REOPEN_AFTER)
            break
        except (TimeoutError, AssertionError):
            page.keyboard.press("Escape")
    expect(box).to_have_value(label)
    settle(page)


def fill(page: Page, key: str, value: str | int) -> None:
    """Type into a box, in place of what stood there, and leave it."""
    box = widget(page, key).locator("textarea, input").first
    box.fill(str(value), timeout=PATIENCE)
    box.blur()
    settle(page)


def switch(page: Page, key: str, label: str) -> None:
    """Press one of the words of a row of choices, or a switch."""
    widget(page, key).get_by_text(label, exact=True).click(timeout=PATIENCE)
    settle(page)


def open_tab(page: Page, key: str, label: str) -> None:
    """Open one of the tabs under this key."""
    widget(page, key).get_by_role("tab", name=label).click(timeout=PATIENCE)
    settle(page)


def read_status(page: Page) -> Status:
    """Read the slots of `run_status`."""
    slots = widget(page, "run_status")
    expect(slots).to_contain_text("cores in use", timeout=PATIENCE)  # the last of them
    words = slots.inner_text()
    loss, accuracy = re.search(r"loss (\d+\.\d+)", words), re.search(r"accuracy (\d+\.\d+) %", words)
    step = re.search(r"step ([\d,]+)", words)
    return Status(
        words.split()[0],
        int(step[1].replace(",", "")) if step else 0,
        float(loss[1]) if loss else None,
        float(accuracy[1]) if accuracy else None,
    )


def wait_for_state(page: Page, *states: str) -> Status:
    """Wait until the run is in one of these states."""
    pattern = re.compile(rf"^\s*({'|'.join(states)})\b")
    patience = TRAINING_PATIENCE if "finished" in states else PATIENCE
    expect(widget(page, "run_status")).to_have_text(pattern, timeout=patience)
    return read_status(page)


def wait_until_it_rests(page: Page) -> Status:
    """Wait until the last steps of a run are in that was asked to rest."""
    expect(widget(page, "run_status")).to_have_text(re.compile("Resume goes on|is kept|is right"), timeout=PATIENCE)
    return read_status(page)


def wait_for_step(page: Page, step: int) -> Status:
    """Wait until the run has made this many steps."""
    page.wait_for_function(
        """step => Number(/step ([\\d,]+)/.exec(document.querySelector('.st-key-run_status')?.innerText)?.[1]
                          ?.replaceAll(',', '')) >= step""",
        arg=step,
        timeout=PATIENCE,
    )
    return read_status(page)


def curve(page: Page, name: str = "each step") -> list[tuple[float, float]]:
    """Return the points of one of the chart's curves."""
    return [(x, y) for x, y in page.evaluate(CURVE, name)]


def wait_for_points(page: Page, count: int) -> None:
    """Wait until the loss has at least this many points."""
    page.wait_for_function(f"count => ({CURVE})('each step').length >= count", arg=count, timeout=PATIENCE)


def run_id(page: Page) -> str:
    """Return the id of the run that the address names."""
    found = re.search(r"[?&]run=([^&]+)", page.url)
    assert found, f"no run in {page.url}"
    return found[1]


def read_token(page: Page) -> str:
    """Return what this browser is known by."""
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == TOKENS_COOKIE)


def be_the_visitor_of(page: Page, *tokens: str) -> None:
    """From the next page on, be the browser that the runs of these tokens belong to."""
    page.context.add_cookies([{"name": TOKENS_COOKIE, "value": ".".join(tokens), "domain": "127.0.0.1", "path": "/"}])


def open_own(page: Page, text: str, **knobs: str | float) -> None:
    """Open the link to a network of one's own, its knobs turned; `text` is one that ships, "paste" or "upload"."""
    open_page(page, f"/train?{urlencode({'experiment': 'my-own', 'text': text, **knobs})}")


def start_own_run(page: Page, text: str, **knobs: str | float) -> None:
    """Open the link to a network of one's own, paste a text, and press Train."""
    open_own(page, "paste", **knobs)
    fill(page, "pasted", text)
    press(page, "train")
    wait_for_step(page, 1)


def set_knobs(page: Page, **knobs: str | int) -> None:
    """Turn knobs: a number is typed, a word is pressed or, in a list, chosen."""
    for group in ("reading", "network", "learning"):
        lid = widget(page, f"knobs_{group}").locator("summary")
        if lid.locator("xpath=..").get_attribute("open") is None:
            lid.click(timeout=PATIENCE)
    for name, value in knobs.items():
        key = f"knob_{name}"
        if widget(page, key).get_by_role("slider").count():
            set_slider(page, key, value)
        elif isinstance(value, int):
            fill(page, key, value)
        else:
            switch(page, key, value)


def set_slider(page: Page, key: str, value: Any) -> None:
    """Move a slider with the arrow keys until it says `value`."""
    slider = widget(page, key).get_by_role("slider")
    slider.focus(timeout=PATIENCE)
    slider.press("Home")
    for _ in range(300):
        if str(value) in (slider.input_value(), slider.get_attribute("aria-valuetext")):
            break
        # A tick in mid-move may set the slider back, and the next presses carry it past the value: then from the start.
        is_at_end = slider.input_value() == slider.get_attribute("max")
        slider.press("Home" if is_at_end else "ArrowRight")
    else:
        raise AssertionError(f"the slider {key} has no {value}")
    slider.blur()
    settle(page)


def write(page: Page, seed_text: str, length: int) -> str:
    """Have the network write, always the likeliest symbol; return what it wrote, without the seed text."""
    fill(page, "seed_text", seed_text)
    fill(page, "length", length)
    set_slider(page, "generate_speed", "at once")
    greedy = widget(page, "generate_greedy")
    if not greedy.get_by_role("switch").is_checked():
        switch(page, "generate_greedy", "Always the likeliest (greedy)")
    press(page, "write")
    return read_written(page, length, seed_text)


def read_written(page: Page, length: int, seed_text: str) -> str:
    """Wait until this many symbols are written after this seed text, and return them as they read."""
    written = widget(page, "written")
    expect(written.locator(".wt-seed")).to_have_text(seed_text, timeout=PATIENCE)
    expect(written.locator(".wt-symbol")).to_have_count(length, timeout=PATIENCE)
    expect(written.locator(".wt-writing")).to_have_count(0, timeout=PATIENCE)
    settle(page)
    return " ".join(written.locator(".wt-symbol").all_inner_texts())


def read_next_symbols(page: Page) -> dict[str, float]:
    """Return the bars under "You choose": symbol and what the network believes, in percent."""
    bars = page.locator(".next-symbols button")
    expect(bars.first).to_be_visible(timeout=PATIENCE)
    numbers = (bar.inner_text().rsplit("\n", 1) for bar in bars.all())
    return {name.strip(): float(percent.strip("<% \n\xa0")) for name, percent in numbers}
