from lstm_core.training.reports import Prediction, SampleNote
from lstm_ui.live_words.rows import (
    NO_PREDICTIONS,
    TIMELINE_MOMENTS,
    latest_sample,
    pack_words,
    prediction_rows,
    sample_rows,
)
from tests.ui_parts.views import small_view

SAMPLES = (
    SampleNote(400, 0.5, "the", "cat sat"),
    SampleNote(200, 0.5, "the", "mouse ran"),
    SampleNote(200, 1.0, "the", "bell rang"),
    SampleNote(100, 1.0, "the", "owl saw"),
)


def only_row(prediction: Prediction, symbols: str = "words") -> dict:
    (row,) = prediction_rows(small_view(symbols, predictions=(prediction,)))["rows"]
    return row


def test_the_latest_sample_is_the_one_with_the_highest_step_of_its_temperature():
    assert [latest_sample(SAMPLES, t) for t in (0.2, 0.5, 1.0)] == [None, SAMPLES[0], SAMPLES[2]]
    latest = sample_rows(small_view(samples=SAMPLES))["latest"]
    assert [row["text"] for row in latest] == ["–", " cat sat", " bell rang"]


def test_the_timeline_runs_from_old_to_new_without_the_latest():
    earlier = sample_rows(small_view(samples=SAMPLES))["earlier"]
    assert [row["text"] for row in earlier] == [" owl saw", " mouse ran"]


def test_a_long_timeline_keeps_its_beginning_and_says_how_many_moments_it_tells():
    many = tuple(SampleNote(step, 0.5, "a", "b") for step in range(1, 200))
    rows = sample_rows(small_view(samples=many))
    steps = [int(row["label"].split()[1]) for row in rows["earlier"]]
    assert (steps[0], steps[-1], len(steps)) == (1, 198, TIMELINE_MOMENTS)
    assert rows["left_out"] == "10 of 198 moments, more of the early ones."
    assert sum(step < 20 for step in steps) >= 4


def test_a_seed_of_characters_is_joined_to_what_follows_without_a_space():
    (row,) = sample_rows(small_view("characters", samples=(SampleNote(1, 0.5, "hel", "lo"),)))["latest"][1:2]
    assert (row["seed"], row["text"]) == ("hel", "lo")


def test_a_right_prediction_reads_as_in_the_articles_with_sign_word_and_probability():
    row = only_row(Prediction(("this", "means", "we"), "should", "should", 0.934))
    assert row == {
        "context": "['this', 'means', 'we']", "predicted": "should", "verdict": "✓ right", "comes": "", "tail": "",
        "sure": "93 %",
    }  # fmt: skip


def test_a_wrong_prediction_names_the_symbol_that_comes():
    row = only_row(Prediction(("the", "cat"), "sat", "<ran>", 0.5))
    assert (row["predicted"], row["verdict"] + row["comes"] + row["tail"]) == ("<ran>", "✗ wrong, sat comes")


def test_a_long_context_of_characters_shows_its_end():
    context = only_row(Prediction(tuple("x" * 100 + "the end"), " ", " ", 0.5), "characters")["context"]
    assert "the end" in context and "x" * 40 not in context


def test_without_predictions_the_table_tells_when_they_come():
    assert prediction_rows(small_view()) == {"head": NO_PREDICTIONS, "rows": []}


def test_words_that_the_browser_has_are_not_sent_again_until_there_are_others():
    view = small_view(samples=SAMPLES, words_version=3)
    version = pack_words(view)["version"]
    assert pack_words(view, version) == {"version": version}
    assert "samples" in pack_words(small_view(samples=SAMPLES, words_version=4), version)
