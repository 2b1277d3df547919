"""Runs are named, deleted and brought back while the service trains: nothing is lost, no other run is touched."""

from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting, RunNotFound
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.service.conftest import (
    LONG,
    check_history,
    pause_and_settle,
    small_spec,
    wait_for_state,
    wait_for_step,
)


def test_a_name_is_seen_at_once_and_by_the_next_server(service: TrainingService, store: RunStore) -> None:
    run_id = service.start_run(small_spec(steps=5))
    service.rename(run_id, " My  mice ")
    assert service.view(run_id).name == "My mice"
    wait_for_state(service, run_id, "finished")
    assert service.list_runs()[0].name == "My mice"
    assert store.load_name(run_id) == "My mice"


def test_a_name_that_is_refused_leaves_the_old_one(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=5))
    service.rename(run_id, "Mice")
    with pytest.raises(InvalidSetting):
        service.rename(run_id, "")
    assert service.view(run_id).name == "Mice"


def test_a_living_run_is_stopped_deleted_and_comes_back_with_its_last_step(service: TrainingService) -> None:
    run_id, other = (service.start_run(small_spec(steps=LONG)) for _ in range(2))
    reached = wait_for_step(service, run_id, 50).step
    wait_for_step(service, other, 50)
    service.delete(run_id)
    assert [view.run_id for view in service.list_runs()] == [other]
    with pytest.raises(RunNotFound):
        service.view(run_id)
    step = service.view(other).step
    wait_for_step(service, other, step + 50)  # it trains on
    service.bring_back(run_id)
    view = service.view(run_id)
    assert (view.state, view.stopped_by) == ("stopped", "visitor")
    assert view.step >= reached and view.checkpoint_step == view.step
    check_history(service, run_id, view.step)
    service.train_on(run_id, 20)
    assert wait_for_state(service, run_id, "finished", "failed").step == view.step + 20
    assert service.view(run_id).note == ""
    service.stop(other)


def test_a_resting_run_comes_back_as_it_rested(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 20)
    pause_and_settle(service, run_id)
    before, curve = service.view(run_id), service.history(run_id).losses
    service.delete(run_id)
    service.bring_back(run_id)
    after = service.view(run_id)
    assert (after.state, after.step, after.created) == ("paused", before.step, before.created)
    np.testing.assert_array_equal(service.history(run_id).losses, curve)
    service.resume(run_id)
    wait_for_step(service, run_id, before.step + 20)
    service.delete(run_id)


def test_deleting_twice_says_that_it_is_gone_and_keeps_it_in_the_bin(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=5))
    wait_for_state(service, run_id, "finished")
    service.delete(run_id)
    with pytest.raises(RunNotFound):
        service.delete(run_id)
    service.bring_back(run_id)
    assert service.view(run_id).step == 5


@pytest.mark.parametrize("run_id", ["", "..", "../etc", "nobody", "\0", "*"])
def test_an_address_without_a_run_is_told_so(service: TrainingService, run_id: str, tmp_path: Path) -> None:
    for ask in (service.delete, service.bring_back, service.download, service.size_bytes,
                lambda odd: service.rename(odd, "name")):  # fmt: skip
        with pytest.raises(RunNotFound):
            ask(run_id)
