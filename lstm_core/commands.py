"""What each command of the command line does; `__main__.py` reads the arguments. Each returns its result as plain JSON
values and as lines for a person.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.errors import InvalidSetting, RunNotFound, UnreadableText
from lstm_core.knobs import KNOBS, MAX_FILE_BYTES
from lstm_core.network.experiments import EXPERIMENTS, build_spec
from lstm_core.network.pretrained import JUDGES, PRETRAINED, load_pretrained
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS
from lstm_core.network.size import allowed_bytes, check_size
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.review_commands import build_review_spec, judge_reviews, read_training_reviews, wants_reviews
from lstm_core.service.cluster import machine_bytes
from lstm_core.service.live_run import LiveRun
from lstm_core.service.recording import record_checkpoint, record_new_run, record_report
from lstm_core.service.run_folders import default_runs_folder
from lstm_core.service.run_store import RunStore
from lstm_core.text.named_texts import load_named_text
from lstm_core.text.reading import DecodedText, read_file
from lstm_core.text.scripts import WHY_CHARACTERS, propose_symbols
from lstm_core.text.symbols import join_symbols, split_symbols
from lstm_core.text.windows import split_validation
from lstm_core.training.data import prepare_run
from lstm_core.training.environment import tensorflow_environment
from lstm_core.training.pretraining import PretrainingProgress, build_pretraining_spec, iter_pretraining
from lstm_core.training.reports import ARTICLE_STEPS_AVERAGED, STEPS_AVERAGED
from lstm_core.training.review_pretraining import build_review_pretraining_spec, iter_review_pretraining
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer

Result = tuple[Any, str]

PREVIEW_CHARACTERS = 300


def list_experiments(options: argparse.Namespace) -> Result:
    """List the experiments with both recipes."""
    listed = EXPERIMENTS | REVIEW_EXPERIMENTS  # type: ignore[operator]
    records = {name: vars(e) | {recipe: dict(getattr(e, recipe)) for recipe in e.recipes} for name, e in listed.items()}
    lines = [f"{e.name:26} {e.title}: {e.summary} Published: {e.published_note}." for e in listed.values()]
    return records, "\n".join(lines)


def train_run(options: argparse.Namespace) -> Result:
    """Train one run in this process, into a folder of its own, and measure it at the end."""
    spec = _build_spec(options)
    check_size(prepare_run(spec).shape, spec, allowed_bytes(machine_bytes()))
    until_accuracy = _checked_accuracy(options.until_accuracy)
    os.environ.update(tensorflow_environment())  # before TensorFlow is imported, which is now
    from lstm_core.training.trainer import Trainer

    trainer = Trainer(spec, until_accuracy=until_accuracy)
    store = RunStore(options.out or default_runs_folder())
    run = record_new_run(store, spec, trainer.data)
    compile_seconds, stopped_by = 0.0, None
    for report in trainer:
        compile_seconds += report.compile_seconds
        stopped_by = report.stopped_by
        run.plan = trainer.plan
        run.add_report(report)
        record_report(store, run, report)
        _show_progress(run)
    print(file=sys.stderr)
    run.state, run.stopped_by = "finished", stopped_by
    record_checkpoint(store, run, trainer.step, trainer.state().to_arrays())
    measured = _measure(trainer, run)
    result = {
        "run": str(store.path(run.run_id)), "experiment": spec.experiment, "recipe": spec.recipe,
        "parameters": run.shape.count_parameters(), "steps": run.step, "seconds": round(run.seconds, 3),
        "compile_seconds": round(compile_seconds, 3),
        **{name: value for name, value in measured.items() if not name.startswith("test")},
        "symbols_per_second": round(run.step * run.symbols_per_step / run.seconds, 1),
        **{name: value for name, value in measured.items() if name.startswith("test")}, "stopped_by": stopped_by,
    }  # fmt: skip
    return result, "\n".join(f"{name:20} {value}" for name, value in result.items())


def write_text(options: argparse.Namespace) -> Result:
    """Let the network of a run's folder, or one that ships, continue a seed text."""
    writer = Writer(_load_network(options.network))
    state = writer.read(options.seed_text)
    sampling = Sampling(options.temperature, options.top_k, options.top_p)
    random = np.random.default_rng(KNOBS["random_seed"].check(options.random_seed))
    started = time.perf_counter()
    symbols = [written.symbol for written, _ in writer.write(state, options.length, sampling, random)]
    seconds = time.perf_counter() - started
    text = join_symbols(symbols, writer.network.vocabulary.kind)
    return {"text": text, "symbols_per_second": round(len(symbols) / max(seconds, 1e-9), 1)}, text


def review_text(options: argparse.Namespace) -> Result:
    """Say what the network of a run's folder, or one that ships, makes of a review or of a table of them."""
    return judge_reviews(_load_network(options.network), options)


def _load_network(name: str) -> TrainedNetwork:
    if name in PRETRAINED:
        return load_pretrained(name)
    store, run_id = find_run(name)
    return store.load_network(run_id)


def find_run(name: str) -> tuple[RunStore, str]:
    """Return the store and the id of the run in a folder. Raises RunNotFound when there is no such folder."""
    folder = Path(name).resolve()
    if not folder.is_dir():
        raise RunNotFound(
            f"There is no folder {name}.",
            f"It takes the folder of a run, which `train` names as “run”, or {', '.join(PRETRAINED)}.",
            "Train a network first or check the path.",
        )
    return RunStore(folder.parent), folder.name


def decode_file(options: argparse.Namespace) -> Result:
    """Say what an upload of this file would be understood as. Raises TextTooShort when nothing can be learned of it."""
    decoded = _read_text(options.file, options.encoding)
    kind = propose_symbols(decoded.text)
    symbols = split_symbols(decoded.text, kind)
    split_validation(np.zeros(len(symbols)), window=1)  # the shortest window there is
    result = {
        "encoding": decoded.encoding, "characters": len(decoded.text), "symbols": len(symbols), "symbols_are": kind,
        "preview": decoded.text[:PREVIEW_CHARACTERS], "notes": list(decoded.notes),
    }  # fmt: skip
    facts = f"{decoded.encoding}, {len(decoded.text):,} characters, {len(symbols):,} {kind}"
    return result, f"{facts}\n\n{decoded.text[:PREVIEW_CHARACTERS]}"


def pretrain_network(options: argparse.Namespace) -> Result:
    """Make a network that ships, from what its recipe names, into a folder of its name."""
    needs_reviews = options.name in JUDGES
    files = (options.reviews, options.test_reviews) if needs_reviews else (options.text,)
    if None in files:
        needed = "--reviews and --test-reviews" if needs_reviews else "--text"
        raise InvalidSetting(f"“{options.name}” was to be made of nothing.", f"It takes {needed}.", "Name the files.")
    os.environ.update(tensorflow_environment())  # before TensorFlow is imported
    for progress in _iter_pretraining(options):
        print(f"step {progress.step:,} of {progress.steps:,}  {progress.seconds:,.0f} s  "
              f"validation loss {progress.loss_nats:.4f}  best {progress.best_loss_nats:.4f}",
              file=sys.stderr, flush=True)  # fmt: skip
    result = vars(progress.card)
    return result, "\n".join(f"{name:20} {value}" for name, value in result.items())


def _iter_pretraining(options: argparse.Namespace) -> Iterator[PretrainingProgress]:
    folder = options.out / options.name
    if options.name in JUDGES:
        training = read_training_reviews(options.reviews)
        test = read_training_reviews(options.test_reviews)
        return iter_review_pretraining(build_review_pretraining_spec(training), training, test, folder)
    try:
        data = options.text.read_bytes()
    except OSError as error:
        raise _unreadable(options.text, error) from error
    return iter_pretraining(options.name, build_pretraining_spec(options.name, data), folder)


def _build_spec(options: argparse.Namespace) -> RunSpec:
    settings: dict[str, Any] = {}
    for setting in options.settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise InvalidSetting(
                f"--set came with “{setting}”.", "It takes knob=value.", "Write, say, --set units=256."
            )
        settings[name] = value
    if options.steps is not None:
        settings |= {"steps": options.steps, "seconds": 0}
    if options.seconds is not None:
        settings |= {"seconds": options.seconds, "steps": options.steps or 0}
    if options.random_seed is not None:
        settings["random_seed"] = options.random_seed
    if wants_reviews(options):
        return build_review_spec(options, settings, _show_download)
    if options.reviews or options.test_reviews:
        raise InvalidSetting(
            f"--reviews came with “{options.experiment}”.",
            "It trains on a text.",
            f"Train {' or '.join(REVIEW_EXPERIMENTS)} on them, or my-own.",
        )
    title, text = _find_text(options.text, options.encoding) if options.text else (None, None)
    if text and "symbols" not in settings and propose_symbols(text) == "characters":
        print(f"{WHY_CHARACTERS} Consider --set symbols=characters.", file=sys.stderr)
    return build_spec(options.experiment, options.recipe, text, title, **settings)


def _find_text(named: Path, encoding: str | None) -> tuple[str, str]:
    """Return title and text of a file or, where there is none of this path, of a text in the list on /train."""
    known = None if named.exists() else load_named_text(named.as_posix(), _show_download)
    title, decoded = known or (named.name, _read_text(named, encoding))
    return title, decoded.text


def _show_download(received: int, total: int) -> None:
    print(f"\rdownloading, {received / 1e6:.1f} of {total / 1e6:.1f} MB   ", end="", file=sys.stderr, flush=True)


def _read_text(file: Path, encoding: str | None) -> DecodedText:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)  # one more than can be taken: enough to be refused
    except OSError as error:
        raise _unreadable(file, error) from error
    decoded = read_file(data, file.name, encoding)
    for note in decoded.notes:
        print(note, file=sys.stderr)
    return decoded


def _unreadable(file: Path, error: OSError) -> UnreadableText:
    return UnreadableText(f"{file} cannot be read ({error.strerror}).", "It must be a text file.", "Check the path.")


def _checked_accuracy(accuracy: float | None) -> float | None:
    if accuracy is not None and not 0 < accuracy <= 1:
        raise InvalidSetting(
            f"--until-accuracy was {accuracy:g}.", "It lies between 0 and 1.", "Write 0.971 for 97.1 %."
        )
    return accuracy


def _show_progress(run: LiveRun) -> None:
    view = run.view()
    total = f" of {view.total_steps:,}" if view.total_steps else ""
    print(f"\rstep {view.step:,}{total}  loss {view.loss:.4f}  accuracy {100 * (view.accuracy or 0):.2f} %  "
          f"{view.symbols_per_second:,.0f} symbols/s   ", end="", file=sys.stderr, flush=True)  # fmt: skip


def _measure(trainer: Any, run: LiveRun) -> dict[str, float | None]:
    """Loss and accuracy as each recipe counts them, and those of the held-out part and of the test reviews."""
    history = run.curves.history()
    training, validation, test = trainer.evaluate_fully()
    loss, accuracy = training.loss_nats, training.accuracy
    if run.spec.reviews is None and (run.spec.recipe == "article" or run.spec.symbols == "characters"):
        steps = ARTICLE_STEPS_AVERAGED if run.spec.recipe == "article" else STEPS_AVERAGED
        loss, accuracy = float(history.losses[-steps:].mean()), float(history.accuracies[-steps:].mean())
    return {
        "loss": loss,
        "accuracy": accuracy,
        "validation_loss": validation.loss_nats if validation else None,
        "validation_accuracy": validation.accuracy if validation else None,
        "test_loss": test.loss_nats if test else None,
        "test_accuracy": test.accuracy if test else None,
    }
