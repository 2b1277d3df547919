"""A side that measures nothing: it counts, and fails when it is told to."""

import os
import sys
from collections.abc import Callable


def build(start: int) -> Callable[..., dict[str, int]]:
    count = [start]

    def measure(add: int, prints: str = "", crashes: bool = False) -> dict[str, int]:
        if prints:
            print(prints, flush=True)
        if crashes:
            print("I give up", file=sys.stderr, flush=True)
            os._exit(3)
        count[0] += add
        return {"count": count[0], "seconds": 2 // min(add, 1), "process": os.getpid()}

    return measure
