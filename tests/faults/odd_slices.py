"""Slices that go wrong for good: what a worker does for runs that a test has named, in place of training them."""

import time

from lstm_core.training.slices import SliceRequest, SliceResult, train_slice

CHUNK_BYTES = 32 * 2**20
MAX_BYTES = 6 * 2**30  # a limit that does not hold is to fail a test, not the machine


def train_oddly(oddities: dict[str, str], request: SliceRequest) -> SliceResult:
    """Run one slice; `oddities` says by run id which "hang" in mid-run and which "eat" more memory than there is."""
    oddity = oddities.get(request.run_id)
    if oddity == "hang" and request.state is None:
        while True:
            time.sleep(1)
    if oddity == "eat":
        eat_memory()
    return train_slice(request)


def eat_memory() -> None:
    """Take more and more memory, and use it, at a pace at which whoever watches can see it."""
    eaten = []
    while len(eaten) * CHUNK_BYTES < MAX_BYTES:
        eaten.append(bytearray(b"x") * CHUNK_BYTES)
        time.sleep(0.02)
