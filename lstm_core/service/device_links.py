"""Secret links that make another device an owner of one's runs, too: each works once, for a quarter of an hour.

The tokens that such a link stands for are in memory alone, and only until it was used or is over.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from lstm_core.errors import NotAllowed
from lstm_core.service.owners import hash_token

LINK_SECONDS = 900.0
MAX_LINKS = 1_000  # at once on one server; the oldest goes


@dataclass(frozen=True)
class _Link:
    tokens: tuple[str, ...] = field(repr=False)
    until: float  # by the clock of `DeviceLinks`


class DeviceLinks:
    """The links that are open. May be used from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._links: OrderedDict[str, _Link] = OrderedDict()  # by the hash of its key
        self._clock = clock
        self._lock = threading.Lock()

    def make(self, tokens: tuple[str, ...]) -> str:
        """Return the key of a new link for a browser's tokens, its own first; the link it had before is void."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._drop(tokens[0])
            self._links[hash_token(key)] = _Link(tokens, self._clock() + LINK_SECONDS)
            while len(self._links) > MAX_LINKS:
                self._links.popitem(last=False)
        return key

    def is_open(self, key: str) -> bool:
        """Tell whether a link would still work."""
        link = self._links.get(hash_token(key))
        return link is not None and link.until > self._clock()

    def take(self, key: str) -> tuple[str, ...]:
        """Return the tokens of a link, which is void from now on. Raises NotAllowed when it is already."""
        with self._lock:
            link = self._links.pop(hash_token(key), None)
        if link is None or link.until <= self._clock():
            raise NotAllowed(
                "This link does not work any more.",
                f"Each can be used once, within {LINK_SECONDS / 60:.0f} minutes after it was made.",
                "Make a new one on the first device, on the page of runs.",
            )
        return link.tokens

    def cancel(self, token: str) -> None:
        """Make void the link of the browser with this token of its own."""
        with self._lock:
            self._drop(token)

    def _drop(self, token: str) -> None:
        now = self._clock()
        kept = [(key, link) for key, link in self._links.items() if link.tokens[0] != token and link.until > now]
        self._links = OrderedDict(kept)
