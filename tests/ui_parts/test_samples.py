from streamlit.testing.v1 import AppTest

from lstm_core.training.reports import Prediction, SampleNote
from lstm_ui.samples import TIMELINE_MOMENTS, latest_sample, predictions_html, timeline_html

SAMPLES = (
    SampleNote(400, 0.5, "the", "cat sat"),
    SampleNote(200, 0.5, "the", "mouse ran"),
    SampleNote(200, 1.0, "the", "bell rang"),
)


def test_the_latest_sample_is_the_one_with_the_highest_step_of_its_temperature():
    assert [latest_sample(SAMPLES, t) for t in (0.2, 0.5, 1.0)] == [None, SAMPLES[0], SAMPLES[2]]


def test_the_timeline_runs_from_old_to_new():
    written = timeline_html(SAMPLES, "words")
    assert written.index("mouse ran") < written.index("bell rang") < written.index("cat sat")


def test_of_many_moments_the_timeline_shows_the_first_and_the_last_and_says_that_it_leaves_some_out():
    many = tuple(SampleNote(step, 0.5, "a", "b") for step in range(1, 41))
    written = timeline_html(many, "words")
    assert f"{TIMELINE_MOMENTS} of 40 moments" in written
    assert written.count("temperature") == TIMELINE_MOMENTS
    assert "step 1 " in written and "step 40 " in written


def test_a_seed_of_characters_is_joined_to_what_follows_without_a_space():
    assert "<i>hel</i>lo" in timeline_html((SampleNote(1, 0.5, "hel", "lo"),), "characters")


def test_what_a_network_writes_reaches_the_page_escaped():
    written = timeline_html((SampleNote(1, 0.5, "<b>", "<script>alert(1)</script> $x$"),), "words")
    assert "<script>" not in written and "<b>" not in written


def test_a_right_prediction_reads_as_in_the_articles_with_sign_word_and_probability():
    table = predictions_html((Prediction(("this", "means", "we"), "should", "should", 0.934),), "words")
    assert "[&#x27;this&#x27;, &#x27;means&#x27;, &#x27;we&#x27;]</code> → <b>should</b>" in table
    assert "✓ right" in table and "93 %" in table


def test_a_wrong_prediction_names_the_symbol_that_comes():
    table = predictions_html((Prediction(("the", "cat"), "sat", "<ran>", 0.5),), "words")
    assert "✗ wrong, <b>sat</b> comes" in table and "<b>&lt;ran&gt;</b>" in table


def test_a_long_context_of_characters_shows_its_end():
    table = predictions_html((Prediction(tuple("x" * 100 + "the end"), " ", " ", 0.5),), "characters")
    assert "the end" in table and "x" * 40 not in table


def show_both() -> None:
    from lstm_ui.samples import show_live_sample, show_predictions
    from tests.ui_parts.test_samples import SAMPLES
    from tests.ui_parts.views import small_view

    show_live_sample(small_view(samples=SAMPLES))
    show_predictions(small_view())


def test_samples_and_the_empty_table_are_drawn_on_a_page():
    page = AppTest.from_function(show_both, default_timeout=30).run()
    assert not page.exception
    assert "first predictions appear here" in page.caption[-1].value
