"""Whoever has a run's address may look at it; only the browser that made it may change it."""

from collections.abc import Callable, Iterator
from inspect import isfunction

import pytest

from lstm_core.errors import NotAllowed, RunNotFound, TooManyRuns
from lstm_core.knobs import MAX_LIVING_RUNS, MAX_RUNNING_RUNS, MAX_WAITING_RUNS
from lstm_core.service import turn_taking
from lstm_core.service.device_links import LINK_SECONDS, DeviceLinks
from lstm_core.service.owners import hash_token, is_token, make_token
from lstm_core.service.run_archive import pack_run
from lstm_core.service.run_folders import UNKNOWN
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.service.conftest import no_cluster, small_spec
from tests.stored_runs import store_run

OWNER, STRANGER = make_token(), make_token()
CHANGES: dict[str, Callable[[TrainingService, str, str], object]] = {
    "pause": lambda service, run_id, token: service.pause(run_id, token),
    "stop": lambda service, run_id, token: service.stop(run_id, token),
    "resume": lambda service, run_id, token: service.resume(run_id, token),
    "step": lambda service, run_id, token: service.step_once(run_id, token),
    "train on": lambda service, run_id, token: service.train_on(run_id, 5, token),
    "learning rate": lambda service, run_id, token: service.set_learning_rate(run_id, 0.01, token),
    "rename": lambda service, run_id, token: service.rename(run_id, "mine", token),
    "delete": lambda service, run_id, token: service.delete(run_id, token),
}


@pytest.fixture
def service(store: RunStore) -> Iterator[TrainingService]:
    """A service that trains nothing: runs wait where they are."""
    service = TrainingService(store, no_cluster)
    yield service
    service.close()


@pytest.mark.parametrize("owner", [OWNER, ""], ids=["of a visitor", "of the command line"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_run_of_somebody_else_stays_as_it_is(
    service: TrainingService, store: RunStore, change: str, owner: str
) -> None:
    run_id = store_run(store, owner)
    before = service.view(run_id)
    with pytest.raises(NotAllowed, match="Only who made it can change it"):
        CHANGES[change](service, run_id, STRANGER)
    assert service.view(run_id) == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_caller_that_names_no_visitor_cannot_change_a_visitor_s_run(
    service: TrainingService, store: RunStore, change: str
) -> None:
    with pytest.raises(NotAllowed):
        CHANGES[change](service, store_run(store, OWNER), "")


def test_every_method_that_changes_a_run_is_among_those_tried() -> None:
    looking = {
        "ages", "branch", "bring_back", "check_frameworks", "close", "download", "exported", "folder", "history",
        "history_after", "list_runs", "max_training_bytes", "network", "network_at", "note_shared", "readiness",
        "size_bytes", "stamp", "start_keras_file", "start_run", "upload", "view",
    }  # fmt: skip
    methods = {name for name, what in vars(TrainingService).items() if isfunction(what) and not name.startswith("_")}
    names = {"pause", "stop", "resume", "step_once", "train_on", "set_learning_rate", "rename", "delete"}
    assert len(names) == len(CHANGES) and methods - looking == names


def test_its_owner_can_change_it_also_after_the_server_was_started_anew(store: RunStore) -> None:
    run_id = store_run(store, OWNER)
    for _ in range(2):
        service = TrainingService(store, no_cluster)
        service.resume(run_id, OWNER)
        service.stop(run_id, OWNER)
        service.close()
    assert store.load_status(run_id)["state"] == "stopped"


def test_only_its_owner_can_bring_a_deleted_run_back(service: TrainingService, store: RunStore) -> None:
    run_id = store_run(store, OWNER)
    service.delete(run_id, OWNER)
    for token in (STRANGER, ""):
        with pytest.raises(NotAllowed):
            service.bring_back(run_id, token)
    with pytest.raises(RunNotFound):
        service.view(run_id)
    service.bring_back(run_id, OWNER)
    service.rename(run_id, "Still mine", OWNER)


def test_a_list_holds_one_s_own_runs_those_opened_and_those_of_nobody(
    service: TrainingService, store: RunStore
) -> None:
    own, other, opened, nobody = (store_run(store, token) for token in (OWNER, STRANGER, STRANGER, ""))

    def listed(*tokens: str, opened: list[str]) -> set[str]:
        return {view.run_id for view in service.list_runs(tokens, opened)}

    assert listed(OWNER, opened=[opened]) == {own, opened, nobody}
    assert listed(OWNER, STRANGER, opened=[]) == {own, other, opened, nobody}
    assert listed(opened=["../../etc", "no-such-run"]) == {nobody}


def test_a_run_whose_owner_cannot_be_read_is_nobody_s_to_change_or_find(
    service: TrainingService, store: RunStore
) -> None:
    run_id = store_run(store, OWNER)
    (store.path(run_id) / "owner.txt").write_bytes(b"\xff\xfe")
    assert store.load_owner(run_id) == UNKNOWN
    for token in (OWNER, STRANGER, ""):
        with pytest.raises(NotAllowed):
            service.rename(run_id, "mine", token)
    assert service.list_runs([OWNER]) == [] and service.view(run_id).step == 10


def test_an_uploaded_run_belongs_to_who_uploaded_it(service: TrainingService, store: RunStore) -> None:
    copy = service.upload(pack_run(store, store_run(store, OWNER)), STRANGER)
    service.rename(copy, "A copy", STRANGER)
    with pytest.raises(NotAllowed):
        service.rename(copy, "mine", OWNER)


def test_neither_folder_nor_download_tells_a_token(service: TrainingService, store: RunStore) -> None:
    run_id = store_run(store, OWNER)
    kept = b"".join(file.read_bytes() for file in store.path(run_id).rglob("*") if file.is_file())
    packed = pack_run(store, run_id)
    assert OWNER.encode() not in kept + packed and hash_token(OWNER).encode() in kept
    assert hash_token(OWNER).encode() not in packed


def test_run_ids_and_tokens_cannot_be_guessed(store: RunStore) -> None:
    run_ids = {store_run(store) for _ in range(20)}
    assert len(run_ids) == 20 and min(map(len, run_ids)) >= 22  # 128 bits, in letters of 64
    assert is_token(make_token()) and make_token() != make_token()
    assert not any(map(is_token, ["", "a" * 42, "a" * 44, "a" * 42 + ".", "a" * 43 + "\n"]))


def test_a_visitor_s_runs_are_limited_and_the_refusal_says_what_to_do(
    service: TrainingService, store: RunStore
) -> None:
    runs = [service.start_run(small_spec(), OWNER) for _ in range(MAX_RUNNING_RUNS + MAX_WAITING_RUNS)]
    paused = store_run(store, OWNER)
    for one_more in (
        lambda: service.start_run(small_spec(), OWNER),
        lambda: service.resume(paused, OWNER),
        lambda: CHANGES["train on"](service, paused, OWNER),
    ):
        with pytest.raises(TooManyRuns, match="Stop or pause one of them"):
            one_more()
    assert service.view(paused).state == "paused"
    service.start_run(small_spec(), STRANGER)
    service.stop(runs[0], OWNER)
    service.resume(paused, OWNER)
    assert len(store.list_ids()) == len(runs) + 2  # what was refused has left nothing behind


def test_a_server_s_runs_are_limited(service: TrainingService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_taking, "MAX_LIVING_RUNS", 3)
    assert MAX_LIVING_RUNS >= 30 * MAX_RUNNING_RUNS
    for _ in range(3):
        service.start_run(small_spec(), make_token())
    with pytest.raises(TooManyRuns, match="try again in a few minutes"):
        service.start_run(small_spec(), make_token())


def test_a_device_link_works_once_and_not_for_long() -> None:
    now = [0.0]
    links = DeviceLinks(lambda: now[0])
    first, second = links.make((OWNER,)), links.make((STRANGER,))
    assert links.take(first) == (OWNER,)
    with pytest.raises(NotAllowed):
        links.take(first)
    now[0] = LINK_SECONDS
    assert not links.is_open(second)
    with pytest.raises(NotAllowed, match="does not work any more"):
        links.take(second)


def test_a_new_device_link_makes_the_one_before_void() -> None:
    links = DeviceLinks()
    first = links.make((OWNER,))
    second = links.make((OWNER, STRANGER))
    assert not links.is_open(first) and links.take(second) == (OWNER, STRANGER)
