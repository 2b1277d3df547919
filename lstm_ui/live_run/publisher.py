"""Writes how each watched run stands into a small file that its browsers read; a tick then runs no script of the page.

Streamlit serves files of the folder `static/` in a third of the time that the shortest run of a fragment takes (1.67: 3
ms of CPU against 8, on a page with thirty controls), and what thirty people watch is made ready once. A file's name is
as hard to guess as the run's address, and says no more than the page at that address does. It holds what has come in
the last seconds; whoever has missed more, or meets no file, asks the page itself. Words have a file of their own.
"""

import hashlib
import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstm_core.errors import CoreError
from lstm_ui.live_chart.packing import Had
from lstm_ui.static_files import STATIC_FOLDER

WATCHED_SECONDS = 75.0  # after the last sign of life of a browser, which gives one every 30 s
RECENT_SECONDS = 5.0  # what has come since is in the file; the slowest browsers look every two
LOOK_SECONDS = 0.25  # between looks at the runs while no news comes of any
REST_SECONDS = 0.02  # between looks however much news comes
SELDOM_SECONDS = 0.5  # browsers that look less often than this get their file anew no more often than they look
LEFT_OVER_SECONDS = 600.0  # a file that was not written for so long belongs to a server that has gone

logger = logging.getLogger(__name__)

Pack = Callable[[Had, str], dict[str, Any]]
"""pack(chart had, words had) → what live_run.js reads of a run, without what was had."""
Wait = Callable[[int, float], int]
"""wait(known, seconds) → what is known when there is news, or the time is over: `RunReader.wait_for_news`."""


@dataclass
class Watched:
    """A run as somebody watches it."""

    file: Path
    stamp: Callable[[], Any]  # what changes when there is something new; raises CoreError when the run has gone
    pack: Pack
    last_sign: float  # time.monotonic()
    told: Any = None  # the stamp that the file was written at
    words_told: str = ""  # their version
    next_write: float = 0.0  # time.monotonic() before which nobody would read it
    recent: deque[tuple[float, Had]] = field(default_factory=deque)  # when which points were told, oldest first

    @property
    def words_file(self) -> Path:
        """Where its words are: they change seldom, and are larger than all else."""
        return self.file.with_name(f"{self.file.stem}-words.json")


class Publisher:
    """Keeps the files; may be used from any thread."""

    def __init__(self, wait: Wait, folder: Path = STATIC_FOLDER / "live") -> None:
        self._wait = wait
        self._folder = folder
        self._lock = threading.Lock()
        self._watched: dict[str, Watched] = {}
        self._thread: threading.Thread | None = None

    def watch(self, run_id: str, settings: Hashable, stamp: Callable[[], Any], pack: Pack) -> str:
        """Take a sign of life from a browser that watches a run; return the address of the file for it.

        `settings`: all that `pack` depends on beside the run. Their `repr` names the file.
        """
        name = f"{run_id}-{hashlib.sha256(repr(settings).encode()).hexdigest()[:8]}.json"
        with self._lock:
            known = self._watched.get(name) or Watched(self._folder / name, stamp, pack, 0.0)
            known.last_sign = time.monotonic()
            if not (known.file.exists() and known.words_file.exists()):  # cleared away, with what lies in it
                known.told, known.words_told = None, ""
            self._watched[name] = known
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="publisher")
                self._thread.start()
        return f"app/static/{self._folder.name}/{name}"

    def _run(self) -> None:
        """Write while anybody watches."""
        self._prepare_folder()
        known = 0
        while True:
            with self._lock:
                watched = list(self._watched.values())
                if not watched:
                    self._thread = None
                    return
            for one in watched:
                self._look_at(one)
            time.sleep(REST_SECONDS)
            known = self._wait(known, LOOK_SECONDS)

    def _look_at(self, watched: Watched) -> None:
        now = time.monotonic()
        try:
            if now - watched.last_sign > WATCHED_SECONDS:
                self._forget(watched)  # a browser that comes back meets no file, and gives a sign of life
                return
            if now < watched.next_write:
                return
            stamp = watched.stamp()
            if stamp != watched.told:
                self._write(watched, now)
                watched.told = stamp
        except CoreError:  # the run was deleted; the page says so
            self._forget(watched)
        except Exception:  # one run's trouble must not stop the others; its browsers meet no file and ask the page
            logger.exception("The file of a watched run could not be written")
            self._forget(watched)

    def _write(self, watched: Watched, now: float) -> None:
        recent = watched.recent
        while len(recent) > 1 and now - recent[1][0] > RECENT_SECONDS:
            recent.popleft()
        data = watched.pack(recent[0][1] if recent else Had(), watched.words_told) | {"serial": time.time_ns()}
        chart, words = data["chart"], data["words"]
        if words["version"] != watched.words_told:
            _replace(watched.words_file, words)
            watched.words_told = words["version"]
        _replace(watched.file, data | {"words": {"version": words["version"]}})
        pace = data["ask_after"] / 1_000
        watched.next_write = now + pace if chart["steps"] and pace > SELDOM_SECONDS else 0.0
        recent.append((now, Had(chart["curve"], chart["steps"], chart["stretch"], chart["mark_count"])))

    def _forget(self, watched: Watched) -> None:
        with self._lock:
            self._watched.pop(watched.file.name, None)
        for file in (watched.file, watched.words_file):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def _prepare_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in self._folder.iterdir():
            with suppress(OSError):  # another server may do the same
                if time.time() - file.stat().st_mtime > LEFT_OVER_SECONDS:
                    file.unlink()


def _replace(file: Path, data: dict[str, Any]) -> None:
    """Write a file in one piece: it may be read at any moment."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(data))
    with suppress(PermissionError):  # Windows, while it is being read: a later one will do
        os.replace(draft, file)
