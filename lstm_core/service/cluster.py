"""Where training happens: a Dask cluster, embedded (processes of our own on this machine) or somebody else's.

Starting takes seconds, so the service does it in a background thread, and Dask is imported only then: the first page
must not wait for it. The processes behind an embedded cluster are in `cluster_program.py`.
"""

import json
import logging
import os
import re
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from lstm_core.errors import InvalidSetting, ServiceUnavailable
from lstm_core.service.connecting import CLOSE_SECONDS, connect
from lstm_core.training.environment import PROJECT_ROOT

if TYPE_CHECKING:
    from distributed import Client

START_SECONDS = 60.0  # a cluster on a slow machine that has just booted was up after 12
MAX_WORKERS = 64

logger = logging.getLogger(__name__)


class Cluster:
    """A Dask cluster and this process's connection to it. Slices go through `client`, from any thread."""

    def __init__(self, client: "Client", program: "subprocess.Popen[str] | None" = None) -> None:
        """Take over a connected client and, for an embedded cluster, the program behind it."""
        self.client = client
        self._program = program

    @classmethod
    def from_environment(cls) -> "Cluster":
        """Connect to the cluster that LSTM_SCHEDULER names, else start one of LSTM_WORKERS (default 1) processes.

        Raises InvalidSetting for a LSTM_WORKERS that is no whole number from 1 to 64, else as `start` and `connect` do.
        """
        if address := os.environ.get("LSTM_SCHEDULER"):
            return cls.connect(address)
        workers = os.environ.get("LSTM_WORKERS", "1")
        if not re.fullmatch("[0-9]{1,3}", workers) or not 1 <= int(workers) <= MAX_WORKERS:
            raise InvalidSetting(
                f"The environment variable LSTM_WORKERS is {workers!r}.",
                f"It takes a whole number from 1 to {MAX_WORKERS}.",
                "Leave it out to get 1 training process.",
            )
        return cls.start(int(workers))

    @classmethod
    def start(cls, workers: int, threads: int = 2, memory_limit: str | None = None) -> "Cluster":
        """Start an embedded cluster on 127.0.0.1 and wait until all its workers are up: 2 s where nothing else runs.

        `threads` tasks run at once in each worker. A worker above `memory_limit` (such as "1200MB"; "0": none; unsaid:
        an equal share of the machine's memory) is killed and replaced. All processes are gone within 5 s of this
        process's end, however that comes. Raises ServiceUnavailable when it cannot start.
        """
        program = _start_program(workers, threads, memory_limit or f"{1 / workers:.3f}")
        try:
            address = _read_address(program)
            threading.Thread(target=_forward_log, args=(program.stderr,), daemon=True, name="cluster log").start()
            return cls(connect(address), program)
        except BaseException:
            _end_program(program)
            raise

    @classmethod
    def connect(cls, address: str) -> "Cluster":
        """Connect to a cluster that is already there, such as tls://host:8786.

        Results are unpickled here, so whoever runs that cluster is trusted with this process. Raises ServiceUnavailable
        when nobody answers or the certificates do not fit.
        """
        return cls(connect(address))

    @property
    def is_embedded(self) -> bool:
        """Whether the cluster's processes are ours and end with this one."""
        return self._program is not None

    def alive(self) -> bool:
        """Tell whether work can be handed out now. A worker that is just being replaced does not count as an end."""
        return self.client.status == "running" and (self._program is None or self._program.poll() is None)

    def worker_bytes(self) -> int | None:
        """Return the memory limit of the worker that has least, whom any run may meet; None where none has a limit."""
        workers = self.client.scheduler_info()["workers"].values()
        return min((worker["memory_limit"] for worker in workers if worker["memory_limit"]), default=None)

    def close(self) -> None:
        """Disconnect, and end an embedded cluster's processes; again does nothing."""
        self.client.close(timeout=CLOSE_SECONDS)
        if self._program is not None:
            _end_program(self._program)


def machine_bytes() -> int:
    """Return the memory that this process may use: the machine's, or what its container is limited to."""
    from distributed.system import memory_limit

    return memory_limit()


def _start_program(workers: int, threads: int, memory_limit: str) -> "subprocess.Popen[str]":
    # Ended at once, workers leave semaphores behind; Python clears them away, but not without a warning.
    command = [sys.executable, "-W", "ignore:resource_tracker", "-m", "lstm_core.service.cluster_program"]
    command += [f"--workers={workers}", f"--threads={threads}", f"--memory-limit={memory_limit}"]
    paths = [str(PROJECT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]  # workers import lstm_core from here
    # A group of its own: Ctrl+C in the server's terminal ends the server, which ends the program without tracebacks.
    group: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # never written to: its end tells the program that this process has ended
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            text=True,
            encoding="utf-8",
            errors="replace",
            **group,
        )
    except OSError as error:
        raise _not_started(str(error)) from error


def _read_address(program: "subprocess.Popen[str]") -> str:
    """Wait for the scheduler's address. Raises ServiceUnavailable when the program ends, or is not up in time."""
    assert program.stdout and program.stderr  # for the type checker: both are pipes
    too_late = threading.Timer(START_SECONDS, program.kill)
    too_late.start()
    try:
        answer = program.stdout.readline()
    finally:
        too_late.cancel()
    if not answer:
        program.kill()
        with program.stderr:
            last_words = program.stderr.read().strip()
        logger.error("The cluster program did not start:\n%s", last_words)
        raise _not_started(last_words.rsplit("\n", 1)[-1] or f"no answer within {START_SECONDS:.0f} s")
    return str(json.loads(answer)["scheduler"])


def _not_started(reason: str) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"The training processes could not start ({reason}).",
        "They need about 1 GB of free memory and the right to listen on 127.0.0.1.",
        "Close other programs and start the app again; the whole story is in its log.",
    )


def _forward_log(lines: IO[str]) -> None:
    """Pass on what the program and its workers print: errors as errors, all else for whoever asks for level INFO."""
    level = logging.INFO
    with lines:
        for line in lines:
            if " - ERROR - " in line or " - CRITICAL - " in line:  # Dask's; a traceback follows on lines of its own
                level = logging.ERROR
            elif " - " in line or line.startswith(("I0000", "W0000", "WARNING")):  # Dask's others, and TensorFlow's
                level = logging.INFO
            logger.log(level, "%s", line.rstrip())


def _end_program(program: "subprocess.Popen[str]") -> None:
    """End the program and its workers by closing its input; kill it when that is not enough."""
    assert program.stdin and program.stdout and program.stderr  # for the type checker: all are pipes
    program.stdin.close()
    try:
        program.wait(CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()  # its workers notice
        program.wait()
    program.stdout.close()
