"""What the list of runs says of a run, and what a comparison draws, from runs that were never trained."""

import numpy as np
import pytest

from lstm_core.network.experiments import build_spec
from lstm_core.network.spec import RunSpec
from lstm_core.service.views import History
from lstm_core.training.reports import SampleNote
from lstm_ui.live_chart.data import thin_history
from lstm_ui.page import run_name
from lstm_ui.run_comparison import build_figure, compared_rows, table_html
from lstm_ui.run_summary import (
    best_sample,
    changed_settings,
    describe_settings,
    file_name,
    format_age,
    format_bytes,
    sample_html,
)
from tests.ui_parts.views import small_view


def history(steps: int) -> History:
    losses = np.linspace(4, 1, steps, dtype=np.float32)
    return History(
        losses, losses / 4, np.arange(1, steps + 1, dtype=np.float32), np.array([steps // 2, steps]),
        np.float32([2, 1]), np.float32([0.5, 0.6]),
    )  # fmt: skip


def test_only_what_differs_from_the_recipe_is_told():
    spec = build_spec("atienza-aesop", units=64)
    assert changed_settings(spec) == {"units": 64}
    assert describe_settings(spec) == "Atienza: Aesop, fast; units 64"
    assert describe_settings(build_spec("atienza-aesop", "article")) == "Atienza: Aesop, article, as it comes"


def test_a_network_of_ones_own_is_told_by_what_differs_from_the_defaults():
    assert describe_settings(RunSpec.build("a b c", "mine", units=7)) == "my own network; units 7"


def test_an_experiment_that_this_app_does_not_know_is_still_told():
    assert "my own network" in describe_settings(RunSpec.build("a b c", "mine", "of-old", "slow"))


def test_the_best_sample_is_the_one_written_when_the_loss_was_lowest():
    losses = np.concatenate([np.full(200, 3.0), np.full(200, 1.0), np.full(200, 2.0)])
    samples = tuple(SampleNote(step, t, "", f"{step} {t}") for step in (150, 390, 600) for t in (0.2, 0.5, 1.0))
    assert best_sample(samples, losses).text == "390 0.5"


def test_without_samples_or_numbers_there_is_no_best_one_and_no_error():
    assert best_sample((), np.ones(3)) is None
    assert best_sample((SampleNote(2, 0.5, "", "x"),), np.full(3, np.nan)).text == "x"


def test_a_sample_is_escaped_and_short():
    shown = sample_html(SampleNote(1, 0.5, "<b>the</b>", "<script>\n" + "word " * 200), "words")
    assert "<script" not in shown and "<b>" not in shown and len(shown) < 300 and shown.endswith("…")


def test_a_run_with_a_name_is_called_by_it_and_by_the_end_of_its_id():
    assert run_name(small_view(run_id="abcdefgh", name="Mice")) == "Mice · efgh"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3, "just now"), (61, "1 minute ago"), (7_300, "2 hours ago"), (90_000, "1 day ago"), (-5, "just now")],
)
def test_an_age_reads_as_people_say_it(seconds, text):
    assert format_age(seconds) == text


@pytest.mark.parametrize(("size", "text"), [(10, "1 kB"), (56_300, "56 kB"), (3_440_000, "3.4 MB")])
def test_a_size_reads_as_people_say_it(size, text):
    assert format_bytes(size) == text


@pytest.mark.parametrize(
    ("name", "file"),
    [("../../etc/passwd", "etc-passwd.zip"), ("日本", "run.zip"), ("My mice · a1b2", "my-mice-a1b2.zip")],
)
def test_a_download_has_a_name_that_every_file_system_takes(name, file):
    assert file_name(name) == file


def test_a_compared_curve_has_at_most_500_points_however_long_the_run():
    figure = build_figure({"a": thin_history(history(100_000), 0.9, 4.0)}, "steps", False)
    assert all(1 < len(trace["x"]) <= 500 for trace in figure["data"])
    assert figure["data"][1]["x"][-1] == 100_000


def test_each_run_has_its_own_colour_and_mark_and_its_validation_is_dashed():
    curves = {name: thin_history(history(50), 0.9, 4.0) for name in "abcdef"}
    traces = build_figure(curves, "seconds", True)["data"]
    smoothed = [trace for trace in traces if "marker" in trace]
    assert len({trace["line"]["color"] for trace in smoothed}) == len({t["marker"]["symbol"] for t in smoothed}) == 6
    assert sum(trace["line"].get("dash") == "dash" for trace in traces) == 6


def test_a_run_that_has_made_no_step_is_compared_without_error():
    empty = History(*[np.zeros(0, np.float32)] * 3, np.zeros(0, np.int32), *[np.zeros(0, np.float32)] * 2)
    assert build_figure({"a": thin_history(empty, 0.9, 4.0)}, "steps", False)["data"][0]["x"] == []


def test_the_table_names_the_knobs_that_differ_and_no_others():
    views = [small_view(spec=RunSpec.build("a b c", "one", units=units)) for units in (8, 16)]
    rows = dict(compared_rows(views))
    assert rows["units"] == ["8", "16"]
    assert {"loss", "accuracy", "validation loss", "parameters", "trained for"} <= set(rows)
    assert "window" not in rows and "text" not in rows


def test_names_in_table_and_legend_are_escaped():
    view = small_view(name="<img src=x>", spec=RunSpec.build("a b c", "<b>"))
    other = small_view(spec=RunSpec.build("c b a", "two"))
    assert "<img" not in table_html([view, other]) and "<b>" not in table_html([view, other])
    traces = build_figure({run_name(view): thin_history(history(5), 0.9, 4.0)}, "steps", False)["data"]
    assert all("<" not in trace["name"] for trace in traces)
