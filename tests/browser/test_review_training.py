"""Training on reviews in the browser: the mini set live to the end, a table of one's own, and one that is broken."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import (
    PATIENCE,
    choose,
    curve,
    fill,
    follow_menu,
    open_page,
    press,
    run_id,
    settle,
    wait_for_points,
    wait_for_state,
    wait_until_it_rests,
    widget,
)
from tests.training.small_reviews import make_reviews

pytestmark = pytest.mark.timeout(400)


def make_table(count: int) -> bytes:
    reviews = make_reviews(count, 1)
    rows = [f"{text};{'pos' if label else 'neg'}" for text, label in zip(reviews.texts, reviews.labels, strict=True)]
    return "\n".join(["what they say;how they mean it", *rows]).encode()


def upload_table(page: Page, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": data}
    widget(page, "review_table").locator("input[type=file]").set_input_files(file)
    settle(page)


@pytest.fixture
def mini(page: Page) -> str:
    """The mini set, trained on live to the end; the id of its run, which is in hand."""
    open_page(page, "/sentiment")
    press(page, "train")
    wait_for_points(page, 2)
    first = curve(page)
    wait_for_state(page, "finished")
    wait_for_points(page, len(first) + 1)
    return run_id(page)


def test_a_network_trained_on_the_mini_set_judges_what_is_typed(page: Page, mini: str) -> None:
    assert curve(page, "validation"), "the curve of the reviews that it does not train on"
    slots = widget(page, "run_status")
    expect(slots).to_contain_text("epoch")
    expect(widget(page, "live_sample").locator("table")).to_contain_text("positive", timeout=PATIENCE)
    chosen = widget(page, "model").get_by_role("combobox")
    expect(chosen).to_have_value(f"Mini reviews · {mini[-4:]}", timeout=PATIENCE)
    for text, word in (
        ("Delicious, and the staff were lovely!", "positive"),
        ("A terrible waste of money.", "negative"),
    ):
        fill(page, "review_text", text)
        expect(widget(page, "verdict").locator(".verdict-words")).to_contain_text(word, timeout=PATIENCE)

    press(page, "review_measure")
    report = widget(page, "review_report")
    expect(report.locator("table").first).to_contain_text("it says positive", timeout=PATIENCE)
    expect(report.locator(".js-plotly-plot")).to_have_count(2, timeout=PATIENCE)
    expect(report).to_contain_text("Area under the curve 0.")

    follow_menu(page, "Runs")
    expect(widget(page, f"run_card_{mini}")).to_contain_text("Mini reviews", timeout=PATIENCE)
    follow_menu(page, "Write")
    expect(page.get_by_text("judges reviews and cannot write")).to_be_visible(timeout=PATIENCE)


def test_a_table_of_ones_own_is_trained_on_paused_and_stopped(page: Page) -> None:
    open_page(page, "/sentiment")
    choose(page, "review_data", "Upload a table")
    upload_table(page, "mine.csv", make_table(240))
    expect(page.get_by_text("240 reviews to train on")).to_be_visible(timeout=PATIENCE)
    press(page, "train")
    wait_for_points(page, 1)
    press(page, "pause")
    if wait_until_it_rests(page).state == "paused":  # its last steps may have been the last of all
        press(page, "resume")
    wait_for_state(page, "finished")
    fill(page, "review_text", "a lovely warm room")
    expect(widget(page, "verdict").locator(".verdict-words")).to_contain_text("positive", timeout=PATIENCE)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("broken.csv", b"text,label\n" + b"fine film,maybe\nbad film,perhaps\n" * 20, "maybe"),
        ("one.csv", b"text\n" + b"only words here\n" * 30, "label"),
        ("picture.csv", bytes(range(256)) * 40, "table"),
        ("few.csv", b"text,label\ngood,1\nbad,0\n", "20"),
    ],
)
def test_a_broken_table_is_explained_and_nothing_is_lost(page: Page, name: str, data: bytes, said: str) -> None:
    open_page(page, "/sentiment")
    choose(page, "review_data", "Upload a table")
    upload_table(page, name, data)
    alert = page.get_by_role("alert").filter(has_text=said)
    expect(alert.first).to_be_visible(timeout=PATIENCE)
    expect(widget(page, "train").locator("button")).to_be_disabled()
    choose(page, "review_data", "Mini reviews (ship with the app)")
    expect(widget(page, "train").locator("button")).to_be_enabled(timeout=PATIENCE)
