"""The wall in the browser: a teacher opens a room, a student joins, trains, is seen, is paused; and it all ends."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.test_accessibility import check_with_axe
from tests.browser.test_pictures import OVERFLOW
from tests.browser.visitor import (
    PATIENCE,
    choose,
    fill,
    open_page,
    press,
    run_id,
    set_knobs,
    settle,
    wait_for_state,
    wait_for_step,
    wait_until_it_rests,
    widget,
)

pytestmark = pytest.mark.timeout(400)

TEACHER_LINK = re.compile(r"room=([A-Z]{5})&teacher=([\w-]{22})")
MARKUP = "<b>Mia</b> **x**"


def open_room(page: Page) -> str:
    """Open a room and return its code."""
    open_page(page, "/wall")
    press(page, "wall_open")
    expect(widget(page, "wall_desk")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(TEACHER_LINK, timeout=PATIENCE)
    settle(page)
    return TEACHER_LINK.search(page.url)[1]


def join(page: Page, address: str, nickname: str, code: str = "") -> None:
    open_page(page, address)
    if code:
        widget(page, "wall_code").locator("input").fill(code)
    widget(page, "wall_nickname").locator("input").fill(nickname)
    press(page, "wall_join")
    expect(widget(page, "wall_member")).to_contain_text("You are", timeout=PATIENCE)
    settle(page)


def cards(page: Page) -> Locator:
    return page.locator(".wb-card")


def open_popover(page: Page, key: str) -> None:
    widget(page, key).locator("button").first.click(timeout=PATIENCE)
    settle(page)


@pytest.fixture
def student(browser: Browser, app: RunningApp) -> Iterator[Page]:
    """A tab of another visitor, in a browser of their own."""
    with browser.new_context(base_url=app.address, viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        yield opened
        check_no_exception(opened)


def test_a_lesson_from_the_first_code_to_the_closed_room(page: Page, student: Page) -> None:
    code = open_room(page)
    expect(widget(page, "wall_invitation").get_by_role("img")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".wb-empty")).to_contain_text("Nobody has joined yet", timeout=PATIENCE)

    join(student, f"/wall?room={code}", MARKUP)
    expect(cards(page).locator(".wb-name")).to_have_text(MARKUP, timeout=PATIENCE)  # text, as it was typed
    page.reload()  # the link keeps the role
    expect(widget(page, "wall_desk")).to_be_visible(timeout=PATIENCE)

    widget(student, "wall_member").get_by_role("link").click()
    expect(widget(student, "room_note")).to_contain_text(f"Room {code}", timeout=PATIENCE)
    choose(student, "experiment", "My own")
    choose(student, "corpus", "Aesop’s fables")
    set_knobs(student, window=16, units=8, batch=8, steps=1_000_000, symbols="characters")
    press(student, "train")
    wait_for_step(student, 1)
    expect(cards(page).locator(".wb-state")).to_contain_text(re.compile(r"training, step \d"), timeout=PATIENCE)
    expect(cards(page).locator(".wb-curve")).to_have_attribute("d", re.compile("M0 .*L"), timeout=PATIENCE)
    expect(cards(page).locator(".wb-wrote")).not_to_be_empty(timeout=PATIENCE)
    check_with_axe(page)

    press(page, "wall_pause")
    wait_for_state(student, "paused")
    expect(widget(student, "resume").locator("button")).to_be_disabled(timeout=PATIENCE)
    expect(widget(student, "room_note")).to_contain_text("paused everyone", timeout=PATIENCE)
    expect(cards(page).locator(".wb-state")).to_contain_text("paused", timeout=PATIENCE)
    press(page, "wall_resume")
    wait_for_state(student, "training", "waiting", "compiling")

    open_popover(page, "wall_locks")
    box = widget(page, "wall_locked").get_by_role("combobox")
    box.fill("Units")
    box.press("Enter")
    settle(page)
    fill(page, "wall_lock_units", 12)
    press(page, "wall_lock")
    units = widget(student, "knob_units").locator("input")
    expect(units).to_have_value("12", timeout=PATIENCE)
    expect(units).to_be_disabled()
    expect(widget(student, "knobs_network")).to_contain_text("Your teacher has set this")
    page.keyboard.press("Escape")

    press(student, "stop")
    wait_until_it_rests(student)
    page.locator(".wb-toggle").click()
    expect(page.locator(".wall-board tbody tr")).to_contain_text(MARKUP)
    check_with_axe(page)
    open_popover(page, "wall_closing")
    press(page, "wall_close")
    expect(widget(page, "wall_doors")).to_be_visible(timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile("teacher="))
    expect(widget(student, "room_note")).to_have_count(0, timeout=PATIENCE)
    expect(units).to_be_enabled(timeout=PATIENCE)
    assert run_id(student)  # the network stays theirs


def test_a_challenge_is_set_up_by_one_button_and_ranks_who_takes_part(page: Page, student: Page) -> None:
    code = open_room(page)
    join(student, "/wall", "Ben", code.lower())
    open_popover(page, "wall_challenge")
    choose(page, "wall_challenge_text", "Aesop’s fables")
    widget(page, "wall_unit").get_by_text("steps", exact=True).click()
    settle(page)
    fill(page, "wall_budget_steps", 60)
    press(page, "wall_set_challenge")
    expect(widget(page, "wall_title")).to_contain_text("in 60 steps, with at most 200,000 parameters", timeout=PATIENCE)

    widget(student, "wall_member").get_by_role("link").click()
    press(student, "room_set_up")
    expect(widget(student, "knob_steps").locator("input")).to_have_value("60", timeout=PATIENCE)
    set_knobs(student, window=16, units=8, batch=8)
    press(student, "train")
    wait_for_state(student, "finished")
    expect(cards(page).locator(".wb-score")).to_have_text(
        re.compile(r"^\d\.\d{3} bits per character$"), timeout=PATIENCE
    )
    expect(cards(page).locator(".wb-rank")).to_have_text("1")

    page.locator(".wb-remove").click()
    expect(cards(page)).to_have_count(0, timeout=PATIENCE)
    expect(widget(student, "room_note")).to_have_count(0, timeout=PATIENCE)


def test_the_projector_has_no_menu_no_secret_and_a_way_back(page: Page) -> None:
    code = open_room(page)
    press(page, "projector_on")
    expect(page).to_have_url(re.compile(f"room={code}.*projector=1|projector=1.*room={code}"), timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile("teacher="), timeout=PATIENCE)
    expect(widget(page, "menu")).to_have_count(0)
    expect(widget(page, "wall_desk")).to_have_count(0)
    expect(page.locator(".invitation .code")).to_have_text(code)
    check_with_axe(page)
    assert page.evaluate(OVERFLOW) == []
    press(page, "projector_off")
    expect(widget(page, "wall_desk")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(TEACHER_LINK, timeout=PATIENCE)


@pytest.mark.parametrize("path", ["/train", "/generate"])
def test_other_pages_have_the_same_switch(page: Page, path: str) -> None:
    open_page(page, path)
    before = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    press(page, "projector_on")
    expect(widget(page, "menu")).to_have_count(0, timeout=PATIENCE)
    expect(widget(page, "projector_off")).to_be_visible()
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > before


def test_a_wrong_code_and_a_wrong_link_are_explained(page: Page) -> None:
    open_page(page, "/wall?room=ZZZZZ")
    expect(page.get_by_role("alert")).to_contain_text("No room has this code", timeout=PATIENCE)
    expect(widget(page, "wall_doors")).to_be_visible()
    code = open_room(page)
    page.goto(f"/wall?room={code}&teacher=guess")
    expect(page.get_by_role("alert")).to_contain_text("not the link of the room", timeout=PATIENCE)
    expect(widget(page, "wall_desk")).to_have_count(0)
