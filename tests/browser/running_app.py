"""The real app as a program of its own: started on a free port, its log kept, every process of it gone at the end."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]


class RunningApp:
    """A Streamlit server with the app in it; use it in a `with` block, which ends all its processes.

    `folder` takes the runs and the log. `command` stands before the interpreter's arguments (another interpreter, or
    a wrapper such as taskset).
    """

    def __init__(
        self, folder: Path, command: Sequence[str] = (sys.executable,), environment: Mapping[str, str] | None = None
    ) -> None:
        self.log_file = folder / "server.log"
        self.runs = folder / "runs"
        self.runs.mkdir(parents=True, exist_ok=True)  # a server that is started again finds its runs
        self.port = find_free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        arguments = ["-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(self.port)]
        arguments += ["--server.headless", "true", "--server.fileWatcherType", "none"]
        self._started = time.monotonic()
        with self.log_file.open("wb") as log:
            self._server = subprocess.Popen(
                [*command, *arguments],
                cwd=ROOT,
                env={**os.environ, "LSTM_RUNS_DIR": str(self.runs), **(environment or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C in the terminal reaches the tests alone, which then end the server
            )

    def __enter__(self) -> "RunningApp":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log(self) -> str:
        """All that the server and its workers have printed."""
        return self.log_file.read_text(errors="replace")

    def wait_until_it_answers(self, seconds: float = 60) -> float:
        """Return the seconds from start to first answer. Raises RuntimeError, with the log, when none comes."""
        while time.monotonic() - self._started < seconds and self._server.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=5):
                    return time.monotonic() - self._started
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"The server did not answer within {seconds:.0f} s. Its log:\n{self.log}")

    def processes(self) -> list[psutil.Process]:
        """Return the server and all that it started, found by the runs folder in their environment.

        Parenthood would not do: a worker whose server is gone has another parent, and just that is to be noticed.
        """
        return [process for process in psutil.process_iter() if _has_environment(process, str(self.runs))]

    def kill(self) -> None:
        """Kill the server as the system would, without a word; what it started must end by itself."""
        self._server.kill()
        self._server.wait()

    def stop(self, seconds: float = 10) -> None:
        """Ask the server to end, and kill whatever of it is left after `seconds`."""
        self._server.terminate()
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            self._server.poll()  # takes the exit code, so that the server does not linger as a zombie
            time.sleep(0.1)
        for process in self.processes():
            process.kill()
        self._server.wait()


def find_free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _has_environment(process: psutil.Process, runs: str) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get("LSTM_RUNS_DIR") == runs
    except psutil.Error:  # it ended meanwhile, or belongs to someone else
        return False
