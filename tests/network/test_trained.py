"""A saved network comes back as it was, and a damaged one is refused with the reason."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, RunNotFound
from lstm_core.network.shape import NetworkShape, draw_weights
from lstm_core.network.trained import TrainedNetwork, load_network, save_network
from lstm_core.text.symbols import Vocabulary, split_symbols


def build_network(coding: str = "embedding") -> TrainedNetwork:
    vocabulary = Vocabulary.build(split_symbols("to be , or not to be — “être”", "words"), "words", 100)
    shape = NetworkShape(len(vocabulary), coding, embedding=4, layers=2, units=5, targets="every", window=3)
    return TrainedNetwork(shape, draw_weights(shape, 1, 1.0, "keras"), vocabulary, 1200, "To be <b>or</b> “not” 🙂")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_network(build_network(), tmp_path / "run")
    return tmp_path / "run"


@pytest.mark.parametrize("coding", ["integer", "one-hot", "embedding"])
def test_a_network_comes_back_as_it_was_saved(coding: str, tmp_path: Path) -> None:
    network = build_network(coding)
    save_network(network, tmp_path / "new" / "run")
    found = load_network(tmp_path / "new" / "run")
    assert replace(found, weights={}) == replace(network, weights={})
    assert list(found.weights) == list(network.weights)
    for name, array in network.weights.items():
        assert found.weights[name].dtype == np.float32
        np.testing.assert_array_equal(found.weights[name], array)


def test_saving_again_replaces_what_was_there_and_leaves_nothing_else(folder: Path) -> None:
    save_network(replace(build_network(), step=2000), folder)
    assert load_network(folder).step == 2000
    assert sorted(path.name for path in folder.iterdir()) == ["network.json", "weights.npz"]


def test_a_matrix_in_columns_is_saved_in_rows(tmp_path: Path) -> None:
    network = build_network()
    kernel = np.asfortranarray(network.weights["output/kernel"])
    save_network(replace(network, weights=network.weights | {"output/kernel": kernel}), tmp_path)
    np.testing.assert_array_equal(load_network(tmp_path).weights["output/kernel"], kernel)


def test_weights_that_come_back_can_be_trained_on(folder: Path) -> None:
    assert all(array.flags.writeable for array in load_network(folder).weights.values())


def test_a_folder_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match="nowhere"):
        load_network(tmp_path / "nowhere")


def change_record(**changes: Any) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "network.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")

    return damage


def change_shape(**changes: Any) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        shape = json.loads((folder / "network.json").read_text("utf-8"))["shape"]
        change_record(shape=shape | changes)(folder)

    return damage


def write_file(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def drop_file(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def change_weights(change: Callable[[dict[str, np.ndarray]], Any], compressed: bool = False) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        with np.load(folder / "weights.npz") as file:
            weights = dict(file)
        change(weights)
        (np.savez_compressed if compressed else np.savez)(folder / "weights.npz", **weights)

    return damage


def change_bytes(folder: Path) -> None:
    data = bytearray((folder / "weights.npz").read_bytes())
    data[data.index(build_network().weights["lstm_1/kernel"].tobytes())] ^= 0x01  # still a number, but another one
    (folder / "weights.npz").write_bytes(data)


def cut_weights(folder: Path) -> None:
    data = (folder / "weights.npz").read_bytes()
    (folder / "weights.npz").write_bytes(data[: len(data) // 2])


def claim_huge_array(folder: Path) -> None:
    """A few bytes whose header speaks of a terabyte."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (2**38,)})
    replace_first_array(folder, header.getvalue())


def replace_first_array(folder: Path, content: bytes) -> None:
    path = folder / "weights.npz"
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members["embedding.npy"] = content
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def double_first_array(folder: Path) -> None:
    with zipfile.ZipFile(folder / "weights.npz", "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("embedding.npy", archive.read("embedding.npy"))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "no record": drop_file("network.json"),
    "no weights": drop_file("weights.npz"),
    "record empty": write_file("network.json", b""),
    "record not JSON": write_file("network.json", b"{"),
    "record not UTF-8": write_file("network.json", b"\xff\xfe\xfa"),
    "record a list": write_file("network.json", b"[]"),
    "record nested too deep": write_file("network.json", b"[" * 100_000),
    "record too long": write_file("network.json", b" " * (11 * 2**20)),
    "other format": change_record(format=99),
    "no vocabulary": change_record(vocabulary=None),
    "a symbol twice": change_record(vocabulary={"kind": "words", "symbols": ["a", "a"], "counts": [1, 1]}),
    "fewer symbols": change_record(vocabulary={"kind": "words", "symbols": ["a"], "counts": [1]}),
    "step no number": change_record(step="many"),
    "step below 0": change_record(step=-1),
    "step true": change_record(step=True),
    "title no text": change_record(title=None),
    "no shape": change_record(shape=None),
    "shape with another field": change_shape(heads=8),
    "units not a number": change_shape(units=None),
    "units infinite": change_shape(units=float("inf")),
    "units a list": change_shape(units=[5]),
    "a million units": change_shape(units=1_000_000),
    "unknown coding": change_shape(coding="hexadecimal"),
    "other units than the weights": change_shape(units=6),
    "more layers than the weights": change_shape(layers=3),
    "weights empty": write_file("weights.npz", b""),
    "weights no archive": write_file("weights.npz", b"PK\x03\x04" + bytes(100)),
    "weights cut off": cut_weights,
    "a byte of the weights changed": change_bytes,
    "an array missing": change_weights(lambda weights: weights.pop("lstm_1/bias")),
    "an array too many": change_weights(lambda weights: weights.update(extra=np.zeros(1, np.float32))),
    "an array twice": double_first_array,
    "another shape": change_weights(lambda weights: weights.update({"output/bias": np.zeros(3, np.float32)})),
    "float64": change_weights(lambda weights: weights.update({"output/bias": np.zeros(7)})),
    "columns first": change_weights(lambda w: w.update(embedding=np.asfortranarray(w["embedding"]))),
    "not a number": change_weights(lambda weights: weights["output/bias"].fill(np.nan)),
    "infinite": change_weights(lambda weights: weights["lstm_2/kernel"].fill(np.inf)),
    "objects": change_weights(lambda weights: weights.update(embedding=np.array([{}], dtype=object))),
    "unpacks to 40 MB": change_weights(
        lambda weights: weights.update(embedding=np.zeros((10**7,), np.float32)), compressed=True
    ),
    "claims a terabyte": claim_huge_array,
    "fewer numbers than it says": lambda folder: replace_first_array(
        folder, (np.lib.format.magic(1, 0) + b"\x10\x00" + b"{}".ljust(16))
    ),
    "no array at all": lambda folder: replace_first_array(folder, b"hello"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_refused(damage: Callable[[Path], None], folder: Path) -> None:
    damage(folder)
    with pytest.raises(DamagedRun) as caught:
        load_network(folder)
    assert all(sentence.endswith(".") for sentence in (caught.value.came, caught.value.expected, caught.value.advice))
