"""/inside in the browser: a unit of one's own network is found and muted; a typed word is walked through."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from lstm_core.insight.reading import read_text
from lstm_core.insight.trace import LayerTrace, trace_text
from lstm_core.service.run_store import RunStore
from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.test_pictures import OVERFLOW
from tests.browser.visitor import (
    PATIENCE,
    choose,
    fill,
    open_own,
    open_page,
    press,
    run_id,
    settle,
    wait_for_state,
    widget,
)

pytestmark = pytest.mark.timeout(400)  # whichever test comes first waits for the training that they all share

TYPED = "Winter's day"
STRANGE = "<img src=x onerror='window.wasActive=1'> $x$ # ![](x) :red[a]"


@pytest.fixture(scope="module")
def sonnets(browser: Browser, app: RunningApp) -> str:
    """A small network of letters, trained on the sonnets by pressing Train; the id of its run."""
    with browser.new_context(base_url=app.address) as context:
        page = context.new_page()
        open_own(page, "shakespeare", symbols="characters", units=48, window=48, steps=400)
        press(page, "train")
        wait_for_state(page, "finished")
        return run_id(page)


def look_at(page: Page, section: str) -> None:
    """Turn to a section of the page."""
    page.get_by_role("tab", name=section).click(timeout=PATIENCE)
    settle(page)


def said(page: Page) -> str:
    return page.locator(".cd-said").inner_text()


def drawn(page: Page, part: str) -> float:
    """Read a number of the drawing."""
    return float(page.locator(f"[data-gauge={part}] text, [data-box={part}] text").text_content().replace("−", "-"))


def read_both(page: Page) -> list[str]:
    """Read what is written untouched and muted; a space or line break that differs is shown by a sign."""
    texts = page.locator(".written-both").all_inner_texts()
    return [text.replace("␣", " ").replace("⏎\n", "\n") for text in texts]


def test_a_unit_that_follows_capitals_is_found_muted_and_missed(page: Page, sonnets: str) -> None:
    open_page(page, f"/inside?run={sonnets}")
    look_at(page, "Find a unit")
    choose(page, "inside_feature", "Capitals")
    best = page.locator(".found tbody tr").first
    expect(best).to_contain_text("✓ confirmed", timeout=PATIENCE)
    (number,) = re.findall(r"Unit (\d+)", best.inner_text())
    expect(page.locator(".st-key-found_text .ct-symbols span").first).to_be_visible(timeout=PATIENCE)
    press(page, "inside_take_mute")
    expect(widget(page, "inside_held_0").locator("input")).to_have_value(number, timeout=PATIENCE)
    texts = page.locator(".written-both")
    expect(texts).to_have_count(2, timeout=PATIENCE)
    settle(page)
    untouched, muted = read_both(page)
    assert untouched != muted
    expect(texts.locator("mark")).to_have_count(2)
    expect(page.locator(".both-losses")).to_contain_text(f"with unit {number} muted")
    expect(page.locator(".both-losses")).to_contain_text("nats per symbol")
    fill(page, "inside_held_0", "")
    expect(texts.locator("mark")).to_have_count(0, timeout=PATIENCE)
    settle(page)
    assert read_both(page) == [untouched, untouched]


@pytest.fixture
def steps(page: Page, sonnets: str) -> Page:
    """A typed word, about to be walked through with the numbers of unit 7."""
    open_page(page, f"/inside?run={sonnets}&unit=7")
    fill(page, "inside_text", TYPED)
    expect(page.locator(".cd-where")).to_have_text(f"1 of {len(TYPED)}", timeout=PATIENCE)
    settle(page)
    return page


def traced(app: RunningApp, run: str) -> LayerTrace:
    """What the network does over the word, straight from the run's folder."""
    network = RunStore(app.runs).load_network(run)
    return trace_text(network, read_text(network, TYPED)).layers[0]


def test_a_typed_word_is_walked_through_with_the_numbers_of_the_network(
    steps: Page, app: RunningApp, sonnets: str
) -> None:
    layer = traced(app, sonnets)
    fields = {"input": "input_gate", "forget": "forget_gate", "candidate": "candidate", "output": "output_gate",
              "before": "cell_before", "cell": "cell", "hidden": "hidden"}  # fmt: skip
    expect(widget(steps, "unit").locator("input")).to_have_value("7")
    for place in range(3):
        expect(steps.locator(".cd-where")).to_have_text(f"{place + 1} of {len(TYPED)}")
        assert f"At “{TYPED[place]}”" in said(steps)
        for part, field in fields.items():
            assert drawn(steps, part) == pytest.approx(getattr(layer, field)[place, 6], abs=0.0051), part
        steps.locator(".cd-step").click()
    expect(steps.locator(".cd-said")).to_have_attribute("aria-live", "polite")
    assert "expects" in said(steps)


def test_it_plays_pauses_and_goes_back(steps: Page) -> None:
    where = steps.locator(".cd-where")
    steps.locator(".cd-speed").select_option("fast")
    steps.locator(".cd-play").click()
    expect(steps.locator(".cd-play")).to_contain_text("Pause")
    expect(steps.locator(".cd-said")).to_have_attribute("aria-live", "off")  # nobody could follow it by ear
    expect(where).to_have_text(f"{len(TYPED)} of {len(TYPED)}", timeout=PATIENCE)
    expect(steps.locator(".cd-play")).to_contain_text("Play")
    expect(steps.locator(".cd-step")).to_be_disabled()
    steps.locator(".cd-back").click()
    expect(where).to_have_text(f"{len(TYPED) - 1} of {len(TYPED)}")


def test_the_keyboard_walks_through_the_text_and_another_unit_stays_at_the_place(steps: Page) -> None:
    steps.locator(".cd-text").focus()
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        steps.keyboard.press(key)
    expect(steps.locator(".cd-now")).to_have_text(TYPED[-3])
    before = said(steps)
    fill(steps, "unit", 9)
    expect(steps.locator(".cd-said")).not_to_have_text(before, timeout=PATIENCE)
    expect(steps.locator(".cd-where")).to_have_text(f"{len(TYPED) - 2} of {len(TYPED)}")
    assert "unit=9" in steps.url
    steps.locator(".cd-text span").nth(2).click()
    expect(steps.locator(".cd-where")).to_have_text(f"3 of {len(TYPED)}")


def test_every_section_draws_and_what_is_typed_stays_text(page: Page) -> None:
    open_page(page, "/inside")
    fill(page, "inside_text", STRANGE)
    for section, part in (
        ("Gates", ".st-key-inside_map_cell .js-plotly-plot"),
        ("In colour", ".ct-symbols span"),
        ("Memory", ".st-key-inside_memory_chart .js-plotly-plot"),
        ("Map", ".st-key-inside_map_chart .js-plotly-plot"),
    ):
        look_at(page, section)
        expect(page.locator(part).first).to_be_visible(timeout=PATIENCE)
        check_no_exception(page)
    assert page.evaluate("window.wasActive") is None


def test_a_coloured_text_tells_the_number_of_a_symbol(page: Page) -> None:
    open_page(page, "/inside?look=In+colour&unit=40")
    page.locator(".ct-symbols").focus(timeout=PATIENCE)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ct-card")).to_have_text(re.compile(r"^I · −?\d+\.\d\d · symbol 1 of \d+$"))
    page.keyboard.press("Escape")
    expect(page.locator(".ct-card")).to_be_hidden()
    page.locator(".ct-symbols span").nth(8).hover()
    expect(page.locator(".ct-card")).to_contain_text("symbol 9 of")


def test_a_review_is_judged_without_a_unit_and_all_of_it_fits_a_phone(browser: Browser, app: RunningApp) -> None:
    with browser.new_context(base_url=app.address, viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = context.new_page()
        open_page(page, "/inside?look=Mute")
        choose(page, "inside_network", "Film reviews, ready to judge (ships with the app)")
        expect(page.locator(".verdict")).to_have_count(2, timeout=PATIENCE)
        for section in ("Step by step", "Find a unit", "Memory"):
            look_at(page, section)
            expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
            assert page.evaluate(OVERFLOW) == [], section
        check_no_exception(page)
