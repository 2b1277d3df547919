"""The bin of a run store: deleted runs lie here for a while, so that a click can be taken back.

    .bin/<run id>.<Unix second>   the run's whole folder, moved in one piece

Whatever else is to vanish by itself unless somebody finishes it, such as an upload in progress, is made here too.
"""

import secrets
import shutil
import threading
import time
from pathlib import Path

from lstm_core.errors import RunNotFound
from lstm_core.knobs import BIN_SECONDS

_LOOK_SECONDS = 60.0  # between looks for what has lain here long enough


class RunBin:
    """The bin in one store's folder. Run ids are checked by the store before they get here."""

    def __init__(self, store_folder: Path) -> None:
        self.folder = store_folder / ".bin"  # the dot hides it from the list of runs
        self._lock = threading.Lock()
        self._next_look = 0.0  # time.monotonic()

    def put(self, run_folder: Path, deleted: float | None = None) -> Path:
        """Move a run's folder into the bin: from now on nobody finds it elsewhere. Return its new place.

        It lies there from `deleted` on, a Unix time (None: now). Raises OSError.
        """
        self.folder.mkdir(exist_ok=True)
        second = int(time.time() if deleted is None else deleted)
        return run_folder.rename(self.folder / f"{run_folder.name}.{second}")

    def find(self, run_id: str) -> Path:
        """Return the folder of a run that lies here. Raises RunNotFound when it does not, or no longer."""
        found = sorted(self.folder.glob(f"{run_id}.*"))
        if not found:
            raise RunNotFound(
                "This run is not in the bin any more.",
                f"Deleted runs are kept for {BIN_SECONDS // 60} minutes.",
                "If you have its download, upload it on the page of runs.",
            )
        return found[-1]

    def make_draft(self) -> Path:
        """Make an empty folder that vanishes by itself if whoever fills it does not come to an end. Raises OSError."""
        draft = self.folder / f"draft-{secrets.token_hex(8)}.{int(time.time())}"
        draft.mkdir(parents=True)
        return draft

    def empty(self) -> None:
        """Delete for good what has lain here for BIN_SECONDS; looks at the disk once a minute at most."""
        with self._lock:
            if time.monotonic() < self._next_look:
                return
            self._next_look = time.monotonic() + _LOOK_SECONDS
        for folder in self.folder.glob("*.*"):
            second = folder.suffix[1:]
            if second.isdecimal() and time.time() - int(second) > BIN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
