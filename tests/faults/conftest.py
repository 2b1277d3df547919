"""One server for all faults that leave it standing, and the table that they make."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.faults.fault_table import FaultCost, write_table
from tests.faults.watching import CHECKPOINT_SECONDS, Server, Watch
from tests.service.conftest import wait_until

COSTS = pytest.StashKey[dict[str, FaultCost]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-faults", action="store_true", help="write docs/faults.md from what the tests measured")


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as shorten:
        shorten.delenv("LSTM_SCHEDULER", raising=False)
        server = Server(tmp_path_factory.mktemp("server"), shorten)
        wait_until(lambda: server.cluster is not None)
        yield server
        server.service.close()


@pytest.fixture
def watch(server: Server) -> Watch:
    return Watch(server)


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Callable[[FaultCost], None]:
    """Take down what the fault has cost that the test is marked with."""
    costs = request.config.stash.setdefault(COSTS, {})
    return partial(costs.__setitem__, request.node.get_closest_marker("fault").args[0])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("write_faults", default=False):
        write_table(session.config.stash.get(COSTS, {}), CHECKPOINT_SECONDS)
