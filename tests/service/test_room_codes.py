import pytest

from lstm_core.errors import NotAllowed
from lstm_core.service.room_codes import (
    ALL_GUESSES,
    CODE_LETTERS,
    VISITOR_GUESSES,
    VISITOR_PER_SECOND,
    GuessLimiter,
    clean_code,
    make_code,
)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> GuessLimiter:
    return GuessLimiter(clock)


def guess_wrong(limiter: GuessLimiter, visitor: str, times: int) -> None:
    for _ in range(times):
        limiter.check(visitor)
        limiter.note_wrong(visitor)


def test_a_code_has_letters_that_nobody_takes_for_a_number_and_is_read_as_it_was_made() -> None:
    assert not set("ILO0123456789") & set(CODE_LETTERS)
    code = make_code()
    assert clean_code(code) == clean_code(f" {code[:2].lower()}-{code[2:]}\n") == code


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCDEF", "ABCDO", "ABC1E", "ÄBCDE", "A" * 10_000])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert clean_code(typed) == ""


def test_after_too_many_wrong_codes_a_visitor_is_refused_even_the_right_one(limiter: GuessLimiter) -> None:
    guess_wrong(limiter, "a", VISITOR_GUESSES)
    with pytest.raises(NotAllowed, match="Too many wrong codes"):
        limiter.check("a")
    limiter.check("b")


def test_wrong_codes_are_forgiven_with_time_and_not_faster(limiter: GuessLimiter, clock: Clock) -> None:
    guess_wrong(limiter, "a", VISITOR_GUESSES)
    clock.now += 3 / VISITOR_PER_SECOND
    guess_wrong(limiter, "a", 3)
    with pytest.raises(NotAllowed):
        limiter.check("a")


def test_many_visitors_together_cannot_guess_faster_than_the_server_allows(limiter: GuessLimiter, clock: Clock) -> None:
    with pytest.raises(NotAllowed):
        for visitor in range(10 * ALL_GUESSES):
            guess_wrong(limiter, str(visitor), 1)
    clock.now += 10.0  # a guess a second
    with pytest.raises(NotAllowed):
        for visitor in range(20):
            guess_wrong(limiter, f"later {visitor}", 1)
