"""The live chart's numbers: thinning keeps what the eye looks for, smoothing is Horas', a tick is small on the wire."""

import base64
import dataclasses
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from lstm_core.service.views import History
from lstm_ui.live_chart import ChartData, smooth, thin_history
from lstm_ui.live_chart.component import FOLDER, describe_chart, pack_chart
from lstm_ui.live_chart.labels import LABEL_HEIGHT

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


def unpack(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f4")


def make_chart(steps: int = 2_000, validations: int = 300) -> ChartData:
    return thin_history(
        make_history(steps, validations), 0.99, START_LOSS, published_loss=0.416, published_label="Atienza"
    )


def test_the_browser_gets_the_very_numbers() -> None:
    data = make_chart()
    packed = pack_chart(data, log_axis=False, x_axis="steps", unit="loss")
    np.testing.assert_array_equal(unpack(packed["curves"]["raw"]), data.raw)


def test_bits_are_nats_divided_by_the_logarithm_of_two() -> None:
    data = make_chart()
    packed = pack_chart(data, log_axis=False, x_axis="steps", unit="bits")
    np.testing.assert_allclose(unpack(packed["curves"]["smoothed"]), data.smoothed / np.log(2), rtol=1e-6)


def test_a_network_that_knows_nothing_has_a_perplexity_of_the_number_of_symbols() -> None:
    packed = pack_chart(make_chart(), log_axis=False, x_axis="steps", unit="perplexity")
    assert packed["lines"][0]["value"] == pytest.approx(65)


def test_the_published_result_is_a_line_with_its_name_on_it() -> None:
    lines = pack_chart(make_chart(), log_axis=False, x_axis="steps", unit="loss")["lines"]
    assert ("Atienza", 0.416) in [(line["label"], line["value"]) for line in lines]


@pytest.mark.parametrize("unit", ["loss", "perplexity", "bits"])
def test_the_names_of_the_yardsticks_do_not_lie_upon_each_other(unit: str) -> None:
    data = dataclasses.replace(
        make_chart(), yardsticks=(("symbol counts", 3.3), ("bigram", 0.5), ("trigram", 0.43), ("5-gram", 0.4))
    )
    lines = [line for line in pack_chart(data, False, "steps", unit)["lines"] if line["panel"] == "loss"]
    height = LABEL_HEIGHT * max(line["value"] for line in lines)
    assert len(lines) == 6
    names = sorted(
        (line["place"], line["value"] - height * line.get("below", False)) for line in lines if line["label"]
    )
    assert len(names) >= 5
    assert all(one[0] != other[0] or other[1] - one[1] >= height for one, other in zip(names, names[1:], strict=False))


def test_another_unit_starts_without_zoom_but_more_steps_keep_it() -> None:
    first, later, bits = (
        pack_chart(make_chart(steps), log_axis=False, x_axis="steps", unit=unit)["revision"]
        for steps, unit in ((600, "loss"), (900, "loss"), (900, "bits"))
    )
    assert first == later != bits


def test_the_sentence_for_listeners_names_the_last_step_and_its_loss() -> None:
    data = make_chart()
    assert f"Step 2,000: loss (nats) {data.smoothed[-1]:.3f}" in describe_chart(data)


def test_without_a_step_the_sentence_says_so() -> None:
    assert "no step yet" in describe_chart(make_chart(0, 0))


def show_longest_chart() -> None:
    from lstm_ui.live_chart import show_live_chart
    from tests.ui.test_live_chart import make_chart

    show_live_chart(make_chart(200_000, 4_000))


def test_a_tick_of_the_longest_run_takes_at_most_20_kilobytes_on_the_wire() -> None:
    page = AppTest.from_function(show_longest_chart).run()
    chart = page.get("bidi_component")[0].proto  # data, and the inline html, css and js that come along each time
    assert chart.ByteSize() <= 20_000


def test_the_charts_own_script_is_at_most_10_kilobytes() -> None:
    assert (FOLDER / "live_chart.js").stat().st_size <= 10_000
