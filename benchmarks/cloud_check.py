"""Does the app fit on Streamlit Cloud? `make cloud-check` tries it as it would be there.

requirements.txt alone in a fresh environment, one core, and a visitor in a real browser who trains the Meditations
and lets the network write. Resident memory is measured all along: the proportional set size (PSS) of the server and of
everything it started, in which memory that several processes share counts once. Exit code 1 above the limit.
`make cloud-check PYTHON=python3.12` tries the Python that runs there.
"""

import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect, sync_playwright

from lstm_core.network.experiments import EXPERIMENTS
from tests.browser.chromium import check_no_exception, launch_browser
from tests.browser.running_app import ROOT, RunningApp

MAX_BYTES = 1_300_000_000  # what the whole app may take; Streamlit Cloud grants 690 MB to 2.7 GB
EXPERIMENT = EXPERIMENTS["rubik-meditations"]
SEED_TEXT = "What stands in the way"
PATIENCE_SECONDS = 300  # for one step of the visit, on one core
WINS_OVER_REQUIREMENTS = ("uv.lock", "Pipfile", "environment.yml")


class MemoryWatch(threading.Thread):
    """Measures the app's memory every half second until `finish`; `samples` are bytes."""

    def __init__(self, app: RunningApp) -> None:
        super().__init__(daemon=True)
        self._app = app
        self._finished = threading.Event()
        self.samples: list[int] = []

    def run(self) -> None:
        while not self._finished.wait(0.5):
            self.samples.append(sum(measure_bytes(process) for process in self._app.processes()))

    def finish(self) -> None:
        self._finished.set()
        self.join()


def measure_bytes(process: psutil.Process) -> int:
    """Return the process's PSS, or its resident set where the system tells no PSS; 0 when it has just ended."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return getattr(memory, "pss", memory.rss)


def install_requirements(folder: Path, python: str) -> Path:
    """Make a fresh environment of this Python with requirements.txt alone; return its interpreter."""
    environment = folder / "environment"
    subprocess.run([python, "-m", "venv", environment], check=True)
    interpreter = environment / "bin" / "python"
    options = ["--quiet", "--disable-pip-version-check", "--requirement", ROOT / "requirements.txt"]
    subprocess.run([interpreter, "-m", "pip", "install", *options], check=True)
    return interpreter


def train_meditations(page: Page) -> str:
    """Train as a visitor does, until the published accuracy is reached; return what the status then says."""
    page.goto("/train")
    choice = page.locator(".st-key-experiment").get_by_role("combobox")
    choice.fill(EXPERIMENT.title)
    choice.press("Enter")
    page.locator(".st-key-train button").click()
    status = page.locator(".st-key-run_status")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        check_no_exception(page)
        accuracy = re.search(r"accuracy\s+([\d.]+)\s*%", status.inner_text()) if status.count() else None
        if accuracy and float(accuracy[1]) >= 97.10:
            return " ".join(status.inner_text().split())
        page.wait_for_timeout(250)
    raise TimeoutError(f"97.10 % was not reached within {PATIENCE_SECONDS} s: {status.all_inner_texts()}")


def write_on(page: Page) -> str:
    """Go to /generate with the run in hand and let it write; return what it wrote."""
    page.locator(".st-key-menu a[href*=generate]").click()
    seed = page.locator(".st-key-seed_text").locator("input, textarea").first
    seed.fill(SEED_TEXT)
    seed.press("Tab")  # leaving the box sends it to the server
    page.locator(".st-key-write button").click()
    written = page.locator(".st-key-written")
    expect(written).to_contain_text(re.compile(re.escape(SEED_TEXT) + r"(\s+\S+){5}"), timeout=PATIENCE_SECONDS * 1000)
    check_no_exception(page)
    return " ".join(written.inner_text().split())


def main(python: str) -> int:
    """Try the app on this Python, print the figures, return the exit code."""
    rivals = [name for name in WINS_OVER_REQUIREMENTS if (ROOT / name).exists()]
    if rivals:
        print(f"Streamlit Cloud would read {', '.join(rivals)} instead of requirements.txt. Remove it.")
        return 1
    with tempfile.TemporaryDirectory(prefix="cloud-check-") as name, sync_playwright() as playwright:
        interpreter = install_requirements(Path(name), python)
        browser = launch_browser(playwright)
        with RunningApp(Path(name) / "app", command=("taskset", "--cpu-list", "0", str(interpreter))) as app:
            watch = MemoryWatch(app)
            watch.start()
            print(f"server answers after  {app.wait_until_it_answers():.1f} s")
            page = browser.new_context(base_url=app.address).new_page()
            started = time.monotonic()
            print(f"trained               {train_meditations(page)}")
            print(f"in all, with loading  {time.monotonic() - started:.1f} s")
            print(f"written               {write_on(page)}")
            page.wait_for_timeout(3000)
            watch.finish()
        browser.close()
    peak = max(watch.samples)
    print(f"memory at its highest {peak / 1e6:,.0f} MB, at the end {watch.samples[-1] / 1e6:,.0f} MB")
    print(f"{'fits' if peak <= MAX_BYTES else 'TOO MUCH'}: the limit is {MAX_BYTES / 1e6:,.0f} MB")
    return 0 if peak <= MAX_BYTES else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or [sys.executable]))
