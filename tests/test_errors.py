"""Errors are read by people, and travel between processes."""

import pickle

import pytest

from lstm_core import errors
from lstm_core.errors import CoreError, UnknownSymbols

PLAIN = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, CoreError) and kind is not UnknownSymbols
]


@pytest.mark.parametrize("kind", PLAIN)
def test_an_error_says_what_came_what_was_expected_and_what_to_do(kind: type[CoreError]) -> None:
    error = kind("It came.", "It was expected.", "Do this.")
    assert str(error) == "It came. It was expected. Do this."


@pytest.mark.parametrize("error", [*(kind("a", "b", "c") for kind in PLAIN), UnknownSymbols({"cow": ("cat",)})])
def test_an_error_is_the_same_in_another_process(error: CoreError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert vars(arrived) == vars(error)
    assert str(arrived) == str(error)


def test_unknown_symbols_are_named_with_what_looks_like_them() -> None:
    error = UnknownSymbols({"cow": ("cat", "dog"), "zebra": ()})
    assert "“cow”, “zebra”" in str(error)
    assert "“cat” for “cow”" in str(error)


def test_many_unknown_symbols_are_not_all_listed() -> None:
    message = str(UnknownSymbols({f"word{index}": () for index in range(9)}))
    assert "“word4” and others" in message
    assert "word5" not in message
