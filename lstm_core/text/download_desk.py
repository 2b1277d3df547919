"""How do many visitors wait for the same download? One thread fetches it; everyone may look how far it is."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from lstm_core.errors import CoreError, DownloadFailed
from lstm_core.text.downloads import Patience, RemoteFile, downloads_folder, fetch_all

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class DownloadState:
    """How far a download is. `error` says why the last attempt came to nothing; `share` runs from 0 to 1."""

    is_running: bool = False
    received_bytes: int = 0
    total_bytes: int = 0
    error: CoreError | None = None

    @property
    def share(self) -> float:
        """Return how much of it is there."""
        return min(1.0, self.received_bytes / self.total_bytes) if self.total_bytes else 0.0


class DownloadDesk:
    """The downloads of one server. May be used from several threads."""

    def __init__(self, folder: Path | None = None, patience: Patience | None = None) -> None:
        self.folder = folder or downloads_folder()
        self._patience = patience
        self._lock = threading.Lock()
        self._states: dict[str, DownloadState] = {}
        self._threads: dict[str, threading.Thread] = {}

    def start(self, remote: RemoteFile, *others: RemoteFile) -> None:
        """Begin to download in the background, unless that is being done already.

        Several files, one after the other, are one download under the name of the first.
        """
        files, name = (remote, *others), remote.name
        with self._lock:
            if self.state(name).is_running:
                return
            total = sum(file.size_bytes for file in files)
            self._states[name] = DownloadState(is_running=True, total_bytes=total)
            # A daemon: a server that ends does not wait for it, and what is half there is swept out the next time.
            thread = threading.Thread(target=self._fetch, args=(files,), name=f"download {name}", daemon=True)
            self._threads[name] = thread
            thread.start()

    def state(self, name: str) -> DownloadState:
        """Return how far the download of this name is."""
        return self._states.get(name, DownloadState())

    def wait(self, name: str, seconds: float) -> DownloadState:
        """Wait until the download of this name has ended, `seconds` at most."""
        if name in self._threads:
            self._threads[name].join(seconds)
        return self.state(name)

    def _fetch(self, files: tuple[RemoteFile, ...]) -> None:
        name, title = files[0].name, files[0].title

        def remember(received: int, total: int) -> None:
            self._states[name] = DownloadState(True, received, total)

        error: CoreError | None = None
        try:
            fetch_all(files, self.folder, remember, self._patience)
        except CoreError as failure:
            error = failure
            LOGGER.warning("%s", failure)
        except Exception:
            LOGGER.exception("The download of %s failed for a reason that nobody thought of", name)
            error = DownloadFailed(
                f"“{title}” could not be downloaded.",
                "Nobody has thought of what went wrong; it stands in the server’s log.",
                "Go on with what stands in for it, and tell whoever runs this app.",
            )
        self._states[name] = DownloadState(error=error)
