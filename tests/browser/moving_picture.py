"""The README's moving picture, taken from the real app: `python -m tests.browser.moving_picture`.

A network learns Shakespeare letter by letter, from pressing Train to the end of its budget; then it writes. Nothing is
staged; how fast it runs depends on how soon the browser gives a frame, so it is no measure of speed.
"""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import launch_browser
from tests.browser.running_app import ROOT, RunningApp
from tests.browser.visitor import (
    ENDED,
    PATIENCE,
    fill,
    follow_menu,
    open_page,
    press,
    read_status,
    wait_for_step,
    widget,
)

FILE = ROOT / "docs" / "moving-picture.webp"
MAX_BYTES = 2 * 2**20
SCREEN = {"width": 1120, "height": 860}
SHOWN_WIDTH = 840  # pixels, of the picture
FRAME_MILLISECONDS = 400
LAST_FRAME_MILLISECONDS = 3_000
SETUP = "/train?experiment=horas-shakespeare&units=128&steps=700&seconds=0"
MAX_TRAINING_FRAMES = 50
WRITING_FRAMES = 18
QUALITIES = (70, 55, 40, 25)  # of WebP, the first one that is small enough


def iter_frames(page: Page) -> Iterator[Image.Image]:
    """Train and write, and yield what the screen shows every now and then."""
    open_page(page, SETUP)
    yield take_frame(page)
    press(page, "train")
    wait_for_step(page, 1)
    for _ in range(MAX_TRAINING_FRAMES):
        page.wait_for_timeout(FRAME_MILLISECONDS)
        yield take_frame(page)
        if read_status(page).state in ENDED:
            break
    follow_menu(page, "Write")
    fill(page, "seed_text", "Shall I compare thee to a ")
    fill(page, "length", 300)
    press(page, "write")
    expect(widget(page, "written").locator(".wt-symbol").first).to_be_visible(timeout=PATIENCE)
    for _ in range(WRITING_FRAMES):
        yield take_frame(page)
        page.wait_for_timeout(FRAME_MILLISECONDS)


def take_frame(page: Page) -> Image.Image:
    """Return the screen, small."""
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return seen.resize((SHOWN_WIDTH, SHOWN_WIDTH * seen.height // seen.width), Image.Resampling.LANCZOS)


def pack(frames: list[Image.Image]) -> bytes:
    """Return the frames as an animated WebP of at most MAX_BYTES; it begins anew after the last."""
    durations = [FRAME_MILLISECONDS] * (len(frames) - 1) + [LAST_FRAME_MILLISECONDS]
    for quality in QUALITIES:
        packed = io.BytesIO()
        frames[0].save(
            packed, "WEBP", save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=quality,
            method=4, minimize_size=False,
        )  # fmt: skip
        if len(packed.getvalue()) <= MAX_BYTES:
            return packed.getvalue()
    raise SystemExit(f"{len(frames)} frames do not fit into {MAX_BYTES:,} bytes.")


def main() -> None:
    """Take the picture with one visitor."""
    with tempfile.TemporaryDirectory() as folder, RunningApp(Path(folder)) as app, sync_playwright() as playwright:
        app.wait_until_it_answers()
        browser = launch_browser(playwright)
        page = browser.new_context(base_url=app.address, color_scheme="light", viewport=SCREEN).new_page()
        frames = list(iter_frames(page))
        browser.close()
    FILE.write_bytes(pack(frames))
    print(f"{FILE.relative_to(ROOT)}: {len(frames)} frames, {FILE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
