"""How a run's files are written so that a full disk, a kill or a power cut leaves them readable.

A file is either replaced in one piece or grows at its end; what a stopped machine left half written at the end is
ignored by the readers and overwritten by the next writer. `run_store.py` says which file is which.
"""

import errno
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from lstm_core.errors import DamagedRun, ServiceUnavailable

_VALUE = np.dtype("<f4")
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk space that this user may use is full",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "the app may not write there",
    errno.EPERM: "the app may not write there",
    errno.ENOENT: "its folder has gone",
    errno.EIO: "the disk has a fault",
}


@contextmanager
def disk_errors_as(failure: str) -> Iterator[None]:
    """Turn an OSError into ServiceUnavailable that begins with `failure`, such as "The run could not be saved"."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or "unknown reason")
        raise ServiceUnavailable(
            f"{failure}: {reason}.",
            "The app keeps runs in a folder of its own and needs room there.",
            "Delete runs that are no longer needed, or tell whoever looks after this machine.",
        ) from error


def damaged(what: str) -> DamagedRun:
    """Build the error for a run whose `what`, such as "status cannot be read", is spoilt."""
    return DamagedRun(
        f"The run's {what}.",
        "Its folder should hold what the app wrote there, unchanged.",
        "Start the run anew, or bring its folder back from a copy.",
    )


def replace_file(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Let `write` fill a new file and put it at `path`: a reader sees the old one or the new one, whole."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            write(file)
        _replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)  # half a checkpoint would only fill the disk further
        raise


def _replace(draft: Path, path: Path) -> None:
    """As os.replace; waits for readers on Windows, which refuses to replace a file while somebody has it open."""
    for pause in (0.01, 0.02, 0.05, 0.1, 0.2):
        try:
            return os.replace(draft, path)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(pause)
    os.replace(draft, path)


def replace_json(path: Path, record: dict[str, Any]) -> None:
    """Replace a file with a record of plain JSON values."""
    encoded = json.dumps(record, ensure_ascii=False, indent=1).encode()
    replace_file(path, lambda file: file.write(encoded))


def read_json(path: Path) -> dict[str, Any]:
    """Read what `replace_json` wrote. Raises DamagedRun when the file is missing or no such record."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(f"file {path.name} cannot be read") from error
    if not isinstance(record, dict):
        raise damaged(f"file {path.name} does not hold what it should")
    return record


def append_json_line(path: Path, record: dict[str, Any]) -> None:
    """Add a record of plain JSON values as one line."""
    line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
    with path.open("a+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # the line before was cut off: it must not spoil this one
                line = b"\n" + line
        file.write(line)  # at the end, wherever one has read


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Read all whole lines that `append_json_line` wrote; none when there is no file."""
    records = []
    for line in path.read_bytes().split(b"\n") if path.exists() else []:
        with suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                records.append(record)
    return records


def drop_later_lines(path: Path, step: int) -> None:
    """Remove the records whose "step" lies after `step`."""
    kept = [json.dumps(record, ensure_ascii=False) + "\n" for record in read_json_lines(path) if record["step"] <= step]
    if path.exists():
        replace_file(path, lambda file: file.write("".join(kept).encode()))


def append_values(path: Path, kept: int, values: Sequence[float] | np.ndarray) -> None:
    """Keep the first `kept` float32 values of a file, NaN standing for missing ones, and add `values` behind them."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        present = min(file.seek(0, os.SEEK_END) // _VALUE.itemsize, kept)
        file.truncate(present * _VALUE.itemsize)  # also cuts off half a value
        file.seek(0, os.SEEK_END)
        file.write(np.full(kept - present, np.nan, _VALUE).tobytes())
        file.write(np.asarray(values, _VALUE).tobytes())


def read_values(path: Path) -> np.ndarray:
    """Read all whole float32 values of a file, (n,); none when there is no file."""
    encoded = path.read_bytes() if path.exists() else b""
    whole = len(encoded) // _VALUE.itemsize * _VALUE.itemsize
    return np.frombuffer(encoded[:whole], _VALUE).astype(np.float32)
