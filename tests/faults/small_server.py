"""A training service in a program of its own, on a disk of its own that is small, and can be filled and locked.

    python -m tests.faults.small_server FOLDER SCHEDULER

It reads a line of JSON, a method's name and its arguments, and answers with one: {"value": …} or {"refused": "…"}. The
disk is a file system in memory (tmpfs) that only this program and those below it see.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from lstm_core.errors import CoreError
from lstm_core.service import saving
from lstm_core.service.cluster import Cluster
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.service.conftest import LONG, small_spec

ROOT = Path(__file__).parents[2]
DISK_BYTES = 4 * 2**20
BALLAST = "ballast"
SAVE_AGAIN_SECONDS = 0.5


class SmallServer:
    """What the program does; each public method is a command."""

    def __init__(self, folder: Path, scheduler: str) -> None:
        saving.SAVE_AGAIN_SECONDS = SAVE_AGAIN_SECONDS
        self._folder = folder
        self._store = RunStore(folder / "runs")
        self._service = TrainingService(self._store, lambda: Cluster.connect(scheduler), checkpoint_seconds=0.5)

    def start_run(self) -> str:
        return self._service.start_run(small_spec(steps=LONG))

    def pause(self, run_id: str) -> None:
        self._service.pause(run_id)

    def resume(self, run_id: str) -> None:
        self._service.resume(run_id)

    def view(self, run_id: str) -> dict[str, Any]:
        view = self._service.view(run_id)
        names = ("state", "step", "note", "checkpoint_step", "is_out")
        return {name: getattr(view, name) for name in names} | {"samples": len(view.samples)}

    def losses(self, run_id: str) -> list[float]:
        return self._service.history(run_id).losses.tolist()

    def stored(self, run_id: str) -> dict[str, Any]:
        """Return what another server would find in the run's folder."""
        history = self._store.load_history(run_id)
        assert np.isfinite(history.losses).all()
        checkpoint = self._store.load_checkpoint(run_id)
        return {
            "losses": history.losses.tolist(),
            "checkpoint": checkpoint and checkpoint[0],
            "samples": len(self._store.load_samples(run_id)),
            "state": self._store.load_status(run_id)["state"],
        }

    def list_folders(self) -> list[str]:
        return sorted(path.name for path in (self._folder / "runs").iterdir())

    def fill_disk(self) -> None:
        """Leave no byte on the disk."""
        with (self._folder / BALLAST).open("ab", buffering=0) as file:
            for size in (2**16, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue

    def make_room(self) -> None:
        (self._folder / BALLAST).unlink()

    def lock_disk(self) -> None:
        """Make the disk read-only; refused for as long as a file is just being written."""
        while subprocess.run(["mount", "-o", "remount,ro", self._folder], stderr=subprocess.DEVNULL).returncode:
            pass

    def unlock_disk(self) -> None:
        subprocess.run(["mount", "-o", "remount,rw", self._folder], check=True)

    def memory_bytes(self) -> int:
        return psutil.Process().memory_info().rss


class Remote:
    """A small server from outside: `call` does there what its name says."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program

    def call(self, name: str, *arguments: Any) -> Any:
        """Return what the method returns. Raises RuntimeError with the words in which it was refused."""
        self._program.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._program.stdin.flush()
        answer = json.loads(self._program.stdout.readline())
        if "refused" in answer:
            raise RuntimeError(answer["refused"])
        return answer["value"]


@contextmanager
def start_small_server(scheduler: str) -> Iterator[Remote]:
    """Start the program; skip the test where this user may not mount a disk."""
    with tempfile.TemporaryDirectory() as folder:
        apart = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        mount = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$0" && '
        if subprocess.run([*apart, "sh", "-c", f"{mount} true", folder], capture_output=True).returncode:
            pytest.skip("a disk of one's own cannot be mounted here: neither root nor a user namespace is allowed")
        command = [*apart, "sh", "-c", mount + 'exec "$@"', folder]
        command += [sys.executable, "-m", "tests.faults.small_server", folder, scheduler]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as program:
            yield Remote(program)
            program.stdin.close()


def main() -> None:
    """Do what the lines of standard input say until it ends."""
    server = SmallServer(Path(sys.argv[1]), sys.argv[2])
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = {"value": getattr(server, name)(*arguments)}
        except CoreError as error:
            answer = {"refused": str(error)}
        print(json.dumps(answer), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
