"""A network that has learnt something, with all that is needed to write with it, and how it lies on a disk.

A folder holds `network.json` (shape, symbols, step, title) and `weights.npz`. Such folders come back from people's
disks: nothing in them is believed before it is checked, and nothing is unpickled.
"""

import dataclasses
import json
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

from lstm_core.errors import DamagedRun, InvalidSetting, RunNotFound
from lstm_core.knobs import KNOBS
from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.shape import NetworkShape, Weights
from lstm_core.network.shapes import Shape, shape_class
from lstm_core.text.symbols import Vocabulary

_FORMAT = 1  # of network.json
_MAX_RECORD_BYTES = 10 * 2**20  # 20,000 symbols of 30 characters, each a six-byte escape, take 4 MB
_MAX_HEADER_BYTES = 1024  # of an array in an .npz; NumPy writes 128


# What zipfile and NumPy raise for files that are missing, cut off, altered, encrypted or packed by other means.
READ_FAILURES = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class TrainedNetwork:
    """A network after `step` training steps; `vocabulary` says which symbol each of its ids means."""

    shape: Shape
    weights: Weights
    vocabulary: Vocabulary
    step: int
    title: str

    @property
    def text_shape(self) -> NetworkShape:
        """The shape of a network that reads and writes texts. Raises InvalidSetting for one that judges reviews."""
        if isinstance(self.shape, NetworkShape):
            return self.shape
        raise InvalidSetting(
            f"“{self.title}” judges reviews and cannot write.",
            "A network that has learned a text was expected.",
            "Choose another run, or take this one to the page Reviews.",
        )

    @property
    def review_shape(self) -> ReviewShape:
        """The shape of a network that judges reviews. Raises InvalidSetting for one that writes."""
        if isinstance(self.shape, ReviewShape):
            return self.shape
        raise InvalidSetting(
            f"“{self.title}” has learned a text and cannot judge reviews.",
            "A network that has learned reviews was expected.",
            "Choose another run, or take this one to the page Write.",
        )


def save_network(network: TrainedNetwork, folder: Path) -> None:
    """Write `network.json` and `weights.npz` into `folder`, which is made if need be.

    Each file appears whole or not at all, the record last. Raises OSError when the disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = {
        "format": _FORMAT,
        "title": network.title,
        "step": network.step,
        "shape": dataclasses.asdict(network.shape),
        "vocabulary": network.vocabulary.to_record(),
    }
    # In rows: a matrix that was drawn as the transpose of another lies in columns, which load_network does not read.
    weights = {name: np.ascontiguousarray(array, np.float32) for name, array in network.weights.items()}
    unfinished = folder / "weights.npz.part"
    with unfinished.open("wb") as file:  # given a name, np.savez would add .npz to it
        np.savez(file, allow_pickle=False, **weights)
    os.replace(unfinished, folder / "weights.npz")
    unfinished = folder / "network.json.part"
    unfinished.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(unfinished, folder / "network.json")


def load_network(folder: Path) -> TrainedNetwork:
    """Read what `save_network` wrote.

    Raises RunNotFound when there is no such folder; DamagedRun when a file is missing or unreadable, or when a record
    or an array is not what the others say it should be (name, shape, float32, every number finite).
    """
    if not folder.is_dir():
        raise RunNotFound(
            f"There is no folder “{folder.name}”.",
            "A trained network lies in a folder.",
            "Check the name of the folder.",
        )
    record = _read_record(folder / "network.json")
    vocabulary = Vocabulary.from_record(record.get("vocabulary"))  # type: ignore[arg-type]  # it checks for itself
    shape = _read_shape(record.get("shape"), len(vocabulary))
    step, title = record.get("step"), record.get("title")
    if type(step) is not int or step < 0:
        _refuse("The number of training steps cannot be read.", "It should be a whole number from 0 on.")
    if not isinstance(title, str):
        _refuse("The title cannot be read.", "It should be a text.")
    return TrainedNetwork(shape, read_arrays(folder / "weights.npz", shape.weight_shapes()), vocabulary, step, title)


def _read_record(path: Path) -> dict[str, Any]:
    expected = "It should be the JSON file that was saved with the network."
    try:
        if path.stat().st_size > _MAX_RECORD_BYTES:
            _refuse(f"The file network.json has more than {_MAX_RECORD_BYTES // 2**20} MB.", expected)
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # missing; no UTF-8 or no JSON; nested to exhaust the stack
        _refuse("The file network.json is missing or cannot be read.", expected)
    if not isinstance(record, dict) or record.get("format") != _FORMAT:
        _refuse("The file network.json is of another format.", f"It should be a record of format {_FORMAT}.")
    return record


def _read_shape(record: Any, symbol_count: int) -> Shape:
    kind = shape_class(record)
    fields = [field.name for field in dataclasses.fields(kind)]
    count_name = fields[0]  # of symbols, or of words
    if not isinstance(record, dict) or set(record) != set(fields):
        _refuse("The network's shape is incomplete.", f"It should name {', '.join(fields)}, and nothing else.")
    if record[count_name] != symbol_count:
        _refuse(f"The list of symbols has {symbol_count}.", "The network's shape should name as many.")
    try:  # the knobs' bounds keep the arrays below from asking for more memory than any network of the app
        checked = {name: KNOBS[name].check(record[name]) for name in fields if name in KNOBS}
    except (InvalidSetting, OverflowError, TypeError) as error:
        came = error.came if isinstance(error, InvalidSetting) else "The network's shape cannot be read."
        _refuse(came, "It should be within the bounds of the app's settings.")
    return kind(**{count_name: symbol_count}, **checked)  # type: ignore[arg-type]  # each knob has its field's type


def read_arrays(
    file: Path | IO[bytes], expected: dict[str, tuple[int, ...]], kind: str = "<f4"
) -> dict[str, np.ndarray]:
    """Read arrays of these names and shapes, and no others, from a `weights.npz` that may come from anywhere.

    `kind` is "<f4" for float32 or "<f2" for float16. Raises DamagedRun when it cannot be read or holds anything else, a
    number that is not finite among it.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if set(members) != set(expected) or len(archive.infolist()) != len(expected):
                _refuse("The file weights.npz has other arrays.", f"It should have {', '.join(expected)}, each once.")
            return {
                name: _read_array(archive, members[name], name, size, np.dtype(kind)) for name, size in expected.items()
            }
    except READ_FAILURES as error:
        raise _damage("The file weights.npz is missing or cannot be read.", "It should be as it was saved.") from error


def _read_array(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, size: tuple[int, ...], kind: np.dtype
) -> np.ndarray:
    """Read one array, knowing before how large it may be: a small file can claim, or unpack to, any size."""
    expected = f"It should have the shape {size}, {kind}, every number finite."
    if info.file_size > kind.itemsize * int(np.prod(size)) + _MAX_HEADER_BYTES:
        _refuse(f"The array “{name}” is too long.", expected)
    with archive.open(info) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            _refuse(f"The array “{name}” is of another format.", expected)
        found, in_columns, dtype = np.lib.format.read_array_header_1_0(file)
        if found != size or in_columns or dtype != kind:
            _refuse(f"The array “{name}” has the shape {found} of {dtype}.", expected)
        array = np.frombuffer(file.read(), kind).reshape(size).astype(kind.newbyteorder("="))  # a copy to write in
    if not np.isfinite(array).all():
        _refuse(f"The array “{name}” holds numbers that are not finite.", expected)
    return array


def _damage(came: str, expected: str) -> DamagedRun:
    return DamagedRun(came, expected, "Take a fresh download of the run, or train it again.")


def _refuse(came: str, expected: str) -> NoReturn:
    raise _damage(came, expected)
