"""Traces that several visitors, or several parts of a page, look at: each is made once, and the oldest make way.

No Streamlit here: its caches count entries, and a trace may have a few kilobytes or fifty megabytes.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from lstm_core.insight.trace import TextTrace

MAX_SHELF_BYTES = 120 * 2**20  # two of the largest traces, or dozens of usual ones


class TraceShelf:
    """Keeps the traces that were asked for last, up to a number of bytes; always the very last one."""

    def __init__(self, max_bytes: int = MAX_SHELF_BYTES) -> None:
        self._max_bytes = max_bytes
        self._traces: OrderedDict[Hashable, TextTrace] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, make: Callable[[], TextTrace]) -> TextTrace:
        """Return the trace of this key, made now if it is not there. What `make` raises goes through."""
        with self._lock:
            if key in self._traces:
                self._traces.move_to_end(key)
                return self._traces[key]
        trace = make()  # without the lock: others need not wait for it
        with self._lock:
            self._traces[key] = trace
            while len(self._traces) > 1 and self.size_bytes > self._max_bytes:
                self._traces.popitem(last=False)
        return trace

    @property
    def size_bytes(self) -> int:
        """Memory that the traces take."""
        return sum(trace.size_bytes for trace in self._traces.values())
