"""What takes a second or two to find out and serves every visitor: found once, in the background, kept for a while.

No Streamlit here. A page asks, goes on without it, and asks again at its next tick.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from lstm_core.errors import CoreError

Value = TypeVar("Value")
LOGGER = logging.getLogger(__name__)
ENTRY_BYTES = 500  # what even a failure takes
_TURNS = threading.Semaphore(1)  # of all kinds together: pages and slices of training need the cores, too


class _Entry(Generic[Value]):
    def __init__(self) -> None:
        self.value: Value | None = None
        self.error: CoreError | None = None
        self.bytes = ENTRY_BYTES
        self.is_done = threading.Event()


class SharedResults(Generic[Value]):
    """The last results by key, as many as fit into `max_bytes` by what `weigh` says of each; the last one always.

    Whoever begins waits `delay_seconds` first, so that the page is drawn before.
    """

    def __init__(self, name: str, max_bytes: int, weigh: Callable[[Value], int], delay_seconds: float = 0.0) -> None:
        self._name, self._max_bytes, self._weigh, self._delay_seconds = name, max_bytes, weigh, delay_seconds
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry[Value]] = OrderedDict()  # the one asked for last at the end

    def get(self, key: Hashable, find: Callable[[], Value]) -> Value | None:
        """Return the result, None while it is on its way; the first who asks has it found by `find`, in a thread.

        Raises the CoreError that `find` raised. After any other exception, which is logged, it stays None.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _Entry()
                arguments = (entry, find)
                threading.Thread(target=self._find, args=arguments, daemon=True, name=self._name).start()
            self._entries.move_to_end(key)
        if entry.error is not None:
            raise entry.error
        return entry.value

    def is_coming(self, key: Hashable) -> bool:
        """Whether somebody is finding it at this moment."""
        entry = self._entries.get(key)
        return entry is not None and not entry.is_done.is_set()

    def wait(self, key: Hashable, seconds: float) -> None:
        """Wait until it is found or has failed, `seconds` at most."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.is_done.wait(seconds)

    def _find(self, entry: "_Entry[Value]", find: Callable[[], Value]) -> None:
        time.sleep(self._delay_seconds)
        try:
            with _TURNS:
                value = find()
            with self._lock:
                entry.bytes, entry.value = self._weigh(value), value
                self._make_room()
        except CoreError as error:
            entry.error = error
        except Exception:
            LOGGER.exception("%s could not be found for a reason that nobody thought of", self._name)
        entry.is_done.set()

    def _make_room(self) -> None:
        taken = sum(entry.bytes for entry in self._entries.values())
        for key, entry in list(self._entries.items())[:-1]:
            if taken <= self._max_bytes:
                return
            if entry.is_done.is_set():
                taken -= self._entries.pop(key).bytes
