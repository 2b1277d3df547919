"""Our own sides use the trainer as it is: these fail when its public functions change, and not only `make bench`."""

from pathlib import Path

import pytest

from benchmarks import ours, scaling_point, step_profile
from lstm_core.network.shape import NetworkShape
from tests.training.small_runs import TEXT, build_small_spec

SMALL = build_small_spec(steps=1_000_000)


@pytest.fixture(autouse=True)
def environment_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow may be here already: what it reads at its import is left alone."""
    for module in (ours, scaling_point, step_profile):
        monkeypatch.setattr(module, "set_up_tensorflow", lambda: None)


@pytest.fixture
def text_file(tmp_path: Path) -> str:
    file = tmp_path / "text.txt"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


def test_training_is_counted_in_symbols_by_the_trainers_seconds_and_by_the_clock(text_file: str) -> None:
    made = ours.build_training(text_file, SMALL.settings)(seconds=0.05)
    assert made["count"] % (SMALL.batch * SMALL.window) == 0 and made["count"] > 0
    assert 0.04 < made["seconds"] < made["wall_seconds"]


def test_a_point_tells_what_its_steps_took_and_what_was_estimated(text_file: str) -> None:
    made = scaling_point.build(text_file, SMALL.settings)(seconds=0.05)
    assert made["steps"] > 0 and made["seconds"] > 0.04
    assert made["symbols_per_step"] == SMALL.batch * SMALL.window
    shape = NetworkShape(len(set(TEXT.split())), "embedding", SMALL.embedding, 1, SMALL.units, "every", SMALL.window)
    assert made["parameters"] == shape.count_parameters()
    assert made["memory_bytes"] < made["estimated_bytes"]


def test_the_profile_times_every_part_of_a_step() -> None:
    parts = step_profile.build(symbol_count=5, units=3, embedding=2, window=4, batch=2)(seconds=0.0)
    loop = {part for part in parts if part.startswith("loop")}
    assert len(loop) == 2 and len(parts) == 6
    assert all(spent > 0 for part, spent in parts.items() if "backward" not in part)  # that one is a difference
    assert sum(parts.values()) > 0


def test_the_recipes_that_are_measured_are_the_experiments_own() -> None:
    made = ours.build_experiment("rubik-meditations", "article")(seconds=0.02)
    assert made.count > 0 and made.seconds > 0
