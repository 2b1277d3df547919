"""A run branches off an age of another: its beginning, its weights, and what was changed; the other is untouched."""

import numpy as np
import pytest

from lstm_core.errors import CoreError, InvalidSetting
from lstm_core.network.shape import draw_weights
from lstm_core.service.branching import branch_run
from lstm_core.service.live_run import LiveRun
from lstm_core.service.owners import hash_token, make_token
from lstm_core.service.recording import record_checkpoint, record_new_run, record_report
from lstm_core.service.run_store import RunStore
from lstm_core.service.stored_run import load_live_run
from lstm_core.service.training_service import TrainingService
from lstm_core.training.data import prepare_data
from lstm_core.training.optimizers import SLOT_STARTS
from lstm_core.training.reports import SampleNote, TrainingReport, ValidationNote
from lstm_core.training.snapshots import take_snapshot
from lstm_core.training.state import TrainingState
from tests.service.conftest import LONG, no_cluster, small_spec, wait_for_state, wait_for_step, wait_until

OWNER, STRANGER = make_token(), make_token()


@pytest.fixture
def run(store: RunStore) -> LiveRun:
    """A run of twelve steps with ages 2 and 8 and a checkpoint at its end, its numbers drawn, not trained."""
    spec = small_spec(steps=100, learning_rate=0.01)
    data = prepare_data(spec)
    run = record_new_run(store, spec, data, hash_token(OWNER))
    losses = np.linspace(3, 1, 12, dtype=np.float32)
    weights = {step: draw_weights(data.shape, step, 1.0, "keras") for step in (2, 8, 12)}
    report = TrainingReport(
        1, losses, losses / 9, 1.2, 0.0, None, ValidationNote(7, 1.5, 0.25),
        (SampleNote(3, 0.5, "the", "mice"), SampleNote(9, 0.5, "the", "cat")),
        snapshots=tuple(take_snapshot(step, weights[step]) for step in (2, 8)),
    )  # fmt: skip
    run.add_report(report)
    record_report(store, run, report)
    slots = {slot: {name: array + 1 for name, array in weights[12].items()} for slot in SLOT_STARTS[spec.optimizer]}
    run.state = "stopped"
    record_checkpoint(store, run, 12, TrainingState(12, 1.2, weights[12], slots).to_arrays())
    return run


def test_a_branch_has_the_beginning_of_the_other_and_what_was_changed(store: RunStore, run: LiveRun) -> None:
    branch = load_live_run(store, branch_run(store, run.run_id, 8, {"learning_rate": 0.005, "dropout": 0.3}))
    assert (branch.step, branch.state, branch.plan.total_steps) == (8, "paused", 100)
    assert branch.spec.dropout == 0.3
    assert branch.plan.learning_rates == ((1, 0.01), (9, 0.005))
    np.testing.assert_array_equal(branch.curves.losses.after(0), run.curves.losses.after(0)[:8])
    assert [note.step for note in branch.samples] == [3]
    assert store.snapshot_steps(branch.run_id) == [2, 8]
    assert "from step 8" in branch.name and "step 8: learning rate 0.005, dropout 0.3" in branch.note
    weights = store.load_network(branch.run_id).weights
    kept = store.load_snapshot(run.run_id, 8).weights
    assert all(np.array_equal(weights[name], kept[name]) for name in weights)


def test_from_the_last_checkpoint_a_branch_goes_on_exactly(store: RunStore, run: LiveRun) -> None:
    branch_id = branch_run(store, run.run_id, 12, {}, steps=30)
    (step, arrays), (other_step, others) = (store.load_checkpoint(each) for each in (branch_id, run.run_id))
    assert step == other_step == 12
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays if name != "seconds")
    assert load_live_run(store, branch_id).plan.total_steps == 42


def test_the_other_run_is_as_it_was(store: RunStore, run: LiveRun) -> None:
    before = load_live_run(store, run.run_id)
    branch_run(store, run.run_id, 2, {"learning_rate": 0.1})
    after = load_live_run(store, run.run_id)
    assert after.view() == before.view()
    assert store.snapshot_steps(run.run_id) == [2, 8]


@pytest.mark.parametrize(
    ("step", "settings"),
    [(8, {"units": 9}), (8, {"learning_rate": 50}), (5, {}), (0, {}), (13, {}), (8, {"colour": 1})],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    store: RunStore, run: LiveRun, step: int, settings: dict[str, float]
) -> None:
    with pytest.raises(CoreError):
        branch_run(store, run.run_id, step, settings)
    assert store.list_ids() == [run.run_id]


def test_another_network_is_no_branch(store: RunStore, run: LiveRun) -> None:
    with pytest.raises(InvalidSetting, match="another network"):
        branch_run(store, run.run_id, 8, {"units": 16})


def test_a_branch_of_a_living_run_trains_on_and_the_other_pauses(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_until(lambda: len(service.ages(run_id)) > 3)  # 0, two that were kept, and a checkpoint
    age = service.ages(run_id)[2]
    branch_id = service.branch(run_id, age, {"learning_rate": 0.001})
    wait_for_step(service, branch_id, age + 20)
    assert wait_for_state(service, run_id, "paused").cpu_seconds > 0
    assert service.view(branch_id).learning_rate == 0.001
    assert len(service.history(branch_id).losses) >= age + 20
    service.stop(branch_id)
    wait_for_state(service, branch_id, "stopped")


@pytest.mark.parametrize(
    ("owner", "state"), [(OWNER, "paused"), (STRANGER, "waiting")], ids=["its owner", "a stranger"]
)
def test_a_branch_belongs_to_who_made_it_and_pauses_the_other_only_if_that_is_theirs_too(
    store: RunStore, run: LiveRun, owner: str, state: str
) -> None:
    service = TrainingService(store, no_cluster)
    service.train_on(run.run_id, 50, OWNER)
    branch_id = service.branch(run.run_id, 8, {}, owner=owner)
    assert service.view(branch_id).owner == hash_token(owner)
    assert (service.view(run.run_id).state, service.view(branch_id).state) == (state, "waiting")
    service.close()
