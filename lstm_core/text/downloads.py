"""Which texts can be fetched from elsewhere, and how does a file get here whole or not at all?

They are too long to ship, or not ours to pass on. Each address is that of one fixed version, and its hash decides
whether what came is kept. `download_desk` does this in the background for all visitors of a server; `imdb` has reviews
fetched in the same way.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from lstm_core.errors import DownloadFailed
from lstm_core.knobs import MAX_FILE_BYTES
from lstm_core.text.library import LIBRARY, LibraryText
from lstm_core.text.reading import DecodedText, read_file

PROJECT_ROOT = Path(__file__).parents[2]
MAX_PIECE_BYTES = 64 * 1024  # read at once; progress is told after each piece

Progress = Callable[[int, int], None]
"""Called with the bytes that have come and the bytes that will, again and again."""


class RemoteFile(Protocol):
    """What must be known of a file to fetch it: a DownloadableText has it, and each of IMDB's files."""

    @property
    def name(self) -> str:
        """Its key."""

    @property
    def title(self) -> str:
        """What a reader calls it."""

    @property
    def file(self) -> str:
        """Its name in the folder of downloads."""

    @property
    def url(self) -> str:
        """Where it is."""

    @property
    def known_hash(self) -> str:
        """What its bytes must hash to, behind the name of the algorithm: “sha256:…” or “md5:…”."""

    @property
    def size_bytes(self) -> int:
        """About how large it is; the hash decides."""

    @property
    def max_bytes(self) -> int:
        """Where to stop when more and more comes."""

    @property
    def stand_in_title(self) -> str:
        """What ships and can be used in its stead."""


@dataclass(frozen=True)
class DownloadableText(LibraryText):
    """A text that does not ship. `size_bytes` is about right (the hash decides); `stand_in` ships and is like it."""

    url: str
    sha256: str
    size_bytes: int
    stand_in: str

    @property
    def known_hash(self) -> str:
        """Return the hash with the name of its algorithm."""
        return f"sha256:{self.sha256}"

    @property
    def max_bytes(self) -> int:
        """Return the limit of a text that is to be read."""
        return MAX_FILE_BYTES

    @property
    def stand_in_title(self) -> str:
        """Return the title of the text that stands in."""
        return LIBRARY[self.stand_in].title


@dataclass(frozen=True)
class Patience:
    """How many seconds to wait: for a connection, for the next bytes, and for the whole file."""

    connection: float = 10.0
    silence: float = 20.0
    whole: float = 600.0  # 1.1 MB at 2 kB/s: a class on a slow line


_ALL = (
    DownloadableText(
        name="tiny-shakespeare",
        title="Tiny Shakespeare",
        author="William Shakespeare, put together by Andrej Karpathy",
        file="tiny-shakespeare.txt",
        language="en",
        licence="public domain (1623)",
        note="40,000 lines of the plays, the text on which character networks are usually compared.",
        url="https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
        "/data/tinyshakespeare/input.txt",
        sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        size_bytes=1_115_394,
        stand_in="shakespeare",
    ),
    DownloadableText(
        name="quijote",
        title="Don Quijote, the first part",
        author="Miguel de Cervantes, edited by Rodolfo Schevill and Adolfo Bonilla",
        file="quijote.txt",
        language="es",
        licence="the novel: public domain (1605); this edition names © 1928 Rodolfo Schevill, © 1996 Fred F. Jehle and "
        "Purdue Research Foundation, so it is fetched from where the tutorial keeps it and does not ship",
        note="The file of the third tutorial: all 52 chapters in the spelling of 1605, after the editor’s preface.",
        url="https://raw.githubusercontent.com/josehoras/LSTM-Frameworks/687e47130c2b1438fec76a3451d9d72a134c74da"
        "/quijote.txt",
        sha256="0e19b68f0cbaa9aeeac2674f34182212ead3b2cfa067e695cfb57d4955048544",
        size_bytes=1_080_000,
        stand_in="quijote-chapter-1",
    ),
)

DOWNLOADS: dict[str, DownloadableText] = {text.name: text for text in _ALL}


def downloads_folder() -> Path:
    """Return the folder that LSTM_DOWNLOADS_DIR names, else `downloads/` beside the app."""
    return Path(os.environ.get("LSTM_DOWNLOADS_DIR") or PROJECT_ROOT / "downloads")


def is_downloaded(remote: RemoteFile, folder: Path) -> bool:
    """Is there such a file? Whether it is whole is seen when it is read."""
    return (folder / remote.file).is_file()


def read_download(text: DownloadableText, folder: Path) -> DecodedText:
    """Read a text that was downloaded. Raises DownloadFailed as `read_checked` does."""
    return read_file(read_checked(text, folder), text.file)


def read_checked(remote: RemoteFile, folder: Path) -> bytes:
    """Return the bytes of a file that was downloaded. One that is not what was downloaded is thrown away.

    Raises DownloadFailed when it is not there, cannot be read, or was changed.
    """
    file = folder / remote.file
    try:
        data = file.read_bytes()
    except OSError as error:
        raise download_failed(remote, f"It cannot be read from the server’s disk ({error.strerror})") from None
    algorithm, _, expected = remote.known_hash.partition(":")
    if hashlib.new(algorithm, data, usedforsecurity=algorithm != "md5").hexdigest() != expected:
        file.unlink(missing_ok=True)
        raise download_failed(
            remote, "The file on the server’s disk was no longer the one that had come, and was thrown away"
        )
    return data


def fetch_all(files: Sequence[RemoteFile], folder: Path, progress: Progress, patience: Patience | None = None) -> None:
    """Bring several files into `folder`, one after the other, with one progress for all. Raises as `fetch` does."""
    total = sum(remote.size_bytes for remote in files)
    before = 0
    for remote in files:

        def tell(received: int, whole: int, before: int = before, expected: int = remote.size_bytes) -> None:
            progress(before + received, total - expected + whole)

        fetch(remote, folder, tell, patience)
        before += remote.size_bytes


def fetch(remote: RemoteFile, folder: Path, progress: Progress, patience: Patience | None = None) -> None:
    """Bring a file into `folder`, whole and checked; return at once when it is there.

    Whatever goes wrong, nothing of it stays. Raises DownloadFailed: no connection, refused, broken off, too slow, too
    large, another file than expected, or a disk that cannot be written.
    """
    if is_downloaded(remote, folder):
        return
    import pooch  # it and requests take 0.1 s to import, and most servers never download
    import requests
    import urllib3

    # pooch writes into a file of another name, checks the hash, then renames; a folder of our own for this, so that
    # what a killed server left there can be swept out without touching anyone's files.
    incoming = folder / "incoming"
    stream = _Stream(remote, progress, patience or Patience())
    try:
        _sweep(incoming, stream.patience.whole)
        kept = pooch.retrieve(remote.url, remote.known_hash, remote.file, incoming, downloader=stream)
        os.replace(kept, folder / remote.file)
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        why = _explain(error, urlsplit(remote.url).hostname or remote.url, stream)
        raise download_failed(remote, why) from None


def _explain(error: Exception, host: str, stream: "_Stream") -> str:
    """Say in plain words what an error of the network, of the file, or of the disk means; the kinds overlap."""
    import requests
    import urllib3

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{host} answered “{error.response.status_code} {error.response.reason}” instead of sending it"
    if isinstance(error, requests.exceptions.SSLError):
        return f"The certificate of {host} is not one that this server trusts; a school’s filter may be in between"
    if isinstance(error, requests.ConnectionError):
        return f"There is no connection to {host}"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return f"{host} did not answer in time"
    if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError):
        return f"The connection to {host} broke off after {stream.received:,} bytes"
    if isinstance(error, ValueError):  # pooch's word for another hash
        return f"What {host} sent is another file than expected, and was thrown away"
    return f"The server’s disk cannot take it ({getattr(error, 'strerror', None) or error})"


class _Stream:
    """Bring the bytes from the address into pooch's file, telling the progress and keeping to the limits.

    pooch's own downloader looks at no deadline for the whole: a server that sends a byte now and then would hold it
    for hours.
    """

    def __init__(self, remote: RemoteFile, progress: Progress, patience: Patience) -> None:
        self.remote, self.progress, self.patience = remote, progress, patience
        self.received = 0

    def __call__(self, url: str, output_file: Any, pooch: Any, check_only: bool = False) -> None:
        import requests

        deadline = time.monotonic() + self.patience.whole
        timeout = (self.patience.connection, self.patience.silence)
        # Uncompressed, so that bytes counted are bytes kept.
        with (
            requests.get(url, stream=True, timeout=timeout, headers={"Accept-Encoding": "identity"}) as response,
            open(output_file, "wb") as file,
        ):
            response.raise_for_status()
            total = int(response.headers.get("Content-Length", "0") or 0) or self.remote.size_bytes
            while piece := response.raw.read1(MAX_PIECE_BYTES):
                file.write(piece)
                self.received += len(piece)
                self.progress(self.received, max(total, self.received))
                if self.received > (limit := self.remote.max_bytes):
                    raise download_failed(self.remote, f"More than {limit / 2**20:.0f} MB came, which it has not")
                if time.monotonic() > deadline:
                    raise download_failed(self.remote, f"It was not complete after {self.patience.whole:g} seconds")


def _sweep(incoming: Path, seconds: float) -> None:
    """Make the folder, and take out what has lain there longer than any download lasts."""
    incoming.mkdir(parents=True, exist_ok=True)
    for file in incoming.iterdir():
        if time.time() - file.stat().st_mtime > seconds + 60:
            shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)


def download_failed(remote: RemoteFile, why: str) -> DownloadFailed:
    """Return what is to be raised when a file did not come, or is not what it should be; `why` has no full stop."""
    return DownloadFailed(
        f"“{remote.title}” could not be downloaded. {why}.",
        "A connection to the internet, and the very file that this app knows, were expected.",
        f"Go on with “{remote.stand_in_title}”, which ships and stands in for it, or try again later.",
    )
