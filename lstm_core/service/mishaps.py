"""What becomes of a run whose slice was lost with its worker, and of the others that were lost with it.

A slice that needs more memory than there is takes its worker with it, and whatever else that worker was doing. Which
of them was to blame shows only when they are tried one at a time: so no bystander is given up.
"""

from collections.abc import Collection, Iterator

from lstm_core.service.deadlines import LATE
from lstm_core.service.live_run import WAS_LOST, LiveRun

MAX_FAILURES = 3  # slices lost in a row before a run is given up


def lose_slice(run: LiveRun, error: BaseException) -> None:
    """Note that the slice that `run` had out is lost, with `error` from Dask; after too many, give the run up."""
    run.mishap = "hung and was replaced" if getattr(error, "reason", "") == LATE else WAS_LOST
    last_worker = getattr(error, "last_worker", None)  # of a KilledWorker
    run.lost_on = last_worker.address if last_worker is not None else run.worker
    run.worker = None
    run.failures += 1
    if run.failures >= MAX_FAILURES:
        what = "hung" if run.mishap.startswith("hung") else run.mishap
        run.fail(f"The training process {what} three times in a row; the network may be too large for it.")


def tell_loss(run: LiveRun, step: int) -> None:
    """Note for the visitor that `run` goes on from `step`, that of its last checkpoint, and why."""
    onward = f"it went on from step {step:,}" if step != run.step else "it went on from there"
    run.note = f"The training process {run.mishap} at step {run.step:,}; {onward}."


def iter_tried_apart(waiting: Collection[LiveRun], out: Collection[LiveRun]) -> Iterator[LiveRun]:
    """Yield the runs of `waiting`, but of those that were lost lately none together with another such one.

    Runs lost on different workers may train together, until one of them has a single try left.
    """
    suspects = [run for run in out if run.lost_on]
    for run in waiting:
        if run.lost_on:
            if any(_must_be_apart(run, other) for other in suspects):
                continue
            suspects.append(run)
        yield run


def _must_be_apart(run: LiveRun, other: LiveRun) -> bool:
    return run.lost_on == other.lost_on or max(run.failures, other.failures) >= MAX_FAILURES - 1
