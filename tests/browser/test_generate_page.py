"""/generate in the browser: stop, go on, undo, choose a symbol oneself, and words that the network has never met."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import TrainedRun
from tests.browser.visitor import (
    PATIENCE,
    fill,
    follow_menu,
    open_page,
    open_tab,
    press,
    read_written,
    set_slider,
    widget,
    write,
)

pytestmark = pytest.mark.timeout(400)  # whichever test comes first waits for the training that they all share

SEED_TEXT = "What stands in the way"


@pytest.fixture
def writing_page(meditations: TrainedRun, page: Page) -> Page:
    """/generate with the trained Meditations."""
    open_page(page, f"/generate?run={meditations.run_id}")
    return page


def test_a_text_can_be_stopped_and_gone_on_with(writing_page: Page) -> None:
    fill(writing_page, "length", 500)
    set_slider(writing_page, "generate_speed", "slowly")
    press(writing_page, "write")
    symbols = widget(writing_page, "written").locator(".wt-symbol")
    expect(symbols.nth(2)).to_be_visible(timeout=PATIENCE)
    press(writing_page, "generate_stop")
    at_rest = widget(writing_page, "written").locator(".wt-symbols:not(.wt-writing) .wt-symbol")
    expect(at_rest.nth(2)).to_be_visible(timeout=PATIENCE)
    stopped = symbols.all_inner_texts()
    assert 3 <= len(stopped) < 500
    fill(writing_page, "length", 5)
    press(writing_page, "generate_go_on")
    expect(symbols).to_have_count(len(stopped) + 5, timeout=PATIENCE)
    assert symbols.all_inner_texts()[: len(stopped)] == stopped


def test_undo_takes_back_what_was_gone_on_with(writing_page: Page) -> None:
    first = write(writing_page, SEED_TEXT, 4)
    press(writing_page, "generate_go_on")
    read_written(writing_page, 8, SEED_TEXT)
    press(writing_page, "generate_undo")
    assert read_written(writing_page, 4, SEED_TEXT) == first


def test_the_visitor_chooses_the_next_symbol_and_the_network_goes_on_from_it(writing_page: Page) -> None:
    write(writing_page, SEED_TEXT, 2)
    bars = writing_page.locator(".next-symbols button")
    chosen = bars.nth(1).locator(".ns-name").inner_text()
    bars.nth(1).click()
    expect(widget(writing_page, "written").locator(".wt-yours")).to_have_text(chosen, timeout=PATIENCE)
    fill(writing_page, "length", 3)
    press(writing_page, "generate_go_on")
    assert read_written(writing_page, 6, SEED_TEXT).split()[2] == chosen


def test_pointing_at_a_symbol_shows_what_else_was_likely(writing_page: Page) -> None:
    write(writing_page, SEED_TEXT, 4)
    widget(writing_page, "written").locator(".wt-symbol").first.hover()
    card = widget(writing_page, "written").locator(".wt-card")
    expect(card).to_contain_text("becomes")
    expect(card.locator(".wt-row")).to_have_count(10)


def test_unknown_words_are_pointed_out_and_replaced_on_agreement(writing_page: Page) -> None:
    fill(writing_page, "seed_text", "What stand in the wax")
    box = widget(writing_page, "generate_unknown")
    expect(box).to_contain_text("stand  →  stands", timeout=PATIENCE)
    press(writing_page, "write")
    expect(writing_page.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    press(writing_page, "generate_replace")
    expect(widget(writing_page, "seed_text").locator("textarea")).to_have_value("What stands in the way")
    expect(box).to_have_count(0)


def test_markup_in_a_seed_text_stays_text(writing_page: Page) -> None:
    fill(writing_page, "seed_text", "<img src=x onerror='window.wasActive = true'> **way** $x$")
    expect(widget(writing_page, "generate_unknown")).to_be_visible(timeout=PATIENCE)
    press(writing_page, "write")
    expect(writing_page.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    assert writing_page.evaluate("window.wasActive") is None


def test_text_and_settings_are_still_there_after_a_visit_to_another_page(writing_page: Page) -> None:
    written = write(writing_page, SEED_TEXT, 4)
    follow_menu(writing_page, "Train")
    follow_menu(writing_page, "Write")
    assert read_written(writing_page, 4, SEED_TEXT) == written
    assert widget(writing_page, "length").get_by_role("spinbutton").input_value() == "4"


def test_three_temperatures_stand_side_by_side(writing_page: Page) -> None:
    fill(writing_page, "seed_text", SEED_TEXT)
    fill(writing_page, "length", 6)
    set_slider(writing_page, "generate_speed", "at once")
    open_tab(writing_page, "generate_tabs", "Side by side")
    press(writing_page, "generate_compare")
    texts = writing_page.locator(".written-text")
    expect(texts).to_have_count(3, timeout=PATIENCE)
    for place in range(3):
        expect(texts.nth(place).locator(".wt-symbol")).to_have_count(6, timeout=PATIENCE)
