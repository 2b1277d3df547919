"""The load generator works: visitors without browsers train on the real app, each their own, and none sees an error."""

import asyncio
from collections.abc import Iterator

import pytest

from lstm_core.service.run_store import RunStore
from tests.browser.running_app import RunningApp
from tests.load.crowd import Setup, train_at_once
from tests.load.light_visitor import LightVisitor

pytestmark = pytest.mark.timeout(400)

VISITORS = 6
SMALL = {
    "corpus": "Aesop’s fables", "knob_symbols": "characters", "knob_window": 16, "knob_units": 16, "knob_batch": 8,
    "knob_steps": 1_000_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app of its own, that ends with these tests: the crowd walks away while its runs train."""
    with RunningApp(tmp_path_factory.mktemp("crowd")) as running:
        running.wait_until_it_answers()
        yield running


def test_six_visitors_train_at_once_all_get_their_first_point_and_none_sees_an_error(app: RunningApp) -> None:
    visits, probe = asyncio.run(train_at_once(app.address, [Setup(settings=SMALL)] * VISITORS, seconds=10))
    assert [visit.errors for visit in visits] == [[]] * VISITORS and probe.errors == []
    assert all(visit.first_point is not None and visit.ticks > 0 for visit in visits)
    assert len({visit.run_id for visit in visits}) == VISITORS and probe.seconds
    store = RunStore(app.runs)
    for visit in visits:
        spec = store.load_spec(visit.run_id)
        assert (spec.symbols, spec.window, spec.units, spec.batch) == ("characters", 16, 16, 8)
        assert len(store.load_history(visit.run_id).losses) > 0


def test_what_a_page_refuses_is_seen_as_an_error(app: RunningApp) -> None:
    async def visit() -> list[str]:
        async with LightVisitor(app.address) as visitor:
            await visitor.open("/wall", "room=ABCDE")
            await visitor.submit("wall_join", wall_code="ABCDE", wall_nickname="Mia")
            return visitor.errors

    assert any("No room has this code" in error for error in asyncio.run(visit()))


def test_a_crowd_visits_this_machine_alone() -> None:
    with pytest.raises(ValueError, match="this machine alone"):
        LightVisitor("http://example.org")
