"""The process that trains is killed, hangs, eats all memory, or ends with the scheduler."""

from collections.abc import Callable

import pytest

from tests.faults.fault_table import FaultCost
from tests.faults.watching import Server, Watch
from tests.service.conftest import wait_for_state, wait_for_step

Record = Callable[[FaultCost], None]

pytestmark = pytest.mark.timeout(400)  # new processes import TensorFlow, which takes long on a busy machine


@pytest.mark.fault("A training process is killed in mid-slice")
def test_a_killed_worker_costs_little_training_and_no_click(server: Server, watch: Watch, record: Record) -> None:
    watch.strike(server.kill_worker)
    watch.await_recovery("The training process was lost")
    record(watch.check())


@pytest.mark.fault("A slice hangs")
def test_a_worker_whose_slice_hangs_is_replaced(server: Server, watch: Watch, record: Record) -> None:
    watch.strike(lambda: server.oddities.update({watch.run_id: "hang"}))
    watch.await_note()
    server.oddities.clear()
    watch.await_recovery("The training process hung and was replaced")
    record(watch.check())


@pytest.mark.fault("A slice needs more memory than there is, each time it is tried")
def test_a_run_that_eats_all_memory_is_given_up_and_no_other(server: Server, watch: Watch, record: Record) -> None:
    eater = server.start_run()
    wait_for_step(server.service, eater, 1)
    watch.strike(lambda: server.oddities.update({eater: "eat"}))
    watch.await_note()
    assert "lost three times in a row" in wait_for_state(server.service, eater, "failed").note
    watch.await_recovery("The training process was lost")
    record(watch.check())


@pytest.mark.fault("The process that holds the scheduler is killed")
def test_a_killed_cluster_is_started_anew_and_its_runs_go_on(server: Server, watch: Watch, record: Record) -> None:
    killed = server.cluster
    watch.strike(server.kill_program)
    watch.await_recovery("The training process was lost")
    assert server.cluster is not killed and server.service.readiness() == "ready"
    record(watch.check())
