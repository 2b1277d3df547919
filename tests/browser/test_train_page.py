"""/train while it trains: nothing that a visitor presses, leaves or uploads loses or disturbs the run."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.visitor import (
    PATIENCE,
    Status,
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
    wait_until_it_rests,
    widget,
)

SLOW_STEPS = 450  # some seconds for a network of this size, and few enough for the chart to show each of them
NO_TEXTS = {
    "figures.txt": b"1 2 3 " * 50,
    "binary.txt": bytes(range(256)) * 20,
    "empty.txt": b"",
}
ACTIVE_TEXT = """the cat <script>window.wasActive = true</script> sat <img src=x onerror="window.wasActive = true"> on
the **mat** and $x^2$ [said](javascript:window.wasActive=true) :red[nothing] # at all . """


def test_after_pause_the_step_stands_still_and_resume_goes_on_from_there(living_page: Page) -> None:
    paused = pause(living_page)
    living_page.wait_for_timeout(3_000)  # that nothing happens is seen by waiting alone
    living_page.reload()
    assert wait_for_state(living_page, "paused") == paused
    press(living_page, "resume")
    wait_for_step(living_page, paused.step + 10)


def test_step_makes_a_single_step(living_page: Page) -> None:
    paused = pause(living_page)
    press(living_page, "step")
    wait_for_step(living_page, paused.step + 1)
    wait_for_state(living_page, "paused")
    assert wait_until_it_rests(living_page).step == paused.step + 1


def test_stop_keeps_everything_and_train_on_goes_on_from_there(living_page: Page) -> None:
    press(living_page, "stop")
    wait_for_state(living_page, "stopped")
    stopped, points = wait_until_it_rests(living_page), curve_when_drawn(living_page)
    living_page.reload()
    assert wait_for_state(living_page, "stopped") == stopped
    assert curve_when_drawn(living_page) == points
    press(living_page, "train_on")
    wait_for_step(living_page, stopped.step + 10)


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
    start_own_run(page, "one two three four five six . " * 12, steps=SLOW_STEPS, units=512, window=64)
    paused = pause(page)
    press(page, "step")
    wait_for_step(page, paused.step + 1)
    wait_until_it_rests(page)
    page.reload()
    press(page, "resume")
    follow_menu(page, "Home")
    follow_menu(page, "Train")
    assert wait_for_state(page, "finished").step == SLOW_STEPS
    assert [x for x, _ in curve_when_drawn(page)] == list(range(1, SLOW_STEPS + 1))


def test_an_uploaded_text_is_trained_on_and_nothing_in_it_becomes_active(page: Page) -> None:
    open_page(page, "/train")
    choose(page, "experiment", "My own")
    choose(page, "corpus", "Upload a file")
    upload(page, "cat <b>&.txt", (ACTIVE_TEXT * 6).encode())
    set_knobs(page, units=8, window=4, steps=60)
    press(page, "train")
    wait_for_state(page, "finished")
    expect(widget(page, "live_sample").locator("table")).to_be_visible(timeout=PATIENCE)
    follow_menu(page, "Write")
    press(page, "write")
    expect(widget(page, "written").locator(".wt-symbol").first).to_be_visible(timeout=PATIENCE)
    follow_menu(page, "Train")
    assert page.evaluate("window.wasActive") is None
    assert page.locator("img[onerror], [href^='javascript']").count() == 0


def test_files_that_are_no_text_are_refused_and_the_page_keeps_working(page: Page) -> None:
    open_page(page, "/train")
    choose(page, "corpus", "Upload a file")
    for name, data in NO_TEXTS.items():
        upload(page, name, data)
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


def curve_when_drawn(page: Page) -> list[tuple[float, float]]:
    """Return the loss of each step as soon as the chart reaches the step that the status names."""
    page.wait_for_function(
        "step => document.querySelector('.js-plotly-plot')?.data?.[0].x.at(-1) === step",
        arg=read_status(page).step,
        timeout=PATIENCE,
    )
    return curve(page)


def pause(page: Page) -> Status:
    """Press Pause and return where the run rests."""
    press(page, "pause")
    wait_for_state(page, "paused")
    return wait_until_it_rests(page)


def choose_in_chart_settings(page: Page, key: str, label: str) -> None:
    """Open the chart's settings, choose, and close them again."""
    widget(page, "chart_settings").locator("button").first.click()
    switch(page, key, label)
    page.keyboard.press("Escape")
