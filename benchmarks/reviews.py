"""Measure 5: IMDB with the article's network, to its 85.12 % of the test reviews; the peer is Keras' `fit`.

The peer's ten epochs are extrapolated from some dozen steps of them, unless it is asked to train to its end.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import command_line
from benchmarks.data import find_file
from benchmarks.ours import set_up_tensorflow
from benchmarks.results import Row, Section, alone, at_least, compare, times
from benchmarks.side import Side, started
from benchmarks.timing import Stretch, alternate
from lstm_core.network.experiments import recipe_settings
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS
from lstm_core.network.spec import RunSpec
from lstm_core.review_commands import read_training_reviews
from lstm_core.text.review_set import EncodedReviews, ReviewSet
from lstm_core.training.review_data import prepare_reviews

GOAL = REVIEW_EXPERIMENTS["rubik-imdb"].published_accuracy
STEPS_OF_TEN_EPOCHS = 3_910
FULL_PATIENCE_SECONDS = 3_600.0


def build_article(train_file: str, test_file: str) -> Callable[..., Stretch]:
    """Return what measures the steps of our recipe "article" in about `seconds`; for a process of its own."""
    set_up_tensorflow()
    from lstm_core.training.trainer import Trainer

    trainer = Trainer(build_spec(Path(train_file), Path(test_file)))
    trainer.train(0.1)

    def measure(seconds: float) -> Stretch:
        report = trainer.train(seconds)
        return Stretch(len(report.losses), report.seconds)

    return measure


def build_spec(train_file: Path, test_file: Path) -> RunSpec:
    """Return the run of the article on these tables."""
    reviews = ReviewSet.build("IMDB", read_training_reviews(train_file), read_training_reviews(test_file))
    return RunSpec.build("", "IMDB", "rubik-imdb", "article", reviews, **recipe_settings("rubik-imdb", "article"))


def pad_reviews(reviews: EncodedReviews, window: int, padding_id: int) -> np.ndarray:
    """Return the last `window` words of each review, shorter ones filled up at their beginning: (n, window) int32."""
    padded = np.full((len(reviews), window), padding_id, np.int32)
    for index in range(len(reviews)):
        words = reviews.review(index)[-window:]
        padded[index, window - len(words) :] = words
    return padded


def write_peer_data(spec: RunSpec, file: Path) -> None:
    """Write the arrays that `peers.keras_reviews` reads: the same words, the same 200 of each review."""
    data = prepare_reviews(spec)
    assert data.test is not None
    arrays = {}
    for part, reviews in (("train", data.training), ("test", data.test)):
        arrays[f"x_{part}"] = pad_reviews(reviews, spec.window, data.shape.padding_id)
        arrays[f"y_{part}"] = reviews.labels
    order = np.random.default_rng(1).permutation(len(arrays["x_train"]))  # the table has all of one label first
    np.savez(file, **arrays | {name: arrays[name][order] for name in ("x_train", "y_train")})


def measure(peer_steps: int = 40, rounds: int = 3, article_seconds: float = 5.0, is_full: bool = False) -> Section:
    """Measure `fast` to the goal, and the steps of both sides; `is_full`: both articles to the end of ten epochs."""
    files = find_file("imdb_train*", "IMDB"), find_file("imdb_test*.csv*", "IMDB")
    tables = ["--reviews", str(files[0]), "--test-reviews", str(files[1])]
    rows: list[Row] = []
    notes = [
        "The peer: the tutorial's Keras model, fit with batches of 64, each review cut or filled up to 200 words.",
        "Ours: `python -m lstm_core train rubik-imdb --until-accuracy 0.8512`, a fresh process and another random seed "
        "each round, no compiled program at hand. Seconds of training; the accuracy on all 25,000 test reviews.",
    ]
    seeds = iter(range(1, rounds + 1))
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        data_file = Path(folder) / "reviews.npz"
        write_peer_data(build_spec(*files), data_file)
        builders = {
            "fit": ("benchmarks.peers.keras_reviews:build", {"data_file": str(data_file)}),
            "article": ("benchmarks.reviews:build_article",
                        {"train_file": str(files[0]), "test_file": str(files[1])}),
        }  # fmt: skip
        with started(builders, notes) as sides:
            turns: dict[str, Callable[[], Any]] = {
                "fast": lambda: command_line.train(
                    "rubik-imdb",
                    *tables,
                    "--until-accuracy",
                    str(GOAL),
                    "--random-seed",
                    str(next(seeds)),
                    is_cold=True,
                )
            }
            if "fit" in sides:
                turns["fit"] = lambda: sides["fit"].rate(steps=peer_steps)
            if "article" in sides:
                turns["article"] = lambda: sides["article"].rate(seconds=article_seconds)
            found = {"fit": [], "article": []} | alternate(turns, rounds, notes)
            ended = _run_to_the_end(sides, tables, notes) if is_full else {}
    ten_epochs = [result["seconds"] for result in ended.get("fit", []) for _ in range(rounds)]  # the same in each
    if not ten_epochs:
        ten_epochs = [STEPS_OF_TEN_EPOCHS / rate for rate in found["fit"]]
        notes.append("The peer's ten epochs are extrapolated from its steps, 3,910 of them; --full trains them.")
    fast = found["fast"]
    training = [result["seconds"] for result in fast]
    notes += [f"fast: {100 * result['test_accuracy']:.2f} % at step {result['steps']:,}, "
              f"{result['compile_seconds']:.1f} s of compiling." for result in fast]  # fmt: skip
    what = "fast to 85.12 %, against the peer's ten epochs"
    rows.append(compare("5", what, "s", training, ten_epochs, times(12), less_is_better=True))
    rows.append(compare("5", "recipe article", "steps/s", found["article"], found["fit"]))
    rows += [
        alone("5", "recipe article after ten epochs", "% right", [100 * result["test_accuracy"]], at_least(100 * GOAL))
        for result in ended.get("article", [])
    ]
    return Section("reviews", "Film reviews: to 85.12 %", tuple(rows), tuple(notes))


def _run_to_the_end(sides: dict[str, Side], tables: list[str], notes: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Train both articles for their ten epochs."""
    turns: dict[str, Callable[[], Any]] = {
        "article": lambda: command_line.train(
            "rubik-imdb", *tables, "--recipe", "article", patience_seconds=FULL_PATIENCE_SECONDS
        )
    }
    if "fit" in sides:
        turns["fit"] = lambda: sides["fit"].measure(epochs=10, patience_seconds=FULL_PATIENCE_SECONDS)
    ended = alternate(turns, 1, notes)
    notes += [f"The peer after its ten epochs: {100 * result['accuracy']:.2f} % of the test reviews, "
              f"{result['seconds']:,.0f} s." for result in ended.get("fit", [])]  # fmt: skip
    return ended
