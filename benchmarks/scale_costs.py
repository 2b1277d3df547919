"""What a slice costs here, besides its training: measured once, written down, and fed to the model of large classes.

The network is that of the measure with thirty visitors: the sonnets letter by letter, 128 units, batch 32, window 100.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lstm_core.network.spec import RunSpec
from lstm_core.service.cluster import Cluster
from lstm_core.service.live_run import LiveRun
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.service.turn_taking import TurnTaking
from lstm_core.service.turns import FIRST_SLICE_SECONDS, SHORT_SLICE_SECONDS, SLICE_SECONDS
from lstm_core.text.library import load_text
from lstm_core.training.data import prepare_run
from lstm_core.training.plan import Plan
from lstm_core.training.slices import MAX_KEPT_BYTES, RunState, SliceRequest, SliceResult, train_slice
from lstm_core.training.warm_up import import_tensorflow

LENGTHS = (FIRST_SLICE_SECONDS, SHORT_SLICE_SECONDS, SLICE_SECONDS)  # of slices, that turn-taking hands out
REPEATS = 12
ROUND_TRIPS = 60
RUNS_WATCHED = 6  # of the service, to measure what a slice costs the server
SERVICE_SECONDS = 12.0
DECISIONS = 40  # timed for each size of class
ANSWER_SECONDS = 600.0  # on a busy machine


@dataclass(frozen=True)
class SliceCosts:
    """Seconds, see `class_model.Costs`; `kept_bytes` of a run's weights, optimizer slots and text."""

    round_trip: float
    overhead: float
    overshoot: float
    compiling: float
    taking_up: float
    kept_bytes: int

    @property
    def kept_runs(self) -> int:
        """How many runs' weights a worker keeps."""
        return MAX_KEPT_BYTES // self.kept_bytes


@dataclass(frozen=True)
class TimedSlice:
    """What a slice brought, and how long its worker had it, in seconds."""

    result: SliceResult
    seconds: float


def build_spec(random_seed: int) -> RunSpec:
    """Return the run that every visitor of the model trains."""
    settings = {"symbols": "characters", "units": 128, "batch": 32, "window": 100, "steps": 1_000_000}
    return RunSpec.build(load_text("shakespeare"), "The sonnets", random_seed=random_seed, **settings)


def measure_slices() -> SliceCosts:
    """Hand slices to an embedded worker, one at a time, and see how long they take."""
    cluster = Cluster.start(1)
    try:
        client = cluster.client
        client.submit(import_tensorflow, pure=False).result(timeout=ANSWER_SECONDS)
        trips = [_time_round_trip(cluster) for _ in range(ROUND_TRIPS)]
        first, second = (_time_slices(cluster, seed) for seed in (1, 2))  # the second finds the program compiled
    finally:
        cluster.close()
    later, asked = first[1:] + second[1:], LENGTHS * REPEATS * 2
    weights = sum(array.nbytes for array in first[0].result.checkpoint.values())
    overhead = statistics.median(timed.seconds - _trained(timed) for timed in later)
    return SliceCosts(
        round_trip=statistics.median(trips),
        overhead=overhead,
        overshoot=statistics.mean(_trained(timed) - seconds for timed, seconds in zip(later, asked, strict=True)),
        compiling=first[0].seconds - _trained(first[0]) - overhead,
        taking_up=max(0.0, second[0].seconds - _trained(second[0]) - overhead),
        kept_bytes=weights + 4 * len(build_spec(1).text),
    )


def measure_server_seconds(folder: Path) -> float:
    """Return the server's CPU seconds for each slice of a service with a few runs: handing out, taking in, writing."""
    cluster = Cluster.start(1)
    counted = _count_submissions(cluster)
    service = TrainingService(RunStore(folder), lambda: cluster)
    try:
        runs = [service.start_run(build_spec(seed)) for seed in range(RUNS_WATCHED)]
        _wait_until_all_train(service, runs)
        before, started = time.process_time(), len(counted)
        time.sleep(SERVICE_SECONDS)
        return (time.process_time() - before) / max(1, len(counted) - started)
    finally:
        service.close()


def measure_decision(run_count: int, worker_count: int, slots_per_worker: int) -> float:
    """Return the server's CPU seconds to decide who of `run_count` is next on `worker_count` workers.

    All runs live, and as many as there is room for are out; each decision follows on a slice that came back.
    """
    slots = {f"worker {number}": slots_per_worker for number in range(worker_count)}
    runs = _build_runs(run_count)
    by_id = {run.run_id: run for run in runs}
    taking, out = TurnTaking(), []
    seconds = []
    for decision in range(DECISIONS):
        before = time.process_time()
        taking.pause_abandoned(runs, len(slots) * slots_per_worker)
        turns = taking.next(runs, slots, sum(slots.values()))
        seconds.append(time.process_time() - before)
        for turn in turns:
            run = by_id[turn.run_id]
            run.slice_out = SliceRequest(run.run_id, 0, run.plan, turn.seconds, None, False, None, turn.leaves)
            run.worker_out, run.is_new = turn.worker, False
            out.append(run)
        back = out.pop(decision % len(out))
        taking.note_end(back, back.slice_out, None)
        back.worker, back.slice_out = (None if back.slice_out.leaves else back.worker_out), None
    return statistics.median(seconds[1:])  # the first fills all slots at once


def timed_slice(request: SliceRequest) -> TimedSlice:
    """Run one slice in a worker and time it there."""
    started = time.perf_counter()
    return TimedSlice(train_slice(request), time.perf_counter() - started)


def _time_round_trip(cluster: Cluster) -> float:
    started = time.perf_counter()
    cluster.client.submit(int, pure=False).result(timeout=ANSWER_SECONDS)
    return time.perf_counter() - started


def _time_slices(cluster: Cluster, random_seed: int) -> list[TimedSlice]:
    """Run a first slice and REPEATS of each length."""
    spec, timed = build_spec(random_seed), []
    plan, step, state = Plan.from_spec(spec), 0, RunState(spec, None)
    for seconds in (LENGTHS[0], *LENGTHS * REPEATS):
        request = SliceRequest(f"timed-{random_seed}", step, plan, seconds, None, state is not None, state)
        timed.append(cluster.client.submit(timed_slice, request, pure=False).result(timeout=ANSWER_SECONDS))
        plan, step, state = timed[-1].result.plan, timed[-1].result.report.last_step, None
    return timed


def _trained(timed: TimedSlice) -> float:
    return timed.result.report.seconds


def _count_submissions(cluster: Cluster) -> list[None]:
    """Let a list grow with each task that is handed to the cluster."""
    counted: list[None] = []
    submit = cluster.client.submit

    def submit_and_count(*arguments: object, **options: object) -> object:
        counted.append(None)
        return submit(*arguments, **options)

    cluster.client.submit = submit_and_count
    return counted


def _wait_until_all_train(service: TrainingService, runs: Sequence[str]) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while any(service.view(run_id).step == 0 for run_id in runs):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(runs)} runs did not begin to train within {ANSWER_SECONDS:.0f} s")
        time.sleep(0.1)


def _build_runs(count: int) -> list[LiveRun]:
    spec = build_spec(1)
    data = prepare_run(spec)
    now = time.monotonic()
    runs = [
        LiveRun(f"run {number}", spec, data.vocabulary, data.shape, Plan.from_spec(spec), "", 1)
        for number in range(count)
    ]
    for number, run in enumerate(runs):
        run.owner, run.since, run.seen = f"visitor {number}", now + number * 1e-3, now + 3_600
    return runs
