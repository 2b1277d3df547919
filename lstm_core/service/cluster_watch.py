"""The cluster as the conductor finds it: started anew when it has gone, its workers counted, which come and go."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lstm_core.errors import CoreError, ServiceUnavailable
from lstm_core.network.size import allowed_bytes
from lstm_core.service.cluster import Cluster
from lstm_core.service.deadlines import ANSWER_SECONDS, Deadlines
from lstm_core.service.turn_taking import count_cores
from lstm_core.service.warm_ups import WarmUps

if TYPE_CHECKING:
    from distributed import Client

HEALTH_SECONDS = 2.0  # between looks at the cluster
RETRY_SECONDS = 10.0  # between attempts to start a cluster that does not start or does not last
NO_WORKER_SECONDS = 30.0  # a worker is replaced within seconds; after this nobody is coming

logger = logging.getLogger(__name__)


class ClusterWatch:
    """Looks after one cluster. `look` is for one thread; `readiness` and `max_training_bytes` may be read from any."""

    def __init__(
        self,
        start_cluster: Callable[[], Cluster],
        deadlines: Deadlines,
        warm_ups: WarmUps,
        lose_slices: Callable[[], None],
    ) -> None:
        """`lose_slices` is called when the cluster has gone with all that was out."""
        self.readiness = "starting"
        self.max_training_bytes = allowed_bytes(None)  # of one run; less once the workers' memory is known
        self.slots: dict[str, int] = {}  # by worker: tasks that it works on at once
        self._start_cluster = start_cluster
        self._deadlines = deadlines
        self._warm_ups = warm_ups
        self._lose_slices = lose_slices
        self._cluster: Cluster | None = None
        self._next_start = self._next_look = self._last_worker = 0.0  # time.monotonic()

    def look(self) -> None:
        """Start the cluster, anew if it has gone, and count its workers when it is time for it."""
        now = time.monotonic()
        if self._cluster is None or not self._cluster.alive():
            self.slots = {}
            if now >= self._next_start:
                self._connect()
        elif now >= self._next_look:
            self._deadlines.give_up_hanging(self._cluster.client)
            self._count_workers(self._cluster)

    def note_lost(self, worker: str) -> None:
        """Give a worker nothing until the workers are counted again, which is at the next look."""
        self.slots.pop(worker, None)
        self._next_look = 0.0

    @property
    def client(self) -> "Client":
        """What tasks are handed to. For the thread that looks, after a look that left slots."""
        assert self._cluster is not None
        return self._cluster.client

    def ready_client(self) -> "Client":
        """Return the same for any thread. Raises ServiceUnavailable when the cluster or its workers are not there."""
        cluster = self._cluster
        if cluster is None or not self.slots or not cluster.alive():
            is_starting = self.readiness == "starting"
            raise ServiceUnavailable(
                f"{'The training processes are still starting' if is_starting else 'No training process is there'}.",
                "TensorFlow runs in one of them alone.",
                "Try again in some seconds.",
            )
        return cluster.client

    def count_cores(self) -> int:
        """Return how many cores train."""
        return count_cores(self.slots, self._cluster is not None and self._cluster.is_embedded)

    def close(self) -> None:
        """End the cluster."""
        if self._cluster is not None:
            self._cluster.close()

    def _connect(self) -> None:
        if self._cluster is not None:
            logger.warning("The cluster has gone; starting it anew")
            self._cluster.close()
            self._cluster = None
            self.readiness = "starting"
        self._lose_slices()
        self._deadlines.clear()
        try:
            self._cluster = self._start_cluster()
            self._warm_ups.forget_all()
            self._last_worker = time.monotonic()
            self._count_workers(self._cluster)
        except CoreError as error:
            self.readiness = str(error)
        finally:
            self._next_start = time.monotonic() + RETRY_SECONDS

    def _count_workers(self, cluster: Cluster) -> None:
        threads = cluster.client.nthreads(callback_timeout=ANSWER_SECONDS)
        self._deadlines.give_up_gone(threads)
        threads = self._deadlines.leave_out_hanging(threads)
        self._warm_ups.meet(cluster.client, threads)
        if threads:
            self.max_training_bytes = allowed_bytes(cluster.worker_bytes())
        now = time.monotonic()
        self.slots = threads
        self._next_look = now + HEALTH_SECONDS if threads else now
        if threads:
            self.readiness, self._last_worker = "ready", now
        else:
            self.readiness = "No training process is there at the moment. Training goes on as soon as one is."
            if cluster.is_embedded and now - self._last_worker > NO_WORKER_SECONDS:
                cluster.close()
