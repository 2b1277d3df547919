"""The model of large classes: what must come out whatever the costs are, and that the committed figures are whole."""

import json
import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from benchmarks.class_model import ARRIVAL_SECONDS, SLOTS_PER_WORKER, ClassModel, Costs, Outcome
from benchmarks.scale import COSTS, PAGE, PICTURE, VISITORS, WORKERS, build_costs, quantile
from benchmarks.scale_plot import draw_waits
from lstm_core.service.turns import FIRST_SLICE_SECONDS

FREE = Costs(0, 0, 0, 0, 0, 0, 0, kept_runs=1_000_000)
UNTIL = 100.0


def run(visitors: int, workers: int, costs: Costs) -> Outcome:
    return ClassModel(visitors, workers, costs).run(UNTIL, patience=3_600.0, fair_from=ARRIVAL_SECONDS)


def test_with_room_for_all_everybody_waits_for_the_first_slice_alone() -> None:
    costs = replace(FREE, round_trip=0.01, overhead=0.02, conductor=0.002)
    waits = run(4, 10, costs).waits
    assert max(waits) == pytest.approx(FIRST_SLICE_SECONDS + 0.01 + 0.02 + 0.002)


def test_what_is_shared_is_shared_evenly() -> None:
    outcome = run(40, 2, FREE)
    assert outcome.fairness > 0.99
    assert sum(outcome.shares) == pytest.approx(2 * SLOTS_PER_WORKER * (UNTIL - ARRIVAL_SECONDS), rel=0.02)


def test_nobody_trains_more_than_all_slots_together() -> None:
    outcome = run(40, 2, replace(FREE, overhead=0.1, round_trip=0.05, overshoot=0.03))
    assert sum(outcome.shares) < 2 * SLOTS_PER_WORKER * (UNTIL - ARRIVAL_SECONDS)


def test_a_conductor_that_is_slow_is_what_limits_however_many_workers_there_are() -> None:
    few, many = (run(100, workers, replace(FREE, conductor=0.05)) for workers in (10, 40))
    assert many.busy > 0.95 and many.slices_per_second == pytest.approx(1 / 0.05, rel=0.1)
    assert many.slices_per_second == pytest.approx(few.slices_per_second, rel=0.1)


def test_a_worker_that_cannot_keep_all_runs_takes_them_up_each_time() -> None:
    kept, travelling = (
        run(20, 1, replace(FREE, taking_up=1.0, kept_runs=runs)).slices_per_second for runs in (1_000, 5)
    )
    assert travelling < kept / 2


def test_the_fairness_of_one_who_has_everything_is_one_in_n() -> None:
    assert Outcome([], [5.0, 0.0, 0.0, 0.0], 0, 0).fairness == pytest.approx(1 / 4)
    assert Outcome([], [5.0, 5.0], 0, 0).fairness == pytest.approx(1)


def test_a_quantile_is_one_of_the_values() -> None:
    values = [3.0, 1.0, 2.0, 4.0]
    assert [quantile(values, share) for share in (0.25, 0.5, 0.95, 1.0)] == [1.0, 2.0, 4.0, 4.0]


def test_the_plot_is_well_formed_and_names_each_curve() -> None:
    svg = draw_waits({"30 <visitors>": [(2, 0.5), (200, 12.0)], "more": [(2, 1.0), (200, 1.0)]}, "workers", "wait")
    texts = [node.text for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"30 <visitors>", "more"} <= set(texts)


def test_what_was_measured_is_complete_and_possible() -> None:
    measured = json.loads(COSTS.read_text(encoding="utf-8"))
    for visitors in VISITORS:
        for workers in WORKERS:
            costs = vars(build_costs(measured, visitors, workers))
            assert all(math.isfinite(cost) and cost >= 0 for cost in costs.values())


def test_the_page_has_a_row_for_each_class_and_shows_the_plot() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"\n| {visitors:,} | {workers} | " in page for visitors in VISITORS for workers in WORKERS)
    assert f"({PICTURE.name})" in page and ET.parse(PICTURE).getroot().tag.endswith("svg")
