"""Slices of training on a worker: it keeps the live run, and says so when it does not have it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from distributed import Client

from lstm_core.errors import TextTooShort
from lstm_core.network.spec import RunSpec
from lstm_core.training.plan import Plan
from lstm_core.training.slices import RunState, SliceRequest, SliceResult, train_slice
from lstm_core.training.trainer import Trainer
from tests.training.small_runs import build_small_spec

SPEC = build_small_spec(dropout=0.2, recurrent_dropout=0.1)


@pytest.fixture(scope="module")
def worker() -> Iterator[Client]:
    """A worker in this process: TensorFlow is there already."""
    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
        yield client


def ask(worker: Client, run_id: str, step: int, spec: RunSpec | None = None, **settings: Any) -> SliceResult:
    """Hand out a slice of 10 steps; with a spec, all that is needed to start the run goes along."""
    state = RunState(spec, settings.pop("arrays", None)) if spec else None
    request = {"plan": Plan.from_spec(spec or SPEC), "seconds": 600.0, "max_steps": 10, "wants_checkpoint": False}
    slice_request = SliceRequest(run_id, step, state=state, **(request | settings))
    return worker.submit(train_slice, slice_request, pure=False).result(timeout=60)


def losses_of(*results: SliceResult) -> np.ndarray:
    return np.concatenate([result.report.losses for result in results if result.report is not None])


def test_slices_of_a_kept_run_make_the_losses_of_one_go(worker: Client) -> None:
    expected = Trainer(SPEC).train(600, 30).losses
    first = ask(worker, "kept", 0, SPEC)
    found = losses_of(first, ask(worker, "kept", 10), ask(worker, "kept", 20))
    assert first.checkpoint is None
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_a_run_goes_on_elsewhere_from_its_checkpoint(worker: Client) -> None:
    expected = Trainer(SPEC).train(600, 20).losses
    first = ask(worker, "moves", 0, SPEC, wants_checkpoint=True)
    second = ask(worker, "has moved", 10, SPEC, arrays=first.checkpoint)
    assert first.checkpoint is not None
    np.testing.assert_allclose(losses_of(first, second), expected, rtol=0, atol=1e-5)


def test_a_worker_says_when_it_does_not_have_a_run(worker: Client) -> None:
    result = ask(worker, "never seen", 10)
    assert (result.is_unknown, result.report, result.checkpoint) == (True, None, None)


def test_a_worker_whose_run_stands_at_another_step_does_not_train_it(worker: Client) -> None:
    ask(worker, "elsewhere", 0, SPEC)
    result = ask(worker, "elsewhere", 30)
    assert (result.is_unknown, result.report) == (True, None)


def test_a_slice_of_no_steps_brings_the_state_and_trains_nothing(worker: Client) -> None:
    ask(worker, "looked at", 0, SPEC)
    result = ask(worker, "looked at", 10, max_steps=0, wants_checkpoint=True)
    assert result.report is not None
    assert len(result.report.losses) == 0
    assert result.report.last_step == 10
    assert result.checkpoint is not None
    assert int(result.checkpoint["step"]) == 10
    assert not ask(worker, "looked at", 10).is_unknown


def test_the_end_of_a_run_always_brings_its_state(worker: Client) -> None:
    result = ask(worker, "ends", 0, SPEC.changed(steps=5))
    assert result.report is not None
    assert result.report.stopped_by == "steps"
    assert result.checkpoint is not None
    assert int(result.checkpoint["step"]) == 5


def test_a_moved_learning_rate_travels_with_the_slice(worker: Client) -> None:
    ask(worker, "moved rate", 0, SPEC)
    plan = Plan.from_spec(SPEC).with_learning_rate(10, 0.3)
    still = Trainer(SPEC).train(600, 20).losses[10:]
    moved = losses_of(ask(worker, "moved rate", 10, plan=plan))
    assert moved[0] == pytest.approx(still[0], abs=1e-5)
    assert not np.isclose(moved[1:], still[1:], rtol=0, atol=1e-5).any()


def test_what_preparing_a_run_raises_comes_back(worker: Client) -> None:
    with pytest.raises(TextTooShort):
        ask(worker, "too short", 0, build_small_spec("one two"))
