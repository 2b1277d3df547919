"""Pictures of every page, light and dark, on a desk and on a phone; they are left in test-pictures/ to be looked at."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.conftest import TrainedRun
from tests.browser.running_app import ROOT, RunningApp
from tests.browser.visitor import (
    PATIENCE,
    be_the_visitor_of,
    compare,
    find_run,
    open_page,
    press,
    settle,
    start_own_run,
    wait_for_points,
    wait_for_state,
    widget,
    write,
)

pytestmark = pytest.mark.timeout(400)  # whichever test comes first waits for the training that they all share

FOLDER = ROOT / "test-pictures"
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
FEWEST_COLOURS = 20  # a page that is only a background has one

OVERFLOW = """() => {
  const width = document.documentElement.clientWidth
  const parts = [document.scrollingElement, ...document.querySelectorAll('.stMain, .stMainBlockContainer')]
  return parts.filter(part => part.scrollWidth > width).map(part => `${part.className}: ${part.scrollWidth}`)
}"""


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Which of the two themes."""
    return request.param


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Which screen."""
    return request.param


@pytest.fixture
def sight(browser: Browser, app: RunningApp, scheme: str, size: str) -> Iterator[Page]:
    """A page seen on this screen in this theme."""
    width, height = SIZES[size]
    with browser.new_context(
        base_url=app.address, color_scheme=scheme, viewport={"width": width, "height": height}
    ) as context:
        page = context.new_page()
        page.picture_name = f"{size}-{scheme}"
        yield page


def take_picture(page: Page, name: str) -> None:
    """Save the whole page, from top to bottom, and check what can be checked without eyes."""
    # Streamlit scrolls an inner box; a window as high as its content shows all of it.
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": page.evaluate("document.querySelector('.stMain').scrollHeight")})
    page.wait_for_timeout(300)  # for what fades in or is drawn anew at this height
    picture = page.screenshot(animations="disabled")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}-{page.picture_name}.png").write_bytes(picture)
    assert page.evaluate(OVERFLOW) == []
    assert len(Image.open(io.BytesIO(picture)).convert("RGB").getcolors(maxcolors=2**24)) >= FEWEST_COLOURS
    check_no_exception(page)


def test_home(sight: Page) -> None:
    open_page(sight, "/")
    take_picture(sight, "home")


def test_train_before_training(sight: Page) -> None:
    open_page(sight, "/train")
    take_picture(sight, "train-before")


def test_train_while_training(sight: Page) -> None:
    start_own_run(sight, "the cat sat on the mat and the dog sat on the cat . " * 20, steps=1_000_000, units=16)
    wait_for_points(sight, 50)
    take_picture(sight, "train-during")
    press(sight, "stop")
    wait_for_state(sight, "stopped")


def test_train_after_training(sight: Page, aesop: TrainedRun) -> None:
    open_page(sight, f"/train?run={aesop.run_id}")
    wait_for_points(sight, 2)
    take_picture(sight, "train-after")


def test_generate_after_writing(sight: Page, aesop: TrainedRun) -> None:
    open_page(sight, f"/generate?run={aesop.run_id}")
    write(sight, "had a general", 17)
    expect(sight.locator(".next-symbols button").first).to_be_visible(timeout=PATIENCE)
    take_picture(sight, "generate")


def test_reviews_with_a_word_swapped(sight: Page) -> None:
    open_page(sight, "/sentiment")
    press(sight, "trap_mixed")
    sight.locator(".word-line button").nth(13).click(timeout=PATIENCE)
    press(sight, "what_if_drop")
    expect(widget(sight, "what_if_both").locator(".verdict")).to_have_count(2, timeout=PATIENCE)
    take_picture(sight, "reviews")


def test_the_wall_of_a_new_room(sight: Page) -> None:
    open_page(sight, "/wall")
    press(sight, "wall_open")
    expect(sight.locator(".wb-empty")).to_be_visible(timeout=PATIENCE)
    settle(sight)
    take_picture(sight, "wall")


def test_inside_with_a_unit_found_and_the_cell_drawn(sight: Page) -> None:
    for look, part in (("Step by step", ".cd-step"), ("Find a unit", ".found"), ("Gates", ".js-plotly-plot")):
        open_page(sight, f"/inside?look={look.replace(' ', '+')}")
        expect(sight.locator(part).first).to_be_visible(timeout=PATIENCE)
        take_picture(sight, f"inside-{look.split()[0].lower()}")
        sight.set_viewport_size(dict(zip(("width", "height"), SIZES[sight.picture_name.split("-")[0]], strict=True)))


def test_frameworks(sight: Page) -> None:
    open_page(sight, "/frameworks")
    expect(sight.locator(".fc-chosen").first).to_be_visible(timeout=PATIENCE)
    take_picture(sight, "frameworks")


def test_about(sight: Page) -> None:
    open_page(sight, "/about")
    take_picture(sight, "about")


def test_runs_with_two_compared_and_one_to_be_exported(sight: Page, aesop: TrainedRun, meditations: TrainedRun) -> None:
    be_the_visitor_of(sight, aesop.token, meditations.token)
    open_page(sight, "/runs")
    for run in (aesop, meditations):
        find_run(sight, run.run_id)
        compare(sight, run.run_id)
    expect(sight.locator(".st-key-comparison .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    press(sight, f"run_export_{aesop.run_id}")
    expect(widget(sight, f"run_exports_{aesop.run_id}")).to_be_visible(timeout=PATIENCE)
    take_picture(sight, "runs")
