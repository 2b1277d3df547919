"""What becomes of a run whose slice was lost with its worker, and of the others that were lost with it.

A slice that needs more memory than there is takes its worker with it, and whatever else that worker was doing. Which
of them was to blame shows only when they are tried one at a time: so no bystander is given up.
"""

from collections.abc import Collection

from lstm_core.service.deadlines import GONE, LATE
from lstm_core.service.live_run import LiveRun

WAS_LOST, HUNG = "was lost", "hung and was replaced"
ENDED = "ended with its server"
MAX_FAILURES = 3  # slices lost in a row before a run is given up


def lose_slice(run: LiveRun, error: BaseException) -> None:
    """Note that the slice that `run` had out is lost, with `error` from Dask; after too many, give the run up."""
    reason = getattr(error, "reason", "")
    run.mishap = HUNG if reason == LATE else WAS_LOST
    run.worker = None
    if reason == GONE:
        return  # its worker had gone before it came there: the run had no part in that
    run.lost_on = run.worker_out
    run.failures += 1
    if run.failures >= MAX_FAILURES:
        run.fail(f"The training process {run.mishap} three times in a row; the network may be too large for it.")


def tell_loss(run: LiveRun, step: int) -> None:
    """Note for the visitor why `run` goes on from `step`, that of its last whole checkpoint; nothing if all is well."""
    onward = f"it went on from step {step:,}" if step != run.step else "it went on from there"
    if step < run.checkpoint_step:
        run.note = f"The checkpoint of step {run.checkpoint_step:,} could not be read; {onward}."
    elif run.mishap or step != run.step:
        run.note = f"The training process {run.mishap or WAS_LOST} at step {run.step:,}; {onward}."


def may_train_beside(run: LiveRun, others: Collection[LiveRun]) -> bool:
    """Tell whether `run` may train while `others` do: of those that were lost lately, no two together.

    Runs lost on different workers may train together, until one of them has a single try left.
    """
    return not run.lost_on or not any(other.lost_on and _must_be_apart(run, other) for other in others)


def _must_be_apart(run: LiveRun, other: LiveRun) -> bool:
    return run.lost_on == other.lost_on or max(run.failures, other.failures) >= MAX_FAILURES - 1
