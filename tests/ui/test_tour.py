"""The tour is short, its script small, and each of its parts is one that /train draws."""

from pathlib import Path

import lstm_ui.tour
from lstm_ui.knob_controls import GROUPS
from lstm_ui.tour import STOPS

FOLDER = Path(lstm_ui.tour.__file__).parent


def test_the_script_stays_small() -> None:
    assert len((FOLDER / "tour.js").read_bytes()) <= 10_000


def test_there_are_ten_stops_at_ten_parts_told_briefly() -> None:
    assert len({stop.key for stop in STOPS}) == len(STOPS) == 10
    assert all(len(stop.words) <= 160 for stop in STOPS)
    groups = {f"knobs_{group.lower()}" for group in GROUPS}
    assert {stop.key for stop in STOPS if stop.key.startswith("knobs_")} <= groups
