"""What the paper on Home answers: it goes on from what stands there, and believes nothing that a browser sends."""

import re
from pathlib import Path

import pytest

import lstm_ui.live_paper
from lstm_core.network.pretrained import load_pretrained
from lstm_core.writing.writer import Writer
from lstm_ui.generate_controls import temperature_word
from lstm_ui.live_paper.scribe import BOLDNESS, MAX_READ, PIECE, USUAL, Request, answer_request, read_request

SCRIPT = Path(lstm_ui.live_paper.__file__).with_name("live_paper.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(load_pretrained("shakespeare-characters"))


def test_an_answer_is_one_piece_of_text_that_comes_after_what_was_sent(writer: Writer) -> None:
    answer = answer_request(writer, Request(7, "ROMEO:\nWhat light", True, USUAL))
    assert (answer.id, answer.is_seed, answer.before, answer.said) == (7, True, "ROMEO:\nWhat light", "")
    assert len(answer.text) == PIECE


def test_two_visitors_read_two_texts(writer: Writer) -> None:
    request = Request(1, "O", True, "bold")
    assert answer_request(writer, request).text != answer_request(writer, request).text


def test_characters_that_it_has_never_met_are_left_out_and_named(writer: Writer) -> None:
    answer = answer_request(writer, Request(1, "Señor 7, <b>", True, USUAL))
    assert answer.before == "Seor , b"
    assert answer.said.endswith("ñ 7 < >")
    assert answer.text


def test_many_unknown_characters_are_not_all_named(writer: Writer) -> None:
    said = answer_request(writer, Request(1, "a" + "".join(map(chr, range(0x4E00, 0x4F00))), True, USUAL)).said
    assert len(said) < 80 and said.endswith("…")


@pytest.mark.parametrize("text", ["", "   ", "学而时习之"])
def test_with_nothing_to_go_on_from_it_says_so_and_writes_nothing(text: str, writer: Writer) -> None:
    answer = answer_request(writer, Request(1, text, True, USUAL))
    assert answer.text == ""
    assert "letters" in answer.said


def test_a_request_is_read_as_it_was_sent() -> None:
    sent = {"id": 5, "text": "O Romeo", "isSeed": True, "boldness": "careful"}
    assert read_request(sent) == Request(5, "O Romeo", True, "careful")


@pytest.mark.parametrize(
    "sent",
    [None, 3, "text", [], {}, {"id": 1}, {"id": "1", "text": "a"}, {"id": 1, "text": ["a"]}, {"id": True, "text": "a"}],
)
def test_what_is_no_request_is_left_out(sent: object) -> None:
    assert read_request(sent) is None


@pytest.mark.parametrize("boldness", ["wild", None, ["bold"], {}])
def test_a_boldness_that_there_is_not_becomes_the_usual_one(boldness: object) -> None:
    request = read_request({"id": 1, "text": "a", "boldness": boldness})
    assert request is not None and request.boldness == USUAL


def test_only_the_end_of_a_long_text_is_read() -> None:
    request = read_request({"id": 1, "text": "x" * 10**6 + "the end", "boldness": "bold"})
    assert request is not None and request.text.endswith("the end")
    assert len(request.text) == MAX_READ


def test_the_words_for_a_temperature_are_those_of_generate() -> None:
    assert {word: temperature_word(temperature) for word, temperature in BOLDNESS.items()} == {w: w for w in BOLDNESS}
    assert USUAL in BOLDNESS


def test_the_script_is_small_and_makes_no_markup_of_what_is_written() -> None:
    assert len(SCRIPT.encode()) <= 10_000
    assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write", SCRIPT)


def test_script_and_server_read_the_same_length() -> None:
    assert f"const READ = {MAX_READ} " in SCRIPT
