"""The files that the browsers of watched runs read: written when there is something new, gone when nobody watches."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_core.errors import RunNotFound
from lstm_ui.live_chart.growing import GrowingCurve
from lstm_ui.live_chart.packing import ChartLines, ChartSettings, Had, pack_chart
from lstm_ui.live_run import publisher as module
from lstm_ui.live_run.publisher import Publisher
from tests.ui.test_live_chart import START_LOSS, make_history, part_of, unpack

HISTORY = make_history(4_000)


def look_soon(known: int, seconds: float) -> int:
    """Wait as the training service does, but for news that come all the time."""
    time.sleep(0.02)
    return known + 1


class Run:
    """A run of which the first `step` steps are made, and which may have gone."""

    def __init__(self) -> None:
        self.step, self.words, self.is_gone, self.packed, self.ask_after = 1, "a 1", False, 0, 400
        self._growing = GrowingCurve(0.9, START_LOSS)

    def stamp(self) -> Any:
        if self.is_gone:
            raise RunNotFound("It was deleted.", "It must be there.", "Choose another.")
        return self.step, self.words

    def pack(self, had: Had, words_had: str) -> dict[str, Any]:
        self.packed += 1
        self._growing.extend(part_of(HISTORY, self._growing.steps, self.step))
        chart = pack_chart(self._growing.curve(), ChartSettings(), ChartLines(START_LOSS), had)
        words = {"version": self.words} if self.words == words_had else {"version": self.words, "predictions": []}
        return {"chart": chart, "words": words, "ask_after": self.ask_after}


@pytest.fixture
def watched(tmp_path: Path) -> tuple[Run, Callable[[], Path]]:
    """A run and how to watch it, which gives its file."""
    run, publisher = Run(), Publisher(look_soon, tmp_path / "live")
    return run, lambda: tmp_path / publisher.watch("r1", ChartSettings(), run.stamp, run.pack).split("/", 2)[2]


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text())


def test_a_browser_that_reads_each_file_has_the_whole_curve(watched: tuple[Run, Callable[[], Path]]) -> None:
    run, watch = watched
    file, points = watch(), np.empty((4, 0))
    for run.step in (1, 40, 41, 700, 710, 2_000, 2_600, 4_000):
        wait_until(lambda: file.exists() and read(file)["chart"]["steps"] == run.step)
        chart = read(file)["chart"]
        points = np.concatenate([points[:, : chart["keep"]], unpack(chart["points"], 4)], axis=1)
    whole = run.pack(Had(), "")["chart"]
    np.testing.assert_array_equal(points, unpack(whole["points"], 4))


def test_nothing_is_written_while_nothing_is_new(watched: tuple[Run, Callable[[], Path]]) -> None:
    run, watch = watched
    file = watch()
    wait_until(file.exists)
    serial = read(file)["serial"]
    looks = time.monotonic() + 5 * (module.REST_SECONDS + 0.02)
    wait_until(lambda: time.monotonic() > looks)
    assert (read(file)["serial"], run.packed) == (serial, 1)


def test_a_file_is_written_no_more_often_than_many_watchers_look(watched: tuple[Run, Callable[[], Path]]) -> None:
    run, watch = watched
    run.ask_after = 1_000
    file, started = watch(), time.monotonic()
    while time.monotonic() - started < 1.5:
        run.step += 1
        time.sleep(0.02)
    wait_until(lambda: read(file)["chart"]["steps"] == run.step)
    assert run.packed <= 1 + (time.monotonic() - started) / 1.0


def test_words_have_a_file_of_their_own_which_changes_with_them_alone(
    watched: tuple[Run, Callable[[], Path]],
) -> None:
    run, watch = watched
    file = watch()
    words = file.with_name(f"{file.stem}-words.json")
    wait_until(file.exists)
    written = words.stat().st_mtime_ns
    run.step = 2
    wait_until(lambda: read(file)["chart"]["steps"] == 2)
    assert read(file)["words"] == {"version": "a 1"} and words.stat().st_mtime_ns == written
    run.words = "a 2"
    wait_until(lambda: read(file)["words"]["version"] == "a 2")
    assert read(words)["version"] == "a 2"


def test_a_run_that_was_deleted_has_no_file_any_more(watched: tuple[Run, Callable[[], Path]]) -> None:
    run, watch = watched
    file = watch()
    wait_until(file.exists)
    run.is_gone = True
    wait_until(lambda: not any(file.parent.iterdir()))


def test_a_run_that_nobody_watches_any_more_has_no_file_until_somebody_does(
    watched: tuple[Run, Callable[[], Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, watch = watched
    monkeypatch.setattr(module, "WATCHED_SECONDS", 0.2)
    file = watch()
    wait_until(file.exists)
    wait_until(lambda: not file.exists())
    monkeypatch.setattr(module, "WATCHED_SECONDS", 60)
    watch()
    wait_until(file.exists)


def test_files_that_a_server_has_left_behind_are_cleared_away(watched: tuple[Run, Callable[[], Path]]) -> None:
    _, watch = watched
    folder = watch().parent
    old, other = folder / "old.json", folder / "of_another_server.json"
    wait_until(folder.exists)
    for file in (old, other):
        file.write_text("{}")
    os.utime(old, (0, 0))
    Publisher(look_soon, folder)._prepare_folder()
    assert other.exists() and not old.exists()


def test_a_file_that_was_cleared_away_is_there_again_at_the_next_sign_of_life(
    watched: tuple[Run, Callable[[], Path]],
) -> None:
    _, watch = watched
    file = watch()
    wait_until(file.exists)
    file.unlink()
    watch()
    wait_until(file.exists)
    assert read(file)["chart"]["steps"] == 1
