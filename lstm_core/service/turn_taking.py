"""From the live runs to who trains next, and back: what each turn took, and where each run stands in the queue.

The decisions are in `turns.py`; here is what they need to know. Everything happens under the service's lock.
"""

import os
import time
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence

from lstm_core.errors import TooManyRuns
from lstm_core.knobs import MAX_LIVING_RUNS, MAX_RUNNING_RUNS, MAX_WAITING_RUNS
from lstm_core.service.live_run import LiveRun
from lstm_core.service.turns import ABANDONED_SECONDS, Contender, Turn, Turns, abandoned, admitted
from lstm_core.training.slices import SliceRequest, SliceResult

ABANDONED_NOTE = (
    f"Nobody looked at this run for {ABANDONED_SECONDS / 60:.0f} minutes while others waited for their turn, so it "
    "paused. Nothing is lost: Resume takes it up."
)
_USUAL_SECONDS_BETWEEN = 0.2  # two turns, before any has been measured: SLICE_SECONDS each on two cores
_LONGEST_SECONDS_BETWEEN = 2.0  # counted: longer ones were compiled first
_NEWEST_WEIGHT = 0.1  # of the last time between two turns, in the mean of all
_NEWEST_SHARE = 0.3  # likewise of a run's share of the time


class TurnTaking:
    """Decides for the conductor, and keeps account."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._turns = Turns()
        self._clock = clock
        self._compiled: dict[str, set[Hashable]] = {}  # by worker: the programs that it has
        self._seconds_between = _USUAL_SECONDS_BETWEEN
        self._last_end: float | None = None

    def next(self, runs: Collection[LiveRun], slots: Mapping[str, int], core_count: int) -> list[Turn]:
        """Return whose slices are handed out now, and where; `slots` tells how many each worker works on at once.

        Write into each run how many cores it has from now on: all for one alone, else about one each. With its first,
        short slice it has one: another is left to whoever draws the page on which that will be seen.
        """
        self._compiled = {worker: self._compiled.get(worker, set()) for worker in slots}
        living = self._contenders(runs)
        self._turns.keep_only(living)
        running = len(admitted(living))
        for run in runs:
            run.cores = 1 if run.is_new else max(1, core_count // max(1, running))
        # With more runs than slots the next one lies ready: a worker need not wait for the way there and back.
        return self._turns.next(living, slots, ahead=int(running > sum(slots.values())))

    def give_back(self, run: LiveRun, turn: Turn) -> None:
        """Count as unused a turn that was not handed out."""
        self._turns.settle(_visitor_of(run), run.run_id, turn.seconds, 0.0)

    def note_end(self, run: LiveRun, request: SliceRequest, result: SliceResult | None) -> None:
        """Count what a slice took; None: it was lost, or has failed."""
        trained = result.report.seconds if result is not None and result.report is not None else 0.0
        self._turns.settle(_visitor_of(run), run.run_id, request.seconds, trained)
        if result is not None and result.worker in self._compiled:
            self._compiled[result.worker].add(_program_of(run))
        now = self._clock()
        if self._last_end is not None:
            between = min(_LONGEST_SECONDS_BETWEEN, now - self._last_end)
            self._seconds_between += _NEWEST_WEIGHT * (between - self._seconds_between)
        if run.last_end is not None and trained:
            run.share += _NEWEST_SHARE * (min(1.0, trained / max(now - run.last_end, 1e-3)) - run.share)
        self._last_end = run.last_end = now

    def tell_places(self, runs: Collection[LiveRun]) -> None:
        """Write into each living run where it stands in the queue."""
        places = self._turns.places(self._contenders(runs), self._seconds_between)
        for run in runs:
            run.place = places.get(run.run_id)

    def pause_abandoned(self, runs: Collection[LiveRun], slot_count: int) -> None:
        """Pause the runs that nobody has looked at for long, where others want their place."""
        left = {contender.run_id for contender in abandoned(self._contenders(runs), slot_count)}
        for run in runs:
            if run.run_id in left:
                run.rest("paused", note=ABANDONED_NOTE)

    def _contenders(self, runs: Collection[LiveRun]) -> list[Contender]:
        now = self._clock()
        return [
            Contender(
                run.run_id,
                _visitor_of(run),
                since=0.0 if run.is_single_step else run.since,  # a visitor waits for its one step: nothing goes first
                unseen_seconds=now - run.seen,
                is_new=run.is_new,
                is_out=run.slice_out is not None,
                worker=run.worker_out if run.slice_out is not None else run.worker,
                program=self._program_to_compile(run),
            )
            for run in runs
            if run.is_alive
        ]

    def _program_to_compile(self, run: LiveRun) -> Hashable:
        """Return the program that a slice of this run has to compile first, as far as one can tell; None for none."""
        if run.worker is not None:
            return None
        program = _program_of(run)
        return None if any(program in compiled for compiled in self._compiled.values()) else program


def count_cores(slots: Mapping[str, int], is_on_this_machine: bool) -> int:
    """Return how many cores the workers have together, as far as one can tell from what they work on at once."""
    slot_count = sum(slots.values())
    return min(slot_count, os.cpu_count() or 1) if is_on_this_machine else slot_count


def check_room(owner: str, owners_of_living: Sequence[str]) -> None:
    """Raise TooManyRuns when no further run of `owner` (a hash; "" for nobody) may join those that live."""
    most = MAX_RUNNING_RUNS + MAX_WAITING_RUNS
    if owner and owners_of_living.count(owner) >= most:
        raise TooManyRuns(
            f"{MAX_RUNNING_RUNS} of your runs train already and {MAX_WAITING_RUNS} wait for them.",
            f"That is as many as one visitor may have at once: {most}.",
            "Stop or pause one of them, or wait until one has ended.",
        )
    if len(owners_of_living) >= MAX_LIVING_RUNS:
        raise TooManyRuns(
            f"{len(owners_of_living)} runs train on this server or wait for their turn.",
            f"It takes {MAX_LIVING_RUNS} at once.",
            "Nothing is wrong with your network: try again in a few minutes.",
        )


def _visitor_of(run: LiveRun) -> str:
    """Return whose share a run's training counts as; a run that nobody owns stands for itself."""
    return run.owner or run.run_id


def _program_of(run: LiveRun) -> Hashable:
    """Return what tells a run's compiled program from another's, nearly: it is a guess of what need not be compiled."""
    spec = run.spec
    learned_from = spec.reviews.sha256 if spec.reviews is not None else len(spec.text).bit_length()
    has_dropout = spec.dropout > 0, spec.recurrent_dropout > 0, spec.embedding_dropout > 0, spec.word_dropout > 0
    return run.shape, spec.optimizer, spec.batch, spec.clip_norm > 0, has_dropout, learned_from
