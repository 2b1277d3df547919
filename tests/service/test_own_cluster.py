"""Training on a Dask cluster that was started by hand, with the commands and certificates of docs/cluster.md."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import dask
import numpy as np
import psutil
import pytest
import trustme

from lstm_core.service.cluster import Cluster
from lstm_core.service.connecting import CERTIFICATES
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.training.environment import tensorflow_environment
from tests.service.conftest import (
    LONG,
    check_history,
    pause_and_settle,
    small_spec,
    wait_for_state,
    wait_for_step,
    wait_until,
)

ROOT = Path(__file__).parents[2]
COMMANDS = re.findall(r"^```\n(.*?)^```", (ROOT / "docs" / "cluster.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
FILES = ("ca.pem", "cert.pem", "key.pem")
RUNS = 10


def command_with(words: str) -> str:
    """Return the command of docs/cluster.md with these words in it, on one line."""
    (command,) = (command for command in COMMANDS if words in command)
    return command.replace("\\\n", " ").strip()


class HandMadeCluster:
    """A scheduler and workers, each a program of its own, with certificates from `folder`."""

    def __init__(self, folder: Path, certificates: Path) -> None:
        self._folder, self._certificates = folder, certificates
        self._programs: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self._start(f"{command_with('dask scheduler')} --scheduler-file {file}")
        wait_until(file.exists)
        self.port = re.search(r'tls://127.0.0.1:(\d+)"', file.read_text())[1]

    def start_worker(self) -> psutil.Process:
        """Start a worker with its nanny and return the nanny."""
        return psutil.Process(self._start(f"{command_with('dask worker')} --local-directory {self._folder}").pid)

    def close(self) -> None:
        for program in self._programs[::-1]:
            end_machine(program.pid)
            program.wait()

    def _start(self, command: str) -> "subprocess.Popen[bytes]":
        """Run a command of the document, with this machine for HOST and the certificates of the test."""
        port = getattr(self, "port", "0")
        command = command.replace("HOST:8786", f"127.0.0.1:{port}").replace("--port 8786", "--port 0")
        words = shlex.split(command.replace("HOST", "127.0.0.1"))
        given = dict(word.split("=", 1) for word in words if re.match("[A-Z_]+=", word))
        arguments = [self._local(word) for word in words[len(given) :]]
        environment = os.environ | tensorflow_environment() | given
        # Without -W Python's own warnings at the end of a killed worker would stand in the test's output.
        program = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "dask", *arguments[1:]],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._programs.append(program)
        return program

    def _local(self, word: str) -> str:
        return str(self._certificates / word) if word in FILES else word


def end_machine(pid: int) -> None:
    """End a program and all below it at once, as when its machine is switched off."""
    with suppress(psutil.NoSuchProcess):
        for process in [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def make_certificates(folder: Path) -> Path:
    """Write an authority's certificate and one that it has signed, as the commands of the document do."""
    authority = trustme.CA()
    certificate = authority.issue_cert("any-machine.example")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "cert.pem", append=True)
    return folder


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def hand_made(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[HandMadeCluster]:
    cluster = HandMadeCluster(tmp_path_factory.mktemp("cluster"), certificates)
    yield cluster
    cluster.close()


@pytest.fixture
def start_app(hand_made: HandMadeCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Start a service as the app would with these variables, on the cluster that was made by hand."""
    services = []

    def start(variables: Mapping[str, str]) -> TrainingService:
        monkeypatch.setenv("LSTM_SCHEDULER", f"tls://127.0.0.1:{hand_made.port}")
        dask.config.refresh(env={**os.environ, **variables})  # else Dask reads them once, when it is imported
        services.append(TrainingService(RunStore(tmp_path / "runs"), checkpoint_seconds=1.0))
        return services[-1]

    yield start
    for service in services:
        service.close()
    dask.config.refresh()


def variables_for(folder: Path) -> dict[str, str]:
    """Return the variables of the document, with files of `folder`."""
    named = dict(re.findall(r"(DASK_\w+)=(\w+\.pem)", command_with("make run")))
    assert set(named) == set(CERTIFICATES)
    return {name: str(folder / file) for name, file in named.items()}


def test_without_certificates_the_page_is_told_so(start_app) -> None:
    service = start_app({})
    wait_until(lambda: service.readiness() != "starting")
    assert "asks for certificates, and this server has none" in service.readiness()


def test_with_certificates_of_another_authority_the_page_is_told_so(start_app, tmp_path: Path) -> None:
    service = start_app(variables_for(make_certificates(tmp_path)))
    wait_until(lambda: service.readiness() != "starting")
    assert "refuse each other's certificates" in service.readiness()


def test_with_certificates_that_cannot_be_read_the_page_is_told_so(start_app, tmp_path: Path) -> None:
    service = start_app(variables_for(tmp_path / "nowhere"))
    wait_until(lambda: service.readiness() != "starting")
    assert "certificates cannot be read" in service.readiness()


@pytest.mark.timeout(400)
def test_ten_runs_survive_workers_that_join_and_leave(
    start_app, hand_made: HandMadeCluster, certificates: Path
) -> None:
    service = start_app(variables_for(certificates))
    wait_until(lambda: "No training process is there" in service.readiness())
    onlooker = Cluster.connect(os.environ["LSTM_SCHEDULER"]).client
    leaving, killed = hand_made.start_worker(), hand_made.start_worker()
    runs = [service.start_run(small_spec(steps=LONG)) for _ in range(RUNS)]
    for run_id in runs:
        wait_for_step(service, run_id, 1)
    hand_made.start_worker()
    wait_until(lambda: len(onlooker.nthreads()) == 3)
    leaving.terminate()  # as Ctrl+C: it says goodbye
    wait_until(lambda: len(onlooker.nthreads()) == 2)
    end_machine(killed.pid)
    wait_until(lambda: len(onlooker.nthreads()) == 1)
    reached = {run_id: service.view(run_id).step for run_id in runs}
    for run_id in runs:
        wait_until(lambda run_id=run_id: service.view(run_id).checkpoint_step > 0)
        wait_for_step(service, run_id, reached[run_id] + 1)
    assert {service.view(run_id).state for run_id in runs} <= {"training", "compiling", "waiting"}
    steps = {run_id: pause_and_settle(service, run_id) for run_id in runs}
    undisturbed = service.start_run(small_spec(steps=max(steps.values())))
    wait_for_state(service, undisturbed, "finished")
    losses = service.history(undisturbed).losses
    for run_id, step in steps.items():
        check_history(service, run_id, step)
        np.testing.assert_allclose(service.history(run_id).losses, losses[:step], rtol=1e-5, atol=1e-5)
    onlooker.close()
