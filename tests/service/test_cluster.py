import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from distributed import Client, Future
from distributed.scheduler import KilledWorker

from lstm_core.errors import InvalidSetting, ServiceUnavailable
from lstm_core.service.cluster import Cluster
from lstm_core.training.environment import (
    compiled_programs_folder,
    own_programs_folder,
    tensorflow_environment,
    trim_compiled_programs,
)

ROOT = Path(__file__).parents[2]
GONE_SECONDS = 5.0

# A server in miniature: it starts a cluster, tells who is there, and waits for its own end.
SERVER = """
import json, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what it runs in the background deaf to Ctrl+C
from lstm_core.service.cluster import Cluster
cluster = Cluster.start(1)
busy = cluster.client.submit(time.sleep, 600, pure=False)
time.sleep(0.5)
print(json.dumps(sorted({"tensorflow", "keras", "streamlit"} & set(sys.modules))), flush=True)
sys.stdin.read()
"""


def wait_until(happens: Callable[[], bool], seconds: float) -> bool:
    """Wait until something happens; tell whether it did within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (happened := happens()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return happened


def is_gone(process: psutil.Process) -> bool:
    """Tell whether a process has ended; in a container nobody may have asked how (a zombie)."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def are_gone(processes: list[psutil.Process]) -> bool:
    return all(is_gone(process) for process in processes)


def find_program(children: list[psutil.Process]) -> psutil.Process:
    """Return the cluster program among a server's processes."""
    return next(child for child in children if "lstm_core.service.cluster_program" in child.cmdline())


def worker_addresses(cluster: Cluster) -> list[str]:
    return list(cluster.client.scheduler_info()["workers"])


def submit_to(cluster: Cluster, worker: str, task: Callable[..., object], *arguments: object) -> Future:
    """Submit as the service does."""
    wishes = {"workers": [worker], "allow_other_workers": True, "pure": False, "retries": 0}
    return cluster.client.submit(task, *arguments, **wishes)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    started = Cluster.start(2)
    yield started
    started.close()


@pytest.fixture
def server() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-c", SERVER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def test_tasks_run_in_processes_of_their_own(cluster: Cluster) -> None:
    pids = {submit_to(cluster, worker, os.getpid).result(timeout=20) for worker in worker_addresses(cluster)}
    assert len(pids) == 2 and os.getpid() not in pids


def test_an_embedded_cluster_is_alive_and_says_that_it_is_ours(cluster: Cluster) -> None:
    assert cluster.alive() and cluster.is_embedded


def test_workers_find_the_app_wherever_it_was_started(tmp_path: Path) -> None:
    code = (
        "from lstm_core.service.cluster import Cluster\n"
        "from lstm_core.text.symbols import split_symbols\n"
        "cluster = Cluster.start(1)\n"
        "print(cluster.client.submit(split_symbols, 'so it goes', 'words').result(timeout=20))\n"
        "cluster.close()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (finished.stdout.strip(), finished.stderr) == ("['so', 'it', 'goes']", "")  # and nothing else is said


def test_nothing_listens_but_on_the_loopback(cluster: Cluster) -> None:
    listening = [
        connection.laddr.ip
        for process in psutil.Process().children(recursive=True)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


def test_there_is_no_dashboard(cluster: Cluster) -> None:
    for server in (cluster.client.scheduler_info(), *cluster.client.scheduler_info()["workers"].values()):
        with socket.create_connection(("127.0.0.1", server["services"]["dashboard"]), timeout=5) as connection:
            connection.sendall(b"GET /status HTTP/1.0\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 404")


def test_workers_may_use_all_cores_and_keep_compiled_programs(cluster: Cluster) -> None:
    environment = cluster.client.submit(lambda: dict(os.environ), pure=False).result(timeout=20)
    assert "OMP_NUM_THREADS" not in environment or "OMP_NUM_THREADS" in os.environ
    assert environment["MALLOC_TRIM_THRESHOLD_"]
    assert environment["OPENBLAS_NUM_THREADS"] == os.environ.get("OPENBLAS_NUM_THREADS", "1")
    assert environment.items() >= tensorflow_environment().items()


def test_each_worker_runs_two_tasks_at_once(cluster: Cluster) -> None:
    assert set(cluster.client.nthreads().values()) == {2}


def test_no_worker_is_profiled(cluster: Cluster) -> None:
    profiled = cluster.client.run(lambda dask_worker: "profile" in dask_worker.periodic_callbacks)
    assert set(profiled.values()) == {False}


def test_the_workers_share_the_memory_of_the_machine(cluster: Cluster) -> None:
    limits = [worker["memory_limit"] for worker in cluster.client.scheduler_info()["workers"].values()]
    assert len(limits) == 2 and 0 < sum(limits) <= psutil.virtual_memory().total
    assert cluster.worker_bytes() == min(limits)


def test_an_error_in_a_task_comes_back_as_it_was_raised(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError):
        cluster.client.submit(lambda: 1 // 0, pure=False, retries=0).result(timeout=20)


def test_what_a_task_prints_does_not_stop_the_cluster(cluster: Cluster) -> None:
    cluster.client.submit(lambda: print("x" * 1_000_000), pure=False).result(timeout=20)
    assert cluster.alive()


def test_a_killed_worker_fails_its_task_at_once_and_is_replaced(cluster: Cluster) -> None:
    worker = worker_addresses(cluster)[0]
    pid = submit_to(cluster, worker, os.getpid).result(timeout=20)
    task = submit_to(cluster, worker, time.sleep, 600)
    assert wait_until(lambda: bool(cluster.client.processing().get(worker)), 10)
    os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    with pytest.raises(KilledWorker):
        task.result(timeout=GONE_SECONDS)
    assert wait_until(lambda: len(worker_addresses(cluster)) == 2, 20)
    assert submit_to(cluster, worker_addresses(cluster)[1], os.getpid).result(timeout=20) != pid
    assert cluster.alive()


def test_errors_of_the_cluster_are_logged_as_errors(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    def complain() -> None:
        logging.getLogger("distributed.worker").error("the milk is sour")

    with caplog.at_level(logging.INFO):
        cluster.client.submit(complain, pure=False).result(timeout=20)
        assert wait_until(lambda: "the milk is sour" in caplog.text, 5)
    assert [record.levelname for record in caplog.records if "the milk is sour" in record.message] == ["ERROR"]


def test_another_process_can_connect_to_a_cluster_that_is_there(cluster: Cluster) -> None:
    guest = Cluster.connect(cluster.client.scheduler.address)
    assert guest.client.submit(os.getpid, pure=False).result(timeout=20) != os.getpid()
    assert not guest.is_embedded
    guest.close()
    assert not guest.alive() and cluster.alive()


def test_the_environment_names_the_cluster(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_SCHEDULER", cluster.client.scheduler.address)
    named = Cluster.from_environment()
    assert not named.is_embedded
    named.close()


@pytest.mark.parametrize("workers", ["0", "-1", "two", "1.5", "65", "²", "9" * 5000])
def test_a_senseless_number_of_workers_is_refused(workers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSTM_SCHEDULER", raising=False)
    monkeypatch.setenv("LSTM_WORKERS", workers)
    with pytest.raises(InvalidSetting, match="LSTM_WORKERS"):
        Cluster.from_environment()


@pytest.mark.parametrize("address", ["nonsense://x", "tls://127.0.0.1:1"])
def test_a_cluster_that_cannot_be_reached_is_told_in_plain_words(address: str) -> None:
    with pytest.raises(ServiceUnavailable, match="cannot be reached"):
        Cluster.connect(address)


def test_a_connection_that_failed_leaves_nothing_for_the_garbage_collector_to_close() -> None:
    with pytest.raises(ServiceUnavailable):
        Cluster.connect("nonsense://x")
    clients = [thing for thing in gc.get_objects() if type(thing) is Client]
    assert "connecting" not in {client.status for client in clients}


def test_a_cluster_that_cannot_start_is_told_in_plain_words() -> None:
    with pytest.raises(ServiceUnavailable, match="could not start"):
        Cluster.start(1, memory_limit="plenty")


def test_closing_ends_every_process_and_may_be_repeated() -> None:
    before = set(psutil.Process().children(recursive=True))
    cluster = Cluster.start(1)
    started = list(set(psutil.Process().children(recursive=True)) - before)
    cluster.close()
    cluster.close()
    assert started and wait_until(lambda: are_gone(started), GONE_SECONDS)
    assert not cluster.alive()


def test_a_cluster_whose_program_was_killed_is_not_alive_and_leaves_no_worker() -> None:
    before = set(psutil.Process().children(recursive=True))
    cluster = Cluster.start(1)
    started = list(set(psutil.Process().children(recursive=True)) - before)
    cluster.client.submit(time.sleep, 600, pure=False)
    find_program(started).kill()
    assert wait_until(lambda: are_gone(started), GONE_SECONDS)
    assert not cluster.alive()
    cluster.close()


@pytest.mark.parametrize("end", ["killed", "interrupted", "finished"])
def test_every_process_is_gone_soon_after_the_server_ended(server: subprocess.Popen[str], end: str) -> None:
    assert server.stdout.readline() == "[]\n"  # no TensorFlow, no Streamlit: and the cluster is up
    started = psutil.Process(server.pid).children(recursive=True)
    assert len([child for child in started if "spawn_main" in " ".join(child.cmdline())]) == 1
    if end == "finished" or sys.platform == "win32":
        server.stdin.close()
    else:
        server.send_signal(signal.SIGKILL if end == "killed" else signal.SIGINT)
    assert wait_until(lambda: server.poll() is not None, GONE_SECONDS)
    assert wait_until(lambda: are_gone(started), GONE_SECONDS)


def test_a_program_whose_parent_ended_before_it_was_up_ends_as_well() -> None:
    command = [sys.executable, "-m", "lstm_core.service.cluster_program"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as program:
        program.stdin.close()
        assert program.wait(GONE_SECONDS) == 0


def test_compiled_programs_are_kept_where_only_this_user_can_write(tmp_path: Path) -> None:
    folder = compiled_programs_folder(tmp_path)
    assert folder.parent == tmp_path / ".cache" / "xla"
    assert sys.platform == "win32" or folder.stat().st_mode & 0o777 == 0o700


def test_compiled_programs_lie_in_the_temporary_folder_when_the_app_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / ".cache").write_text("in the way")
    folder = compiled_programs_folder(tmp_path)
    assert folder.parent.parent == tmp_path and folder.is_dir()
    assert sys.platform == "win32" or folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights there")
def test_compiled_programs_never_follow_somebody_elses_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "xla").symlink_to(elsewhere)
    assert (tmp_path / ".cache") not in compiled_programs_folder(tmp_path).parents


def test_another_kind_of_processor_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = compiled_programs_folder(tmp_path)
    assert compiled_programs_folder(tmp_path) == here
    monkeypatch.setattr("platform.machine", lambda: "sparc64")
    assert compiled_programs_folder(tmp_path) != here


def test_of_too_many_compiled_programs_those_leave_that_were_used_last_long_ago(tmp_path: Path) -> None:
    for age in range(4):
        program = tmp_path / f"xla_compile_cache__{age}.pb"
        program.write_bytes(b"x" * 100)
        os.utime(program, (1e9 - age, 1e9 - age))
    (tmp_path / "of_somebody_else").write_bytes(b"x" * 1_000)
    trim_compiled_programs(tmp_path, max_bytes=250)
    kept = ["of_somebody_else", "xla_compile_cache__0.pb", "xla_compile_cache__1.pb"]
    assert sorted(file.name for file in tmp_path.iterdir()) == kept


def test_a_folder_that_somebody_else_named_is_not_trimmed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TF_XLA_FLAGS", f"--tf_xla_persistent_cache_directory='{tmp_path}'")
    assert own_programs_folder() is None
    monkeypatch.delenv("TF_XLA_FLAGS")
    monkeypatch.setenv("TF_XLA_FLAGS", tensorflow_environment()["TF_XLA_FLAGS"])
    assert own_programs_folder() == compiled_programs_folder()


def test_what_the_environment_says_of_tensorflow_already_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    monkeypatch.setenv("TF_XLA_FLAGS", "--tf_xla_auto_jit=2")
    environment = tensorflow_environment()
    assert environment["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert environment["TF_XLA_FLAGS"].startswith("--tf_xla_auto_jit=2 --tf_xla_persistent_cache_directory=")
