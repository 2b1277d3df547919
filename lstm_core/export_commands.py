"""What the command line exports of a run, or of a network that ships: each file that was asked for."""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lstm_core.commands import find_run
from lstm_core.errors import InvalidSetting
from lstm_core.export.exported_run import ExportedRun
from lstm_core.export.history_file import run_history_csv
from lstm_core.export.keras_file import Dropouts, pack_keras_file
from lstm_core.export.program_file import ProgramFiles, write_notebook, write_script
from lstm_core.export.tensorboard_log import write_tensorboard_log
from lstm_core.network.pretrained import PRETRAINED, load_pretrained
from lstm_core.network.trained import TrainedNetwork
from lstm_core.service.run_exports import load_exported_run
from lstm_core.training.environment import tensorflow_environment

FORMATS = ("keras", "script", "notebook", "tensorboard", "csv")


def export_run(options: argparse.Namespace) -> tuple[dict[str, str], str]:
    """Write what was asked for; return the path of each file by its format, and of those beside them."""
    wanted: dict[str, Path] = {name: path for name in FORMATS if (path := getattr(options, name)) is not None}
    _check_wanted(wanted)
    if options.network in PRETRAINED:
        if set(wanted) != {"keras"}:
            raise InvalidSetting(
                f"“{options.network}” ships with the app as a finished network, without its text and curves.",
                "It can be exported with --keras alone.",
                "Name the folder of a run for the rest.",
            )
        written = {"keras": _write_keras(load_pretrained(options.network), Dropouts(), wanted["keras"])}
    else:
        written = dict(_iter_exports(load_exported_run(*find_run(options.network)), wanted))
    return written, "\n".join(f"{name:20} {path}" for name, path in written.items())


def _check_wanted(wanted: dict[str, Path]) -> None:
    if not wanted:
        raise InvalidSetting(
            "Nothing was asked for.",
            f"It takes one or more of {', '.join(f'--{name}' for name in FORMATS)}.",
            "Write, say, --keras network.keras.",
        )
    if "keras" in wanted and wanted["keras"].suffix != ".keras":
        raise InvalidSetting(
            f"--keras came with {wanted['keras']}.",
            "Keras opens files whose name ends with .keras alone.",
            f"Write --keras {wanted['keras'].with_suffix('.keras')}.",
        )
    if len(set(map(Path.absolute, wanted.values()))) < len(wanted):
        raise InvalidSetting("Two formats came with the same name.", "Each goes into its own.", "Name them apart.")
    for name, path in wanted.items():  # before anything is computed
        if name != "tensorboard" and not path.parent.is_dir():
            raise _unwritable(path, "there is no such folder")
        if name != "tensorboard" and path.is_dir():
            raise _unwritable(path, "it is a folder")


def _iter_exports(run: ExportedRun, wanted: dict[str, Path]) -> Iterator[tuple[str, str]]:
    for name, path in wanted.items():
        if name == "keras":
            yield name, _write_keras(run.network, Dropouts.from_spec(run.spec), path)
        elif name == "tensorboard":
            with _disk_errors(path):
                yield name, str(write_tensorboard_log(run, path))
        elif name == "csv":
            with _disk_errors(path):
                path.write_bytes(run_history_csv(run))
            yield name, str(path)
        else:
            yield from _write_program(name, write_script if name == "script" else write_notebook, run, path)


def _write_keras(network: TrainedNetwork, dropouts: Dropouts, path: Path) -> str:
    os.environ.update(tensorflow_environment())  # before TensorFlow is imported, which is now
    data = pack_keras_file(network, dropouts)
    with _disk_errors(path):
        path.write_bytes(data)
    return str(path)


def _write_program(
    name: str, write: Callable[[ExportedRun, str], ProgramFiles], run: ExportedRun, path: Path
) -> Iterator[tuple[str, str]]:
    files = write(run, path.stem)
    beside = path.with_name(files.beside_name) if files.beside_name else None
    with _disk_errors(path):
        if beside is not None:
            if beside.exists() and beside.read_bytes() != files.beside:  # it may be somebody's own
                raise InvalidSetting(
                    f"{beside} is there already, and is another file.",
                    f"The {name} needs a file of this name beside it.",
                    "Choose another name or folder.",
                )
            beside.write_bytes(files.beside)
        path.write_bytes(files.program)
    yield name, str(path)
    if beside is not None:
        yield f"{name}_reads", str(beside)


@contextmanager
def _disk_errors(path: Path) -> Iterator[Any]:
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error.strerror or "the disk refuses") from error


def _unwritable(path: Path, reason: str) -> InvalidSetting:
    return InvalidSetting(
        f"{path} cannot be written ({reason}).", "It takes the name of a file in a folder that is there.",
        "Check the path.",
    )  # fmt: skip
