from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from lstm_core.text.library import load_text
from lstm_core.text.symbols import RARE, Vocabulary
from lstm_ui.text_card import frequent_html, read_facts, symbol_html, symbols_html

HOSTILE = "<script>alert('x')</script> & \"quoted\""


def as_read(html: str) -> str:
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[method-assign]
    parser.feed(html)
    return "".join(parts)


def test_a_symbol_reads_on_the_page_exactly_as_it_was_typed():
    assert as_read(symbol_html(HOSTILE.replace(" ", "_"))) == HOSTILE.replace(" ", "_")


@pytest.mark.parametrize("sign", ["<", ">", '"', "'"])
def test_no_sign_with_a_meaning_in_html_passes(sign):
    assert sign not in symbol_html(sign)


@pytest.mark.parametrize(("symbol", "shown"), [(" ", "␣"), ("\n", "⏎"), ("\t", "⇥")])
def test_white_space_is_made_visible(symbol, shown):
    assert symbol_html(symbol) == shown


def test_a_hostile_symbol_stays_text_in_the_tiles_and_in_the_bars():
    vocabulary = Vocabulary((HOSTILE,), (3,), "words")
    assert "<script" not in symbols_html((HOSTILE,), (0,)) + frequent_html(vocabulary)


def test_the_same_symbol_has_the_same_tint():
    assert symbols_html(("a", "a"), (5, 5)).count("tint-1") == 2


@pytest.mark.parametrize(
    ("name", "symbols", "distinct"), [("meditations-5-20-hays", 102, 69), ("aesop-mice-in-council", 204, 112)]
)
def test_the_card_counts_the_tutorials_passages_as_they_do(name, symbols, distinct):
    facts = read_facts(load_text(name), "words", 3, 20_000)
    assert (facts.symbol_count, len(facts.vocabulary)) == (symbols, distinct)


def test_words_seen_once_are_told_and_counted():
    facts = read_facts("the cat saw the dog", "words", 2, 100)
    assert "3 distinct words seen once each: it will memorise, not learn." in facts.warnings


def test_a_context_with_two_continuations_is_named():
    facts = read_facts("the cat sat and the cat ran", "words", 2, 100)
    told = next(warning for warning in facts.warnings if warning.startswith("“the cat” has 2 continuations (sat, ran)"))
    assert told.endswith("4 of 5 windows.")


def test_without_a_validation_part_the_card_says_why():
    assert any("held out" in warning for warning in read_facts("the cat saw the dog", "words", 2, 100).warnings)


def test_a_text_shorter_than_a_window_says_so():
    assert "shorter window" in (read_facts("two words", "words", 64, 100).too_short or "")


def test_symbols_beyond_the_vocabulary_limit_are_told():
    facts = read_facts("a a a b b c d", "words", 2, 2)
    assert facts.vocabulary.symbols[-1] == RARE
    assert facts.warnings[0].startswith("2 rarer symbols share one id")


def show(kind: str = "words") -> None:
    from lstm_core.text.library import load_text
    from lstm_ui.text_card import show_text_card
    from lstm_ui.text_choice import ChosenText

    text = load_text("meditations-5-20-hays")
    show_text_card(ChosenText(text, "paste", "Pasted text", "UTF-8", ("A <b>note.",)), kind, 3, 20_000)


def open_dictionaries(*kinds: str) -> AppTest:
    page = AppTest.from_function(show, default_timeout=30, args=kinds)
    page.session_state["dictionaries"] = True
    return page.run()


def test_the_card_shows_both_dictionaries_to_whoever_opens_them():
    assert not AppTest.from_function(show, default_timeout=30).run().dataframe
    page = open_dictionaries()
    assert not page.exception
    reading, writing = (table.value for table in page.dataframe)
    assert reading.set_index("symbol")["id"].to_dict() == writing.set_index("symbol")["id"].to_dict()


def test_every_kind_of_symbols_can_be_drawn_and_white_space_is_visible_in_the_dictionaries():
    page = open_dictionaries("characters")
    assert not page.exception
    assert page.dataframe[1].value["symbol"][0] == "␣"


def test_notes_on_the_text_are_shown_escaped():
    assert "<li>A &lt;b&gt;note.</li>" in AppTest.from_function(show, default_timeout=30).run().html[-1].body
