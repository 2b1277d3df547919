"""/frameworks in the browser: a part is marked in all three programs, and their curves lie on each other."""

import pytest
from playwright.sync_api import Page, expect

from lstm_core.frameworks.parts import PART_NAMES, read_programs
from tests.browser.chromium import check_no_exception
from tests.browser.visitor import PATIENCE, TRAINING_PATIENCE, choose, open_page, press, widget

pytestmark = pytest.mark.timeout(400)  # the first comparison waits until TensorFlow is there

MARKED = """() => [...document.querySelectorAll('.framework-code pre')].map(code => {
  const rows = [...code.querySelectorAll('.fc-line')]
  return rows.flatMap((row, place) => row.classList.contains('fc-chosen') ? [place + 1] : [])
})"""
FIRST_IS_SEEN = """count => [...document.querySelectorAll('.framework-code pre')].slice(0, count).every(code => {
  const row = code.querySelector('.fc-chosen').getBoundingClientRect(), box = code.getBoundingClientRect()
  return row.top >= box.top && row.top < box.bottom
})"""


def check_marked(page: Page, part: str, seen: int = 3) -> None:
    """Fail unless a part is marked in all programs, and its first line scrolled to in the first `seen` of them."""
    assert page.evaluate(MARKED) == [list(program.line_numbers(part)) for program in read_programs()]
    page.wait_for_function(FIRST_IS_SEEN, arg=seen, timeout=PATIENCE)


def test_a_part_is_marked_in_all_three_programs_by_key_by_click_and_by_line(page: Page) -> None:
    open_page(page, "/frameworks")
    chosen = page.get_by_role("radio", checked=True)
    expect(chosen).to_have_text("gates", timeout=PATIENCE)
    check_marked(page, "gates")
    chosen.focus()
    page.keyboard.press("End")
    expect(chosen).to_have_text(PART_NAMES[-1])
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_text(PART_NAMES[0])
    check_marked(page, PART_NAMES[0])
    page.get_by_role("radio", name="backward").click()
    check_marked(page, "backward")
    expect(page.locator(".fc-note").nth(2)).to_contain_text("Hidden")
    # Pointing marks lightly what corresponds, pressing chooses it; in Keras one line does several things.
    line = page.locator(".framework-code pre").nth(2).locator(".fc-line", has_text="said, _, _ = lstm(inputs)")
    line.hover()
    assert all(page.locator(".framework-code pre").nth(place).locator(".fc-near").count() for place in range(3))
    line.click()
    expect(chosen).to_have_text("gates")
    line.click()
    expect(chosen).to_have_text("cell state")
    check_marked(page, "cell state", seen=2)  # the one that was pressed stays where it is


def test_three_curves_lie_on_each_other(page: Page) -> None:
    open_page(page, "/frameworks")
    choose(page, "framework_text", "Aesop’s fables")
    press(page, "framework_run")
    expect(widget(page, "framework_outcome").get_by_text("Equal.")).to_be_visible(timeout=TRAINING_PATIENCE)
    expect(page.locator(".agreement th", has_text="✓ equal")).to_have_count(6)
    plot = widget(page, "framework_outcome").locator(".js-plotly-plot")
    expect(plot).to_be_visible(timeout=PATIENCE)
    numpy_losses, *others = plot.evaluate("chart => chart.data.map(trace => Array.from(trace.y))")
    assert len(numpy_losses) == 10 and numpy_losses[-1] < numpy_losses[0]
    assert len(others) == 2 and all(losses == pytest.approx(numpy_losses, rel=1e-3) for losses in others)
    check_no_exception(page)
