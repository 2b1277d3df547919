"""/train while it trains: nothing that a visitor presses, leaves or uploads loses or disturbs the run."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.visitor import (
    PATIENCE,
    choose,
    curve,
    follow_menu,
    open_page,
    press,
    read_status,
    run_id,
    set_knobs,
    set_slider,
    settle,
    start_own_run,
    switch,
    wait_for_state,
    wait_for_step,
    widget,
)

FEW_STEPS = 400  # all of them are drawn: the chart shows up to 500 points one by one
ACTIVE_TEXT = """the cat <script>window.wasActive = true</script> sat <img src=x onerror="window.wasActive = true"> on
the **mat** and $x^2$ [said](javascript:window.wasActive=true) :red[nothing] # at all . """


def test_after_pause_the_step_stands_still_and_resume_goes_on_from_there(living_page: Page) -> None:
    press(living_page, "pause")
    wait_for_state(living_page, "paused")
    paused = wait_until_it_rests(living_page)
    living_page.reload()
    assert wait_for_state(living_page, "paused").step == paused
    press(living_page, "resume")
    wait_for_step(living_page, paused + 10)


def test_step_makes_a_single_step(living_page: Page) -> None:
    press(living_page, "pause")
    wait_for_state(living_page, "paused")
    paused = wait_until_it_rests(living_page)
    press(living_page, "step")
    wait_for_step(living_page, paused + 1)
    wait_for_state(living_page, "paused")
    assert wait_until_it_rests(living_page) == paused + 1


def test_stop_keeps_everything(living_page: Page) -> None:
    press(living_page, "stop")
    wait_for_state(living_page, "stopped")
    wait_until_it_rests(living_page)
    stopped, points = read_status(living_page), curve(living_page)
    living_page.reload()
    assert wait_for_state(living_page, "stopped") == stopped
    assert curve_when_drawn(living_page) == points


def test_a_stopped_run_trains_on(living_page: Page) -> None:
    press(living_page, "stop")
    wait_for_state(living_page, "stopped")
    stopped = wait_until_it_rests(living_page)
    press(living_page, "train_on")
    wait_for_step(living_page, stopped + 10)


def test_a_refresh_shows_the_same_run_still_moving(living_page: Page) -> None:
    before = read_status(living_page).step
    address = run_id(living_page)
    living_page.reload()
    moved = wait_for_step(living_page, before + 10)
    assert (moved.state, run_id(living_page)) == ("training", address)


def test_a_run_goes_on_while_its_visitor_looks_at_other_pages(living_page: Page) -> None:
    address, before = run_id(living_page), read_status(living_page).step
    for label in ("Home", "Write", "Train"):
        follow_menu(living_page, label)
    assert run_id(living_page) == address
    assert wait_for_step(living_page, before + 10).state == "training"


def test_other_widgets_do_not_disturb_a_run(living_page: Page) -> None:
    address, before = run_id(living_page), read_status(living_page).step
    set_knobs(living_page, units=16, coding="one-hot")
    choose(living_page, "corpus", "The mice in council")
    choose(living_page, "experiment", "Horas: Shakespeare")
    set_slider(living_page, "live_learning_rate", 0.001)
    choose_in_chart_settings(living_page, "unit", "Perplexity")
    assert run_id(living_page) == address
    assert wait_for_step(living_page, before + 10).state == "training"


def test_pauses_and_single_steps_and_refreshes_leave_one_gapless_curve(page: Page) -> None:
    start_own_run(page, "one two three four five six . " * 9, steps=FEW_STEPS, units=8, window=4, batch=1)
    press_if_possible(page, "pause")
    press_if_possible(page, "step")
    page.reload()
    press_if_possible(page, "resume")
    follow_menu(page, "Home")
    follow_menu(page, "Train")
    assert wait_for_state(page, "finished").step == FEW_STEPS
    page.reload()
    steps = [x for x, _ in curve_when_drawn(page)]
    assert steps == list(range(1, FEW_STEPS + 1))


def test_an_uploaded_text_is_trained_on_and_nothing_in_it_becomes_active(page: Page) -> None:
    open_page(page, "/train")
    choose(page, "experiment", "My own")
    choose(page, "corpus", "Upload a file")
    upload(page, "cat <b>&.txt", (ACTIVE_TEXT * 6).encode())
    set_knobs(page, units=8, window=4, steps=60)
    press(page, "train")
    wait_for_state(page, "finished")
    expect(widget(page, "predictions").locator("table")).to_be_visible(timeout=PATIENCE)
    follow_menu(page, "Write")
    press(page, "write")
    expect(widget(page, "written").locator(".wt-symbol").first).to_be_visible(timeout=PATIENCE)
    follow_menu(page, "Train")
    assert page.evaluate("window.wasActive") is None
    assert page.locator("img[onerror], [href^='javascript']").count() == 0


@pytest.mark.parametrize(
    "data",
    ["señor, ¿qué pasó?".encode("latin-1") * 50, bytes(range(256)) * 20, b""],
    ids=["Latin-1", "binary", "empty"],
)
def test_a_file_that_is_no_utf8_text_is_refused_and_the_page_keeps_working(page: Page, data: bytes) -> None:
    open_page(page, "/train")
    choose(page, "corpus", "Upload a file")
    upload(page, "text.txt", data)
    expect(page.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    expect(widget(page, "train").locator("button")).to_be_disabled()
    choose(page, "corpus", "The mice in council")
    expect(widget(page, "train").locator("button")).to_be_enabled()
    check_no_exception(page)


def test_no_run_of_an_invented_address_breaks_the_page(page: Page) -> None:
    open_page(page, "/train?run=../../etc/passwd<script>")
    expect(page.get_by_role("alert").first).to_be_visible(timeout=PATIENCE)
    expect(widget(page, "train").locator("button")).to_be_enabled()


def upload(page: Page, name: str, data: bytes) -> None:
    """Give a file to the uploader."""
    chosen = {"name": name, "mimeType": "text/plain", "buffer": data}
    widget(page, "upload").locator("input[type=file]").set_input_files(chosen)
    expect(widget(page, "upload").get_by_text(Path(name).stem[:3]).first).to_be_visible(timeout=PATIENCE)
    settle(page)


def wait_until_it_rests(page: Page) -> int:
    """Return the step at which a run rests that was just asked to; the slice that is out may still come home."""
    last = -1
    while last != (last := read_status(page).step):
        page.wait_for_timeout(2_000)  # a slice takes half a second; there is no sign for "nothing comes any more"
        page.reload()  # a page at rest is drawn once
        wait_for_state(page, "paused", "stopped")
    return last


def curve_when_drawn(page: Page) -> list[tuple[float, float]]:
    """Return the loss of each step as soon as the chart reaches the step that the status names."""
    page.wait_for_function(
        "step => document.querySelector('.js-plotly-plot')?.data?.[0].x.at(-1) === step",
        arg=read_status(page).step,
        timeout=PATIENCE,
    )
    return curve(page)


def press_if_possible(page: Page, key: str) -> None:
    """Press a button unless it is grey: a short run may have ended before."""
    button = widget(page, key).locator("button")
    if button.count() and button.is_enabled():
        button.click()
        settle(page)


def choose_in_chart_settings(page: Page, key: str, label: str) -> None:
    """Open the chart's settings, choose, and close them again."""
    widget(page, "chart_settings").locator("button").first.click()
    switch(page, key, label)
    page.keyboard.press("Escape")
