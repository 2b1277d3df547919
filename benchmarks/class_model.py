"""A class of any size on a cluster of any size, without either: what each slice costs is measured, who is next decided
by the very code that decides in the app (`lstm_core/service/turns.py`).

The model: one conductor that takes in what came back, decides, and hands out, one thing after the other; workers that
work on a few slices at once and keep the next one ready. `scale_costs.py` measures what it is fed with, `scale.py`
asks the questions.
"""

import heapq
from dataclasses import dataclass, field, replace

from lstm_core.service.turns import Contender, Turn, Turns, admitted

SLOTS_PER_WORKER = 2  # as the app starts its own worker: one for each of two cores
ARRIVAL_SECONDS = 60.0  # all press Train within a minute, one after the other
PROGRAM = "the network that all train"


@dataclass(frozen=True)
class Costs:
    """What a slice costs besides its training, in seconds, and how many runs' weights a worker keeps."""

    round_trip: float  # from handing out to taking in, without the work
    overhead: float  # on the worker: looking at the loss, writing samples
    overshoot: float  # seconds that a slice trains longer than it was asked to
    compiling: float  # the first slice of a worker that has never met the network
    taking_up: float  # the first slice of a run on a worker
    conductor: float  # of the server's time for each slice: handing out, taking in, writing down
    decision: float  # of the server's time to decide who is next
    kept_runs: int  # on each worker; above, the state travels with each slice


@dataclass
class _Visitor:
    pressed: float
    contender: Contender
    first_point: float | None = None
    trained: list[tuple[float, float]] = field(default_factory=list)  # when it was taken in, how long it was


@dataclass
class _Worker:
    free_at: list[float]  # a heap, one entry per slot
    has_compiled: bool = False
    runs: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Slice:
    turn: Turn
    trained: float


@dataclass(frozen=True)
class Outcome:
    """How it went. Waits in seconds from pressing Train to the first point, by visitor."""

    waits: list[float]
    shares: list[float]  # seconds of training by visitor, in the time that was asked for
    slices_per_second: float
    busy: float  # share of the conductor's time

    @property
    def fairness(self) -> float:
        """Jain's index of the shares: 1 when all have the same, 1/n when one has everything."""
        squares = sum(share * share for share in self.shares)
        return sum(self.shares) ** 2 / (len(self.shares) * squares) if squares else 0.0


class ClassModel:
    """Simulates; time is counted from the first press of Train."""

    def __init__(self, visitors: int, workers: int, costs: Costs) -> None:
        self._costs = costs
        self._turns = Turns()
        self._slots = {f"worker {number}": SLOTS_PER_WORKER for number in range(workers)}
        self._workers = {name: _Worker([0.0] * SLOTS_PER_WORKER) for name in self._slots}
        self._coming = [
            _Visitor(pressed, Contender(f"run {number}", f"visitor {number}", since=pressed, is_new=True))
            for number in range(visitors)
            for pressed in [ARRIVAL_SECONDS * number / visitors]
        ]
        self._visitors: dict[str, _Visitor] = {}  # by run, those that have pressed
        self._back: list[tuple[float, int, _Slice]] = []  # a heap of slices on their way back
        self._handed_out = self._taken_in = 0
        self._busy = 0.0
        self._now = 0.0

    def run(self, until: float, patience: float, fair_from: float) -> Outcome:
        """Run until `until`, and on until all have their first point or `patience` is over.

        Shares count from `fair_from` to `until`. Who has no point by then is said to have waited until then.
        """
        while self._now < until or (self._are_some_without_point() and self._now < patience):
            self._let_in()
            self._decide()
            self._take_in()
        visitors = list(self._visitors.values())
        return Outcome(
            [(self._now if each.first_point is None else each.first_point) - each.pressed for each in visitors],
            [sum(length for at, length in each.trained if fair_from < at <= until) for each in visitors],
            self._taken_in / self._now,
            self._busy / self._now,
        )

    def _are_some_without_point(self) -> bool:
        return bool(self._coming) or any(each.first_point is None for each in self._visitors.values())

    def _let_in(self) -> None:
        while self._coming and self._coming[0].pressed <= self._now:
            visitor = self._coming.pop(0)
            self._visitors[visitor.contender.run_id] = visitor

    def _work(self, seconds: float) -> None:
        self._now += seconds
        self._busy += seconds

    def _decide(self) -> None:
        has_program = any(worker.has_compiled for worker in self._workers.values())
        living = [
            replace(each.contender, program=PROGRAM)
            if each.contender.worker is None and not has_program
            else each.contender
            for each in self._visitors.values()
        ]
        self._turns.keep_only(living)
        is_crowded = len(admitted(living)) > sum(self._slots.values())
        turns = self._turns.next(living, self._slots, ahead=int(is_crowded))
        self._work(self._costs.decision)
        for turn in turns:
            self._work(self._costs.conductor / 2)
            self._hand_out(turn)

    def _hand_out(self, turn: Turn) -> None:
        visitor, worker = self._visitors[turn.run_id], self._workers[turn.worker]
        seconds = self._costs.overhead + turn.seconds + self._costs.overshoot
        if not worker.has_compiled:
            seconds += self._costs.compiling
        elif visitor.contender.worker != turn.worker or len(worker.runs) > self._costs.kept_runs:
            seconds += self._costs.taking_up
        starts = max(self._now + self._costs.round_trip / 2, worker.free_at[0])
        heapq.heapreplace(worker.free_at, starts + seconds)
        worker.runs.add(turn.run_id)
        visitor.contender = replace(visitor.contender, is_out=True, worker=turn.worker, is_new=False)
        back = starts + seconds + self._costs.round_trip / 2
        self._handed_out += 1
        heapq.heappush(self._back, (back, self._handed_out, _Slice(turn, turn.seconds + self._costs.overshoot)))

    def _take_in(self) -> None:
        """Wait for a slice or a visitor; take in all that is there."""
        next_times = [self._back[0][0]] if self._back else []
        next_times += [self._coming[0].pressed] if self._coming else []
        self._now = max(self._now, min(next_times))
        while self._back and self._back[0][0] <= self._now:
            done = heapq.heappop(self._back)[2]
            self._work(self._costs.conductor / 2)
            self._settle(done)

    def _settle(self, done: _Slice) -> None:
        turn, visitor, worker = done.turn, self._visitors[done.turn.run_id], self._workers[done.turn.worker]
        self._taken_in += 1
        self._turns.settle(visitor.contender.visitor, turn.run_id, turn.seconds, done.trained)
        worker.has_compiled = True
        if turn.leaves:
            worker.runs.discard(turn.run_id)
        visitor.contender = replace(visitor.contender, is_out=False, worker=None if turn.leaves else turn.worker)
        visitor.trained.append((self._now, done.trained))
        if visitor.first_point is None:
            visitor.first_point = self._now
