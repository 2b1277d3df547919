"""A prediction stays with its run, stands beside the result, and both go to the printer on one page."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.chromium import check_no_exception
from tests.browser.visitor import PATIENCE, fill, open_page, press, wait_for_state, widget

WHY = 'Because <b onclick="alert(1)">two</b> $x$ words'


def test_prediction_and_result_stand_side_by_side_and_on_the_lab_sheet(page: Page, tmp_path: Path) -> None:
    open_page(page, "/train?experiment=atienza-aesop&units=32&until=steps&steps=60")
    form = widget(page, "forecast")
    form.locator("summary").click()
    expect(form).to_contain_text("one that knows nothing has loss 4.7")
    fill(page, "forecast_loss_0", "1.5")
    fill(page, "forecast_why_0", WHY)
    fill(page, "forecast_question_0", "How far do sixty steps lead?")
    press(page, "train")
    outcome = widget(page, "outcome")
    expect(outcome).to_contain_text("1.500", timeout=PATIENCE)
    wait_for_state(page, "finished")
    expect(outcome).to_contain_text("the prediction.", timeout=PATIENCE)
    expect(outcome).to_contain_text(WHY)
    expect(widget(page, "forecast_loss_1").locator("input")).to_have_value("")  # the next run has its own
    page.reload()
    expect(outcome).to_contain_text("How far do sixty steps lead?", timeout=PATIENCE)
    with page.expect_download(timeout=PATIENCE) as download:
        press(page, "lab_sheet")
    check_no_exception(page)
    sheet = tmp_path / "sheet.html"
    download.value.save_as(sheet)
    assert download.value.suggested_filename.endswith("-lab-sheet.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(sheet.as_uri())
    expect(page.locator("body")).to_contain_text(WHY)
    expect(page.locator("code").first).to_contain_text("/train?experiment=atienza-aesop&units=32")
    assert page.locator("b[onclick]").count() == 0
    assert asked == [sheet.as_uri()]
