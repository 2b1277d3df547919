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
from pathlib import Path

LOOPBACK = "127.0.0.1"

DASK_SETTINGS = Path(__file__).with_name("dask.yaml")


def main() -> None:
    """Host the cluster until standard input ends."""
    arguments = _read_arguments()
    parent_pipe, answer_pipe = _take_over_pipes()
    threading.Thread(target=_end_with_parent, args=(parent_pipe,), daemon=True).start()
    os.environ["DASK_LOGGING__DISTRIBUTED"] = "error"  # read by Dask when it is imported, here and in the workers
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

    dask.config.update(dask.config.config, dask.config.merge(*dask.config.collect_yaml([str(DASK_SETTINGS)])))
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
