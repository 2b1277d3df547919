"""Question it: yardsticks on the chart, what was copied, the ages of a network, a game against it, and the coach."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.conftest import TrainedRun
from tests.browser.visitor import (
    PATIENCE,
    fill,
    open_page,
    open_tab,
    press,
    run_id,
    settle,
    start_own_run,
    switch,
    wait_for_state,
    wait_for_step,
    widget,
    write,
)

pytestmark = pytest.mark.timeout(400)  # whichever test comes first waits for the training that they all share

DRAWN_LINES = """() => document.querySelector('.st-key-loss_chart .js-plotly-plot')?.layout?.shapes
  ?.filter(shape => shape.yref === 'y').map(shape => [shape.label.text, shape.y0])"""
NAMES = ["knowing nothing", "symbol counts", "bigram", "trigram", "5-gram"]


def test_yardsticks_stand_on_the_chart_and_are_explained_at_a_click(page: Page, meditations: TrainedRun) -> None:
    open_page(page, f"/train?run={meditations.run_id}")
    page.wait_for_function(f"({DRAWN_LINES})()?.length >= {len(NAMES)}", timeout=PATIENCE)
    drawn = dict(page.evaluate(DRAWN_LINES))
    assert drawn["knowing nothing"] > drawn["symbol counts"] > drawn["bigram"] > 0
    widget(page, "yardsticks").locator("button").first.click()
    table = page.locator(".yardsticks")
    for name in NAMES:
        expect(table.get_by_role("rowheader", name=name, exact=True)).to_be_visible(timeout=PATIENCE)
    expect(table).to_contain_text(f"{drawn['bigram']:.3f}")
    switch(page, "yardsticks_shown", "Show them on the chart")
    page.wait_for_function(f"!({DRAWN_LINES})().some(line => line[0] === 'bigram')", timeout=PATIENCE)
    check_no_exception(page)


def test_what_was_copied_is_marked_and_a_click_shows_where_it_stands(page: Page, meditations: TrainedRun) -> None:
    open_page(page, f"/generate?run={meditations.run_id}")
    write(page, "What stands in", 8)  # it knows its text by heart: "the way becomes the way …"
    marked = widget(page, "written").locator(".wt-symbol.wt-copied")
    expect(marked.first).to_be_visible(timeout=PATIENCE)
    marked.first.click()
    card = widget(page, "written").locator(".wt-card")
    expect(card.locator(".wt-passage mark")).to_contain_text(marked.first.inner_text(), timeout=PATIENCE)
    open_tab(page, "generate_tabs", "Copied or invented")
    expect(page.locator(".copied li").first).to_contain_text("in a row", timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"^\d+% invented\."))).to_be_visible()
    press(page, "originality_age")
    expect(page.locator(".st-key-originality_chart .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    check_no_exception(page)


def test_every_age_answers_and_the_game_ends_with_a_result_to_share(page: Page, meditations: TrainedRun) -> None:
    open_page(page, f"/generate?run={meditations.run_id}")
    fill(page, "length", 5)
    open_tab(page, "generate_tabs", "Time machine")
    switch(page, "time_machine_many", "all ages at once")
    press(page, "time_machine_ask")
    answers = widget(page, "time_machine_answers").locator(".sample small")
    expect(answers.last).to_contain_text(f"step {meditations.status.step:,}", timeout=PATIENCE)
    assert answers.first.inner_text().startswith("newborn")
    assert answers.count() >= 4
    open_tab(page, "generate_tabs", "Beat your network")
    press(page, "game_new")
    pad = page.locator(".guess-pad")
    expect(pad.locator("button").first).to_be_visible(timeout=PATIENCE)
    pad.locator("button").first.click()
    for guessed in range(1, 12):
        expect(page.get_by_text(f"{guessed} of 12 guessed")).to_be_visible(timeout=PATIENCE)
        pad.locator("button").first.press("2")  # the second word, by its number
    expect(widget(page, "game_result").locator("code")).to_contain_text("of 12 words", timeout=PATIENCE)
    expect(page.locator(".standings")).to_contain_text("network, newborn")
    check_no_exception(page)


def test_a_click_on_the_coachs_advice_begins_a_run_that_branches_off(page: Page) -> None:
    text = "the cat sat on the mat and the dog sat on the cat . " * 5
    start_own_run(page, text, units=8, window=4, steps=1_000_000, learning_rate="0.000001")
    wait_for_step(page, 400)
    crawling = run_id(page)
    expect(widget(page, "coach")).to_contain_text("at a crawl", timeout=PATIENCE)
    press(page, "coach_apply_0")
    page.wait_for_url(lambda address: crawling not in address, timeout=PATIENCE)
    settle(page)
    expect(widget(page, "run_status")).to_contain_text("learning rate 1e-05", timeout=PATIENCE)
    wait_for_step(page, 500)
    press(page, "stop")
    wait_for_state(page, "stopped")
    check_no_exception(page)
