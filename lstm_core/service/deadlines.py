"""How long a slice may stay out before its worker counts as hanging, and which worker that is.

A slice trains for under half a second. It takes longer where it must compile first, where it is examined, where many
share the cores; so the patience is generous, and a slice that still waits for a worker never counts as late.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Collection
from concurrent.futures import Future as Fetched
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lstm_core.training.slices import SliceRequest, SliceResult

if TYPE_CHECKING:
    from distributed import Client, Future

ANSWER_SECONDS = 60.0  # the longest wait for the scheduler
LATE, GONE = "late", "its worker has gone"  # why a slice was cancelled: its error from Dask says so
REPLACE_SECONDS = 60.0  # the longest wait for a worker that takes another's place

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """Seconds that a slice may stay out beyond those that it was asked to train for."""

    slice_seconds: float = 120.0  # some look at all held-out reviews as well, and the machine may be busy
    compile_seconds: float = 300.0


PATIENCE = Patience()


@dataclass(frozen=True)
class _Out:
    request: SliceRequest
    future: "Future"
    worker: str
    deadline: float  # time.monotonic()
    patience: float
    is_gone: bool = False  # its worker was not there at the last look


class Deadlines:
    """The slices that are out, each with the moment after which it is late. For one thread."""

    def __init__(self, patience: Patience) -> None:
        self._hanging: set[str] = set()  # workers that are being replaced
        self._patience = patience
        self._out: dict[int, _Out] = {}  # by the request's id(); kept alive here
        self._ended: list[_Out | None] = []  # not yet let go of

    def begin(self, request: SliceRequest, future: "Future", worker: str) -> None:
        """Expect a slice that has just been handed to `worker`."""
        patience = self._patience.slice_seconds if request.state is None else self._patience.compile_seconds
        patience += request.seconds
        self._out[id(request)] = _Out(request, future, worker, time.monotonic() + patience, patience)

    def end(self, request: SliceRequest) -> None:
        """Expect a slice no longer: it is back, or nobody waits for it."""
        self._ended.append(self._out.pop(id(request), None))

    def let_go(self) -> None:
        """Have Dask forget the slices that have ended; to be called when the next ones are handed out.

        Its client tells the scheduler of that in a message, and sends no two within 10 ms (distributed 2026.8): told
        before, the next slice would wait so long, a fiftieth of its time.
        """
        self._ended.clear()

    def clear(self) -> None:
        """Expect nothing: the cluster has gone."""
        self._out.clear()
        self._hanging.clear()

    def give_up_hanging(self, client: "Client") -> None:
        """Cancel all slices that are late and have their workers replaced; those slices come back as lost.

        A late one that no worker has yet is waited for as long again. Raises TimeoutError when the scheduler does not
        answer.
        """
        now = time.monotonic()
        late = [out for out in self._out.values() if out.deadline <= now]
        if not late:
            return
        processing = client.sync(client.scheduler.processing, callback_timeout=ANSWER_SECONDS)
        worker_of = {key: worker for worker, keys in processing.items() for key in keys}
        for out in late:
            if worker := worker_of.get(out.future.key):
                logger.error("A slice of run %s hangs on the worker %s", out.request.run_id, worker)
                # Cancelled first: else the scheduler would give it to the next worker, which would then hang as well.
                out.future.cancel(reason=LATE, msg=f"no answer within {out.patience:g} s")
                self._have_replaced(client, worker)
            self._out[id(out.request)] = replace(out, deadline=now + out.patience)

    def give_up_gone(self, workers: Collection[str]) -> None:
        """Cancel the slices whose worker is not among `workers`, for the second time in a row.

        Those that it was working on come back as lost by themselves. But one that was handed to it as it went would
        wait for ever where no other was there at that moment: to a worker that comes later Dask gives only tasks that
        name it (distributed 2026.8, Scheduler.add_worker, which does not look at `loose_restrictions`).
        """
        for out in list(self._out.values()):
            is_gone = out.worker not in workers
            if is_gone and out.is_gone:
                out.future.cancel(reason=GONE)
            self._out[id(out.request)] = replace(out, is_gone=is_gone)

    def leave_out_hanging(self, workers: dict[str, int]) -> dict[str, int]:
        """Return `workers` (address to threads) without those that are being replaced."""
        self._hanging &= workers.keys()
        return {worker: threads for worker, threads in workers.items() if worker not in self._hanging}

    def _have_replaced(self, client: "Client", worker: str) -> None:
        if worker not in self._hanging:
            self._hanging.add(worker)
            threading.Thread(target=replace_worker, args=(client, worker), daemon=True, name="replacing").start()


def fetch(client: "Client", future: "Future") -> "Fetched[SliceResult]":
    """Have what `future` will bring fetched, in Dask's own thread: whoever waits for one slice holds up all others.

    A worker may stop between the end of a slice and the fetching of what it brought; then this stays open.
    """
    fetching = client.gather(future, asynchronous=True)  # a coroutine, not yet begun
    return asyncio.run_coroutine_threadsafe(fetching, client.loop.asyncio_loop)


def replace_worker(client: "Client", worker: str) -> None:
    """Kill a worker through its nanny, which starts another. One without a nanny is asked to leave.

    Takes some seconds: the nanny lets it end by itself first. What else runs on that worker is lost with it.
    """
    try:
        client.restart_workers([worker], timeout=REPLACE_SECONDS, raise_for_error=False)
    except ValueError:  # it has no nanny
        client.retire_workers([worker], close_workers=True)
    except (OSError, asyncio.CancelledError) as error:  # the scheduler has gone: then the worker goes with it
        logger.error("The worker %s could not be replaced: %s", worker, error)
