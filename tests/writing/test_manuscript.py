"""A visitor's text grows, stops, goes on and can be had back; the browser gets all of it, packed."""

import base64

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting, TooBig, UnknownSymbols
from lstm_core.writing.sampling import Sampling
from lstm_ui.generate_manuscript import MAX_DRAFT_SYMBOLS, Manuscript
from lstm_ui.written_text import pack_draft
from tests.writing.test_writer import SEED, build_writer


def begin(length=20, **network) -> tuple[Manuscript, object]:
    manuscript, writer = Manuscript(), build_writer(**network)
    manuscript.begin(writer, "a run", SEED)
    manuscript.go_on(writer, length, Sampling(), 1)
    return manuscript, writer


def names(manuscript: Manuscript) -> list[str]:
    return [symbol.symbol for symbol in manuscript.draft.written]


@pytest.mark.parametrize("targets", ["last", "every"])
def test_a_text_written_in_small_pieces_is_the_text_written_at_once(targets):
    in_pieces, _ = begin(targets=targets)
    at_once, _ = begin(targets=targets)
    while in_pieces.remaining:
        in_pieces.write_some(3, 10)
    at_once.write_some(1000, 10)
    assert names(in_pieces) == names(at_once)


def test_a_stopped_text_keeps_what_was_written_and_gets_no_more():
    manuscript, _ = begin()
    manuscript.write_some(7, 10)
    manuscript.stop()
    manuscript.write_some(7, 10)
    assert len(manuscript.draft.written) == 7


@pytest.mark.parametrize("targets", ["last", "every"])
def test_after_undo_the_network_remembers_only_what_still_stands(targets):
    manuscript, writer = begin(targets=targets)
    manuscript.write_some(20, 10)
    before = manuscript.next_likeliest(writer, Sampling())
    manuscript.choose(writer, "bell")
    manuscript.undo()
    after = manuscript.next_likeliest(writer, Sampling())
    np.testing.assert_allclose([p for _, p, _ in after], [p for _, p, _ in before], rtol=1e-6)


def test_undo_takes_one_press_back_at_a_time():
    manuscript, writer = begin(length=5)
    manuscript.write_some(5, 10)
    first = names(manuscript)
    manuscript.go_on(writer, 5, Sampling(), 1)
    manuscript.write_some(5, 10)
    manuscript.undo()
    assert names(manuscript) == first
    manuscript.undo()
    assert manuscript.draft is None


def test_a_choice_is_appended_and_marked_as_the_visitors():
    manuscript, writer = begin(length=4)
    manuscript.write_some(4, 10)
    manuscript.choose(writer, "bell")
    assert names(manuscript)[-1] == "bell"
    assert manuscript.draft.by_visitor == {4}


def test_a_refused_seed_text_leaves_the_draft_as_it_is():
    manuscript, writer = begin()
    before = manuscript.draft
    with pytest.raises(UnknownSymbols):
        manuscript.begin(writer, "a run", "zebras")
    assert manuscript.draft == before


def test_a_symbol_that_the_browser_made_up_is_refused():
    manuscript, writer = begin()
    with pytest.raises(InvalidSetting):
        manuscript.choose(writer, "<img>")


def test_a_text_cannot_grow_without_end():
    manuscript, writer = begin()
    with pytest.raises(TooBig):
        manuscript.go_on(writer, MAX_DRAFT_SYMBOLS + 1, Sampling(), 1)


def test_the_packed_draft_tells_each_symbol_and_its_ten_likeliest():
    manuscript, _ = begin()
    manuscript.write_some(20, 10)
    packed = pack_draft(manuscript.draft, 5, False)
    written = manuscript.draft.written[5:]
    rows = np.frombuffer(base64.b64decode(packed["beliefs"]), "<u2").reshape(len(written), 21)
    assert [packed["names"][place] for place in packed["ids"]] == [symbol.symbol for symbol in written]
    assert [packed["names"][place] for place in rows[0, 1::2]] == [name for name, _ in written[0].likeliest]
    np.testing.assert_allclose(rows[0, 2::2] / 65535, [p for _, p in written[0].likeliest], atol=1e-5)
