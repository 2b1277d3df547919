"""Many visitors at once: they set up, press Train in the same moment, and keep their pages ticking for a while.

Bounded in number and time, and on this machine alone. `benchmarks/class_at_once.py` prints what came of it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.load.light_visitor import LightVisitor

MAX_VISITORS = 200
MAX_SECONDS = 300.0
MY_OWN = "My own"
PATIENCE_SECONDS = 300.0  # until the first point of a curve; a deadline on a busy machine, never a measure

Value = str | float


@dataclass(frozen=True)
class Setup:
    """What a visitor trains: an experiment by its title and, with "My own", a text and knobs by their keys."""

    experiment: str = MY_OWN
    settings: dict[str, Value] = field(default_factory=dict)
    page: str = "/train"


@dataclass
class Visit:
    """What one visitor met: `first_point` in seconds from pressing Train (None: never), each answer of the page."""

    setup: Setup
    run_id: str = ""
    first_point: float | None = None
    ticks: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass
class Probe:
    """How long pages took to answer somebody who has just come, in seconds, while the others trained."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def set_up(visitor: LightVisitor, setup: Setup) -> None:
    """Open the page and set what is to be trained."""
    await visitor.open(setup.page)
    if setup.page == "/train":
        await visitor.set("experiment", setup.experiment)
    if setup.settings:
        await visitor.set_all(**setup.settings)


async def train_at_once(
    address: str, setups: Sequence[Setup], seconds: float, is_begun: asyncio.Event | None = None
) -> tuple[list[Visit], Probe]:
    """Have a visitor for each setup press Train in the same moment and watch for `seconds`; probe pages meanwhile.

    All that is to be measured while they train can wait for `is_begun`, which is set as they press.
    """
    if len(setups) > MAX_VISITORS or seconds > MAX_SECONDS:
        raise ValueError(f"a crowd is {MAX_VISITORS} visitors for {MAX_SECONDS:.0f} s at most")
    visits = [Visit(setup) for setup in setups]
    async with gather_crowd(address, len(setups)) as visitors:
        for visitor, setup in zip(visitors, setups, strict=True):
            await set_up(visitor, setup)
        probe = Probe()
        probing = asyncio.create_task(_probe(address, probe))
        if is_begun is not None:
            is_begun.set()
        await asyncio.gather(*map(_train, visitors, visits, [seconds] * len(visits)))
        probing.cancel()
    return visits, probe


@asynccontextmanager
async def gather_crowd(address: str, count: int) -> AsyncIterator[list[LightVisitor]]:
    """Open sessions for so many visitors; all end with the block."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(LightVisitor(address)) for _ in range(count)]


async def _train(visitor: LightVisitor, visit: Visit, seconds: float) -> None:
    started = time.perf_counter()
    try:
        await visitor.press("train")
        visit.run_id = visitor.run_id()
        await visitor.wait_for(visitor.has_point, PATIENCE_SECONDS)
        visit.first_point = time.perf_counter() - started
    except TimeoutError:
        visit.errors.append("no point of the curve came")
    await asyncio.sleep(max(0.0, seconds - (time.perf_counter() - started)))
    visit.ticks = visitor.ticks
    visit.errors += visitor.errors


async def _probe(address: str, probe: Probe) -> None:
    """Open one page after the other, each as a visitor who has just come."""
    while True:
        for page in ("/", "/train", "/runs", "/wall"):
            started = time.perf_counter()
            async with LightVisitor(address) as visitor:
                await visitor.open(page)
                probe.seconds.append(time.perf_counter() - started)
                probe.errors += visitor.errors
            await asyncio.sleep(1.0)
