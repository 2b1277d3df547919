from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest

from lstm_core.errors import InvalidSetting, RunNotFound, ServiceUnavailable, TextTooShort, TooBig
from lstm_core.network.size import TENSORFLOW_BYTES
from lstm_core.network.spec import RunSpec
from lstm_core.service.cluster import Cluster
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.training.plan import Plan
from lstm_core.training.slices import RunState, SliceRequest, train_slice
from tests.service.conftest import (
    LONG,
    WAIT_SECONDS,
    check_history,
    pause_and_settle,
    small_spec,
    wait_for_state,
    wait_for_step,
    wait_until,
)

StartService = Callable[..., TrainingService]


def test_a_run_trains_to_its_end_with_one_value_for_each_step(service: TrainingService, store: RunStore) -> None:
    run_id = service.start_run(small_spec(steps=2_000))
    view = wait_for_state(service, run_id, "finished", "failed")
    assert (view.state, view.stopped_by, view.step, view.checkpoint_step) == ("finished", "steps", 2_000, 2_000)
    check_history(service, run_id, 2_000)
    assert view.loss < 0.5 and view.accuracy > 0.9 and view.samples and view.predictions
    assert service.network(run_id).step == 2_000
    assert store.load_history(run_id).losses.tolist() == service.history(run_id).losses.tolist()


def test_what_a_run_may_take_follows_the_memory_of_the_workers(
    service: TrainingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cluster, "worker_bytes", lambda self: TENSORFLOW_BYTES)  # TensorFlow alone fills such a worker
    wait_until(lambda: service.max_training_bytes == 0)
    with pytest.raises(TooBig, match="A run may take 0 MB"):
        service.start_run(small_spec())
    # A run that came before the memory was known, or with an upload, is refused before its first step.
    with monkeypatch.context() as before:
        before.setattr(TrainingService, "max_training_bytes", 2**40)
        run_id = service.start_run(small_spec())
    view = wait_for_state(service, run_id, "failed")
    assert (view.step, "A run may take 0 MB" in view.note) == (0, True)
    monkeypatch.undo()
    wait_until(lambda: service.max_training_bytes > 0)
    service.resume(run_id)
    wait_for_state(service, run_id, "finished")


def test_a_paused_run_stands_still_until_it_is_resumed(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 1)
    step = pause_and_settle(service, run_id)
    other = service.start_run(small_spec(steps=500))  # the cluster works on, for somebody else
    wait_for_state(service, other, "finished")
    assert (service.view(run_id).state, service.view(run_id).step) == ("paused", step)
    service.resume(run_id)
    view = wait_for_step(service, run_id, step + 1)
    assert view.note == ""  # nothing was lost


def test_the_losses_are_the_same_however_a_run_was_disturbed(start_service: StartService) -> None:
    first = start_service(checkpoint_seconds=0.1)
    disturbed = first.start_run(small_spec(steps=LONG))
    first.pause(disturbed)
    first.step_once(disturbed)
    wait_for_state(first, disturbed, "paused")
    first.resume(disturbed)
    wait_for_step(first, disturbed, 2)
    step = pause_and_settle(first, disturbed)
    first.resume(disturbed)
    wait_until(lambda: first.view(disturbed).checkpoint_step > step)
    first.close()
    second = start_service()
    assert second.view(disturbed).state == "interrupted"
    step = second.view(disturbed).checkpoint_step
    second.resume(disturbed)
    wait_for_step(second, disturbed, max(500, step + 1))
    check_history(second, disturbed, pause_and_settle(second, disturbed))
    undisturbed = second.start_run(small_spec(steps=second.view(disturbed).step))
    wait_for_state(second, undisturbed, "finished")
    losses = [second.history(run_id).losses for run_id in (disturbed, undisturbed)]
    np.testing.assert_allclose(*losses, rtol=1e-5, atol=1e-5)


def test_a_stopped_run_keeps_its_history_its_samples_and_its_network(
    start_service: StartService, service: TrainingService
) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_until(lambda: bool(service.view(run_id).samples))
    service.stop(run_id)
    wait_until(lambda: service.view(run_id).checkpoint_step == service.view(run_id).step)
    service.close()
    view = start_service().view(run_id)
    assert (view.state, view.stopped_by) == ("stopped", "visitor")
    later = start_service()
    check_history(later, run_id, view.step)
    assert view.samples and view.predictions and later.network(run_id).step == view.step


def test_train_on_makes_exactly_so_many_steps_more(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=100))
    wait_for_state(service, run_id, "finished")
    service.train_on(run_id, 50)
    service.train_on(run_id, 50)  # a double click
    wait_for_state(service, run_id, "finished")
    assert (service.view(run_id).step, service.view(run_id).stopped_by) == (150, "steps")
    check_history(service, run_id, 150)


def test_train_on_goes_beyond_the_point_where_every_window_was_right(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG, until="perfect", learning_rate=0.02))
    view = wait_for_state(service, run_id, "finished")
    assert (view.stopped_by, view.accuracy) == ("perfect", 1.0)
    service.train_on(run_id, 30)
    wait_for_step(service, run_id, view.step + 1)
    assert wait_for_state(service, run_id, "finished").step == view.step + 30


def test_a_stopped_run_trained_on_at_once_makes_its_steps_all_the_same(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 1)
    service.stop(run_id)
    service.train_on(run_id, 20)
    view = wait_for_state(service, run_id, "finished")
    assert view.step == view.total_steps
    check_history(service, run_id, view.step)


def test_one_press_of_step_makes_exactly_one(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_step(service, run_id, 1)
    step = pause_and_settle(service, run_id)
    for made in (1, 2):
        service.step_once(run_id)
        wait_for_step(service, run_id, step + made)
        wait_for_state(service, run_id, "paused")
        assert service.view(run_id).step == step + made


def test_a_run_stopped_while_it_compiles_stays_stopped(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    wait_for_state(service, run_id, "compiling", "training")
    service.stop(run_id)
    other = service.start_run(small_spec(steps=100))
    wait_for_state(service, other, "finished")
    assert service.view(run_id).state == "stopped"


def test_a_learning_rate_moved_while_it_trains_is_recorded_at_its_step(
    service: TrainingService, store: RunStore, training_cluster: Cluster
) -> None:
    spec = small_spec(steps=LONG, learning_rate=0.001)
    run_id = service.start_run(spec)
    wait_for_step(service, run_id, 1)
    service.set_learning_rate(run_id, 0.02)
    wait_until(lambda: service.view(run_id).learning_rate == pytest.approx(0.02))
    step = pause_and_settle(service, run_id)
    plan = Plan.from_record(store.load_status(run_id)["plan"])
    assert [value for _, value in plan.learning_rates] == [0.001, 0.02]
    again = SliceRequest("again", 0, plan, 60.0, step, False, RunState(spec, None))
    repeated = training_cluster.client.submit(train_slice, again, pure=False).result(timeout=WAIT_SECONDS)
    np.testing.assert_allclose(repeated.report.losses, service.history(run_id).losses, rtol=1e-5, atol=1e-5)


def test_the_learning_rate_of_a_finished_run_waits_for_its_next_steps(
    service: TrainingService, store: RunStore
) -> None:
    run_id = service.start_run(small_spec(steps=20, learning_rate=0.001))
    wait_for_state(service, run_id, "finished")
    service.set_learning_rate(run_id, 0.02)
    service.train_on(run_id, 5)
    wait_for_step(service, run_id, 25)
    wait_until(lambda: len(store.load_status(run_id)["plan"]["learning_rates"]) == 2)
    assert store.load_status(run_id)["plan"]["learning_rates"] == [[1, 0.001], [21, 0.02]]


def test_runs_take_turns_when_there_are_more_than_can_train_at_once(service: TrainingService) -> None:
    runs = [service.start_run(small_spec(steps=LONG, random_seed=seed)) for seed in range(4)]
    for run_id in runs:
        wait_for_step(service, run_id, 1)
    reached = {run_id: service.view(run_id).step for run_id in runs}
    for run_id in runs:
        wait_for_step(service, run_id, reached[run_id] + 1)


def test_a_network_asked_for_while_it_trains_is_that_of_the_last_checkpoint(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))
    with pytest.raises(ServiceUnavailable, match="only just begun"):
        service.network(run_id)
    wait_until(lambda: service.view(run_id).checkpoint_step > 0)
    steps = [service.view(run_id).checkpoint_step, service.network(run_id).step]
    steps += [service.view(run_id).checkpoint_step]
    assert steps == sorted(steps)
    wait_until(lambda: service.network(run_id).step > steps[-1])  # each asks for a newer one


def test_runs_are_listed_newest_first(service: TrainingService) -> None:
    runs = []
    for _ in range(2):
        runs.append(service.start_run(small_spec(steps=1)))
        wait_for_state(service, runs[-1], "finished")
    assert [view.run_id for view in service.list_runs()] == runs[::-1]


@pytest.mark.parametrize("run_id", ["", ".", "../etc", "a" * 65, "nobody", "\0", "é"])
def test_an_address_without_a_run_is_told_so_whatever_is_asked(service: TrainingService, run_id: str) -> None:
    for ask in (service.view, service.history, service.network, service.pause, service.resume, service.stop,
                service.step_once, lambda odd: service.train_on(odd, 1),
                lambda odd: service.set_learning_rate(odd, 0.1)):  # fmt: skip
        with pytest.raises(RunNotFound):
            ask(run_id)


def test_what_cannot_be_trained_is_refused_and_leaves_nothing_behind(service: TrainingService) -> None:
    with pytest.raises(TextTooShort):
        service.start_run(small_spec(window=100))
    with pytest.raises(TooBig):
        service.start_run(RunSpec.build("so it goes " * 100, "So", units=1024, layers=3, batch=512, window=256))
    assert service.list_runs() == []


@pytest.mark.parametrize("steps", [0, -1, 1.5, "many"])
def test_a_senseless_number_of_steps_is_refused(service: TrainingService, run_id: str, steps: object) -> None:
    with pytest.raises(InvalidSetting):
        service.train_on(run_id, steps)


def test_many_threads_may_use_one_service(service: TrainingService) -> None:
    run_id = service.start_run(small_spec(steps=LONG))

    def press_all_buttons(number: int) -> None:
        for press in (service.pause, service.resume, service.step_once, service.resume, service.view, service.history):
            press(run_id)
        service.list_runs()
        with suppress(ServiceUnavailable):  # before the first checkpoint
            service.network(run_id)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(press_all_buttons, range(100)))
    step = pause_and_settle(service, run_id)
    check_history(service, run_id, step)
