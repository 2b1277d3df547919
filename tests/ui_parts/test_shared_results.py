"""What is found in the background serves everyone, is bounded, and never loses what went wrong."""

import threading
from contextlib import suppress

import pytest

from lstm_core.errors import TextTooShort
from lstm_ui.shared_results import SharedResults

SECONDS = 20.0


def make_shared(max_bytes: int = 10_000) -> SharedResults[bytes]:
    return SharedResults("test", max_bytes, len)


def find(shared: SharedResults[bytes], key: str, value: bytes) -> bytes | None:
    shared.get(key, lambda: value)
    shared.wait(key, SECONDS)
    return shared.get(key, lambda: b"found anew")


def test_many_who_ask_at_once_have_it_found_once() -> None:
    shared, is_asked, times = make_shared(), threading.Event(), []

    def slow() -> bytes:
        times.append(1)
        is_asked.wait(SECONDS)
        return b"here"

    assert [shared.get("key", slow) for _ in range(5)] == [None] * 5
    assert shared.is_coming("key")
    is_asked.set()
    shared.wait("key", SECONDS)
    assert shared.get("key", slow) == b"here"
    assert not shared.is_coming("key")
    assert len(times) == 1


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    shared = make_shared(max_bytes=250)
    for key in "abc":
        find(shared, key, bytes(100))
    assert find(shared, "c", b"") == bytes(100)
    assert find(shared, "b", b"") == bytes(100)
    assert find(shared, "a", b"") == b""


def test_a_single_result_may_be_larger_than_there_is_room() -> None:
    assert find(make_shared(max_bytes=10), "a", bytes(100)) == bytes(100)


def test_a_refusal_reaches_everyone_who_asks() -> None:
    shared = make_shared()

    def refuse() -> bytes:
        raise TextTooShort("It is short.", "It should be long.", "Choose another.")

    with suppress(TextTooShort):  # it may have been refused before the first asking ends
        shared.get("key", refuse)
    shared.wait("key", SECONDS)
    for _ in range(2):
        with pytest.raises(TextTooShort):
            shared.get("key", refuse)


def test_a_bug_is_logged_and_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    shared = make_shared()
    shared.get("key", lambda: 1 // 0)
    shared.wait("key", SECONDS)
    assert shared.get("key", lambda: b"") is None
    assert not shared.is_coming("key")
    assert "ZeroDivisionError" in caplog.text
