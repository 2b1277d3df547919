"""The labelled reviews of a run, as they lie in its folder: `reviews.npz` the numbers, `reviews.json` name and words.

Runs of the same reviews share them in memory. The files may come from an upload: nothing is unpickled, and no array is
read whose size is not known before.
"""

import threading
import weakref
import zipfile
from pathlib import Path
from typing import IO, NoReturn

import numpy as np

from lstm_core.errors import CoreError, DamagedRun
from lstm_core.network.trained import READ_FAILURES
from lstm_core.service.run_files import damaged, read_json, replace_file, replace_json
from lstm_core.text.review_set import ReviewSet

MAX_ARRAY_BYTES = 200 * 2**20  # of all arrays together: 200,000 reviews of 500 words
_TYPES = {"ids": "<u2", "lengths": "<i4", "labels": "|i1"}

_shared: "weakref.WeakValueDictionary[str, ReviewSet]" = weakref.WeakValueDictionary()  # by sha256
_lock = threading.Lock()


def save_reviews(reviews: ReviewSet, folder: Path) -> None:
    """Write a run's reviews into its folder. Raises OSError when the disk refuses."""
    with _lock:
        _shared.setdefault(reviews.sha256, reviews)
    replace_file(folder / "reviews.npz", lambda file: write_review_arrays(reviews, file))
    replace_json(folder / "reviews.json", reviews.to_record())


def load_reviews(folder: Path) -> ReviewSet | None:
    """Return the reviews of a run's folder; None for a run that trains on a text. Raises DamagedRun."""
    if not (folder / "reviews.json").exists():
        return None
    record = read_json(folder / "reviews.json")
    with _lock:
        known = _shared.get(str(record.get("sha256")))
    if known is not None and known.name == record.get("name"):
        return known
    try:
        with (folder / "reviews.npz").open("rb") as file:
            reviews = ReviewSet.from_record(record, read_review_arrays(file))
    except OSError as error:
        raise damaged("reviews cannot be read") from error
    with _lock:
        return _shared.setdefault(reviews.sha256, reviews)


def write_review_arrays(reviews: ReviewSet, file: IO[bytes]) -> None:
    """Write the numbers of reviews as `read_review_arrays` reads them."""
    arrays = {name: array.astype(_TYPES[name.split("/")[1]]) for name, array in reviews.to_arrays().items()}
    np.savez_compressed(file, allow_pickle=False, **arrays)


def read_review_arrays(file: IO[bytes]) -> dict[str, np.ndarray]:
    """Read the numbers of reviews. Raises DamagedRun when the file cannot be read or holds anything else."""
    try:
        with zipfile.ZipFile(file) as archive:
            infos = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if sum(info.file_size for info in infos.values()) > MAX_ARRAY_BYTES:
                _refuse("The reviews take more memory than any reviews of this app.")
            return {name: _read_array(archive, info, name) for name, info in infos.items()}
    except CoreError:
        raise
    except READ_FAILURES as error:
        raise _damage("The file reviews.npz cannot be read.") from error


def _read_array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> np.ndarray:
    part, _, kind = name.partition("/")
    if part not in ("training", "test") or kind not in _TYPES:
        _refuse(f"The file reviews.npz holds “{name}”.")
    with archive.open(info) as file:
        np.lib.format.read_magic(file)
        size, _, dtype = np.lib.format.read_array_header_1_0(file)
        array = np.frombuffer(file.read(info.file_size), np.dtype(_TYPES[kind]))  # zipfile stops at that size
    if dtype != array.dtype or size != array.shape:
        _refuse(f"The array “{name}” has the shape {size} of {dtype}.")
    return array


def _damage(came: str) -> DamagedRun:
    return DamagedRun(came, "It should be as the app wrote it.", "Take a fresh download of the run, or train it again.")


def _refuse(came: str) -> NoReturn:
    raise _damage(came)
