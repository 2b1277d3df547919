"""IMDB's reviews come whole or not at all, are read without running anything, and become words again."""

import hashlib
import io
import json
import os
import pickle
import re
import socket
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from lstm_core.errors import DownloadFailed
from lstm_core.text import imdb
from lstm_core.text.download_desk import DownloadDesk, DownloadState
from lstm_core.text.downloads import Patience
from lstm_core.text.imdb import IMDB_FILES, IMDB_RANKS, IMDB_WORDS, fetch_imdb, is_imdb_downloaded, load_imdb
from tests.text.misbehaving_server import QuietServer

WORDS = json.dumps({"the": 1, "film": 2, "good": 3, "bad": 4, "café": 88_584}).encode()
TRAIN, TEST = [[1, 2, 3], [4]], [[88_584, 2], [3, 3, 3, 1]]
SHORT = Patience(connection=2, silence=1, whole=5)


def pack_ranks(train: Any = TRAIN, labels: tuple[int, ...] = (1, 0), protocol: int | None = None) -> bytes:
    """Write an archive in the form of imdb.npz; with a protocol, pickle as older programs did."""
    packed = io.BytesIO()
    arrays = {"x_train": as_objects(train), "y_train": np.array(labels), "x_test": as_objects(TEST)}
    np.savez(packed, **arrays, y_test=np.array([0, 1]))
    if protocol is None:
        return packed.getvalue()
    again = io.BytesIO()
    with zipfile.ZipFile(packed) as archive, zipfile.ZipFile(again, "w") as older:
        for name in archive.namelist():
            older.writestr(name, archive.read(name) if name[0] == "y" else repickle(arrays[name[:-4]], protocol))
    return again.getvalue()


def as_objects(lists: list[Any]) -> np.ndarray:
    """Make an array of Python objects, also of lists that are equally long."""
    array = np.empty(len(lists), dtype=object)
    array[:] = lists
    return array


def repickle(array: np.ndarray, protocol: int) -> bytes:
    written = io.BytesIO()
    np.lib.format.write_array_header_1_0(written, np.lib.format.header_data_from_array_1_0(array))
    pickled = pickle.dumps(array, protocol)
    if protocol < 4:  # NumPy 1 had another name for the module
        pickled = pickled.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    if protocol == 2:  # Python 2 wrote bytes as they are, without a call that makes them of text
        pickled = re.sub(rb"c_codecs\nencode\n.*?latin1q.\x86q.R", b"U\x01b", pickled, count=1, flags=re.DOTALL)
    return written.getvalue() + pickled


class Runs:
    """Were it unpickled, it would make a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


class Answering(BaseHTTPRequestHandler):
    """Answers each path with its bytes, of which it promises so many."""

    answers: ClassVar[dict[str, tuple[bytes, int]]] = {}

    def do_GET(self) -> None:
        if self.path not in self.answers:
            self.send_error(404)
            return
        data, promised = self.answers[self.path]
        self.send_response(200)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with QuietServer(("127.0.0.1", 0), Answering) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def offer(monkeypatch: pytest.MonkeyPatch, address: str, ranks: bytes, words: bytes = WORDS) -> None:
    """Let the app know these two files, at this address, as it knows the real ones."""
    Answering.answers = {"/ranks": (ranks, len(ranks)), "/words": (words, len(words))}
    sha256, md5 = hashlib.sha256(ranks).hexdigest(), hashlib.md5(words).hexdigest()
    files = (
        replace(IMDB_RANKS, url=f"{address}/ranks", known_hash=f"sha256:{sha256}", size_bytes=len(ranks)),
        replace(IMDB_WORDS, url=f"{address}/words", known_hash=f"md5:{md5}", size_bytes=len(words)),
    )
    for name, value in zip(("IMDB_RANKS", "IMDB_WORDS", "IMDB_FILES"), (*files, files), strict=True):
        monkeypatch.setattr(imdb, name, value)


def ignore(received: int, total: int) -> None:
    pass


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("protocol", [None, 2, 3, 4, 5])
def test_ranks_become_words_again(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: int | None
) -> None:
    offer(monkeypatch, address, pack_ranks(protocol=protocol))
    seen: list[tuple[int, int]] = []
    assert not is_imdb_downloaded(tmp_path)
    fetch_imdb(tmp_path, lambda received, total: seen.append((received, total)))
    assert is_imdb_downloaded(tmp_path)
    assert seen == sorted(seen) and seen[-1][0] == seen[-1][1] == sum(file.size_bytes for file in imdb.IMDB_FILES)
    reviews = load_imdb(tmp_path)
    assert reviews.train.texts == ("the film good", "bad")
    assert reviews.test.texts == ("café film", "good good good the")
    assert (reviews.train.labels.tolist(), reviews.test.labels.tolist()) == ([1, 0], [0, 1])
    assert reviews.train.labels.dtype == np.int8 and "Keras" in reviews.train.note


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/ranks", None, "“IMDB film reviews” could not be downloaded. .* answered “404 Not Found”"),
        ("/words", None, "“IMDB film reviews: the words” could not be downloaded. .* answered “404 Not Found”"),
        ("/ranks", (b"PK\x03\x04", 500), "broke off after 4 bytes"),
        ("/ranks", (b"PK\x03\x04", 4), "another file than expected"),
        ("/words", (b"{}", 2), "another file than expected"),
        ("/ranks", (bytes(26 * 2**20), 26 * 2**20), "More than 25 MB came"),
    ],
)
def test_what_goes_wrong_is_told_with_a_way_on(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    answer: tuple[bytes, int] | None,
    said: str,
) -> None:
    offer(monkeypatch, address, pack_ranks())
    Answering.answers = {key: value for key, value in (Answering.answers | {path: answer}).items() if value}
    with pytest.raises(DownloadFailed, match=said) as failure:
        fetch_imdb(tmp_path, ignore, SHORT)
    assert "Go on with “Mini reviews”, which ships" in failure.value.advice
    assert files_in(tmp_path) == ([] if path == "/ranks" else ["imdb.npz"])  # what is whole is kept for the next time


def test_without_a_network_it_says_that_there_is_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as reserved:  # bound but not listening: whoever knocks is refused
        reserved.bind(("127.0.0.1", 0))
        offer(monkeypatch, f"http://127.0.0.1:{reserved.getsockname()[1]}", pack_ranks())
        with pytest.raises(DownloadFailed, match="no connection to 127.0.0.1.*“Mini reviews”"):
            fetch_imdb(tmp_path, ignore, SHORT)
    assert not files_in(tmp_path)


def test_the_desk_brings_both_files_as_one_download(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, address, pack_ranks())
    desk = DownloadDesk(tmp_path)
    desk.start(*imdb.IMDB_FILES)
    assert desk.wait("imdb", 5) == DownloadState()
    assert is_imdb_downloaded(tmp_path)


def test_a_file_that_is_not_there_or_was_changed_is_told(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, address, pack_ranks())
    with pytest.raises(DownloadFailed, match="cannot be read from the server’s disk"):
        load_imdb(tmp_path)
    fetch_imdb(tmp_path, ignore)
    (tmp_path / "imdb.npz").write_bytes(pack_ranks(labels=(0, 0)))
    with pytest.raises(DownloadFailed, match="no longer the one that had come, and was thrown away"):
        load_imdb(tmp_path)
    assert files_in(tmp_path) == ["imdb_word_index.json"]


def test_a_file_that_would_run_something_runs_nothing(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, address, pack_ranks([Runs(tmp_path / "made"), [1]]))
    fetch_imdb(tmp_path, ignore)
    with pytest.raises(DownloadFailed, match=r"mkdir has no place in it"):
        load_imdb(tmp_path)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        (b"no archive", WORDS),
        (pack_ranks(labels=(1, 0, 1)), WORDS),
        (pack_ranks(labels=(1, 2)), WORDS),
        (pack_ranks([[5], [1]]), WORDS),
        (pack_ranks([5, 1]), WORDS),
        (pack_ranks(), b"[1, 2]"),
        (pack_ranks(), b"{"),
    ],
    ids=["no archive", "a label too many", "another label", "unknown rank", "no lists", "no dictionary", "no JSON"],
)
def test_what_is_no_reviews_is_told(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranks: bytes, words: bytes
) -> None:
    offer(monkeypatch, address, ranks, words)
    fetch_imdb(tmp_path, ignore)
    with pytest.raises(DownloadFailed, match="cannot be read as reviews"):
        load_imdb(tmp_path)


def test_the_real_files_are_known_by_their_hashes() -> None:
    assert IMDB_FILES == (IMDB_RANKS, IMDB_WORDS)
    for remote in IMDB_FILES:
        assert remote.url.startswith("https://storage.googleapis.com/tensorflow/tf-keras-datasets/")
        assert remote.size_bytes < remote.max_bytes
    assert IMDB_RANKS.known_hash == "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
    assert IMDB_WORDS.known_hash == "md5:bfafd718b763782e994055a2d397834f"
