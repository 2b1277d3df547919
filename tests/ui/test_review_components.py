"""The review box and the line under the words: small scripts, no markup made of people's text, nothing believed."""

import re
from pathlib import Path

import pytest

import lstm_ui.review_box
import lstm_ui.word_line
from lstm_ui.word_line import read_pressed

SCRIPTS = {
    module.__name__: Path(module.__file__).with_name(f"{name}.js").read_text("utf-8")
    for name, module in (("review_box", lstm_ui.review_box), ("word_line", lstm_ui.word_line))
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_script_is_small_and_makes_no_markup_of_what_is_typed(script: str) -> None:
    assert len(script.encode()) <= 6_000  # Streamlit sends it again with every update
    assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write", script)


def test_a_pressed_word_is_read_as_it_was_sent() -> None:
    assert read_pressed({"place": 1, "word": "bad"}, ["not", "bad"]) == 1


@pytest.mark.parametrize(
    "sent",
    [
        None,
        1,
        {},
        {"place": "1", "word": "bad"},
        {"place": True, "word": "bad"},
        {"place": -1, "word": "bad"},
        {"place": 2, "word": "bad"},
        {"place": 0, "word": "bad"},
        {"place": 1},
    ],
)
def test_a_word_that_stands_there_no_longer_is_not_pressed(sent: object) -> None:
    assert read_pressed(sent, ["not", "bad"]) is None
