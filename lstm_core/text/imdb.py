"""How do the 50,000 film reviews of Keras' own examples get here, and how do their numbers become words again?

The Large Movie Review Dataset (Maas et al., “Learning Word Vectors for Sentiment Analysis”, ACL 2011), in the two files
that `keras.datasets.imdb` fetches: for each review the ranks of its words by frequency, and the word of each rank.
"""

import io
import json
import pickle
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.text.downloads import (
    Patience,
    Progress,
    RemoteFile,
    download_failed,
    fetch_all,
    is_downloaded,
    read_checked,
)
from lstm_core.text.mini_reviews import MINI_REVIEWS_TITLE
from lstm_core.text.reviews import LabelledReviews

_FOLDER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_NOTE = "As Keras has them: without punctuation and capitals, and with “br” where a line was broken."

_WRONG_CONTENT = (ValueError, TypeError, LookupError, AttributeError)  # what reading something else comes upon


@dataclass(frozen=True)
class ImdbFile:
    """One of the two files; see RemoteFile."""

    name: str
    title: str
    file: str
    url: str
    known_hash: str
    size_bytes: int
    max_bytes: int
    stand_in_title: str = MINI_REVIEWS_TITLE


# The hashes are those that Keras 3.15 names in `keras/src/datasets/imdb.py`. MD5 guards against damage alone; that is
# enough for a file that is read as JSON, and not for one that is unpickled.
IMDB_RANKS = ImdbFile(
    name="imdb",
    title="IMDB film reviews",
    file="imdb.npz",
    url=f"{_FOLDER}/imdb.npz",
    known_hash="sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    size_bytes=17_464_789,
    max_bytes=25 * 2**20,
)
IMDB_WORDS = ImdbFile(
    name="imdb-words",
    title="IMDB film reviews: the words",
    file="imdb_word_index.json",
    url=f"{_FOLDER}/imdb_word_index.json",
    known_hash="md5:bfafd718b763782e994055a2d397834f",
    size_bytes=1_641_221,
    max_bytes=5 * 2**20,
)
IMDB_FILES: tuple[RemoteFile, ...] = (IMDB_RANKS, IMDB_WORDS)
"""What `DownloadDesk.start(*IMDB_FILES)` brings; its state goes by the name of the first, “imdb”."""


@dataclass(frozen=True)
class ImdbReviews:
    """The published halves: 25,000 reviews to train on and 25,000 to test on, of other films."""

    train: LabelledReviews
    test: LabelledReviews


def is_imdb_downloaded(folder: Path) -> bool:
    """Are both files there? Whether they are whole is seen when they are read."""
    return all(is_downloaded(remote, folder) for remote in IMDB_FILES)


def fetch_imdb(folder: Path, progress: Progress, patience: Patience | None = None) -> None:
    """Bring both files into `folder`; return at once when they are there. Raises DownloadFailed as `fetch` does."""
    fetch_all(IMDB_FILES, folder, progress, patience)


def load_imdb(folder: Path) -> ImdbReviews:
    """Read the reviews that were downloaded, words parted by single spaces, in the order of the file.

    Raises DownloadFailed when a file is not there, cannot be read, was changed (then it is thrown away), or holds
    something else than reviews.
    """
    words_data, ranks_data = read_checked(IMDB_WORDS, folder), read_checked(IMDB_RANKS, folder)
    try:
        words = {int(rank): str(word) for word, rank in json.loads(words_data).items()}
        with zipfile.ZipFile(io.BytesIO(ranks_data)) as archive:
            return ImdbReviews(_read_half(archive, "train", words), _read_half(archive, "test", words))
    except (zipfile.BadZipFile, pickle.UnpicklingError, EOFError, *_WRONG_CONTENT) as error:
        raise download_failed(IMDB_RANKS, f"What came cannot be read as reviews ({error})") from None


def _read_half(archive: zipfile.ZipFile, half: str, words: Mapping[int, str]) -> LabelledReviews:
    """Read x_train and y_train, or x_test and y_test.

    The ranks begin at 1. (The 3 that `keras.datasets.imdb.load_data` adds, to make room for marks of its own, are not
    in the file.)
    """
    ranks: Sequence[Sequence[int]] = _read_array(archive, f"x_{half}").tolist()
    labels = _read_array(archive, f"y_{half}")
    if len(ranks) != len(labels) or not np.isin(labels, (0, 1)).all():
        raise ValueError(f"{len(labels):,} labels 0 or 1 were expected for {len(ranks):,} reviews")
    return LabelledReviews(
        tuple(" ".join([words[rank] for rank in review]) for review in ranks), labels.astype(np.int8), _NOTE
    )


def _read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    file = io.BytesIO(archive.read(f"{name}.npy"))
    version = np.lib.format.read_magic(file)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    _, _, dtype = read_header(file)
    if not dtype.hasobject:
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    array = _ArrayUnpickler(file).load()
    if not isinstance(array, np.ndarray) or array.ndim != 1:
        raise ValueError(f"{name} is no list of reviews")
    return array


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickles an array of lists of numbers, and nothing that could do anything.

    The reviews are of different lengths, which NumPy can only save by pickling, and unpickling can run any program that
    is named in the file. The SHA-256 was checked before; this holds should ever another file get past it. Nothing but
    these names occurs in the real file (so Keras' `npz_utils.py` says, which does the same).
    """

    _ALLOWED = ("_reconstruct", "ndarray", "dtype")

    def find_class(self, module: str, name: str) -> Any:
        if module in ("numpy", "numpy.core.multiarray", "numpy._core.multiarray") and name in self._ALLOWED:
            # NumPy 2 has another name for the module, and warns at the one in the file.
            return super().find_class(module.replace("numpy.core", "numpy._core"), name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in it")
