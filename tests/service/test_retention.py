import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import RunNotFound
from lstm_core.knobs import MAX_RUN_AGE_SECONDS
from lstm_core.service import retention
from lstm_core.service.owners import hash_token, make_token
from lstm_core.service.recording import record_new_run
from lstm_core.service.retention import KeptRun, choose_leaving
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from lstm_core.training.data import prepare_data
from tests.service.conftest import no_cluster, small_spec, wait_until

DAY = 86_400
TOKEN = make_token()


def test_runs_older_than_a_week_leave_whatever_room_there_is() -> None:
    runs = [KeptRun(f"{days}", 1, -days * DAY, is_treasured=True) for days in (1, 6, 7, 8, 30)]
    assert set(choose_leaving(runs, now=0)) == {"8", "30"}


def test_where_room_is_needed_the_oldest_leave_first_and_treasured_ones_last() -> None:
    runs = [
        KeptRun("named", 40, -5 * DAY, is_treasured=True),
        KeptRun("old", 40, -3 * DAY, is_treasured=False),
        KeptRun("new", 40, -1 * DAY, is_treasured=False),
    ]
    assert choose_leaving(runs, 0, max_bytes=120) == []
    assert choose_leaving(runs, 0, max_bytes=119) == ["old"]
    assert choose_leaving(runs, 0, max_bytes=79) == ["old", "new"]
    assert choose_leaving(runs, 0, max_bytes=39) == ["old", "new", "named"]


kept_runs = st.lists(
    st.builds(KeptRun, st.uuids().map(str), st.integers(1, 100), st.integers(-10 * DAY, 0), st.booleans()),
    max_size=20,
    unique_by=lambda run: run.changed,
)


@given(kept_runs, st.integers(0, 1_000))
def test_what_stays_fits_and_no_run_leaves_without_need(runs: list[KeptRun], max_bytes: int) -> None:
    leaving = choose_leaving(runs, 0, MAX_RUN_AGE_SECONDS, max_bytes)
    staying = sum(run.size_bytes for run in runs if run.run_id not in leaving)
    assert staying <= max_bytes
    fresh = [run for run in runs if run.run_id in leaving and -run.changed <= MAX_RUN_AGE_SECONDS]
    if fresh:
        last = max(fresh, key=lambda run: (run.is_treasured, run.changed))
        assert staying + last.size_bytes > max_bytes


def store_old_run(store: RunStore, token: str = TOKEN, days: float = 8) -> str:
    spec = small_spec()
    run = record_new_run(store, spec, prepare_data(spec), hash_token(token))
    run.state = "paused"
    store.save_status(run.run_id, run.status())
    then = time.time() - days * DAY
    for name in ("spec.json", "status.json"):
        os.utime(store.path(run.run_id) / name, (then, then))
    return run.run_id


def test_old_runs_are_gone_soon_after_the_server_starts_but_not_those_of_the_command_line(store: RunStore) -> None:
    old, recent, own = store_old_run(store), store_old_run(store, days=1), store_old_run(store, token="")
    service = TrainingService(store, no_cluster)
    wait_until(lambda: set(store.list_ids()) == {recent, own})
    with pytest.raises(RunNotFound):
        service.view(old)
    with pytest.raises(RunNotFound):
        service.bring_back(old, TOKEN)
    service.close()


def test_a_run_that_is_looked_at_or_waits_never_leaves(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    service = TrainingService(store, no_cluster)
    looked_at, waiting, forgotten = (store_old_run(store) for _ in range(3))
    service.view(looked_at)
    service.resume(waiting, TOKEN)
    wait_until(lambda: not service._shelf.live[waiting].is_unsaved)
    monkeypatch.setattr(retention, "MAX_RUNS_BYTES", 0)
    assert service._housekeeper.look() == [forgotten]
    service._shelf.live[looked_at].seen -= retention.RECENT_SECONDS
    assert service._housekeeper.look() == [looked_at]
    assert store.list_ids() == [waiting]
    service.close()


def test_a_run_that_was_used_again_is_no_longer_old(store: RunStore) -> None:
    run_id = store_old_run(store)
    service = TrainingService(store, no_cluster)
    service.close()
    run_id = store_old_run(store)
    service.rename(run_id, "The mice", TOKEN)
    assert time.time() - store.changed(run_id) < DAY and store.is_treasured(run_id)


def test_a_run_that_somebody_else_has_opened_is_treasured(store: RunStore) -> None:
    run_id = store_old_run(store)
    assert not store.is_treasured(run_id)
    store.mark_shared(run_id)
    assert store.is_treasured(run_id)
