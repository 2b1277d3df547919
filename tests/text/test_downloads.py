"""A text comes whole or not at all, from a real server on this machine that can be made to misbehave."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstm_core.errors import DownloadFailed
from lstm_core.text.download_desk import DownloadDesk, DownloadState
from lstm_core.text.downloads import (
    DOWNLOADS,
    DownloadableText,
    Patience,
    downloads_folder,
    fetch,
    is_downloaded,
    read_download,
)
from lstm_core.text.library import LIBRARY
from tests.text.misbehaving_server import CONTENT, Misbehaving, misbehaving_server, text_at

SHORT = Patience(connection=2, silence=0.3, whole=1.5)


@pytest.fixture
def server() -> Iterator[str]:
    with misbehaving_server() as address:
        yield address


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def ignore(received: int, total: int) -> None:
    pass


def test_the_right_file_is_kept_and_read(server: str, tmp_path: Path) -> None:
    text, seen = text_at(f"{server}/right"), []
    fetch(text, tmp_path, lambda received, total: seen.append((received, total)))
    assert is_downloaded(text, tmp_path)
    assert read_download(text, tmp_path).text == CONTENT.decode()
    assert files_in(tmp_path) == [tmp_path / text.file]
    assert seen == sorted(seen) and seen[-1] == (len(CONTENT), len(CONTENT))


def test_what_is_there_is_not_fetched_again(server: str, tmp_path: Path) -> None:
    text = text_at(f"{server}/right")
    fetch(text, tmp_path, ignore)
    fetch(text, tmp_path, ignore)
    assert Misbehaving.asked == ["/right"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/missing", "answered “404 Not Found”"),
        ("/broken-off", "broke off after 100,000 bytes"),
        ("/other", "another file than expected"),
        ("/silent", "did not answer in time"),
        ("/slow", "was not complete after 1.5 seconds"),
    ],
)
def test_what_goes_wrong_is_told_and_nothing_of_it_stays(server: str, tmp_path: Path, address: str, said: str) -> None:
    text = text_at(server + address)
    with pytest.raises(DownloadFailed, match=said) as failure:
        fetch(text, tmp_path, ignore, SHORT)
    assert "Go on with “Shakespeare: sonnets and speeches”" in failure.value.advice
    assert not is_downloaded(text, tmp_path) and not files_in(tmp_path)


def test_without_a_network_it_says_that_there_is_no_connection(tmp_path: Path) -> None:
    with socket.socket() as reserved:  # bound but not listening: whoever knocks is refused
        reserved.bind(("127.0.0.1", 0))
        text = text_at(f"http://127.0.0.1:{reserved.getsockname()[1]}/right")
        with pytest.raises(DownloadFailed, match="no connection to 127.0.0.1"):
            fetch(text, tmp_path, ignore, SHORT)
    assert not files_in(tmp_path)


def test_a_server_that_sends_on_and_on_is_left(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstm_core.text.downloads.MAX_FILE_BYTES", 100_000)
    with pytest.raises(DownloadFailed, match="came, which it has not"):
        fetch(text_at(f"{server}/right"), tmp_path, ignore)
    assert not files_in(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DownloadFailed, match="disk cannot take it"):
        fetch(text_at(f"{server}/right"), tmp_path / "file", ignore)


def test_after_a_failure_the_next_attempt_can_succeed(server: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed):
        fetch(text_at(f"{server}/broken-off"), tmp_path, ignore)
    fetch(text_at(f"{server}/right"), tmp_path, ignore)
    assert is_downloaded(text_at(server), tmp_path)


def test_what_a_killed_server_left_is_swept_out_and_nothing_else(server: str, tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir()
    old, young, own = (tmp_path / name for name in ("incoming/tmp1", "incoming/tmp2", "notes.txt"))
    for file in (old, young, own):
        file.write_text("half")
    long_ago = time.time() - 10_000
    for file in (old, own):
        os.utime(file, (long_ago, long_ago))
    fetch(text_at(f"{server}/right"), tmp_path, ignore)
    assert (old.exists(), young.exists(), own.exists()) == (False, True, True)


def test_a_file_that_was_changed_on_the_disk_is_thrown_away(tmp_path: Path) -> None:
    text = text_at("http://127.0.0.1:1/right")
    (tmp_path / text.file).write_bytes(CONTENT[1:])
    with pytest.raises(DownloadFailed, match="no longer the one that had come"):
        read_download(text, tmp_path)
    assert not is_downloaded(text, tmp_path)


def test_two_visitors_at_once_download_once_and_both_see_how_far_it_is(server: str, tmp_path: Path) -> None:
    desk, text = DownloadDesk(tmp_path), text_at(f"{server}/held")
    for visitor in [threading.Thread(target=desk.start, args=(text,)) for _ in range(8)]:
        visitor.start()
        visitor.join()
    deadline = time.monotonic() + 5
    while desk.state(text.name).received_bytes < 70_000 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert desk.state(text.name) == DownloadState(True, 70_000, len(CONTENT))
    assert 0 < desk.state(text.name).share < 1
    Misbehaving.goes_on.set()
    assert desk.wait(text.name, 5) == DownloadState()
    assert is_downloaded(text, tmp_path)
    assert Misbehaving.asked == ["/held"]


def test_the_desk_remembers_why_it_failed_until_the_next_attempt(server: str, tmp_path: Path) -> None:
    desk = DownloadDesk(tmp_path)
    desk.start(text_at(f"{server}/missing"))
    assert isinstance(desk.wait("tiny-shakespeare", 5).error, DownloadFailed)
    desk.start(text_at(f"{server}/right"))
    assert desk.wait("tiny-shakespeare", 5).error is None
    assert is_downloaded(text_at(server), tmp_path)


def test_the_desk_survives_what_nobody_thought_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("lstm_core.text.download_desk.fetch_all", fail)
    desk = DownloadDesk(tmp_path)
    desk.start(text_at("http://127.0.0.1:1/right"))
    state = desk.wait("tiny-shakespeare", 5)
    assert not state.is_running and "server’s log" in str(state.error)


@pytest.mark.parametrize("text", DOWNLOADS.values(), ids=lambda text: text.name)
def test_every_download_is_one_fixed_version_with_a_text_that_stands_in(text: DownloadableText) -> None:
    assert text.url.startswith("https://") and any(len(part) == 40 for part in text.url.split("/"))
    assert len(text.sha256) == 64
    assert LIBRARY[text.stand_in].language == text.language
    assert text.name not in LIBRARY


def test_the_file_known_as_tiny_shakespeare_is_the_one_that_is_expected(test_data: Path) -> None:
    data, text = (test_data / "tinyshakespeare.txt").read_bytes(), DOWNLOADS["tiny-shakespeare"]
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (text.sha256, text.size_bytes)


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_DOWNLOADS_DIR", str(tmp_path))
    assert downloads_folder() == tmp_path
    monkeypatch.delenv("LSTM_DOWNLOADS_DIR")
    assert downloads_folder().name == "downloads"
