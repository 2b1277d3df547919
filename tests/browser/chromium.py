"""Which browser the tests drive: the system's, else Playwright's own, else Debian's package.

`make test` runs this as a program: it ends only when a browser has been started here, or says plainly that none can be.
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SYSTEM_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
# No sandbox: containers run tests as root. The rest keeps the browser from calling home while it is watched.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_BROWSER = (
    "No Chromium could be started. The browser tests need Chromium or Google Chrome. Install one (on Debian: "
    "apt-get install chromium; elsewhere: python -m playwright install chromium) and run the tests again."
)


def find_system_browser() -> str | None:
    """Return the path of an installed Chromium, Chrome or Edge; None leaves it to Playwright's own."""
    found = (shutil.which(name) for name in SYSTEM_NAMES)
    return next((path for path in (*found, *SYSTEM_PATHS) if path and os.path.exists(path)), None)


def launch_browser(playwright: Playwright) -> Browser:
    """Start the browser without a window. Raises playwright's Error, beginning with what to do, when there is none."""
    try:
        return playwright.chromium.launch(executable_path=find_system_browser(), args=ARGUMENTS)
    except Error as error:
        raise Error(f"{NO_BROWSER}\n{error}") from error


def check_no_exception(page: Page) -> None:
    """Fail, with what it says, when the page shows an exception or the sentence that stands for one."""
    shown = page.locator("[data-testid=stException], [data-testid=stAlert]:has-text('error number')")
    assert shown.count() == 0, f"{page.url} shows an exception: {shown.first.inner_text()}"


def can_launch() -> bool:
    """Start a browser and end it again."""
    with sync_playwright() as playwright:
        try:
            launch_browser(playwright).close()
        except Error:
            return False
    return True


def install_commands() -> list[list[list[str]]]:
    """Return the ways to get a browser, best first; each is a list of commands to run one after the other."""
    ways = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo", "-n"]  # -n: a test run cannot answer a password prompt
        ways.append([[*root, "apt-get", "update"], [*root, "apt-get", "install", "--yes", "chromium"]])
    return ways


def main() -> int:
    """Make sure that a browser starts; return the exit code."""
    for way in [[], *install_commands()]:
        for command in way:
            print("No browser yet, trying:", " ".join(command), flush=True)
            try:
                subprocess.run(command, check=True, timeout=600)
            except (OSError, subprocess.SubprocessError) as error:
                print(error)
                break
        if can_launch():
            return 0
    print(NO_BROWSER, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
