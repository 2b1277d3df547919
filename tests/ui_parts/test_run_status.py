import re

import pytest

from lstm_core.service.views import RunView
from lstm_ui.run_status import STATE_TEXTS, explain_state, format_seconds, list_slots, pack_status, write_note
from tests.ui_parts.views import small_view


def as_read(view: RunView) -> str:
    """What a visitor reads of a run's status."""
    packed = pack_status(view)
    slots = [" ".join("".join(slot).split()) for slot in packed["slots"]]
    return " · ".join([packed["state"], packed["meaning"], *slots, packed["note"]])


def test_accuracy_is_shown_with_two_decimals_and_a_space_before_the_sign():
    assert "accuracy 97.10 %" in as_read(small_view(accuracy=0.971))


@pytest.mark.parametrize("accuracy", [None, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("note", ["", "Stopped at 97 % of the windows, 3% short."])
def test_the_accuracy_is_the_only_percentage(accuracy, note):
    view = small_view(accuracy=accuracy, note=note)
    read = as_read(view)
    shown = [] if accuracy is None else [f"accuracy {100 * accuracy:.2f} %"]
    assert re.findall(r"accuracy \S+ %|%", read) == shown


def test_step_total_loss_speed_and_time_left_are_shown():
    read = as_read(small_view())
    shown = ("step 1,200 of 3,000", "loss 0.4160", "12,346 symbols/s", "time left 2 min 5 s", "cores in use 2")
    assert [slot for slot in shown if slot not in read] == []


def test_there_are_as_many_slots_before_the_first_step_as_later():
    first = small_view(step=0, total_steps=None, loss=None, accuracy=None, seconds_left=None, state="waiting")
    assert len(list_slots(first)) == len(list_slots(small_view()))


@pytest.mark.parametrize("state", STATE_TEXTS)
def test_every_state_is_named_and_explained(state):
    assert pack_status(small_view(state=state))["state"] == state
    assert explain_state(small_view(state=state))


@pytest.mark.parametrize("state", ["paused", "interrupted", "stopped", "failed"])
def test_whoever_only_watches_a_resting_run_is_not_told_to_resume_it(state):
    told = pack_status(small_view(state=state, stopped_by="visitor"), is_own=False)
    assert "Resume" not in told["meaning"] and "you stopped" not in told["meaning"] and told["state"] == state


def test_a_waiting_run_says_how_many_go_first():
    assert explain_state(small_view(state="waiting", place=3)) == "3 runs go first"


@pytest.mark.parametrize(("is_own", "whose"), [(True, "of your runs"), (False, "of its visitor’s runs")])
def test_a_run_that_waits_for_another_of_the_same_visitor_says_so(is_own, whose):
    told = explain_state(small_view(state="waiting", place=9, waits_for_own=True), is_own)
    assert whose in told and "it begins when one of them ends or rests" in told


@pytest.mark.parametrize(("step", "begins"), [(0, "Many begin"), (40, "Others train here")])
def test_a_long_wait_for_the_next_turn_is_told_and_a_note_comes_before_it(step, begins):
    note = write_note(small_view(step=step, place=20, wait_seconds=7.2))
    assert note.startswith(begins) and "in about 7 s" in note
    assert write_note(small_view(wait_seconds=0.4)) == ""
    assert write_note(small_view(wait_seconds=7.2, note="It went on.")) == "It went on."


def test_the_energy_that_training_took_is_told_and_how_it_was_estimated():
    packed = pack_status(small_view(cpu_seconds=150.0))
    assert ("energy ", "≈ 0.5 Wh", "") in packed["slots"]
    assert "150 seconds of processor time" in packed["energy"]


def test_a_new_shape_says_that_it_is_compiled_and_how_far_that_is():
    packed = pack_status(small_view(state="compiling", compile_seconds=3.2, compiling_for=0.8))
    assert "about 3 s, the first time for this shape" in packed["meaning"]
    assert packed["progress"] == 0.25


def test_a_shape_that_is_compiled_already_does_not_say_that_it_will_be():
    packed = pack_status(small_view(state="compiling", compile_seconds=None))
    assert "its program is ready" in packed["meaning"]
    assert packed["progress"] is None


def test_a_finished_run_says_why_it_ended():
    assert (
        explain_state(small_view(state="finished", stopped_by="perfect")) == "every window that can be right is right"
    )


def test_a_note_is_told_as_it_is():
    assert write_note(small_view(note="<img src=x>")) == "<img src=x>"  # status.js writes text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (4320, "1 h 12 min")]
)
def test_durations_read_as_people_say_them(seconds, text):
    assert format_seconds(seconds) == text
