"""One side of a comparison as a program of its own, which measures when it is asked to and sleeps in between.

TensorFlow and PyTorch in one process would share, and spoil, each other's threads; and what crashes here ends its own
side alone. `Side("benchmarks.peers.torch_lstm:build", {...})` starts the program, which calls `build(**settings)` once;
each `measure(**arguments)` then calls what that returned. Arguments and answers travel as lines of JSON.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from benchmarks.timing import LAST_WORDS, SideFailed, Stretch

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 300.0  # for one answer; a measurement takes seconds
CHATTER = ("I0000", "W0000", "WARNING: All log messages")  # what TensorFlow prints whenever it starts


class Side:
    """A side's program; use it in a `with` block, which ends it."""

    def __init__(
        self, builder: str, settings: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start the program and wait until it is built. Raises SideFailed."""
        self._errors = tempfile.TemporaryFile()  # closed with the program
        self._program = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.side", builder, json.dumps(settings or {})],
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
        )
        try:
            self.build_seconds = float(self._read()["seconds"])
        except SideFailed:
            self.close()
            raise

    def __enter__(self) -> "Side":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def measure(self, patience_seconds: float = PATIENCE_SECONDS, **arguments: Any) -> dict[str, Any]:
        """Have it measure once. Raises SideFailed, also when it has not answered within `patience_seconds`."""
        assert self._program.stdin
        try:
            self._program.stdin.write(json.dumps(arguments) + "\n")
            self._program.stdin.flush()
        except OSError as error:
            raise self._failure() from error
        return self._read(patience_seconds)

    def rate(self, **arguments: Any) -> float:
        """Have it measure a stretch, and return how many in a second. Raises SideFailed."""
        measured = self.measure(**arguments)
        return Stretch(measured["count"], measured["seconds"]).rate

    def close(self) -> None:
        """End the program."""
        assert self._program.stdin and self._program.stdout
        self._program.stdin.close()
        try:
            self._program.wait(10)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
        self._program.stdout.close()
        self._errors.close()

    def _read(self, patience_seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        assert self._program.stdout
        is_late = threading.Event()
        too_late = threading.Timer(patience_seconds, lambda: (is_late.set(), self._program.kill()))
        too_late.start()
        try:
            line = self._program.stdout.readline()
        finally:
            too_late.cancel()
        if not line:
            raise self._failure(f"gave no answer within {patience_seconds:.0f} s." if is_late.is_set() else "")
        answer = json.loads(line)
        if "error" in answer:
            raise SideFailed(answer["error"])
        return answer

    def _failure(self, reason: str = "") -> SideFailed:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        said = "\n".join(line for line in lines if not line.startswith(CHATTER)).strip()
        return SideFailed(f"{reason or 'ended without an answer.'} {said[-LAST_WORDS:]}".strip())


@contextmanager
def started(builders: Mapping[str, tuple[str, Mapping[str, Any]]], notes: list[str]) -> Iterator[dict[str, Side]]:
    """Start sides by their names, and end them all; `notes` say of those that could not start why, and who is missing.

    A builder is a name such as "benchmarks.peers.torch_lstm:build", and its settings.
    """
    sides: dict[str, Side] = {}
    try:
        for name, (builder, settings) in builders.items():
            try:
                sides[name] = Side(builder, settings)
            except SideFailed as error:
                notes.append(f"{name} could not be measured: {error}")
        yield sides
    finally:
        for side in sides.values():
            side.close()


def main() -> None:
    """Build, then measure at each line that comes in; end with the input."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not be taken for an answer

    def answer(make: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        try:
            made = make()
        except Exception as error:  # told to whoever asked; the program lives on
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers, flush=True)
            return None
        if callable(made):
            said: Any = {"seconds": time.perf_counter() - started}
        else:
            said = asdict(made) if is_dataclass(made) else made
        print(json.dumps(said), file=answers, flush=True)
        return made

    module, _, function = sys.argv[1].partition(":")
    measure = answer(lambda: getattr(importlib.import_module(module), function)(**json.loads(sys.argv[2])))
    for line in sys.stdin:
        arguments = json.loads(line)
        answer(lambda arguments=arguments: measure(**arguments))


if __name__ == "__main__":
    main()
