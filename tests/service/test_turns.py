"""Who trains next: the rules, and what follows from them for a class, without a cluster and without a clock."""

import dataclasses
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lstm_core.knobs import MAX_RUNNING_RUNS
from lstm_core.service.turns import (
    ABANDONED_SECONDS,
    FIRST_SLICE_SECONDS,
    MAX_LEAD_SECONDS,
    SHORT_SLICE_SECONDS,
    SLICE_SECONDS,
    WATCHED_SECONDS,
    Contender,
    Shares,
    Turns,
    abandoned,
    admitted,
    slice_seconds,
)

ONE_WORKER = {"a": 2}


def jain(seconds: list[float]) -> float:
    """Jain's index: 1 when all have the same, 1/n when one has everything."""
    return sum(seconds) ** 2 / (len(seconds) * sum(each * each for each in seconds))


class Machine:
    """Workers that take exactly as long for each slice as they were asked to; time stands still in between."""

    def __init__(self, slots: dict[str, int]) -> None:
        self.turns = Turns()
        self.slots = slots
        self.runs: dict[str, Contender] = {}
        self.trained: Counter[str] = Counter()
        self.first: dict[str, float] = {}
        self.now = 0.0
        self.out: list[tuple[float, Contender, float, bool]] = []

    def begin(self, run_id: str, visitor: str, **facts: object) -> None:
        self.runs[run_id] = Contender(run_id, visitor, self.now, is_new=True, **facts)

    def end(self, run_id: str) -> None:
        del self.runs[run_id]

    def train(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.turns.keep_only(self.runs.values())
            for turn in self.turns.next(self.runs.values(), self.slots):
                run = dataclasses.replace(self.runs[turn.run_id], is_out=True, worker=turn.worker, is_new=False)
                self.runs[run.run_id] = run
                self.out.append((self.now + turn.seconds, run, turn.seconds, turn.leaves))
            if not self.out:
                self.now = until
                return
            self.out.sort(key=lambda entry: entry[0])
            self.now, run, trained, leaves = self.out.pop(0)
            self.turns.settle(run.visitor, run.run_id, trained, trained)
            self.trained[run.run_id] += trained
            self.first.setdefault(run.run_id, self.now)
            if run.run_id in self.runs:
                worker = None if leaves else run.worker
                self.runs[run.run_id] = dataclasses.replace(run, is_out=False, worker=worker, program=None)

    def trained_by(self, visitor: str) -> float:
        return sum(seconds for run_id, seconds in self.trained.items() if run_id.startswith(f"{visitor}/"))


def test_thirty_visitors_at_once_train_equally_and_each_begins_soon() -> None:
    machine = Machine(ONE_WORKER)
    for visitor in range(30):
        machine.begin(f"{visitor}/", str(visitor))
    machine.train(60)
    assert jain([machine.trained_by(str(visitor)) for visitor in range(30)]) >= 0.99
    assert max(machine.first.values()) <= 30 * FIRST_SLICE_SECONDS / 2 + 0.01


def test_ten_runs_of_one_visitor_weigh_as_one() -> None:
    machine = Machine(ONE_WORKER)
    for number in range(10):
        machine.begin(f"many/{number}", "many")
    for visitor in ("one", "other"):
        machine.begin(f"{visitor}/", visitor)
    machine.train(60)
    assert jain([machine.trained_by(visitor) for visitor in ("many", "one", "other")]) >= 0.99


def test_a_visitor_s_own_runs_share_equally_and_the_others_wait_for_one_to_end() -> None:
    machine = Machine(ONE_WORKER)
    for number in range(4):
        machine.begin(f"v/{number}", "v")
    for number in range(5):
        machine.begin(f"other{number}/", f"other{number}")
    machine.train(20)
    assert abs(machine.trained["v/0"] - machine.trained["v/1"]) <= SLICE_SECONDS
    assert "v/2" not in machine.trained
    machine.end("v/0")
    machine.train(20)
    assert machine.trained["v/2"] > 0 and "v/3" not in machine.trained


def test_a_visitor_who_comes_late_gets_the_same_share_from_then_on_and_nothing_for_the_time_before() -> None:
    machine = Machine(ONE_WORKER)
    for visitor in "abc":
        machine.begin(f"{visitor}/", visitor)
    machine.train(60)
    before = {visitor: machine.trained_by(visitor) for visitor in "abc"}
    machine.begin("late/", "late")
    machine.train(40)
    since = [machine.trained_by(visitor) - before[visitor] for visitor in "abc"] + [machine.trained_by("late")]
    assert jain(since) >= 0.99


def test_whoever_goes_and_comes_back_gains_nothing_by_it() -> None:
    machine = Machine(ONE_WORKER)
    for visitor in "abcd":
        machine.begin(f"{visitor}/0", visitor)
    for number in range(1, 40):
        machine.train(1)
        machine.end(f"a/{number - 1}")
        machine.begin(f"a/{number}", "a")
    fair = sum(map(machine.trained_by, "bcd")) / 3
    assert machine.trained_by("a") <= fair + MAX_LEAD_SECONDS + SLICE_SECONDS


def test_a_run_that_nobody_watches_trains_only_where_a_slot_is_left() -> None:
    machine = Machine({"a": 1})
    machine.begin("seen/", "seen")
    machine.begin("unseen/", "unseen", unseen_seconds=WATCHED_SECONDS)
    machine.train(10)
    assert machine.trained_by("unseen") == 0  # a new run that nobody waits for does not come first either
    machine.end("seen/")
    machine.train(10)
    assert machine.trained_by("unseen") >= 9


def test_a_run_whose_visitor_looks_again_does_not_make_up_for_the_time_unseen() -> None:
    machine = Machine({"a": 1})
    machine.begin("seen/", "seen")
    machine.begin("unseen/", "unseen", unseen_seconds=WATCHED_SECONDS)
    machine.train(30)
    machine.runs["unseen/"] = dataclasses.replace(machine.runs["unseen/"], unseen_seconds=0)
    before = machine.trained_by("seen")
    machine.train(10)
    assert jain([machine.trained_by("seen") - before, machine.trained_by("unseen")]) >= 0.95


def test_an_abandoned_run_pauses_only_when_watched_runs_want_every_slot() -> None:
    left = Contender("left", "left", 0, unseen_seconds=ABANDONED_SECONDS)
    seen = [Contender(name, name, 1) for name in ("one", "two")]
    assert abandoned([left, *seen], 2) == [left]
    assert not abandoned([left, seen[0]], 2) and not abandoned([left], 0)
    assert not abandoned([dataclasses.replace(left, unseen_seconds=ABANDONED_SECONDS - 1), *seen], 2)


def test_a_program_is_compiled_once_while_the_others_train_on() -> None:
    turns = Turns()
    living = [Contender(f"new{n}", f"v{n}", n, is_new=True, program="p") for n in range(5)]
    living.append(Contender("old", "v9", 9, worker="a"))
    handed_out = [turn.run_id for turn in turns.next(living, ONE_WORKER)]
    assert handed_out == ["new0", "old"]


def test_two_programs_are_compiled_at_once_only_when_nobody_could_train_instead() -> None:
    new = [Contender(name, name, 0, is_new=True, program=name) for name in ("p", "q")]
    old = Contender("old", "old", 0, worker="a")
    assert [turn.run_id for turn in Turns().next(new, ONE_WORKER)] == ["p", "q"]
    assert [turn.run_id for turn in Turns().next([*new, old], ONE_WORKER)] == ["p", "old"]


def test_slices_get_shorter_the_more_runs_wait_down_to_what_still_pays() -> None:
    assert slice_seconds(1, 2) == slice_seconds(16, 2) == SLICE_SECONDS
    assert SHORT_SLICE_SECONDS < slice_seconds(25, 2) < SLICE_SECONDS
    assert slice_seconds(200, 2) == SHORT_SLICE_SECONDS


def test_runs_spread_over_the_workers_and_move_to_one_that_comes_later() -> None:
    machine = Machine({"a": 2})
    for visitor in range(12):
        machine.begin(f"{visitor}/", str(visitor))
    machine.train(10)
    before = dict(machine.trained)
    machine.slots = {"a": 2, "b": 2, "c": 2}
    machine.train(60)
    assert Counter(run.worker for run in machine.runs.values()) == {"a": 4, "b": 4, "c": 4}
    assert jain([machine.trained[run_id] - seconds for run_id, seconds in before.items()]) >= 0.98


def test_a_run_alone_on_the_better_worker_stays_there() -> None:
    living = [Contender("a", "a", 0, worker="x"), Contender("b", "b", 0, worker="y")]
    assert not any(turn.leaves for turn in Turns().next(living, {"x": 2, "y": 2}))


def test_the_queue_is_told_in_the_order_in_which_the_turns_come() -> None:
    machine = Machine({"a": 1})
    for visitor in "abcdef":
        machine.begin(f"{visitor}/", visitor)
    machine.train(7.3)
    machine.begin("a/2", "a")
    machine.begin("a/3", "a")
    places = machine.turns.places(machine.runs.values(), seconds_between=0.5)
    assert places["a/3"].waits_for_own and places["a/3"].seconds is None
    told = sorted((place.runs_before, run_id) for run_id, place in places.items() if run_id != "a/3")
    handed_out = []
    for _ in told:
        (turn,) = machine.turns.next(machine.runs.values(), {"a": 1})
        handed_out.append(turn.run_id)
        machine.runs[turn.run_id] = dataclasses.replace(machine.runs[turn.run_id], is_out=True, worker="elsewhere")
    assert handed_out == [run_id for _, run_id in told]
    assert [places[run_id].seconds for run_id in handed_out] == [0.5 * (place + 1) for place, _ in enumerate(told)]


runs = st.lists(
    st.builds(
        Contender,
        run_id=st.uuids().map(str),
        visitor=st.sampled_from("abc"),
        since=st.floats(0, 100),
        unseen_seconds=st.sampled_from([0.0, 60.0, 600.0]),
        is_new=st.booleans(),
        is_out=st.booleans(),
        worker=st.sampled_from([None, "x", "y", "gone"]),
        program=st.sampled_from([None, "p", "q"]),
    ),
    max_size=12,
)


@given(runs, st.dictionaries(st.sampled_from("xy"), st.integers(1, 3), min_size=1))
def test_no_slot_is_given_twice_and_none_stays_free_while_a_run_could_use_it(
    living: list[Contender], slots: dict[str, int]
) -> None:
    turns = Turns().next(living, slots)
    out = Counter(c.worker for c in living if c.is_out and c.worker in slots)
    out.update(turn.worker for turn in turns)
    assert all(
        count <= max(slots[worker], sum(c.is_out and c.worker == worker for c in living))
        for worker, count in out.items()
    )
    given_out = {turn.run_id for turn in turns}
    assert len(given_out) == len(turns) and not given_out & {c.run_id for c in living if c.is_out}
    compiled = {c.program for c in living if c.program and (c.is_out or c.run_id in given_out)}
    idle = [
        c for c in admitted(living)
        if not c.is_out and c.run_id not in given_out and c.program not in compiled
    ]  # fmt: skip
    for contender in idle:
        possible = [contender.worker] if contender.worker in slots else list(slots)
        assert all(out[worker] >= slots[worker] for worker in possible)


@given(runs)
def test_of_each_visitor_only_so_many_take_part_and_those_came_first(living: list[Contender]) -> None:
    taken = admitted(living)
    for visitor in "abc":
        own = sorted(c.since for c in living if c.visitor == visitor)
        assert sorted(c.since for c in taken if c.visitor == visitor) == own[:MAX_RUNNING_RUNS]


def test_shares_keep_only_the_memory_of_those_who_are_ahead() -> None:
    shares = Shares()
    for key in "ab":
        shares.serve(key)
        shares.charge(key, 5)
    shares.serve("b")
    shares.charge("a", 5)
    shares.keep_only([])
    assert shares.lead("a") > 0 >= shares.lead("b")
