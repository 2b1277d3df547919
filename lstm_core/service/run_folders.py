"""The folders of a run store: made, listed, found by their ids, deleted and brought back; what is in them stays shut.

Next: `run_store.py`, which says what lies in a run's folder.
"""

import dataclasses
import os
import re
import secrets
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path

from lstm_core.errors import RunNotFound
from lstm_core.knobs import MAX_RUN_AGE_SECONDS
from lstm_core.network.shapes import Shape
from lstm_core.network.spec import RunSpec
from lstm_core.service.owners import NOBODY
from lstm_core.service.run_bin import RunBin
from lstm_core.service.run_files import disk_errors_as, replace_file, replace_json
from lstm_core.service.run_reviews import save_reviews
from lstm_core.text.symbols import Vocabulary
from lstm_core.training.environment import PROJECT_ROOT

_SAME_TIME_NS = 3_000_000_000  # file systems give changes within their clock's tick, 2 s at worst, the same time
SHARED_MARK = "shared"  # an empty file
UNKNOWN = "unknown"  # an owner that no token has
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # no dot, no slash: it cannot lead out of the store's folder


def default_runs_folder() -> Path:
    """Return the folder that LSTM_RUNS_DIR names, else `runs/` beside the app."""
    return Path(os.environ.get("LSTM_RUNS_DIR") or PROJECT_ROOT / "runs")


def is_run_id(given: str) -> bool:
    """Tell whether this has the form of a run's id, and so cannot lead out of the store's folder."""
    return _RUN_ID.fullmatch(given) is not None


class RunFolders:
    """The runs in one folder. Run ids may come from an address bar: every method that takes one checks it.

    All raise RunNotFound for an id that is malformed or has no run, and ServiceUnavailable for a disk that is full or
    cannot be written. May be used from several threads.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_runs_folder()
        self.bin = RunBin(self.folder)
        self._lock = threading.RLock()
        self._listed: tuple[int, list[str]] = (0, [])  # when the folder had changed last, ns; what it held

    def create(self, spec: RunSpec, vocabulary: Vocabulary, shape: Shape, owner: str = NOBODY) -> str:
        """Make a run's folder and return the run's id, which cannot be guessed. It is there in one piece or not.

        `owner` is the hash of a token, see owners.py.
        """
        run_id = "-"
        while not run_id[0].isalnum():  # a leading dash would look like an option on a command line
            run_id = secrets.token_urlsafe(16)
        draft = self.folder / f".{run_id}"  # the dot hides it from `list_ids`
        with disk_errors_as("The run could not be set up"):
            try:
                (draft / "checkpoints").mkdir(parents=True)
                replace_json(draft / "spec.json", spec.to_record())
                replace_file(draft / "text.txt", lambda file: file.write(spec.text.encode()))
                if spec.reviews is not None:
                    save_reviews(spec.reviews, draft)
                replace_json(draft / "vocabulary.json", vocabulary.to_record())
                replace_json(draft / "network.json", {"title": spec.text_name, "shape": dataclasses.asdict(shape)})
                if owner:
                    replace_file(draft / "owner.txt", lambda file: file.write(owner.encode()))
                draft.rename(self.folder / run_id)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
        return run_id

    def list_ids(self) -> list[str]:
        """Return the ids of all runs, the newest first. Costs one look at the folder while none comes or goes."""
        self.bin.empty()
        with disk_errors_as("The list of runs could not be read"):
            changed = self.folder.stat().st_mtime_ns if self.folder.exists() else 0
            listed_at, run_ids = self._listed
            if changed == listed_at:
                return list(run_ids)
            now, found = time.time_ns(), []
            for spec in self.folder.glob("*/spec.json"):
                if is_run_id(spec.parent.name):
                    with suppress(FileNotFoundError):  # somebody has just deleted it
                        found.append((spec.stat().st_mtime_ns, spec.parent.name))  # written once, at its creation
        run_ids = [run_id for _, run_id in sorted(found, reverse=True)]
        if now - changed > _SAME_TIME_NS:  # else another run may come and leave the folder's time as it is
            self._listed = (changed, run_ids)
        return list(run_ids)

    def path(self, run_id: str) -> Path:
        """Return a run's folder."""
        folder = self.folder / self.checked(run_id)
        if not os.path.isfile(folder / "spec.json"):
            raise _not_found()
        return folder

    def checked(self, run_id: str) -> str:
        """Return an id that could be that of a run of this store."""
        if not is_run_id(run_id):
            raise _not_found()
        return run_id

    def load_owner(self, run_id: str) -> str:
        """Return the hash of its owner's token, also of a run in the bin; "" for nobody, UNKNOWN when it is spoilt."""
        folder = self.folder / self.checked(run_id)
        folder = folder if folder.exists() else self.bin.find(run_id)
        try:
            return (folder / "owner.txt").read_text("ascii")
        except FileNotFoundError:
            return NOBODY
        except (OSError, ValueError):
            return UNKNOWN

    def changed(self, run_id: str) -> float:
        """Return when a run last changed, as Unix time: its making, training, its state, its name."""
        folder = self.path(run_id)
        files = (folder / name for name in ("spec.json", "status.json", "name.txt"))
        return max(file.stat().st_mtime for file in files if file.exists())

    def is_treasured(self, run_id: str) -> bool:
        """Tell whether somebody has named a run, or opened it by its link."""
        folder = self.path(run_id)
        return (folder / "name.txt").exists() or (folder / SHARED_MARK).exists()

    def mark_shared(self, run_id: str) -> None:
        """Remember that somebody else has opened a run by its link."""
        with disk_errors_as("The run could not be marked"):
            (self.path(run_id) / SHARED_MARK).touch()

    def remove(self, run_id: str) -> None:
        """Delete a run for good. It is gone at once; what of its folder resists is tried again with the bin."""
        with self._lock, disk_errors_as("The run could not be deleted"):
            folder = self.bin.put(self.path(run_id), deleted=0)
        shutil.rmtree(folder, ignore_errors=True)

    def delete(self, run_id: str) -> None:
        """Put a run into the bin: it is gone at once, and `bring_back` brings it back within BIN_SECONDS."""
        with self._lock, disk_errors_as("The run could not be deleted"):
            self.bin.put(self.path(run_id))

    def bring_back(self, run_id: str) -> None:
        """Take a run out of the bin. Raises RunNotFound when it has gone for good."""
        with self._lock, disk_errors_as("The run could not be brought back"):
            if not (self.folder / self.checked(run_id)).exists():
                self.bin.find(run_id).rename(self.folder / run_id)

    def adopt(self, other: "RunFolders", run_id: str) -> None:
        """Take over a run of another store on the same disk, in one piece."""
        with self._lock, disk_errors_as("The run could not be set up"):
            os.utime(other.path(run_id) / "spec.json")  # the list goes by it
            other.path(run_id).rename(self.folder / run_id)

    def size_bytes(self, run_id: str) -> int:
        """Return how much a run's files take on the disk."""
        sizes = []
        for file in self.path(run_id).rglob("*"):
            with suppress(OSError):  # an older checkpoint, removed meanwhile
                sizes.append(file.stat().st_size)
        return sum(sizes)


def _not_found() -> RunNotFound:
    return RunNotFound(
        "There is no training run with this address.",
        f"It may have been deleted, or left after {MAX_RUN_AGE_SECONDS // 86_400} days; or the address was cut short.",
        "Copy the whole address again, or choose another run at the top of the page.",
    )
