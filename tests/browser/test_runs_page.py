"""/runs in the browser: name a run, delete it and bring it back, compare, make it again, take it home and bring it."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.visitor import (
    PATIENCE,
    compare,
    follow_menu,
    open_page,
    press,
    read_written,
    run_id,
    settle,
    start_own_run,
    wait_for_state,
    wait_for_step,
    widget,
    write,
)

pytestmark = pytest.mark.timeout(400)

TEXT = "the cat sat on the mat and the dog sat on the cat . " * 6


def train_one(page: Page, **knobs: int) -> str:
    """Train a small run to its end and return its id."""
    start_own_run(page, TEXT, **({"steps": 300, "units": 8, "window": 4} | knobs))
    wait_for_state(page, "finished")
    return run_id(page)


@pytest.fixture
def trained(page: Page) -> str:
    """A run of one's own, and /runs open with it in hand."""
    trained = train_one(page)
    follow_menu(page, "Runs")
    return trained


def card(page: Page, run: str) -> Locator:
    return widget(page, f"run_card_{run}")


def name_run(page: Page, run: str, name: str) -> None:
    press(page, f"run_rename_{run}")
    box = page.get_by_role("textbox", name="Name of this run")
    box.fill(name, timeout=PATIENCE)
    page.get_by_role("button", name="Save the name").click()
    settle(page)


def upload(page: Page, file: Path | dict) -> None:
    lid = widget(page, "upload_run").locator("summary")
    if lid.locator("xpath=..").get_attribute("open") is None:
        lid.click(timeout=PATIENCE)
    widget(page, "upload_run").locator("input[type=file]").set_input_files(file)
    expect(page.get_by_test_id("stAlert")).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_a_run_shows_its_curve_its_text_what_was_changed_and_its_words(page: Page, trained: str) -> None:
    shown = card(page, trained)
    expect(shown).to_contain_text("Pasted text · my own network; window 4, units 8, steps 300", timeout=PATIENCE)
    expect(shown).to_contain_text(re.compile(r"finished.*steps 300.*loss \d\.\d+.*accuracy \d+\.\d\d %", re.DOTALL))
    expect(shown).to_contain_text(re.compile(r"made (just now|\d minutes? ago) · [\d.,]+ [kM]B on disk · in hand"))
    expect(shown.locator(".words")).not_to_be_empty()
    expect(shown.locator("img")).to_be_visible()


def test_a_name_is_shown_everywhere_and_markup_in_it_stays_text(page: Page, trained: str) -> None:
    name = "<img src=x onerror=alert(1)> **Mice** $x$"
    name_run(page, trained, name)
    expect(card(page, trained).locator("h2")).to_have_text(f"{name} · {trained[-4:]}", timeout=PATIENCE)
    expect(widget(page, "run_in_hand").get_by_role("combobox")).to_have_value(f"{name} · {trained[-4:]}")
    assert page.locator("img[src=x]").count() == 0
    follow_menu(page, "Write")
    expect(widget(page, "run").get_by_role("combobox")).to_have_value(f"{name} · {trained[-4:]}", timeout=PATIENCE)
    check_no_exception(page)


def test_a_deleted_run_is_gone_at_once_and_comes_back_by_undo(page: Page, trained: str) -> None:
    before = card(page, trained).locator(".numbers").inner_text()
    press(page, f"run_delete_{trained}")
    expect(card(page, trained)).to_have_count(0, timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile(trained))  # it is not in hand any more
    press(page, f"run_undo_{trained}")
    expect(card(page, trained).locator(".numbers")).to_have_text(before, timeout=PATIENCE, use_inner_text=True)
    expect(widget(page, f"run_deleted_{trained}")).to_have_count(0)


def test_a_living_run_is_deleted_and_comes_back_stopped(page: Page) -> None:
    start_own_run(page, TEXT, steps=1_000_000, units=8, window=4)
    wait_for_step(page, 100)
    run = run_id(page)
    follow_menu(page, "Runs")
    expect(card(page, run).locator(".state")).to_have_text("training", timeout=PATIENCE)
    press(page, f"run_delete_{run}")
    press(page, f"run_undo_{run}")
    expect(card(page, run).locator(".state")).to_have_text("stopped", timeout=PATIENCE)


def test_the_visitor_who_has_a_deleted_run_in_hand_is_told(page: Page, trained: str) -> None:
    other = page.context.new_page()  # a second tab of the same browser
    open_page(other, "/runs")
    press(other, f"run_delete_{trained}")
    expect(widget(other, f"run_undo_{trained}")).to_be_visible(timeout=PATIENCE)
    open_page(page, f"/train?run={trained}")
    expect(page.get_by_role("alert").first).to_contain_text("no training run with this address")
    press(other, f"run_undo_{trained}")
    expect(card(other, trained)).to_be_visible(timeout=PATIENCE)


def test_two_runs_stand_in_one_chart_and_the_table_tells_what_differs(page: Page, trained: str) -> None:
    other = train_one(page, units=12)
    follow_menu(page, "Runs")
    for run in (trained, other):
        compare(page, run)
    plot = page.locator(".st-key-comparison .js-plotly-plot")
    expect(plot).to_be_visible(timeout=PATIENCE)
    traces = plot.evaluate("chart => chart.data.map(trace => [trace.name, trace.x.length, trace.line.dash ?? ''])")
    named = [name for name, _, _ in traces]
    assert any(trained[-4:] in name for name in named) and any(other[-4:] in name for name in named)
    assert all(0 < points <= 500 for _, points, _ in traces)
    rows = page.locator(".compared tbody tr").all_inner_texts()
    told = {row.split("\t")[0]: row.split("\t")[1:] for row in rows}
    assert told["units"] == ["8", "12"] and told["steps"] == ["300", "300"] and "window" not in told
    assert {"loss", "accuracy", "validation loss", "parameters", "trained for"} <= set(told)
    widget(page, "compare_x_axis").get_by_text("seconds", exact=True).click()
    # Plotly moves from one to the other; for a moment both stand there.
    expect(plot.locator(".xtitle", has_text="seconds of training")).to_be_visible(timeout=PATIENCE)
    expect(plot.locator(".xtitle", has_text="step")).to_have_count(0, timeout=PATIENCE)
    check_no_exception(page)


def test_a_duplicate_begins_with_every_knob_and_the_text_of_its_original(page: Page, trained: str) -> None:
    page.reload()  # a visitor who has set nothing in this session
    press(page, f"run_duplicate_{trained}")
    expect(widget(page, "train")).to_be_visible(timeout=PATIENCE)
    settle(page)
    expect(widget(page, "experiment").get_by_role("combobox")).to_have_value("My own")
    expect(widget(page, "train_details")).to_contain_text("Changed: window, units, steps.", timeout=PATIENCE)
    expect(widget(page, "train_choice")).to_contain_text("Kept from before: Pasted text")
    press(page, "train")
    wait_for_step(page, 1)
    again = run_id(page)
    assert again != trained
    wait_for_state(page, "finished")
    follow_menu(page, "Runs")
    numbers = [
        re.search(r"loss [\d.]+", card(page, run).locator(".numbers").inner_text())[0] for run in (trained, again)
    ]
    assert numbers[0] == numbers[1]  # the same spec gives the same losses


def test_open_takes_a_run_in_hand_and_train_on_goes_on_with_it(page: Page, trained: str) -> None:
    open_page(page, "/runs")
    press(page, f"run_go_on_{trained}")
    press(page, f"run_open_{trained}")
    expect(widget(page, "train")).to_be_visible(timeout=PATIENCE)
    assert run_id(page) == trained
    wait_for_step(page, 600)
    assert wait_for_state(page, "finished").step == 600


def test_a_run_goes_out_as_a_file_and_comes_back_as_a_run_that_writes_the_same(
    page: Page, trained: str, tmp_path: Path
) -> None:
    with page.expect_download(timeout=PATIENCE) as download:
        press(page, f"run_download_{trained}")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.suffix == ".zip"
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert len(archive.read("history.csv").splitlines()) == 301
    upload(page, file)
    expect(page.get_by_test_id("stAlert")).to_contain_text("is back")
    copy = page.locator("[class*=st-key-run_card_]").first
    expect(copy).to_contain_text("steps 300")
    copied = re.search(r"st-key-run_card_(\S+)", copy.get_attribute("class"))[1]
    assert copied != trained
    words = []
    for run in (trained, copied):
        open_page(page, f"/generate?run={run}")
        words.append(write(page, "the cat sat on", 12))
    assert words[0] == words[1] == read_written(page, 12, "the cat sat on")


def test_a_run_is_exported_as_a_keras_file_and_as_a_program(page: Page, trained: str, tmp_path: Path) -> None:
    press(page, f"run_export_{trained}")
    settle(page)
    press(page, f"run_keras_{trained}")
    with page.expect_download(timeout=PATIENCE) as download:
        press(page, f"run_keras_file_{trained}")  # as soon as a worker has made it
    download.value.save_as(tmp_path / "network.keras")
    with zipfile.ZipFile(tmp_path / "network.keras") as archive:
        assert {"config.json", "model.weights.h5", "symbols.json"} <= set(archive.namelist())
    with page.expect_download(timeout=PATIENCE) as download:
        press(page, f"run_script_{trained}")
    download.value.save_as(tmp_path / "program.py")
    program = (tmp_path / "program.py").read_text(encoding="utf-8")
    compile(program, "program.py", "exec")
    assert "STEPS = 300" in program and "the cat sat on the mat" in program
    check_no_exception(page)


def test_a_file_that_is_no_run_is_refused_in_words(page: Page, trained: str) -> None:
    cards = page.locator("[class*=st-key-run_card_]").count()
    upload(page, {"name": "run.zip", "mimeType": "application/zip", "buffer": b"no archive"})
    expect(page.get_by_role("alert")).to_contain_text("Download the run once more")
    assert page.locator("[class*=st-key-run_card_]").count() == cards
    check_no_exception(page)
