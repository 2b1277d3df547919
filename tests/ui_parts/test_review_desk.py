"""The review at hand: what the browser sends is taken or left, and a word is changed without touching the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.text.reviews import split_review
from lstm_ui.review_desk import MAX_CHARACTERS, Desk, Swap, change_word


def typed(text: object, version: object = 0, **more: object) -> dict:
    return {"text": text, "version": version, **more}


def test_what_is_typed_is_taken() -> None:
    desk = Desk()
    desk.take(typed("a film", isResting=False))
    assert (desk.text, desk.is_resting, desk.version) == ("a film", False, 0)


@pytest.mark.parametrize("message", [None, "text", {}, typed(3), typed("x", 1), typed("x", "0"), typed("x", None)])
def test_what_is_no_message_or_comes_too_late_is_left(message: object) -> None:
    desk = Desk("as it was")
    desk.take(message)
    assert desk.text == "as it was"


def test_a_text_that_was_put_there_wins_over_what_was_typed_before_and_can_be_undone() -> None:
    desk = Desk("mine")
    desk.put("a trap", "trap")
    desk.take(typed("mine and more", version=0))
    assert (desk.text, desk.trap, desk.version) == ("a trap", "trap", 1)
    desk.undo()
    assert (desk.text, desk.trap, desk.version) == ("mine", None, 2)
    desk.undo()
    assert desk.text == "mine"


def test_typing_ends_the_trap_and_puts_the_picked_word_back() -> None:
    desk = Desk()
    desk.put("not bad", "trap")
    desk.pick(1)
    desk.swap = Swap(None)
    desk.take(typed("not bad!", version=1))
    assert (desk.trap, desk.place, desk.swap) == (None, None, None)


def test_a_word_that_is_pressed_again_is_put_back() -> None:
    desk = Desk("a b")
    desk.pick(1)
    desk.pick(1)
    assert desk.place is None


def test_a_long_text_and_half_a_character_are_no_trouble() -> None:
    desk = Desk()
    desk.take(typed("x" * 10**6))
    assert len(desk.text) == MAX_CHARACTERS
    desk.take(typed("a \ud83d b"))
    assert desk.text == "a ? b"


@pytest.mark.parametrize(
    ("text", "place", "new", "expected"),
    [
        ("Not bad, at all!", 1, None, "Not, at all!"),
        ("Not bad at all!", 1, None, "Not at all!"),
        ("Not bad at all!", 0, None, "bad at all!"),
        ("Not bad at all!", 3, "most", "Not bad at most!"),
        ("The cat, the hat.", 2, "my", "The cat, my hat."),
        ("Tom&#39;s film<br />is bad", 3, "good", "Tom&#39;s film<br />is good"),
        ("Tom&#39;s film is bad", 0, "my", "my film is bad"),
        ("good", 0, None, ""),
    ],
)
def test_one_word_is_changed_and_all_else_stays_as_it_was_typed(text, place, new, expected) -> None:
    words = tuple(split_review(text))
    changed = (*words[:place], *([new] if new else []), *words[place + 1 :])
    assert change_word(text, words, changed, place, new) == expected


@given(st.text("aB é'&<İ.\n;🙂", max_size=40), st.integers(0, 30), st.sampled_from([None, "new", "two words"]))
def test_the_changed_text_always_has_the_changed_words(text: str, place: int, new: str | None) -> None:
    words = tuple(split_review(text))
    if place < len(words):
        changed = (*words[:place], *split_review(new or ""), *words[place + 1 :])
        assert tuple(split_review(change_word(text, words, changed, place, new))) == changed
