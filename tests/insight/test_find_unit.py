"""A planted unit is found and confirmed; where there is nothing to find, chance is not taken for a discovery."""

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting
from lstm_core.insight.features import MARKED, measure_feature
from lstm_core.insight.find_unit import (
    BY_CHANCE,
    CONFIRMED,
    MIN_SYMBOLS,
    NOT_CONFIRMED,
    Search,
    correlations,
    find_units,
)
from lstm_core.insight.reading import read_text
from lstm_core.insight.trace import TextTrace, trace_text
from tests.insight.planted import COUNTER, STEP, TEXT, UNITS, build_planted

NETWORK = build_planted()


def trace(text: str = TEXT) -> TextTrace:
    return trace_text(NETWORK, read_text(NETWORK, text))


def search(feature: str, *texts: str, quantity: str = "cell") -> Search:
    traces = [trace(text) for text in texts or (TEXT,)]
    return find_units(traces, [measure_feature(feature, one.read) for one in traces], quantity)


def test_the_planted_unit_is_found_and_confirmed() -> None:
    found = search("line_position")
    best = found.units[0]
    assert (best.layer, best.unit, best.verdict) == (0, COUNTER, CONFIRMED)
    assert best.found > 0.99 and best.confirmed > 0.99
    assert best.mean_high - best.mean_low > 4 * STEP
    assert found.chance_found < 0.9
    assert found.tried == UNITS and found.symbols == len(TEXT)


def test_several_texts_are_searched_together() -> None:
    found = search("line_position", TEXT[:150], TEXT[150:400], TEXT[400:])
    assert found.units[0].unit == COUNTER and found.units[0].verdict == CONFIRMED
    assert found.symbols == len(TEXT)


def test_correlations_are_those_of_numpy() -> None:
    random = np.random.default_rng(2)
    values, feature = random.normal(size=(50, 4)), random.normal(size=50)
    values[:, 2] = 3.0  # a unit that never moves
    right = [np.corrcoef(values[:, column], feature)[0, 1] for column in (0, 1, 3)]
    np.testing.assert_allclose(correlations(values, feature)[[0, 1, 3]], right, atol=1e-12)
    assert correlations(values, feature)[2] == 0


def test_of_made_up_features_few_are_confirmed() -> None:
    """Runs of random length, as quotes are, that have nothing to do with the text."""
    random = np.random.default_rng(6)
    whole = trace()
    verdicts = []
    for _ in range(40):
        runs = np.repeat(np.arange(200) % 2, random.integers(3, 15, 200))[: len(TEXT)]
        verdicts.append(find_units([whole], [runs.astype(np.float64)]).units[0].verdict)
    assert verdicts.count(CONFIRMED) <= 4
    assert verdicts.count(BY_CHANCE) >= 30


def test_what_holds_on_the_first_half_alone_is_not_confirmed() -> None:
    whole = trace()
    feature = measure_feature("line_position", whole.read)
    half = len(feature) // 2
    feature[half:] = np.random.default_rng(1).permutation(feature[half:])
    best = find_units([whole], [feature]).units[0]
    assert best.unit == COUNTER and best.verdict == NOT_CONFIRMED


def test_marked_spans_are_found_when_a_unit_follows_them() -> None:
    lines = [f"ab{'cdef' * (1 + place % 3)}[[{'gh' * 4}]]\n" for place in range(40)]  # the ends of lines
    found = search(MARKED, "".join(lines))
    assert found.units[0].verdict == CONFIRMED


def test_the_same_search_gives_the_same_answer() -> None:
    assert search("vowels") == search("vowels")


@pytest.mark.parametrize(
    ("feature", "text", "says"),
    [
        ("vowels", "abc" * (MIN_SYMBOLS // 3 - 1), "57 symbols"),
        ("digits", TEXT, "first half.*everywhere the same"),
        (MARKED, f"{'ab[[cd]]' * 30}{'abcd' * 30}", "second half.*everywhere the same"),
    ],
    ids=["too short", "not there", "in one half only"],
)
def test_what_cannot_be_searched_is_refused_with_the_reason(feature: str, text: str, says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        search(feature, text)


def test_what_changes_rarely_comes_with_a_caution() -> None:
    found = search(MARKED, f"{'abcd' * 40}[[{'efgh' * 40}]]{'abcd' * 40}[[{'efgh' * 40}]]")
    assert any("changes only" in caution for caution in found.cautions)
    assert not search("vowels").cautions
