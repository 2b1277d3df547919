"""The wall's messages hold what has changed and no more; a tick costs the server little; text stays text."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lstm_ui.wall_board
from lstm_core.service.rooms import ClassRooms
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.service.wall import WallLine
from lstm_ui.wall_board.lines import SentLines, describe_line
from tests.service.some_rooms import Class, fable_spec, no_cluster, pretend_training

FOLDER = Path(lstm_ui.wall_board.__file__).parent
STUDENTS = 40
MAX_TICK_SECONDS = 0.020  # of server CPU, for all of them
MAX_BYTES_PER_LINE = 600


class Browser:
    """Does with messages what wall_board.js does."""

    def __init__(self) -> None:
        self.version, self.lines, self.missed = -1, {}, 0

    def take(self, message: dict[str, Any]) -> None:
        if message["version"] == self.version and message["base"] != 0:
            return
        if message["base"] not in (0, self.version):
            self.missed += 1
            return
        self.version = message["version"]
        for name, changed in message["changed"].items():
            self.lines[name] = self.lines.get(name, {}) | changed
        self.lines = {name: self.lines[name] for name in message["order"]}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TrainingService]:
    service = TrainingService(RunStore(tmp_path / "runs"), no_cluster)
    yield service
    service.close()


@pytest.fixture
def school(service: TrainingService) -> Class:
    return Class(ClassRooms(service))


@pytest.fixture
def wall(school: Class, monkeypatch: pytest.MonkeyPatch):
    """The room's wall, which looks each time it is asked."""
    monkeypatch.setattr("lstm_core.service.wall.LOOK_SECONDS", -1.0)
    return school.rooms.wall(school.code)


def shown(lines: tuple[WallLine, ...]) -> list[tuple[str, dict]]:
    return [(line.member_id, describe_line(line)) for line in lines]


def test_a_browser_that_takes_each_message_shows_the_wall(school: Class, service: TrainingService, wall) -> None:
    sent, browser = SentLines(), Browser()
    runs = [service.start_run(fable_spec(), school.join(name)) for name in ("Mia", "Ben", "Zoë")]
    for run_id in (runs[0], runs[0], runs[2]):
        pretend_training(service, run_id)
        browser.take(sent.pack(wall.lines()))
        assert list(browser.lines.items()) == shown(wall.lines())
    school.rooms.remove(*school.key, wall.lines()[1].member_id)
    browser.take(sent.pack(wall.lines()))
    assert list(browser.lines.items()) == shown(wall.lines()) and len(browser.lines) == 2
    assert browser.missed == 0


def test_only_what_has_changed_is_told(school: Class, service: TrainingService, wall) -> None:
    sent = SentLines()
    runs = [service.start_run(fable_spec(), school.join(name)) for name in ("Mia", "Ben")]
    sent.pack(wall.lines())
    still = sent.pack(wall.lines())
    assert still["changed"] == {} and still["base"] == still["version"]
    pretend_training(service, runs[1])
    moved = sent.pack(wall.lines())
    assert list(moved["changed"]) == [wall.lines()[1].member_id]
    assert "name" not in moved["changed"][wall.lines()[1].member_id]


def test_a_browser_that_has_missed_a_message_notices_and_gets_everything(school: Class, wall) -> None:
    sent, browser = SentLines(), Browser()
    for name in ("Mia", "Ben", "Zoë"):
        school.join(name)
        message = sent.pack(wall.lines())
        if name != "Ben":
            browser.take(message)
    assert browser.missed == 1 and len(browser.lines) == 1
    sent.forget()
    browser.take(sent.pack(wall.lines()))
    assert list(browser.lines.items()) == shown(wall.lines())


def test_forty_moving_lines_cost_little_to_look_at_and_to_send(school: Class, service: TrainingService, wall) -> None:
    sent = SentLines()
    runs = [service.start_run(fable_spec(), school.join(f"student {number}")) for number in range(STUDENTS)]
    for run_id in runs:
        pretend_training(service, run_id, steps=20_000)
    sent.pack(wall.lines())
    ticks = []
    for _ in range(5):
        for run_id in runs:
            pretend_training(service, run_id, steps=50, seconds=0.5)
        started = time.process_time()
        message = json.dumps(sent.pack(wall.lines()))
        ticks.append(time.process_time() - started)
        assert len(message) <= STUDENTS * MAX_BYTES_PER_LINE
    assert sorted(ticks)[2] <= MAX_TICK_SECONDS


def test_the_script_is_small_and_makes_no_markup_of_what_people_and_networks_write() -> None:
    script = (FOLDER / "wall_board.js").read_text("utf-8")
    assert len(script.encode()) <= 10_000
    assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write", script)
