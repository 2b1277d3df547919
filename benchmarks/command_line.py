"""Runs the app's own command line in a fresh process, as a person would: from nothing, with or without its cache."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.side import ROOT
from benchmarks.timing import LAST_WORDS, SideFailed, Stretch

STEP = re.compile(rb"step ([\d,]+)")


def train(*arguments: str, is_cold: bool = False, patience_seconds: float = 900) -> dict[str, Any]:
    """Run `python -m lstm_core train` and return its JSON, with the `wall_seconds` it took from its start to its end.

    `is_cold`: no program that was compiled before is at hand. Raises SideFailed.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        started = time.perf_counter()
        finished = subprocess.run(
            _command(arguments, folder),
            cwd=ROOT,
            env=_environment(folder if is_cold else None),
            capture_output=True,
            text=True,
            timeout=patience_seconds,
        )
        seconds = time.perf_counter() - started
    if finished.returncode != 0:
        raise SideFailed(finished.stderr.strip()[-LAST_WORDS:])
    return json.loads(finished.stdout.splitlines()[-1]) | {"wall_seconds": seconds}


def _command(arguments: Sequence[str], folder: str) -> list[str]:
    return [sys.executable, "-m", "lstm_core", "train", *arguments, "--out", f"{folder}/runs", "--json"]


def _environment(empty_folder: str | None) -> dict[str, str]:
    """Return the environment; with a folder, programs are looked for, and kept, in there and nowhere else."""
    if empty_folder is None:
        return dict(os.environ)
    cache = Path(empty_folder) / "compiled"
    cache.mkdir()
    return os.environ | {"TF_XLA_FLAGS": f"--tf_xla_persistent_cache_directory={cache}"}


@dataclass(frozen=True)
class Progress:
    """A step that a living command line has said it reached, and when: time.perf_counter()."""

    step: int
    at: float


class LivingTraining:
    """A command line that trains; its progress can be read while it does. Ended with the `with` block."""

    def __init__(self, *arguments: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="benchmark-")
        self._program = subprocess.Popen(
            _command(arguments, self._folder.name),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
        )

    def __enter__(self) -> "LivingTraining":
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait()
        assert self._program.stderr
        self._program.stderr.close()
        self._folder.cleanup()

    def next_progress(self) -> Progress:
        """Wait until it says how far it is. Raises SideFailed when it has ended."""
        assert self._program.stderr
        said = b""
        while chunk := self._program.stderr.read(4096):  # what there is, as soon as there is something
            said += chunk
            if steps := STEP.findall(said):
                return Progress(int(steps[-1].replace(b",", b"")), time.perf_counter())
        raise SideFailed(said.decode(errors="replace").strip()[-LAST_WORDS:] or "The training ended early.")

    def measure(self, after_seconds: float, seconds: float) -> Stretch:
        """Return the steps made within about `seconds` on the clock, `after_seconds` from its first step on."""
        first = start = self.next_progress()
        while start.at - first.at < after_seconds:
            start = self.next_progress()
        end = self.next_progress()
        while end.at - start.at < seconds:
            end = self.next_progress()
        return Stretch(end.step - start.step, end.at - start.at)
