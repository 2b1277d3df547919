"""Work of some seconds for one visitor, in a thread of its own: it brings one item after the other and can be stopped.

No Streamlit here: a page keeps the job in its session and looks at it now and then.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from lstm_core.errors import CoreError

JOBS_AT_ONCE = 2  # of all visitors together; others wait for their turn
_TURNS = threading.Semaphore(JOBS_AT_ONCE)
LOGGER = logging.getLogger(__name__)

Item = TypeVar("Item")


class BackgroundJob(Generic[Item]):
    """Collects the `items` that `work` yields, `total` of them; None that it yields only asks whether to go on."""

    def __init__(self, work: Callable[[], Iterable[Item | None]], total: int) -> None:
        """Begin; returns at once."""
        self.items: list[Item] = []
        self.total = total
        self.error: CoreError | None = None
        self.has_failed = False  # for a reason that nobody has foreseen; it is in the log
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True, name="a visitor's job")
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether more items may come."""
        return self._thread.is_alive()

    @property
    def share(self) -> float:
        """Return how much is done, 0 to 1."""
        return min(1.0, len(self.items) / self.total) if self.total else 1.0

    def stop(self) -> None:
        """Bring no more; what is there stays."""
        self._stopping.set()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, or so long."""
        self._thread.join(seconds)

    def _run(self, work: Callable[[], Iterable[Item | None]]) -> None:
        try:
            with _TURNS:
                for item in work():
                    if self._stopping.is_set():
                        return
                    if item is not None:
                        self.items.append(item)
        except CoreError as error:
            self.error = error
        except Exception:
            LOGGER.exception("A job failed")
            self.has_failed = True
