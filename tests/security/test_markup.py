"""Words of visitors and networks stay words: on pages, in charts, in the names of files."""

import pytest
from playwright.sync_api import Page, expect

from lstm_core.service.run_store import RunStore
from lstm_ui.run_summary import file_name
from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.visitor import PATIENCE, open_page, widget
from tests.stored_runs import store_run

# Each at most as long as a run's name may be.
ACTIVE = (
    '<img src="x" onerror="window.hacked=1">',
    "<script>window.hacked=1</script>",
    "$x^2$ **bold** :red[red] `code` # head",
    "[link](http://evil.example) ![](http://evil.example/a.png)",
    "</style><style>body{display:none}</style>",
)
FOUND = """() => ({
  hacked: window.hacked === 1,
  images: document.querySelectorAll('img[src="x"], img[src*="evil"]').length,
  links: document.querySelectorAll('a[href*="evil"]').length,
  mathematics: document.querySelectorAll('.katex').length,
  hidden: getComputedStyle(document.body).display === 'none',
})"""
NOTHING = {"hacked": False, "images": 0, "links": 0, "mathematics": 0, "hidden": False}


def store_active_run(store: RunStore, words: str) -> str:
    """Put a run into the store that says `words` wherever it can say anything."""
    run_id = store_run(store, owner="", text_name=words, wrote=words, text=f"{words} the mice held a council . " * 9)
    store.save_name(run_id, words)
    store.save_status(run_id, store.load_status(run_id) | {"note": words, "validation_note": words})
    return run_id


def test_nothing_typed_becomes_active_on_any_page(page: Page, app: RunningApp) -> None:
    store = RunStore(app.runs)
    runs = [store_active_run(store, words) for words in ACTIVE]
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    for words, run_id in zip(ACTIVE, runs, strict=True):
        open_page(page, f"/train?run={run_id}")
        expect(widget(page, "run_status")).to_contain_text(words, timeout=PATIENCE)
        assert page.evaluate(FOUND) == NOTHING
    open_page(page, f"/generate?run={runs[0]}")
    assert page.evaluate(FOUND) == NOTHING
    open_page(page, "/runs")
    for words, run_id in zip(ACTIVE, runs, strict=True):
        expect(widget(page, f"run_card_{run_id}")).to_contain_text(words, timeout=PATIENCE)
    for run_id in runs:
        widget(page, f"run_compare_{run_id}").locator("button").click(timeout=PATIENCE)
    expect(widget(page, "comparison")).to_contain_text("window.hacked", timeout=PATIENCE)
    assert page.evaluate(FOUND) == NOTHING
    assert not [url for url in asked_for if "evil" in url]
    check_no_exception(page)
    for run_id in runs:
        store.delete(run_id)


@pytest.mark.parametrize("name", [*ACTIVE, "../../etc/passwd", 'a"b\r\nSet-Cookie: x=1', "=1+1", "CON", "网络", ".."])
def test_a_download_s_name_has_letters_figures_and_dashes_alone(name: str) -> None:
    made = file_name(name)
    assert made.endswith(".zip") and made[:-4].replace("-", "").isalnum() and made.isascii() and made[0] != "-"
