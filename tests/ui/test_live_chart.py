"""The live chart's numbers: thinning keeps what the eye looks for, smoothing is Horas', a tick is small on the wire."""

import base64
import dataclasses
import itertools
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from lstm_core.service.views import History, HistoryPart
from lstm_ui.live_chart.data import smooth, thin_history
from lstm_ui.live_chart.growing import Curve, GrowingCurve
from lstm_ui.live_chart.labels import LABEL_HEIGHT
from lstm_ui.live_chart.packing import ChartLines, ChartSettings, Had, describe_chart, pack_chart
from lstm_ui.live_chart.shared import SharedCurves
from lstm_ui.live_run.component import SCRIPTS

START_LOSS = float(np.log(65))


def make_history(steps: int, validations: int = 0, seed: int = 0) -> History:
    random = np.random.default_rng(seed)
    return History(
        losses=random.gamma(2, 1, steps).astype(np.float32),
        accuracies=random.random(steps).astype(np.float32),
        seconds=np.arange(1, steps + 1, dtype=np.float32) / 300,
        validation_steps=np.linspace(1, max(steps, 1), validations).astype(np.int32),
        validation_losses=random.random(validations).astype(np.float32),
        validation_accuracies=random.random(validations).astype(np.float32),
    )


def smooth_step_by_step(values: np.ndarray, smoothing: float, start: float) -> list[float]:
    """Horas' callback, as he writes it."""
    smoothed = []
    for value in values:
        start = smoothing * start + (1 - smoothing) * value
        smoothed.append(start)
    return smoothed


@given(st.integers(0, 700), st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999]))
def test_smoothing_is_the_recurrence_of_the_third_tutorial(steps: int, smoothing: float) -> None:
    values = np.random.default_rng(steps).gamma(2, 1, steps)
    expected = smooth_step_by_step(values, smoothing, START_LOSS)
    np.testing.assert_allclose(smooth(values, smoothing, START_LOSS), expected, rtol=1e-9)


def test_a_loss_that_is_not_finite_leaves_the_smoothed_curve_where_it_was() -> None:
    np.testing.assert_allclose(smooth(np.array([1.0, np.nan, np.inf, 3.0]), 0.5, 1.0), [1.0, 1.0, 1.0, 2.0])


@pytest.mark.parametrize("steps", [0, 1, 499, 500, 501, 513, 12_345, 200_000])
def test_no_curve_has_more_points_than_asked_for(steps: int) -> None:
    assert len(thin_history(make_history(steps), 0.9, START_LOSS, points=500).steps) <= 500


@pytest.mark.parametrize("steps", [1, 500, 501, 12_345])
def test_the_last_step_is_always_drawn(steps: int) -> None:
    assert thin_history(make_history(steps), 0.9, START_LOSS).steps[-1] == steps


@given(st.integers(501, 20_000), st.integers(0, 5))
def test_the_highest_and_the_lowest_loss_are_always_drawn(steps: int, seed: int) -> None:
    history = make_history(steps, seed=seed)
    drawn = thin_history(history, 0.9, START_LOSS).raw
    assert (drawn.min(), drawn.max()) == (history.losses.min(), history.losses.max())


def test_points_drawn_once_stay_where_they_are_while_the_run_grows() -> None:
    history = make_history(12_000)
    firsts = {name: getattr(history, name)[:10_000] for name in ("losses", "accuracies", "seconds")}
    earlier = dataclasses.replace(history, **firsts)
    before = thin_history(earlier, 0.9, START_LOSS).steps
    after = thin_history(history, 0.9, START_LOSS).steps
    settled = before[before <= 9_900]  # the last stretch is still filling up
    assert set(settled) <= set(after)


def test_the_smoothed_curve_is_taken_from_all_steps_before_thinning() -> None:
    history = make_history(5_000)
    data = thin_history(history, 0.99, START_LOSS)
    everywhere = smooth(history.losses, 0.99, START_LOSS)
    np.testing.assert_allclose(data.smoothed, everywhere[data.steps.astype(int) - 1], rtol=1e-6)


def test_a_history_with_a_burst_of_losses_that_are_no_numbers_is_still_thinned() -> None:
    history = make_history(5_000)
    history.losses[1_000:3_000] = np.nan
    assert np.isfinite(thin_history(history, 0.9, START_LOSS).smoothed).all()


def test_a_million_steps_are_thinned_within_a_tick() -> None:
    history = make_history(1_000_000)
    began = time.process_time()
    thin_history(history, 0.999, START_LOSS)
    assert time.process_time() - began < 1.0  # 0.1 s on one quiet core


# The same of a run that goes on


def part_of(history: History, first: int, last: int) -> HistoryPart:
    """What a run at step `last` tells someone who knows it up to `first`."""
    known = int(np.searchsorted(history.validation_steps, last, "right"))
    return HistoryPart(
        1, first, history.losses[first:last], history.accuracies[first:last], history.seconds[first:last],
        history.validation_steps[:known], history.validation_losses[:known], history.validation_accuracies[:known],
    )  # fmt: skip


def grow(history: History, looks: list[int], smoothing: float = 0.9) -> GrowingCurve:
    growing = GrowingCurve(smoothing, START_LOSS)
    for first, last in itertools.pairwise([0, *looks]):
        growing.extend(part_of(history, first, last))
    return growing


@settings(max_examples=40)
@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=8), st.integers(0, 5), st.booleans())
def test_a_curve_that_grew_is_the_one_that_is_thinned_at_once(looks: list[int], seed: int, has_gaps: bool) -> None:
    looks = sorted(looks)
    history = make_history(max(looks[-1], 1), validations=20, seed=seed)
    if has_gaps:
        history.losses[np.random.default_rng(seed).random(len(history.losses)) < 0.3] = np.nan
    curve = grow(history, [*looks, len(history.losses)]).curve()
    expected = thin_history(history, 0.9, START_LOSS)
    names = ("steps", "seconds", "raw", "smoothed", "accuracy")
    np.testing.assert_allclose(curve.points, [getattr(expected, name) for name in names], rtol=1e-5)
    names = ("validation_steps", "validation_seconds", "validation_losses", "validation_accuracies")
    np.testing.assert_allclose(curve.validation, [getattr(expected, name) for name in names], rtol=1e-5)


def test_a_run_that_went_back_is_drawn_anew() -> None:
    growing = grow(make_history(2_000, seed=1), [2_000])
    other = make_history(700, seed=2)
    growing.extend(dataclasses.replace(part_of(other, 0, 700), generation=2))
    np.testing.assert_allclose(growing.curve().points[2], thin_history(other, 0.9, START_LOSS).raw)


class OneRun:
    """A service with one run at `step`, which notes what it was asked for."""

    def __init__(self, history: History) -> None:
        self.history, self.step, self.asked = history, len(history.losses), list[int]()

    def history_after(self, run_id: str, step: int, generation: int) -> HistoryPart:
        self.asked.append(step)
        return part_of(self.history, step if generation == 1 else 0, self.step)


def test_those_who_watch_the_same_run_share_one_curve_and_read_each_step_once() -> None:
    service, curves = OneRun(make_history(3_000)), SharedCurves()
    for service.step in (1_000, 1_000, 3_000, 3_000):
        curve = curves.look(service, "a", 0.9, START_LOSS)
    assert service.asked == [0, 1_000, 1_000, 3_000]
    assert curve.steps == 3_000


# What travels

LINES = ChartLines(START_LOSS, published_loss=0.416, published_label="Atienza")


def unpack(text: str, rows: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").reshape(rows, -1)


def make_curve(steps: int = 2_000, validations: int = 300) -> Curve:
    return grow(make_history(steps, validations), [steps], smoothing=0.99).curve()


def told(packed: dict, **changes: object) -> dict:
    """What a browser that has a chart says with its next question."""
    has = {"curve": packed["curve"], "steps": packed["steps"], "stretch": packed["stretch"]}
    return has | {"marks": packed["mark_count"]} | changes


def test_the_browser_gets_the_very_numbers() -> None:
    curve = make_curve()
    packed = pack_chart(curve, ChartSettings(), LINES)
    np.testing.assert_allclose(unpack(packed["points"], 4), curve.points[[0, 2, 3, 4]], rtol=1e-6)
    assert packed["keep"] == 0


@settings(max_examples=40)
@given(st.integers(1, 5_000), st.integers(0, 3_000))
def test_what_a_browser_keeps_and_what_it_gets_make_the_whole_chart(before: int, more: int) -> None:
    history = make_history(before + more, validations=10)
    growing = grow(history, [before])
    earlier = pack_chart(growing.curve(), ChartSettings(), LINES)
    growing.extend(part_of(history, before, before + more))
    later = pack_chart(growing.curve(), ChartSettings(), LINES, Had.read(told(earlier)))
    kept, came = unpack(earlier["points"], 4)[:, : later["keep"]], unpack(later["points"], 4)
    whole = unpack(pack_chart(growing.curve(), ChartSettings(), LINES)["points"], 4)
    np.testing.assert_array_equal(np.concatenate([kept, came], axis=1), whole)


def test_a_tick_brings_a_browser_that_has_the_chart_no_more_than_is_new() -> None:
    history = make_history(400, validations=10)
    growing = grow(history, [350])
    has = told(pack_chart(growing.curve(), ChartSettings(), LINES), marks=10)
    growing.extend(part_of(history, 350, 400))
    packed = pack_chart(growing.curve(), ChartSettings(), LINES, Had.read(has))
    assert unpack(packed["points"], 4).shape[1] == 51  # the last one that it had is sent again: it might have changed
    assert packed["marks"] is None


HAS = {"curve": "1 0.99 loss steps", "steps": 2_000, "stretch": 16, "marks": 300}


def test_a_browser_keeps_what_it_says_that_it_has() -> None:
    curve = grow(make_history(2_000, 300), [2_000], 0.99).curve()
    assert pack_chart(curve, ChartSettings(0.99), LINES, Had.read(HAS))["keep"] > 0


@pytest.mark.parametrize(
    "said",
    [
        None, "tick", {}, {"curve": 3}, {"curve": "x" * 1_000_000}, HAS | {"steps": "1"}, HAS | {"steps": -7},
        HAS | {"stretch": 0}, HAS | {"steps": 10**9}, HAS | {"steps": True}, HAS | {"curve": "1 0.99 bits steps"},
        HAS | {"curve": "2 0.99 loss steps"},
    ],
)  # fmt: skip
def test_a_browser_that_has_something_else_gets_all_of_it(said: object) -> None:
    assert pack_chart(make_curve(), ChartSettings(0.99), LINES, Had.read(said))["keep"] == 0


def test_bits_are_nats_divided_by_the_logarithm_of_two() -> None:
    curve = make_curve()
    packed = pack_chart(curve, ChartSettings(unit="bits"), LINES)
    np.testing.assert_allclose(unpack(packed["points"], 4)[2], curve.points[3] / np.log(2), rtol=1e-6)


def test_against_seconds_each_point_and_each_mark_stands_at_its_time_of_training() -> None:
    curve = make_curve()
    packed = pack_chart(curve, ChartSettings(x_axis="seconds"), LINES)
    np.testing.assert_allclose(unpack(packed["points"], 4)[0], curve.points[0] / 300, rtol=1e-6)
    marks = unpack(packed["marks"], 3)
    np.testing.assert_allclose(marks[0, [0, -1]], curve.validation[0, [0, -1]] / 300, rtol=1e-6)


def test_a_network_that_knows_nothing_has_a_perplexity_of_the_number_of_symbols() -> None:
    packed = pack_chart(make_curve(), ChartSettings(unit="perplexity"), LINES)
    assert packed["lines"][0]["value"] == pytest.approx(65)


def test_the_published_result_is_a_line_with_its_name_on_it() -> None:
    lines = pack_chart(make_curve(), ChartSettings(), LINES)["lines"]
    assert ("Atienza", 0.416) in [(line["label"], line["value"]) for line in lines]


@pytest.mark.parametrize("unit", ["loss", "perplexity", "bits"])
def test_the_names_of_the_yardsticks_do_not_lie_upon_each_other(unit: str) -> None:
    yardsticks = (("symbol counts", 3.3), ("bigram", 0.5), ("trigram", 0.43), ("5-gram", 0.4))
    drawn = pack_chart(make_curve(), ChartSettings(unit=unit), dataclasses.replace(LINES, yardsticks=yardsticks))
    lines = [line for line in drawn["lines"] if line["panel"] == "loss"]
    height = LABEL_HEIGHT * max(line["value"] for line in lines)
    assert len(lines) == 6
    names = sorted(
        (line["place"], line["value"] - height * line.get("below", False)) for line in lines if line["label"]
    )
    assert len(names) >= 5
    assert all(one[0] != other[0] or other[1] - one[1] >= height for one, other in zip(names, names[1:], strict=False))


def test_another_unit_starts_without_zoom_but_more_steps_keep_it() -> None:
    first, later, bits = (
        pack_chart(make_curve(steps), ChartSettings(unit=unit), LINES)["revision"]
        for steps, unit in ((600, "loss"), (900, "loss"), (900, "bits"))
    )
    assert first == later != bits


def test_the_sentence_for_listeners_names_the_last_step_and_its_loss() -> None:
    curve = make_curve()
    assert f"Step 2,000: loss (nats) {curve.points[3, -1]:.3f}" in describe_chart(curve)


def test_without_a_step_the_sentence_says_so() -> None:
    assert "no step yet" in describe_chart(make_curve(0, 0))


def show_longest_run() -> None:
    from lstm_core.training.reports import Prediction, SampleNote
    from lstm_ui.live_chart.packing import ChartSettings, pack_chart
    from lstm_ui.live_run.component import mount_live_run
    from lstm_ui.live_words.rows import pack_words
    from lstm_ui.run_status import pack_status
    from tests.ui.test_live_chart import LINES, make_curve
    from tests.ui_parts.views import small_view

    samples = tuple(SampleNote(step, 0.5, "the cat", "w" * 60) for step in range(100))
    view = small_view(samples=samples, predictions=(Prediction(("a",) * 3, "b", "c", 0.5),) * 8)
    chart = pack_chart(make_curve(200_000, 4_000), ChartSettings(), LINES)
    mount_live_run({"status": pack_status(view), "chart": chart, "words": pack_words(view)}, "run")


def test_all_of_the_longest_run_takes_at_most_20_kilobytes_on_the_wire() -> None:
    page = AppTest.from_function(show_longest_run, default_timeout=60).run()
    run = page.get("bidi_component")[0].proto  # data, and the inline html and js that come along each time
    assert run.ByteSize() <= 20_000


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_of_the_live_run_is_larger_than_10_kilobytes(script: Path) -> None:
    assert script.stat().st_size <= 10_000
