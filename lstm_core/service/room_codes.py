"""Codes that are read from a projector and typed on a phone, secrets that only a link carries, and who guesses them.

Five letters of 23 make 6,436,343 codes. Whoever tries them out gets one answer a second at most, all together, so that
one open room is found after some five weeks on average, and a room lives for twelve hours.
"""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from lstm_core.errors import NotAllowed
from lstm_core.service.owners import hash_token

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"  # no I, L and O, which pass for 1 and 0
CODE_LENGTH = 5

# Wrong codes in a row, and how many a second are forgiven. A whole school may share one address: a class of thirty
# that mistypes every second code still comes in.
VISITOR_GUESSES, VISITOR_PER_SECOND = 20, 0.25
ALL_GUESSES, ALL_PER_SECOND = 200, 1.0
MAX_VISITORS_KNOWN = 4_096


def make_code() -> str:
    """Draw a room's code."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def clean_code(typed: str) -> str:
    """Return a code as it was meant: without what stands between its letters, in capitals; "" when it cannot be one."""
    letters = "".join(letter for letter in typed[:50].upper() if letter.isalnum())
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(CODE_LETTERS) else ""


def make_secret() -> str:
    """Draw a secret that nobody guesses, 128 bits of it, for the teacher's link."""
    return secrets.token_urlsafe(16)


def is_secret(given: str, kept_hash: str) -> bool:
    """Tell whether `given` is the secret whose `hash_token` was kept, in a time that does not tell how nearly."""
    return hmac.compare_digest(hash_token(given), kept_hash)


@dataclass
class _Allowance:
    """Guesses that are left; they grow back with time."""

    left: float
    since: float

    def grow(self, now: float, most: float, per_second: float) -> None:
        self.left = min(most, self.left + (now - self.since) * per_second)
        self.since = now


class GuessLimiter:
    """Counts wrong codes, of each visitor and of all. May be used from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all = _Allowance(ALL_GUESSES, clock())
        self._visitors: OrderedDict[str, _Allowance] = OrderedDict()

    def check(self, visitor: str) -> None:
        """Refuse to look at any code, right or wrong, after too many wrong ones. Raises NotAllowed.

        `visitor` is whatever tells one from another: the network address.
        """
        with self._lock:
            if self._grown(visitor).left < 1 or self._all.left < 1:
                raise NotAllowed(
                    "Too many wrong codes came in a short time.",
                    "A room's code has five letters and stands on the wall.",
                    "Wait a minute, look at it again, and type it once more.",
                )

    def note_wrong(self, visitor: str) -> None:
        """Remember that a code led nowhere."""
        with self._lock:
            self._grown(visitor).left -= 1
            self._all.left -= 1

    def _grown(self, visitor: str) -> _Allowance:
        now = self._clock()
        self._all.grow(now, ALL_GUESSES, ALL_PER_SECOND)
        allowance = self._visitors.setdefault(visitor, _Allowance(VISITOR_GUESSES, now))
        allowance.grow(now, VISITOR_GUESSES, VISITOR_PER_SECOND)
        self._visitors.move_to_end(visitor)
        if len(self._visitors) > MAX_VISITORS_KNOWN:
            self._visitors.popitem(last=False)
        return allowance
