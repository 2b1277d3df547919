"""/sentiment in the browser: the verdict follows the typing, a word is swapped, a file is scored and comes home."""

import csv
import io

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lstm_ui.review_desk import MAX_CHARACTERS
from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.test_pictures import OVERFLOW
from tests.browser.visitor import PATIENCE, fill, follow_menu, open_page, press, settle, widget

GOOD = "A wonderful film, I loved every minute"
BAD = "Boring and terrible, a waste of time"
STRANGE = (
    "<script>window.wasActive = 1</script> <img src=x onerror='window.wasActive=1'> $x$ # ![](x) :red[a] 🙂 فيلم رائع"
)
TABLE = f'text,label\n"{GOOD}",1\n"{BAD}",0\n"=1+1, a terrible waste",1\n'
LOOK_AT_TICKS = """box => {
  window.verdicts = []
  new MutationObserver(() => {
    const words = document.querySelector('.verdict-words')?.textContent
    if (words && words !== window.verdicts.at(-1)) window.verdicts.push(words)
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
}"""


@pytest.fixture
def reviews(page: Page) -> Page:
    """/sentiment as it opens."""
    open_page(page, "/sentiment")
    return page


def box(page: Page) -> Locator:
    return widget(page, "review_text").locator("textarea")


def expect_verdict(page: Page, words: str) -> None:
    expect(widget(page, "verdict").locator(".verdict-words")).to_have_text(words, timeout=PATIENCE)


def line(page: Page) -> Locator:
    """Return the words of the box's own line."""
    return page.locator(".word-line").first.locator("button")


def upload(page: Page, name: str, data: bytes) -> None:
    lid = widget(page, "review_file_box").locator("summary").first
    if lid.locator("xpath=..").get_attribute("open") is None:
        lid.click(timeout=PATIENCE)
    widget(page, "review_file").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )


def test_the_verdict_moves_while_one_types_and_no_letter_is_lost(reviews: Page) -> None:
    reviews.evaluate(LOOK_AT_TICKS)
    box(reviews).press_sequentially(f"{GOOD}. But then it was {BAD.lower()}, {BAD.lower()}.", delay=25)
    expect(box(reviews)).to_have_value(f"{GOOD}. But then it was {BAD.lower()}, {BAD.lower()}.")
    expect(box(reviews)).to_be_focused()
    settle(reviews)
    expect(line(reviews)).to_have_count(25, timeout=PATIENCE)
    assert len(reviews.evaluate("window.verdicts")) >= 2
    fill(reviews, "review_text", BAD)
    expect_verdict(reviews, "very negative")
    fill(reviews, "review_text", GOOD)
    expect_verdict(reviews, "very positive")
    assert "negative" not in widget(reviews, "verdict").inner_text()


def test_a_word_is_swapped_seen_beside_the_review_as_it_was_and_taken_over(reviews: Page) -> None:
    fill(reviews, "review_text", "The film is terrible.")
    line(reviews).nth(3).click(timeout=PATIENCE)
    typed = widget(reviews, "what_if").locator("input")
    typed.fill("wonderful", timeout=PATIENCE)
    typed.press("Enter")
    both = widget(reviews, "what_if_both")
    expect(both.locator(".verdict-words")).to_have_count(2, timeout=PATIENCE)
    before, after = both.locator(".verdict-words").all_inner_texts()
    assert "negative" in before and "positive" in after
    expect(both.locator(".wl-marked")).to_have_text(["terrible", "wonderful"])
    press(reviews, "what_if_take")
    expect(box(reviews)).to_have_value("The film is wonderful.", timeout=PATIENCE)
    press(reviews, "review_undo")
    expect(box(reviews)).to_have_value("The film is terrible.", timeout=PATIENCE)


def test_the_keyboard_alone_picks_a_word_and_drops_it(reviews: Page) -> None:
    box(reviews).focus()
    reviews.keyboard.type("It was not good")
    reviews.keyboard.press("Control+Enter")
    expect(line(reviews)).to_have_count(4, timeout=PATIENCE)
    settle(reviews)
    for _ in range(30):
        reviews.keyboard.press("Tab")
        if line(reviews).first.evaluate("word => word === document.activeElement"):
            break
    reviews.keyboard.press("ArrowRight")
    reviews.keyboard.press("ArrowRight")
    reviews.keyboard.press("Enter")
    expect(line(reviews).nth(2)).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    expect(line(reviews).nth(2)).to_be_focused()
    settle(reviews)
    reviews.keyboard.press("Tab")
    reviews.keyboard.press("Enter")
    expect(widget(reviews, "what_if_both").locator(".verdict")).to_have_count(2, timeout=PATIENCE)


def test_every_trap_is_read_and_the_last_word_stays_with_the_visitor(reviews: Page) -> None:
    fill(reviews, "review_text", "mine")
    for button in widget(reviews, "traps").locator("button").all():
        button.click()
        expect(widget(reviews, "trap_hint")).to_contain_text("What to look for", timeout=PATIENCE)
        settle(reviews)
        check_no_exception(reviews)
    follow_menu(reviews, "Train")
    follow_menu(reviews, "Reviews")
    expect(box(reviews)).to_have_value(
        "A beautiful film about war, death and loss; the boy dies alone and I cried through the terrible last scene.",
        timeout=PATIENCE,
    )


def test_whatever_is_typed_stays_text_and_a_million_characters_freeze_nothing(reviews: Page) -> None:
    fill(reviews, "review_text", STRANGE)
    expect(line(reviews).filter(has_text="script").first).to_be_visible(timeout=PATIENCE)
    line(reviews).first.click()
    expect(widget(reviews, "what_if")).to_be_visible(timeout=PATIENCE)
    fill(reviews, "review_text", f"{GOOD} " * 25_000)
    assert len(box(reviews).input_value()) == MAX_CHARACTERS
    expect_verdict(reviews, "very positive")
    fill(reviews, "review_text", "")
    expect(widget(reviews, "review_example")).to_be_visible(timeout=PATIENCE)
    assert reviews.evaluate("window.wasActive") is None
    assert reviews.locator(".st-key-verdict img, .word-line img").count() == 0


def test_a_table_is_scored_and_comes_home_with_nothing_that_a_spreadsheet_would_run(reviews: Page) -> None:
    upload(reviews, "my.csv", TABLE.encode())
    press(reviews, "review_score")
    scored = widget(reviews, "review_scored")
    expect(scored).to_contain_text("3 reviews, 1 of them positive", timeout=PATIENCE)
    expect(scored).to_contain_text("66.67 %")
    settle(reviews)
    with reviews.expect_download() as download:
        press(reviews, "review_scored_download")
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert download.value.suggested_filename == "my-scored.csv"
    assert [row[0] for row in rows[1:]] == [GOOD, BAD, "'=1+1, a terrible waste"]
    assert [row[-2:] for row in rows[1:]] == [["positive", "yes"], ["negative", "yes"], ["positive", "no"]]


def test_a_broken_table_is_explained_and_takes_nothing_away(reviews: Page) -> None:
    fill(reviews, "review_text", GOOD)
    upload(reviews, "my.csv", TABLE.encode())
    expect(widget(reviews, "review_score")).to_be_visible(timeout=PATIENCE)
    upload(reviews, "broken.csv", b"PK\x03\x04" + bytes(200))
    expect(widget(reviews, "review_file_box").get_by_role("alert")).to_contain_text("Excel", timeout=PATIENCE)
    expect(widget(reviews, "review_file_box")).to_contain_text("Kept from before: my")
    expect_verdict(reviews, "very positive")


def test_all_of_it_fits_a_phone(browser: Browser, app: RunningApp) -> None:
    with browser.new_context(base_url=app.address, viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = context.new_page()
        open_page(page, "/sentiment")
        fill(page, "review_text", f"{GOOD} " + "Donaudampfschifffahrtsgesellschaft" * 4)
        line(page).nth(1).tap(timeout=PATIENCE)
        widget(page, "what_if_drop").locator("button").tap(timeout=PATIENCE)
        expect(widget(page, "what_if_both").locator(".verdict")).to_have_count(2, timeout=PATIENCE)
        assert page.evaluate(OVERFLOW) == []
        check_no_exception(page)
