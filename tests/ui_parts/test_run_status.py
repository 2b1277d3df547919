import re
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from lstm_ui.run_status import STATE_TEXTS, format_seconds, note_html, slots_html, state_html
from tests.ui_parts.views import small_view


def as_read(html: str) -> str:
    """What a visitor reads of a piece of HTML."""
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[method-assign]
    parser.feed(html)
    return "".join(parts)


def test_accuracy_is_shown_with_two_decimals_and_a_space_before_the_sign():
    assert "accuracy 97.10 %" in as_read(slots_html(small_view(accuracy=0.971)))


@pytest.mark.parametrize("accuracy", [None, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("note", ["", "Stopped at 97 % of the windows, 3% short."])
def test_the_accuracy_is_the_only_percentage(accuracy, note):
    view = small_view(accuracy=accuracy, note=note)
    read = as_read(state_html(view) + slots_html(view) + note_html(view))
    shown = [] if accuracy is None else [f"accuracy {100 * accuracy:.2f} %"]
    assert re.findall(r"accuracy \S+ %|%", read) == shown


def test_step_total_loss_speed_and_time_left_are_shown():
    read = as_read(slots_html(small_view()))
    shown = ("step 1,200 of 3,000", "loss 0.4160", "12,346 symbols/s", "time left 2 min 5 s", "cores in use 2")
    assert [slot for slot in shown if slot not in read] == []


def test_there_are_as_many_slots_before_the_first_step_as_later():
    first = small_view(step=0, total_steps=None, loss=None, accuracy=None, seconds_left=None, state="waiting")
    assert slots_html(first).count("<span>") == slots_html(small_view()).count("<span>")


@pytest.mark.parametrize("state", STATE_TEXTS)
def test_every_state_is_named(state):
    assert f"<b>{state}</b> " in state_html(small_view(state=state))


@pytest.mark.parametrize("state", ["paused", "interrupted", "stopped", "failed"])
def test_whoever_only_watches_a_resting_run_is_not_told_to_resume_it(state):
    told = state_html(small_view(state=state, stopped_by="visitor"), is_own=False)
    assert "Resume" not in told and "you stopped" not in told and f"<b>{state}</b>" in told


def test_a_waiting_run_says_how_many_go_first():
    assert "3 runs go first" in state_html(small_view(state="waiting", place=3))


def test_a_run_that_waits_for_another_of_the_same_visitor_says_so():
    view = small_view(state="waiting", place=9, waits_for_own=True)
    assert "it begins when one of them ends or rests" in state_html(view)


@pytest.mark.parametrize(("step", "begins"), [(0, "Many begin"), (40, "Others train here")])
def test_a_long_wait_for_the_next_turn_is_told_and_a_note_comes_before_it(step, begins):
    waiting = small_view(step=step, place=20, wait_seconds=7.2)
    assert note_html(waiting).startswith(begins) and "in about 7 s" in note_html(waiting)
    assert note_html(small_view(wait_seconds=0.4)) == "&nbsp;"
    assert note_html(small_view(wait_seconds=7.2, note="It went on.")) == "It went on."


def test_a_finished_run_says_why_it_ended():
    assert "every window that can be right is right" in state_html(small_view(state="finished", stopped_by="perfect"))


def test_the_note_is_escaped():
    assert note_html(small_view(note="<img src=x>")) == "&lt;img src=x&gt;"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (4320, "1 h 12 min")]
)
def test_durations_read_as_people_say_them(seconds, text):
    assert format_seconds(seconds) == text


def show_status() -> None:
    from lstm_ui.run_status import show_run_status
    from tests.ui_parts.views import small_view

    show_run_status(small_view(cpu_seconds=150.0))


def test_the_status_is_drawn_on_a_page():
    page = AppTest.from_function(show_status, default_timeout=30).run()
    assert not page.exception
    drawn = "".join(part.body for part in page.html)
    assert "accuracy <b>97.10 %</b>" in drawn
    assert "energy <b>≈ 0.5 Wh</b>" in drawn
    assert any("150 seconds of processor time" in part.value for part in page.markdown)
