"""The main job, in a real browser with the real app: train the tutorials' networks on their texts, and let them write.

Nothing here is stored beforehand: the last test makes up a text that no earlier run can have met.
"""

import random

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import TrainedRun
from tests.browser.visitor import (
    ENDED,
    follow_menu,
    open_page,
    read_next_symbols,
    read_status,
    start_own_run,
    wait_for_state,
    write,
)

pytestmark = pytest.mark.timeout(400)  # whichever test comes first waits for the training that they all share

FABLE = "council to consider what measures they could take to outwit their common enemy , the cat ."


def test_the_curve_grows_while_the_network_trains(meditations: TrainedRun) -> None:
    assert len(meditations.early_curve) < len(meditations.curve)
    assert meditations.curve[: len(meditations.early_curve)] == meditations.early_curve


def test_the_loss_falls(meditations: TrainedRun) -> None:
    assert meditations.curve[-1][1] < meditations.curve[0][1] / 4


def test_the_meditations_pass_the_published_accuracy(meditations: TrainedRun) -> None:
    assert meditations.status.state == "finished"
    assert meditations.status.accuracy > 97.10


def test_a_refresh_brings_the_run_back_with_the_same_numbers(meditations: TrainedRun, page: Page) -> None:
    open_page(page, f"/train?run={meditations.run_id}")
    assert wait_for_state(page, "finished") == meditations.status
    page.reload()
    assert wait_for_state(page, "finished") == meditations.status


def test_the_meditations_go_on_as_the_emperor_did(meditations: TrainedRun, page: Page) -> None:
    open_page(page, f"/generate?run={meditations.run_id}")
    assert write(page, "What stands in the way", 4) == "becomes the way ."


def test_aesop_gets_every_window_right_that_can_be_right(aesop: TrainedRun) -> None:
    assert aesop.status.accuracy == pytest.approx(100 * 199 / 201, abs=0.006)


def test_aesop_is_told_as_published_up_to_where_two_ways_part(aesop: TrainedRun, page: Page) -> None:
    open_page(page, f"/generate?run={aesop.run_id}")
    assert write(page, "had a general", len(FABLE.split())) == FABLE
    first, second, *others = read_next_symbols(page).items()
    assert {first[0], second[0]} == {"some", "by"}
    assert 40 <= second[1] <= first[1] <= 60
    assert max(share for _, share in others) < 10


def test_a_seed_text_that_the_fable_does_not_contain_is_continued_too(aesop: TrainedRun, page: Page) -> None:
    open_page(page, f"/generate?run={aesop.run_id}")
    assert len(write(page, "mouse mouse mouse", 20).split()) == 20


def test_a_text_made_up_just_now_is_learned_by_a_network_of_ones_own(page: Page) -> None:
    window = 4
    words = make_up_text(window)
    start_own_run(
        page, " ".join(words), window=window, coding="one-hot", targets="last", units=48, until="perfect", steps=5_000
    )
    wait_for_state(page, *ENDED)
    assert read_status(page).accuracy == 100
    follow_menu(page, "Write")
    rest = words[window:]
    assert write(page, " ".join(words[:window]), len(rest)) == " ".join(rest)


def make_up_text(window: int, length: int = 50) -> list[str]:
    """Return words of random letters in random order, in which each window of words has one continuation."""
    while True:
        words = ["".join(random.choices("aeioulmnrst", k=5)) for _ in range(length // 2)]
        text = [*words, *random.choices(words, k=length - len(words))]
        random.shuffle(text)
        windows = [tuple(text[start : start + window]) for start in range(length - window)]
        if len(set(windows)) == len(windows):
            return text
