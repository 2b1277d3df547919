import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lstm_core.errors import InvalidSetting, NotAllowed, RoomNotFound, ServiceUnavailable
from lstm_core.knobs import MAX_ROOM_MEMBERS, MAX_ROOMS, ROOM_SECONDS
from lstm_core.service.challenge import Challenge
from lstm_core.service.owners import make_token
from lstm_core.service.room_codes import VISITOR_GUESSES
from lstm_core.service.room_file import FILE
from lstm_core.service.rooms import UNUSED_SECONDS, ClassRooms
from lstm_core.service.run_store import RunStore
from lstm_core.service.training_service import TrainingService
from tests.service.some_rooms import FABLES, HERE, Class, Clock, fable_spec, no_cluster, pretend_training

CHALLENGE = Challenge(FABLES, "characters", 60, "seconds", 200_000)


@pytest.fixture
def service(store: RunStore) -> Iterator[TrainingService]:
    service = TrainingService(store, no_cluster)
    yield service
    service.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_server(service: TrainingService, clock: Clock) -> Iterator[Callable[[], ClassRooms]]:
    """Start the rooms as a server does; once more, it is the server after a restart."""
    started = []

    def start() -> ClassRooms:
        started.append(ClassRooms(service, clock=clock))
        return started[-1]

    yield start
    for rooms in started:
        rooms.close_all()


@pytest.fixture
def rooms(open_server: Callable[[], ClassRooms]) -> ClassRooms:
    return open_server()


@pytest.fixture
def school(rooms: ClassRooms) -> Class:
    return Class(rooms)


def on_disk(store: RunStore) -> str:
    file = store.folder / FILE
    return file.read_text() if file.exists() else ""


# Coming in


def test_a_student_comes_in_with_code_and_nickname(school: Class) -> None:
    token = school.join("Mia")
    member = school.rooms.membership(token)
    assert member is not None and (member.nickname, member.room.code) == ("Mia", school.code)
    assert school.rooms.membership(make_token()) is None and school.rooms.membership("") is None


def test_whoever_joins_again_keeps_their_line_and_may_change_the_nickname(school: Class) -> None:
    token = school.join("Mia")
    before = school.rooms.membership(token)
    after = school.rooms.join(school.code.lower(), "Mia 2", token, HERE)
    assert before is not None and (after.member_id, after.nickname) == (before.member_id, "Mia 2")
    assert after.room.member_count == 1


def test_two_students_cannot_have_one_nickname(school: Class) -> None:
    school.join("Mia")
    with pytest.raises(InvalidSetting, match="already"):
        school.join("MIA")


def test_a_student_is_in_one_room_at_a_time(rooms: ClassRooms, school: Class) -> None:
    token, other = school.join("Mia"), Class(rooms)
    rooms.join(other.code, "Mia", token, HERE)
    assert rooms.view(school.code).member_count == 0
    assert rooms.membership(token).room.code == other.code


def test_a_refused_nickname_leaves_a_student_where_they_were(rooms: ClassRooms, school: Class) -> None:
    token, other = school.join("Mia"), Class(rooms)
    with pytest.raises(InvalidSetting):
        rooms.join(other.code, "", token, HERE)
    assert rooms.membership(token).room.code == school.code


def test_a_full_room_takes_nobody_more(school: Class) -> None:
    for number in range(MAX_ROOM_MEMBERS):
        school.join(f"student {number}")
    with pytest.raises(NotAllowed, match="second room"):
        school.join("one more")


def test_whoever_guesses_codes_is_stopped_and_then_not_even_the_right_one_helps(school: Class) -> None:
    wrong = next(code for code in ("AAAAA", "BBBBB") if code != school.code)
    for _ in range(VISITOR_GUESSES):
        with pytest.raises(RoomNotFound):
            school.rooms.find(wrong, HERE)
    with pytest.raises(NotAllowed, match="wrong codes"):
        school.rooms.join(school.code, "Mia", make_token(), HERE)
    assert school.rooms.find(school.code, "10.0.0.8").code == school.code


# The teacher


def test_only_the_teachers_secret_does_what_a_teacher_does(school: Class) -> None:
    token = school.join("Mia")
    member_id = school.rooms.membership(token).member_id
    for secret in ("", "guess", token):
        assert not school.rooms.is_teacher(school.code, secret)
        for act in (
            lambda *key: school.rooms.lock_knobs(*key, {"units": 8}),
            lambda *key: school.rooms.choose_text(*key, FABLES),
            lambda *key: school.rooms.set_challenge(*key, CHALLENGE),
            lambda *key: school.rooms.remove(*key, member_id),
            school.rooms.pause_everyone, school.rooms.resume_everyone, school.rooms.close,
        ):  # fmt: skip
            with pytest.raises(NotAllowed, match="teacher"):
                act(school.code, secret)
    assert school.rooms.is_teacher(*school.key) and school.rooms.view(school.code).version == 0
    assert school.rooms.membership(token) is not None


def test_what_the_teacher_sets_is_checked_and_each_change_counts(school: Class) -> None:
    school.rooms.lock_knobs(*school.key, {"units": "64", "symbols": "characters"})
    school.rooms.choose_text(*school.key, FABLES)
    school.rooms.set_challenge(*school.key, CHALLENGE)
    view = school.rooms.view(school.code)
    assert (view.locks, view.text, view.challenge, view.version) == (
        {"units": 64, "symbols": "characters"}, FABLES, CHALLENGE, 3,
    )  # fmt: skip
    for locks in ({"units": 0}, {"cells": 1}, {"pooling": "last"}, {"steps": 0}):
        with pytest.raises(InvalidSetting):
            school.rooms.lock_knobs(*school.key, locks)
    with pytest.raises(InvalidSetting):
        school.rooms.choose_text(*school.key, "../secret")
    assert school.rooms.view(school.code) == view


def test_a_removed_line_is_gone_and_its_student_may_come_again(school: Class) -> None:
    token = school.join("rude")
    school.rooms.remove(*school.key, school.rooms.membership(token).member_id)
    assert school.rooms.membership(token) is None
    school.rooms.remove(*school.key, "unknown")
    assert school.rooms.join(school.code, "Mia", token, HERE).nickname == "Mia"


# What members' runs may do


def test_a_locked_knob_is_held_to_its_value_for_members_alone(school: Class, service: TrainingService) -> None:
    token = school.join("Mia")
    school.rooms.lock_knobs(*school.key, {"units": 8})
    with pytest.raises(NotAllowed, match="Units stands at 16.*locked it at 8"):
        service.start_run(fable_spec(units=16), token)
    service.start_run(fable_spec(units=8), token)
    service.start_run(fable_spec(units=16), make_token())


def test_a_chosen_text_is_the_only_one_for_members(school: Class, service: TrainingService) -> None:
    token = school.join("Mia")
    school.rooms.choose_text(*school.key, "meditations-long")
    with pytest.raises(NotAllowed, match="Your teacher has chosen “Meditations"):
        service.start_run(fable_spec(), token)
    school.rooms.choose_text(*school.key, None)
    service.start_run(fable_spec(), token)


def test_a_locked_learning_rate_cannot_be_moved_while_it_trains(school: Class, service: TrainingService) -> None:
    token = school.join("Mia")
    run_id = service.start_run(fable_spec(), token)
    school.rooms.lock_knobs(*school.key, {"learning_rate": 0.003})
    with pytest.raises(NotAllowed, match="locked"):
        service.set_learning_rate(run_id, 0.1, token)


def test_pause_everyone_pauses_what_trains_in_the_room_and_nothing_trains_until_it_goes_on(
    school: Class, service: TrainingService
) -> None:
    token, resting_token, stranger = school.join("Mia"), school.join("Ben"), make_token()
    run_id, own_pause = service.start_run(fable_spec(), token), service.start_run(fable_spec(), resting_token)
    elsewhere = service.start_run(fable_spec(), stranger)
    service.pause(own_pause, resting_token)
    school.rooms.pause_everyone(*school.key)
    assert service.view(run_id).state == "paused" and service.view(elsewhere).is_alive
    for refused in (
        lambda: service.resume(run_id, token),
        lambda: service.step_once(run_id, token),
        lambda: service.train_on(run_id, 5, token),
        lambda: service.start_run(fable_spec(), token),
    ):
        with pytest.raises(NotAllowed, match="Your teacher has paused everyone"):
            refused()
    school.rooms.resume_everyone(*school.key)
    assert service.view(run_id).is_alive
    assert service.view(own_pause).state == "paused"  # it was its owner who paused it


def test_whoever_stops_a_run_in_the_pause_finds_it_stopped_after_it(school: Class, service: TrainingService) -> None:
    token = school.join("Mia")
    run_id = service.start_run(fable_spec(), token)
    school.rooms.pause_everyone(*school.key)
    service.stop(run_id, token)
    school.rooms.resume_everyone(*school.key)
    assert service.view(run_id).state == "stopped"


@pytest.mark.parametrize("end", ["removed", "closed"])
def test_nobody_stays_paused_who_has_left(school: Class, service: TrainingService, end: str) -> None:
    token = school.join("Mia")
    run_id = service.start_run(fable_spec(), token)
    school.rooms.pause_everyone(*school.key)
    if end == "removed":
        school.rooms.remove(*school.key, school.rooms.membership(token).member_id)
    else:
        school.rooms.close(*school.key)
    assert service.view(run_id).is_alive


# The end, and a restart


def test_a_closed_room_leaves_nothing_behind(school: Class, service: TrainingService, store: RunStore) -> None:
    token = school.join("Mia Unmistakable")
    run_id = service.start_run(fable_spec(), token)
    assert "Unmistakable" in on_disk(store) and run_id in on_disk(store)
    school.rooms.close(*school.key)
    assert json.loads(on_disk(store)) == {"rooms": []}
    assert school.rooms.membership(token) is None
    with pytest.raises(RoomNotFound):
        school.rooms.view(school.code)
    assert service.view(run_id).is_alive  # the network stays with who trained it


def test_a_room_closes_by_itself_after_twelve_hours(school: Class, clock: Clock, store: RunStore) -> None:
    school.join("Mia Unmistakable")
    clock.now += ROOM_SECONDS - 1
    school.rooms.view(school.code)
    clock.now += 2
    with pytest.raises(RoomNotFound):
        school.rooms.view(school.code)
    assert "Unmistakable" not in on_disk(store)


def test_a_restart_keeps_the_room_its_members_and_its_rules(
    school: Class, open_server: Callable[[], ClassRooms], service: TrainingService
) -> None:
    token = school.join("Mia")
    run_id = service.start_run(fable_spec(), token)
    school.rooms.lock_knobs(*school.key, {"units": 8})
    school.rooms.choose_text(*school.key, FABLES)
    school.rooms.set_challenge(*school.key, CHALLENGE)
    school.rooms.pause_everyone(*school.key)
    after = open_server()
    before_view, view = school.rooms.view(school.code), after.view(school.code)
    assert (view.locks, view.text, view.challenge, view.is_paused) == (
        before_view.locks, before_view.text, before_view.challenge, True,
    )  # fmt: skip
    assert after.membership(token).nickname == "Mia" and after.is_teacher(*school.key)
    with pytest.raises(NotAllowed):
        service.resume(run_id, token)
    after.resume_everyone(*school.key)
    assert service.view(run_id).is_alive


def test_neither_the_teachers_secret_nor_a_browsers_token_is_on_the_disk(school: Class, store: RunStore) -> None:
    token = school.join("Mia")
    assert school.secret not in on_disk(store) and token not in on_disk(store)


@pytest.mark.parametrize(
    "spoilt",
    ["", "no JSON", "[]", '{"rooms": 5}', '{"rooms": [5, {"code": "ABCDE"}]}'],
)
def test_a_spoilt_file_costs_its_rooms_and_no_more(
    open_server: Callable[[], ClassRooms], store: RunStore, spoilt: str
) -> None:
    file: Path = store.folder / FILE
    file.parent.mkdir(parents=True)
    file.write_text(spoilt)
    rooms = open_server()
    assert Class(rooms).join("Mia")


def test_a_disk_that_refuses_costs_the_record_and_never_the_lesson(school: Class, store: RunStore) -> None:
    file = store.folder / FILE
    file.unlink()
    file.parent.rmdir()
    file.parent.write_text("in the way")
    token = school.join("Mia")
    assert school.rooms.membership(token) is not None and "could not be saved" in school.rooms.trouble
    file.parent.unlink()
    school.join("Ben")
    assert school.rooms.trouble == ""


def test_rooms_are_bounded_and_one_that_nobody_uses_makes_place(rooms: ClassRooms, clock: Clock) -> None:
    first = Class(rooms)
    used = [Class(rooms) for _ in range(MAX_ROOMS - 1)]
    for room in used:
        room.join("Mia")
    with pytest.raises(ServiceUnavailable, match="50 rooms"):
        rooms.open_room()
    clock.now += UNUSED_SECONDS + 1
    rooms.open_room()
    with pytest.raises(RoomNotFound):
        rooms.view(first.code)
    assert all(rooms.view(room.code).member_count == 1 for room in used)


# The wall


def test_the_wall_has_a_line_for_each_member_with_their_newest_run(school: Class, service: TrainingService) -> None:
    token = school.join("Mia")
    school.join("Ben")
    service.start_run(fable_spec(), token)
    newest = service.start_run(fable_spec(units=12), token)
    pretend_training(service, newest, steps=100, loss=2.0)
    mia, ben = school.rooms.wall(school.code).lines()
    assert (mia.nickname, ben.nickname, ben.run) == ("Mia", "Ben", None)
    assert mia.run is not None and (mia.run.run_id, mia.run.step, mia.run.validation_loss) == (newest, 100, 2.0)
    assert mia.run.wrote == " mouse of step 100" and len(mia.run.curve) == 25  # four steps to a point


def test_a_deleted_run_leaves_the_wall_to_the_one_before_it(school: Class, service: TrainingService) -> None:
    token = school.join("Mia")
    first, second = (service.start_run(fable_spec(), token) for _ in range(2))
    assert school.rooms.wall(school.code).lines()[0].run.run_id == second
    service.delete(second, token)
    school.join("Ben")  # someone new: it looks at once
    assert school.rooms.wall(school.code).lines()[0].run.run_id == first


def test_in_a_challenge_the_lowest_loss_comes_first_and_who_is_out_of_it_last(
    school: Class, service: TrainingService
) -> None:
    school.rooms.set_challenge(*school.key, CHALLENGE)
    runs = {
        "slow": (fable_spec(), 2.5), "big": (fable_spec(units=512), 1.0), "quick": (fable_spec(units=16), 1.5),
        "words": (fable_spec(symbols="words"), 0.5), "waiting": (fable_spec(), None),
    }  # fmt: skip
    for name, (spec, loss) in runs.items():
        run_id = service.start_run(spec, school.join(name))
        if loss is not None:
            pretend_training(service, run_id, loss=loss)
    school.join("idle")
    lines = school.rooms.wall(school.code).lines()
    assert [line.nickname for line in lines] == ["quick", "slow", "waiting", "idle", "big", "words"]
    assert [line.rank for line in lines] == [1, 2, None, None, None, None]
    reasons = [line.verdict.reason if line.verdict else "" for line in lines]
    assert reasons[:4] == ["", "", "", ""]
    assert "at most 200,000 are allowed" in reasons[4] and "It reads words" in reasons[5]


def test_an_earlier_run_counts_where_it_was_better(school: Class, service: TrainingService) -> None:
    school.rooms.set_challenge(*school.key, CHALLENGE)
    token = school.join("Mia")
    good, worse = (service.start_run(fable_spec(), token) for _ in range(2))
    pretend_training(service, good, loss=1.5)
    pretend_training(service, worse, loss=2.0)
    line = school.rooms.wall(school.code).lines()[0]
    assert line.run.run_id == worse and line.is_earlier
    assert line.verdict.bits == pytest.approx(1.5 / 0.693147, rel=1e-5)
