"""The program that hosts the embedded cluster: one scheduler and a few supervised workers, on 127.0.0.1 alone.

`cluster.py` starts it as `python -m lstm_core.service.cluster_program`: a program of its own, because processes that
`multiprocessing` spawns from a Streamlit server run the app's script once more. It prints one JSON line with the
scheduler's address when it is up, and ends with all its workers as soon as its standard input does.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import threading
import traceback
from typing import Any

from lstm_core.training.environment import tensorflow_environment

LOOPBACK = "127.0.0.1"

# What differs from Dask's defaults, and why.
DASK_SETTINGS: dict[str, Any] = {
    # A slice whose worker died fails at once: the service goes on from a checkpoint, a second try would die as well.
    "distributed.scheduler.allowed-failures": 0,
    # Dask also limits OpenMP and MKL to one thread here; a run alone is to have all cores.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536},
    "distributed.worker.profile.enabled": False,  # it stops every thread a hundred times a second, for a dashboard
    # Looking every 20 ms whether the event loops still turn took 3 % of a core, day and night.
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.diagnostics.nvml": False,
    "distributed.scheduler.http.routes": [],  # no dashboard, and nothing else to read for whoever finds the port
    "distributed.worker.http.routes": [],
    # Most of a worker's memory is TensorFlow's own: writing results to disk would not help, and a paused worker would
    # hold up every run without a word. Above the limit it is killed, which the service knows how to survive.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}


def main() -> None:
    """Host the cluster until standard input ends."""
    arguments = _read_arguments()
    parent_pipe, answer_pipe = _take_over_pipes()
    threading.Thread(target=_end_with_parent, args=(parent_pipe,), daemon=True).start()
    os.environ.update(tensorflow_environment())
    os.environ["DASK_LOGGING__DISTRIBUTED"] = "error"  # read by Dask when it is imported, here and in the workers
    # NumPy's products on one core: while TensorFlow has the others, a second thread waits for its turn at every piece
    # of a product. The first weights of the articles' network took 3.4 s to draw beside another run instead of 0.3.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        asyncio.run(_host_cluster(arguments, answer_pipe))
    except Exception:
        traceback.print_exc()
    _kill_everything(exit_code=1)  # it never ends by itself unless something failed


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lstm_core.service.cluster_program", description=__doc__)
    parser.add_argument("--workers", type=int, default=1, help="worker processes")
    parser.add_argument("--threads", type=int, default=2, help="tasks at once in each worker")
    parser.add_argument("--memory-limit", default="auto", help="of each worker: 1200MB, 0.5 of all, 0 for none")
    return parser.parse_args()


def _take_over_pipes() -> tuple[int, int]:
    """Keep the pipes from and to the parent for this process alone; return their file descriptors.

    Workers inherit an empty standard input and, as standard output, standard error. Otherwise what they print would
    fill a pipe that nobody reads, and on Windows a process hangs at its start while another reads from its input.
    """
    parent_pipe, answer_pipe = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return parent_pipe, answer_pipe


def _end_with_parent(parent_pipe: int) -> None:
    """Wait for the end of `parent_pipe`, which the system closes however the parent ended; then end everything."""
    while os.read(parent_pipe, 1024):
        pass
    _kill_everything(exit_code=0)


def _kill_everything(exit_code: int) -> None:
    """Kill the workers and this process. Workers watch a pipe from here and would also end by themselves."""
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(exit_code)


async def _host_cluster(arguments: argparse.Namespace, answer_pipe: int) -> None:
    import dask
    from distributed import Nanny, Scheduler

    dask.config.set(DASK_SETTINGS)
    # Without an address of its own the HTTP server, empty as it is, would take port 8787, which others need.
    scheduler = await Scheduler(host=LOOPBACK, port=0, dashboard=False, dashboard_address=f"{LOOPBACK}:0")
    supervisors = [
        Nanny(scheduler.address, host=LOOPBACK, nthreads=arguments.threads, memory_limit=arguments.memory_limit)
        for _ in range(arguments.workers)
    ]
    await asyncio.gather(*supervisors)
    os.write(answer_pipe, json.dumps({"scheduler": scheduler.address}).encode() + b"\n")
    os.close(answer_pipe)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
