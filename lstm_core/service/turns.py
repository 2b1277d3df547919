"""Who trains next, where, and for how long: pure decisions, without a clock, a thread or a cluster.

The conductor asks here before it hands out a slice, and so does the simulation of larger classes. The rules:

1. A run that has just begun, or was just resumed, gets a first, short slice soon.
2. Runs that somebody watches come before those that nobody does.
3. Then comes the visitor who has trained least so far (stride scheduling, Waldspurger and Weihl 1995), and of that
   visitor's runs the one that has. So ten runs of one person weigh as one; of each person a few run, the rest wait.
4. A program that is being compiled is waited for, not compiled twice; and compiling leaves a slot to the others.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass

from lstm_core.knobs import MAX_RUNNING_RUNS

SLICE_SECONDS = 0.4  # of training: two points a second with what lies between; the way there and back takes 2 % of it
SHORT_SLICE_SECONDS = 0.25  # when many wait: below this, handing out costs too much
FIRST_SLICE_SECONDS = 0.1  # so that the first point of a new curve comes soon
ROUND_SECONDS = 4.0  # within which every run should have its turn, as long as slices need not be shorter than that
WATCHED_SECONDS = 10.0  # pages look at least every three seconds; a hidden tab once a minute
ABANDONED_SECONDS = 120.0  # unseen for so long, a run pauses when others want its place
MAX_LEAD_SECONDS = 2.0  # of training ahead of the others, and a new run does not come first any more
MAX_CREDIT_SECONDS = 0.5  # who comes back after a while makes up for no more than this


@dataclass(frozen=True)
class Contender:
    """A living run as turn-taking sees it."""

    run_id: str
    visitor: str  # whose share its training counts as
    since: float  # when it was begun or resumed, by any clock: who came first
    unseen_seconds: float = 0.0  # since a page asked for it last
    is_new: bool = False  # it has had no slice since it was begun or resumed
    is_out: bool = False  # a worker has it at this moment
    worker: str | None = None  # the worker that keeps its weights and program; None: any
    program: Hashable = None  # what must be compiled before its next step; None: nothing

    @property
    def is_watched(self) -> bool:
        """Whether somebody looks at it."""
        return self.unseen_seconds < WATCHED_SECONDS


@dataclass(frozen=True)
class Turn:
    """The next slice of a run: on `worker`, for `seconds` of training; `leaves`: it is then to move to another."""

    run_id: str
    worker: str
    seconds: float
    leaves: bool = False


@dataclass(frozen=True)
class Place:
    """Where a run stands in the queue. `seconds` until its next slice are a guess from the last slices."""

    runs_before: int
    seconds: float | None  # None for a run that waits for another of the same visitor to end
    waits_for_own: bool = False


class Shares:
    """Seconds that each of several has used, of something that they share; the least comes next.

    Whoever has been away does not come back with all that time to their credit: the others' `level` is theirs too.
    """

    def __init__(self) -> None:
        self._used: dict[str, float] = {}
        self._level = 0.0  # what those who were served last have used

    def used(self, key: str) -> float:
        """Return how many seconds count as used."""
        return max(self._used.get(key, 0.0), self._level - MAX_CREDIT_SECONDS)

    def lead(self, key: str) -> float:
        """Return how many seconds it is ahead of the others."""
        return self.used(key) - self._level

    def charge(self, key: str, seconds: float) -> None:
        """Count `seconds` as used; negative ones were charged too many before."""
        self._used[key] = self.used(key) + seconds

    def serve(self, key: str) -> None:
        """Note that it is this one's turn, as the one that has used least."""
        self._level = max(self._level, self.used(key))

    def keep_only(self, keys: Collection[str]) -> None:
        """Forget all others but those who are ahead: they would gain by going and coming back."""
        self._used = {key: used for key, used in self._used.items() if key in keys or used > self._level}


class Turns:
    """What each visitor has used, and what follows for the next turns."""

    def __init__(self) -> None:
        self._visitors = Shares()
        self._runs: dict[str, Shares] = {}  # by visitor

    def next(self, living: Collection[Contender], slots: Mapping[str, int], ahead: int = 0) -> list[Turn]:
        """Decide what is handed out now; `slots` says how many slices each worker works on at once.

        `ahead` more lie ready at each worker, so that it need not wait for the next. Each turn counts as used from now
        on; `settle` corrects that by what it really took.
        """
        free = {worker: count + ahead for worker, count in slots.items()}
        for contender in living:
            if contender.is_out and contender.worker is not None and contender.worker in slots:
                free[contender.worker] -= 1
        runs_on = _count_runs(living, slots)
        seconds = slice_seconds(sum(1 for _ in admitted(living)), sum(slots.values()))
        turns = []
        open_slots = sum(max(0, count) for count in free.values())
        for contender in self._pass_over_compiling(living, sum(slots.values())):
            if not open_slots:
                break  # most decisions are about a single slot: thousands of others need not be asked where they fit
            worker = _choose_worker(contender, free, runs_on, slots)
            if worker is None:
                continue
            free[worker] -= 1
            open_slots -= 1
            if contender.worker not in slots:
                runs_on[worker] += 1
            length = FIRST_SLICE_SECONDS if contender.is_new else seconds
            leaves = _should_move(worker, runs_on, slots)
            runs_on[worker] -= leaves
            turns.append(Turn(contender.run_id, worker, length, leaves))
            self._begin(contender, length)
        return turns

    def settle(self, visitor: str, run_id: str, expected_seconds: float, seconds: float) -> None:
        """Count what a turn really took, `seconds` of training, in place of what was expected."""
        self._visitors.charge(visitor, seconds - expected_seconds)
        self._runs.setdefault(visitor, Shares()).charge(run_id, seconds - expected_seconds)

    def places(self, living: Collection[Contender], seconds_between: float) -> dict[str, Place]:
        """Tell where each run stands that is not out; `seconds_between` two turns pass, of whatever runs."""
        waiting = self._order(living)
        places = {c.run_id: Place(place, (place + 1) * seconds_between) for place, c in enumerate(waiting)}
        allowed = {contender.run_id for contender in admitted(living)}
        held = sorted((c for c in living if c.run_id not in allowed), key=lambda c: c.since)
        for count, contender in enumerate(held):
            places[contender.run_id] = Place(len(waiting) + count, None, waits_for_own=True)
        return places

    def keep_only(self, living: Collection[Contender]) -> None:
        """Forget what nobody will ask for again."""
        runs: dict[str, set[str]] = {}
        for contender in living:
            runs.setdefault(contender.visitor, set()).add(contender.run_id)
        self._visitors.keep_only(runs)
        self._runs = {visitor: shares for visitor, shares in self._runs.items() if visitor in runs}
        for visitor, shares in self._runs.items():
            shares.keep_only(runs[visitor])

    def _begin(self, contender: Contender, seconds: float) -> None:
        shares = self._runs.setdefault(contender.visitor, Shares())
        if not self._comes_first(contender):  # else it is its turn though it may not have used least
            self._visitors.serve(contender.visitor)
            shares.serve(contender.run_id)
        self._visitors.charge(contender.visitor, seconds)
        shares.charge(contender.run_id, seconds)

    def _order(self, living: Collection[Contender]) -> list[Contender]:
        """Return the runs that may train and are not out, the next one first."""
        by_visitor: dict[str, list[Contender]] = {}
        for contender in admitted(living):
            if not contender.is_out:
                by_visitor.setdefault(contender.visitor, []).append(contender)
        ranked = []
        for visitor, own in by_visitor.items():
            if len(own) > 1:
                shares = self._runs.get(visitor, Shares())
                own.sort(key=lambda c: (self._lane(c), shares.used(c.run_id), c.since))
            used = self._visitors.used(visitor)
            for rank, contender in enumerate(own):  # a second one comes as if the first had had its turn
                key = self._lane(contender), used + rank * SLICE_SECONDS, contender.since
                ranked.append((key, contender))
        return [contender for _, contender in sorted(ranked, key=lambda entry: entry[0])]

    def _pass_over_compiling(self, living: Collection[Contender], slot_count: int) -> Iterable[Contender]:
        """Return the order without those that would compile what is being compiled; many that compile come last."""
        compiling = {c.program for c in living if c.is_out and c.program is not None}
        later = []
        for contender in self._order(living):
            if contender.program in compiling:
                continue
            if contender.program is None:
                yield contender
            elif len(compiling) < max(1, slot_count - 1):
                compiling.add(contender.program)
                yield contender
            else:
                later.append(contender)
        for contender in later:
            if contender.program not in compiling:
                compiling.add(contender.program)
                yield contender

    def _comes_first(self, contender: Contender) -> bool:
        return contender.is_new and contender.is_watched and self._visitors.lead(contender.visitor) <= MAX_LEAD_SECONDS

    def _lane(self, contender: Contender) -> int:
        return 0 if self._comes_first(contender) else 1 if contender.is_watched else 2


def admitted(living: Iterable[Contender]) -> list[Contender]:
    """Return the runs that take part: of each visitor the first MAX_RUNNING_RUNS that came."""
    counts: dict[str, int] = {}
    taken = []
    for contender in sorted(living, key=lambda c: c.since):
        counts[contender.visitor] = counts.get(contender.visitor, 0) + 1
        if counts[contender.visitor] <= MAX_RUNNING_RUNS:
            taken.append(contender)
    return taken


def abandoned(living: Collection[Contender], slot_count: int) -> list[Contender]:
    """Return the runs that should pause: unseen for long, while those that are watched could use every slot."""
    watched = sum(contender.is_watched for contender in admitted(living))
    if not slot_count or watched < slot_count:
        return []
    return [contender for contender in living if contender.unseen_seconds >= ABANDONED_SECONDS]


def slice_seconds(running: int, slot_count: int) -> float:
    """Return how long a slice of each of `running` runs trains on `slot_count` slots."""
    return min(SLICE_SECONDS, max(SHORT_SLICE_SECONDS, ROUND_SECONDS * slot_count / max(1, running)))


def _count_runs(living: Iterable[Contender], slots: Mapping[str, int]) -> dict[str, int]:
    counts = dict.fromkeys(slots, 0)
    for contender in living:
        if contender.worker is not None and contender.worker in counts:
            counts[contender.worker] += 1
    return counts


def _choose_worker(
    contender: Contender, free: Mapping[str, int], runs_on: Mapping[str, int], slots: Mapping[str, int]
) -> str | None:
    """Return where its next slice goes: to the worker that keeps it, else to the one with the fewest runs per slot."""
    if contender.worker is not None and contender.worker in slots:
        return contender.worker if free[contender.worker] > 0 else None
    open_ones = [worker for worker in free if free[worker] > 0]
    return min(open_ones, key=lambda worker: (runs_on[worker] / slots[worker], -free[worker]), default=None)


def _should_move(worker: str, runs_on: Mapping[str, int], slots: Mapping[str, int]) -> bool:
    """Tell whether a run of this worker would share its slots with fewer others elsewhere. It then never moves back."""
    least = min((runs_on[other] + 1) / slots[other] for other in slots)
    return least < runs_on[worker] / slots[worker]
