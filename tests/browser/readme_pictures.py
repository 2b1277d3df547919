"""The README's pictures, taken from the real app: `python -m tests.browser.readme_pictures` puts them into assets.

Their hashes are written into assets/SOURCES.md, where a test looks for them.
"""

import hashlib
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import launch_browser
from tests.browser.running_app import ROOT, RunningApp
from tests.browser.visitor import choose, fill, open_page, press, settle, wait_for_state, widget

FOLDER = ROOT / "assets" / "pictures"
SOURCES = ROOT / "assets" / "SOURCES.md"
SCREEN = {"width": 1280, "height": 800}
REVIEW = "The actors are wonderful and the music is lovely, but the plot is a boring mess and I nearly fell asleep."


def show_training(page: Page) -> None:
    open_page(page, "/train")
    choose(page, "experiment", "Atienza: Aesop")
    press(page, "train")
    wait_for_state(page, "finished")


def show_review(page: Page) -> None:
    open_page(page, "/sentiment")
    fill(page, "review_text", REVIEW)
    expect(widget(page, "verdict").locator(".verdict-words")).not_to_be_empty(timeout=60_000)
    page.keyboard.press("Escape")


PICTURES: dict[str, Callable[[Page], None]] = {"train": show_training, "sentiment": show_review}


def take_picture(page: Page, name: str) -> None:
    """Save what the screen shows, and its hash."""
    settle(page)
    page.evaluate("document.querySelector('.stMain').scrollTo(0, 0)")
    page.wait_for_timeout(1_000)  # for what fades in
    page.mouse.move(0, 0)
    file = FOLDER / f"{name}.png"
    file.write_bytes(page.screenshot(animations="disabled"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    text, replaced = re.subn(
        rf"(`pictures/{name}\.png` \|[^|]*\| `)[0-9a-f]{{64}}", rf"\g<1>{digest}", SOURCES.read_text("utf-8")
    )
    if replaced != 1:
        raise SystemExit(f"assets/SOURCES.md should name pictures/{name}.png once, with its SHA-256.")
    SOURCES.write_text(text, "utf-8")
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} KB")


def main() -> None:
    """Take all pictures with one visitor, one after the other."""
    with tempfile.TemporaryDirectory() as folder, RunningApp(Path(folder)) as app, sync_playwright() as playwright:
        app.wait_until_it_answers()
        browser = launch_browser(playwright)
        page = browser.new_context(base_url=app.address, color_scheme="light", viewport=SCREEN).new_page()
        for name, show in PICTURES.items():
            show(page)
            take_picture(page, name)
        browser.close()


if __name__ == "__main__":
    main()
