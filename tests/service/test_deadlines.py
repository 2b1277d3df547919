"""Which slices are late, and what is done about their workers; the whole way is in tests/faults."""

import time
from concurrent.futures import CancelledError
from types import SimpleNamespace

import pytest
from distributed import Client

from lstm_core.service.cluster import Cluster
from lstm_core.service.deadlines import GONE, LATE, Deadlines, Patience
from lstm_core.training.plan import Plan
from lstm_core.training.slices import RunState, SliceRequest
from tests.service.conftest import SPEC, wait_until

NONE = Patience(slice_seconds=-10.0, compile_seconds=-10.0)  # late at once


def make_request(state: RunState | None = None) -> SliceRequest:
    return SliceRequest("a run", 0, Plan.from_spec(SPEC), 0.5, None, False, state)


@pytest.fixture
def client(training_cluster: Cluster) -> Client:
    return training_cluster.client


def test_a_slice_within_its_patience_is_left_alone(client: Client) -> None:
    deadlines = Deadlines(Patience(60.0, 60.0))
    future = client.submit(time.sleep, 0.5, pure=False)
    deadlines.begin(make_request(), future, "a worker")
    deadlines.give_up_hanging(client)
    assert future.result(timeout=60) is None


def test_a_slice_that_compiles_first_may_take_longer(client: Client) -> None:
    deadlines = Deadlines(Patience(slice_seconds=-10.0, compile_seconds=60.0))
    future = client.submit(time.sleep, 0.5, pure=False)
    deadlines.begin(make_request(RunState(SPEC, None)), future, "a worker")
    deadlines.give_up_hanging(client)
    assert future.result(timeout=60) is None


def test_a_slice_that_no_worker_has_yet_never_counts_as_late(client: Client) -> None:
    deadlines = Deadlines(NONE)
    future = client.submit(int, workers=["tcp://127.0.0.1:1"], pure=False)  # such a worker will never come
    deadlines.begin(make_request(), future, "a worker")
    deadlines.give_up_hanging(client)
    assert future.status == "pending" and deadlines.leave_out_hanging({"a": 2}) == {"a": 2}


def test_a_slice_that_was_handed_to_a_worker_that_has_gone_is_given_up_at_the_second_look(client: Client) -> None:
    gone, here = "tcp://127.0.0.1:1", list(client.nthreads())
    deadlines, futures = Deadlines(Patience()), {}
    for worker in (gone, *here):
        futures[worker] = client.submit(time.sleep, 1, workers=[worker], pure=False)
        deadlines.begin(make_request(), futures[worker], worker)
    deadlines.give_up_gone(here)
    assert futures[gone].status == "pending"
    deadlines.give_up_gone(here)
    with pytest.raises(CancelledError, match=GONE):
        futures[gone].result(timeout=60)
    assert futures[here[0]].result(timeout=60) is None


def test_a_slice_that_came_back_is_not_looked_at_again(client: Client) -> None:
    deadlines, request = Deadlines(NONE), make_request()
    future = client.submit(int, pure=False)
    deadlines.begin(request, future, "a worker")
    wait_until(future.done)
    deadlines.end(request)
    deadlines.give_up_hanging(SimpleNamespace())  # nobody is asked
    assert future.result(timeout=60) == 0


def test_a_late_slice_is_cancelled_and_its_worker_left_out_until_it_has_gone() -> None:
    cluster = Cluster.start(1)
    (worker,) = cluster.client.nthreads()
    deadlines = Deadlines(NONE)
    future = cluster.client.submit(time.sleep, 600, pure=False)
    wait_until(lambda: any(cluster.client.processing().values()))
    deadlines.begin(make_request(), future, "a worker")
    deadlines.give_up_hanging(cluster.client)
    with pytest.raises(CancelledError, match=LATE):
        future.result(timeout=60)
    assert deadlines.leave_out_hanging({worker: 2, "another": 2}) == {"another": 2}
    wait_until(lambda: set(cluster.client.nthreads()) - {worker} != set())  # its nanny has started another
    cluster.close()
