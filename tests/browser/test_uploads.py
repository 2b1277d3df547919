"""What visitors upload on /train, in the browser: any encoding is read, documents too, and bad files are refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.running_app import RunningApp
from tests.browser.visitor import (
    PATIENCE,
    choose,
    fill,
    open_own,
    press,
    set_knobs,
    settle,
    wait_for_state,
    widget,
)
from tests.text.some_files import (
    BAD_FILES,
    CASES,
    CHINESE,
    GERMAN,
    NAMED,
    PLAIN_RUSSIAN,
    PROSE,
    make_docx,
    make_pdf,
)

LONG_CHINESE = CHINESE * 6


@pytest.fixture(scope="module")
def uploading(browser: Browser, app: RunningApp) -> Iterator[Page]:
    """A page on which one file after the other is uploaded to a network of the visitor's own."""
    with browser.new_context(base_url=app.address, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        prepare(page)
        yield page
        check_no_exception(page)


@pytest.mark.parametrize(("script", "encoding"), CASES)
def test_prose_in_any_encoding_stands_in_the_text_card(uploading: Page, script: str, encoding: str) -> None:
    text = PROSE[script][0] * 3
    number = CASES.index((script, encoding))  # first in the name: it tells the file from the one before
    upload(uploading, f"{number:03}-{script}.txt", text.encode(encoding))
    card = widget(uploading, "text_card")
    expect(card.locator("p").first).to_contain_text(f"{len(text):,} characters", timeout=PATIENCE)
    expect(card.locator("p").first).to_contain_text(NAMED.get(encoding, ""), timeout=PATIENCE)
    assert first_symbols(uploading).startswith(without_spaces(text)[:20])


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_is_refused_in_words_and_nothing_can_be_trained(page: Page, what: str) -> None:
    name, make, said = BAD_FILES[what]
    data = make()
    if len(data) > 10 * 2**20:
        pytest.skip("the browser itself refuses what is too large")
    prepare(page)
    upload(page, name, data)
    expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible(timeout=PATIENCE)
    expect(widget(page, "train").locator("button")).to_be_disabled()
    choose(page, "corpus", "The mice in council")
    expect(widget(page, "train").locator("button")).to_be_enabled()


def test_a_file_that_is_too_large_is_refused_by_the_page(page: Page) -> None:
    prepare(page)
    name, make, _ = BAD_FILES["too large"]
    set_file(page, name, make())
    expect(widget(page, "upload").get_by_text("10").last).to_be_visible(timeout=PATIENCE)
    expect(widget(page, "upload")).to_contain_text("must be 10", timeout=PATIENCE)
    expect(widget(page, "train").locator("button")).to_be_disabled()


def test_a_bad_file_takes_nothing_away(page: Page) -> None:
    prepare(page)
    fill_pasted(page, "one two three four five six seven")
    choose(page, "corpus", "Upload a file")
    upload(page, "good.txt", GERMAN.encode())
    expect(widget(page, "text_card")).to_contain_text("UTF-8", timeout=PATIENCE)
    upload(page, *bad("a locked PDF"))
    expect(page.get_by_role("alert").filter(has_text="password")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Still chosen: good")).to_be_visible()
    expect(widget(page, "text_card")).to_contain_text("UTF-8")
    choose(page, "corpus", "Paste a text")
    expect(widget(page, "pasted").locator("textarea")).to_have_value("one two three four five six seven")


def test_a_wrong_guess_is_corrected_by_the_list_and_seen_at_once(page: Page) -> None:
    prepare(page)
    upload(page, "story.txt", PLAIN_RUSSIAN.encode("koi8-r"))
    assert "лесу" not in first_symbols(page)
    choose(page, "encoding", "KOI8-R")
    expect(widget(page, "text_card").locator(".symbols")).to_contain_text("лесу", timeout=PATIENCE)
    expect(widget(page, "text_card").locator("p").first).to_contain_text("KOI8-R")


def test_files_can_be_dropped(page: Page) -> None:
    prepare(page)
    drop = """(field, [name, text]) => {
      const carried = new DataTransfer()
      carried.items.add(new File([text], name, {type: 'text/plain'}))
      for (const kind of ['dragenter', 'dragover', 'drop'])
        field.dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}))
    }"""
    widget(page, "upload").get_by_test_id("stFileUploaderDropzone").evaluate(drop, ["dropped.md", GERMAN])
    expect(widget(page, "text_card").locator("p").first).to_contain_text(
        f"{len(GERMAN):,} characters", timeout=PATIENCE
    )


def test_a_german_text_in_latin_1_is_trained_on(page: Page, request: pytest.FixtureRequest) -> None:
    text = read_faust(request)
    prepare(page)
    upload(page, "faust.txt", text.encode("latin-1"))
    expect(widget(page, "text_card").locator("p").first).to_contain_text("Latin-1", timeout=PATIENCE)
    train_some_steps(page, without_spaces(text)[:20])


def test_a_chinese_text_in_gbk_is_trained_on_by_characters_until_the_visitor_says_otherwise(page: Page) -> None:
    prepare(page)
    upload(page, "春天.txt", LONG_CHINESE.encode("gbk"))
    card = widget(page, "text_card")
    expect(card.locator("p").first).to_contain_text("GBK", timeout=PATIENCE)
    expect(card.locator("p").first).to_contain_text(f"{len(LONG_CHINESE):,} symbols")
    expect(card).to_contain_text("no spaces between words")
    train_some_steps(page, CHINESE[:20])
    set_knobs(page, symbols="words")
    expect(card.locator("p").first).not_to_contain_text(f"{len(LONG_CHINESE):,} symbols", timeout=PATIENCE)


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_document_is_trained_on(page: Page, kind: str) -> None:
    prepare(page)
    two_parts = [GERMAN * 2, "The second page is in English. " * 5]
    upload(page, f"story.{kind}", make_pdf(two_parts) if kind == "pdf" else make_docx(*two_parts))
    card = widget(page, "text_card")
    expect(card.locator("p").first).to_contain_text({"pdf": "PDF", "docx": "Word (.docx)"}[kind], timeout=PATIENCE)
    expect(widget(page, "encoding")).to_have_count(0)
    train_some_steps(page, without_spaces(GERMAN)[:20])


def prepare(page: Page) -> None:
    """Open /train for a network of one's own and the field for a file."""
    open_own(page, "upload", units=8, window=4, steps=30)


def train_some_steps(page: Page, beginning: str) -> None:
    """Train to the end; the text card still shows the text's beginning."""
    press(page, "train")
    assert wait_for_state(page, "finished").step == 30
    assert first_symbols(page).startswith(beginning)


def set_file(page: Page, name: str, data: bytes) -> None:
    chosen = {"name": name, "mimeType": "text/plain", "buffer": data}
    widget(page, "upload").locator("input[type=file]").set_input_files(chosen)


def upload(page: Page, name: str, data: bytes) -> None:
    """Give a file to the uploader, and wait until the page has understood it or says why not."""
    set_file(page, name, data)
    expect(widget(page, "upload").get_by_text(Path(name).stem[:3]).first).to_be_visible(timeout=PATIENCE)
    settle(page)
    expect(page.get_by_text("Reading the file …")).to_have_count(0, timeout=PATIENCE)


def first_symbols(page: Page) -> str:
    """Return the text's beginning as the card shows it, without white space."""
    tiles = widget(page, "text_card").locator(".symbol > span")
    expect(tiles.first).to_be_visible(timeout=PATIENCE)
    return without_spaces("".join(tiles.all_inner_texts()))


def without_spaces(text: str) -> str:
    return "".join(text.split()).replace("␣", "").replace("⏎", "")


def fill_pasted(page: Page, text: str) -> None:
    choose(page, "corpus", "Paste a text")
    fill(page, "pasted", text)


def bad(what: str) -> tuple[str, bytes]:
    name, make, _ = BAD_FILES[what]
    return name, make()


def read_faust(request: pytest.FixtureRequest) -> str:
    """Return the beginning of Faust where the large texts are, else a story of our own."""
    try:
        folder: Path = request.getfixturevalue("test_data")
    except pytest.skip.Exception:
        return GERMAN * 5
    whole = (folder / "faust_de.txt").read_text(encoding="utf-8")[:20_000]
    return whole.encode("latin-1", "ignore").decode("latin-1")
