"""The verdict and the deciding words as they are drawn: in words and numbers as well as colours, and escaped."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from lstm_core.reviewing.deciding import Decision
from lstm_core.reviewing.scorer import UNKNOWN, Verdict
from lstm_ui.review_deciding import SHOWN, decision_html, find_deciding
from lstm_ui.review_verdict import SHOWN_UNKNOWN, verdict_html

STRANGE = "<img src=x onerror=alert(1)>"


class Reader(HTMLParser):
    """Collects the words and the tags that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def judged(score: float = 0.9, label: str = "positive", **more) -> Verdict:
    settings = {"known_share": 1.0, "unknown_words": (), "words": 5, "left_out": 0} | more
    return Verdict(score, label, f"very {label}", **settings)


@pytest.mark.parametrize(("score", "label", "other"), [(0.93, "positive", "negative"), (0.07, "negative", "positive")])
def test_who_reads_the_words_of_a_verdict_finds_one_side_and_a_number(score, label, other) -> None:
    words = " ".join(read(verdict_html(judged(score, label))).words)
    assert f"very {label}" in words and other not in words
    assert f"{score:.2f}" in words


@pytest.mark.parametrize(
    ("score", "side", "start", "width"), [(1.0, "up", 50, 50), (0.25, "down", 25, 25), (0.55, "unsure", 50, 5)]
)
def test_the_bar_runs_from_the_middle_to_the_score(score, side, start, width) -> None:
    html = verdict_html(judged(score))
    assert f"verdict-{side}" in html
    assert f"--from:{start:.1f}%;--width:{width:.1f}%" in html


def test_without_a_verdict_there_is_neither_bar_nor_score() -> None:
    html = verdict_html(judged(0.9, UNKNOWN))
    assert "--width" not in html and "0.90" not in html


def test_what_was_left_out_and_what_is_unknown_is_said_and_escaped() -> None:
    unknown = (STRANGE, *(f"w{number}" for number in range(SHOWN_UNKNOWN)))
    reader = read(verdict_html(judged(words=2000, left_out=34, unknown_words=unknown)))
    words = "".join(reader.words)
    assert "2,000 words read, the 34 before them left out" in words
    assert STRANGE in words and "img" not in reader.tags
    assert "and 1 more" in words


def decided(words: tuple[str, ...], pushes: list[float]) -> Decision:
    values = np.array(pushes, np.float32)
    return Decision(words, (True,) * len(words), values, values / 2, 1.0, "", 0)


def test_the_words_that_decided_stand_in_order_and_no_more_than_eight_each_way() -> None:
    pushes = np.linspace(-3, 3, 41).tolist()
    places = find_deciding(decided(tuple(f"w{place}" for place in range(41)), pushes))
    assert places == sorted(places, reverse=True)
    assert places[:SHOWN] == list(range(40, 40 - SHOWN, -1)) and places[-1] == 0
    assert len(places) == 2 * SHOWN


def test_words_that_decide_nothing_are_not_named() -> None:
    assert find_deciding(decided(("a", "b"), [0.01, -0.01])) == []
    assert find_deciding(decided((), [])) == []


def test_each_bar_has_its_number_and_the_longest_fills_its_half() -> None:
    html = decision_html(decided((STRANGE, "bad", "bad"), [2.0, -1.0, -0.5]), [0, 1, 2])
    reader = read(html)
    assert "img" not in reader.tags
    assert "+2.0" in reader.words and "−1.0" in reader.words
    assert re.findall(r"toward-(\w+)\" style=\"--width:([\d.]+)%", html)[:3] == [
        ("positive", "100.0"),
        ("positive", "50.0"),
        ("negative", "50.0"),
    ]
    assert "(no. 1)" in reader.words and "(no. 2)" in reader.words  # the same word in two places
