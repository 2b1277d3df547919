"""The tour leads by the keyboard past ten parts, opens those that are folded, and can be left at any time."""

from playwright.sync_api import Page, expect

from lstm_ui.tour import STOPS
from tests.browser.chromium import check_no_exception
from tests.browser.test_accessibility import check_with_axe
from tests.browser.visitor import PATIENCE, open_page, settle, switch, widget


def test_the_tour_shows_ten_parts_and_is_left_by_escape(page: Page) -> None:
    open_page(page, "/train")
    begin = page.get_by_role("button", name="Take the tour")
    card = page.get_by_role("dialog")
    begin.focus()
    page.keyboard.press("Enter")
    for number, stop in enumerate(STOPS, start=1):
        expect(card).to_contain_text(f"{number} of 10", timeout=PATIENCE)
        expect(card).to_contain_text(stop.title)
        part = widget(page, stop.key)
        expect(page.locator(".tour-part")).to_have_count(1)
        assert "tour-part" in (part.get_attribute("class") or "")
        expect(part).to_be_in_viewport(timeout=PATIENCE)
        if stop.opens:
            expect(part.locator("details")).to_have_attribute("open", "", timeout=PATIENCE)
        if number == 4:
            check_with_axe(page)
        page.keyboard.press("ArrowRight")
    expect(card).to_have_count(0)  # the last step ends it
    page.keyboard.press("Enter")  # the focus is where it began
    expect(card).to_contain_text("1 of 10")
    switch(page, "recipe", "Article: as published")  # the page is drawn anew beside it
    expect(card).to_contain_text("1 of 10")
    card.get_by_role("button", name="Next").click()
    expect(card).to_contain_text("2 of 10")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator(".tour-part")).to_have_count(0)
    expect(begin).to_be_focused()
    check_no_exception(page)


def test_a_lesson_sets_one_run_up_after_the_other(page: Page) -> None:
    open_page(page, "/")
    lesson = widget(page, "lesson_optimizers")
    lesson.get_by_role("link", name="RMSProp").click(timeout=PATIENCE)
    note = widget(page, "lesson_note")
    expect(note).to_contain_text("Does it?", timeout=PATIENCE)
    for label, optimizer in (("SGD", "sgd"), ("Adam", "adam")):
        note.get_by_role("link", name=label).click(timeout=PATIENCE)
        expect(widget(page, "knobs_learning")).to_contain_text(f"{optimizer}, rate 0.001", timeout=PATIENCE)
        settle(page)
    widget(page, "forecast").locator("summary").click()
    expect(page.locator("[class*=st-key-forecast_question] input")).to_have_value("Atienza writes that RMSProp does "
        "better here than Adam and SGD. Does it?")  # fmt: skip
    note.get_by_role("button", name="Leave the lesson").click()
    expect(note).to_have_count(0, timeout=PATIENCE)
    check_no_exception(page)
