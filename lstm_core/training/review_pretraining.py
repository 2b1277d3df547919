"""Trains the network that ships for reviews, on the 25,000 training reviews of IMDB, and measures it on the others.

`python -m lstm_core pretrain imdb-reviews --reviews FILE --test-reviews FILE` runs it. Its words begin with vectors
that tell which of them keep the same company (`word_vectors.py`). What ships is the mean of the weights over the second
half of the training (Izmailov et al. 2018, “Averaging weights leads to wider optima”): better on reviews that it has
never met than the weights of any one moment. Which mean is chosen on a tenth of the training reviews; the test reviews
are looked at when all is decided.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from lstm_core.errors import UnreadableReviews
from lstm_core.network.pretrained import PRETRAINED, save_pretrained
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS
from lstm_core.network.review_network import ReviewLoss
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.scorer import MAX_SCORED_WORDS
from lstm_core.text.mini_reviews import load_mini_reviews
from lstm_core.text.review_set import ReviewSet
from lstm_core.text.reviews import LabelledReviews
from lstm_core.training.pretraining import PretrainingProgress
from lstm_core.training.review_data import split_evenly
from lstm_core.training.review_examiner import measure_reviews
from lstm_core.training.word_vectors import learn_word_vectors

NAME = "imdb-reviews"
LOOKS = 80  # how often, from start to end, the weights go into the mean and the held-out reviews are measured
AVERAGED_FROM = 0.4  # share of the steps after which they do
MINI_TIMES = 2  # each of the mini set's training reviews in each epoch
TRAINED_ON = "the 25,000 training reviews of IMDB (Maas et al. 2011) and the mini set"
# Of all texts and labels, in their order: another set would make the card untrue.
REVIEWS_SHA256 = "649226c2b5e06ea404b4411ac738bdee50013f40ee8f7b8baf167f1babece21b"


def hash_reviews(reviews: LabelledReviews) -> str:
    """Return the SHA-256 of texts and labels, whatever file they stood in."""
    digest = hashlib.sha256(reviews.labels.astype(np.int8).tobytes())
    for text in reviews.texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def build_review_pretraining_spec(training: LabelledReviews) -> RunSpec:
    """Build the spec of the network that ships: its held-out reviews are the "test" ones of the spec.

    Raises UnreadableReviews for other reviews than those of its card.
    """
    found = hash_reviews(training)
    if found != REVIEWS_SHA256:
        raise UnreadableReviews(
            f"The reviews' SHA-256 is {found[:12]}….",
            f"“{NAME}” is trained on {TRAINED_ON}: {REVIEWS_SHA256[:12]}….",
            "Take the official split, in its order, as a table of text and label.",
        )
    settings = REVIEW_EXPERIMENTS["rubik-imdb"].best or {}
    reviews = build_pretraining_reviews(training, load_mini_reviews().train)
    return RunSpec.build("", PRETRAINED[NAME].title, "my-own", "fast", reviews, **settings)


def build_pretraining_reviews(training: LabelledReviews, mini: LabelledReviews) -> ReviewSet:
    """Hold out a tenth, and mix the short reviews of the mini set into the others, MINI_TIMES each.

    Film reviews alone do not teach what people say of meals, books and places, nor how short they are.
    """
    held_out, kept = split_evenly(training.labels)
    texts = [training.texts[index] for index in kept.tolist()] + list(mini.texts) * MINI_TIMES
    labels = np.concatenate([training.labels[kept], np.tile(mini.labels, MINI_TIMES)])
    chosen = LabelledReviews(tuple(training.texts[index] for index in held_out.tolist()), training.labels[held_out])
    return ReviewSet.build(PRETRAINED[NAME].title, LabelledReviews(tuple(texts), labels), chosen)


def iter_review_pretraining(
    spec: RunSpec, training: LabelledReviews, test: LabelledReviews, folder: Path
) -> Iterator[PretrainingProgress]:
    """Train, look at the held-out reviews now and then, and save the best network and its card into `folder`."""
    from lstm_core.training.trainer import Trainer

    assert spec.reviews is not None
    trainer = Trainer(spec)
    start = trainer.state()
    start.weights["embedding"] = learn_word_vectors(trainer.data.training, len(trainer.data.vocabulary), spec.embedding)
    trainer.restore(start)
    held_out = trainer.data.validation
    if held_out is None:
        raise UnreadableReviews(trainer.data.note, "The best moment is chosen on held-out reviews.", "Take more.")
    best: tuple[ReviewLoss, TrainedNetwork] | None = None
    sums, count = {name: np.zeros_like(weight, np.float64) for name, weight in trainer.network().weights.items()}, 0
    stopped_by = None
    while stopped_by is None:
        look_at = trainer.step + max(1, spec.steps // LOOKS)
        while stopped_by is None and trainer.step < look_at:
            stopped_by = trainer.train(5.0, look_at - trainer.step).stopped_by
        network = trainer.network()
        if trainer.step > AVERAGED_FROM * spec.steps:
            sums, count = {name: sums[name] + weight for name, weight in network.weights.items()}, count + 1
            means = {name: (total / count).astype(np.float32) for name, total in sums.items()}
            network = replace(network, weights=means)
        measured = measure_reviews(network, held_out, spec.window)
        if best is None or measured.loss_nats <= best[0].loss_nats:
            best = measured, network
        losses = measured.loss_nats, best[0].loss_nats
        yield PretrainingProgress(trainer.step, spec.steps, trainer.seconds, *losses)
    assert best is not None  # the loop above runs at least once
    measures = {"validation_loss": best[0].loss_nats, "validation_accuracy": best[0].accuracy}
    measures |= measure_on_test(best[1], spec, training, test)
    card = {
        "name": NAME, "trained_on": TRAINED_ON, "text_sha256": hash_reviews(training),
        "training_symbols": int(trainer.data.training.lengths.sum()),
        "validation_symbols": int(held_out.lengths.sum()), "steps": best[1].step, "steps_trained": trainer.step,
        "seconds": round(trainer.seconds, 1), "cores": os.cpu_count() or 1, "settings": spec.settings,
        "measures": {name: round(value, 4) for name, value in measures.items()},
    }  # fmt: skip
    made = save_pretrained(best[1], card, folder)
    yield PretrainingProgress(trainer.step, spec.steps, trainer.seconds, *losses, made)


def measure_on_test(
    network: TrainedNetwork, spec: RunSpec, training: LabelledReviews, test: LabelledReviews
) -> dict[str, float]:
    """Measure on all test reviews, read as the page reads them, and on those that do not stand in the training ones."""
    assert spec.reviews is not None
    reviews = spec.reviews.encode(test).with_words(spec.vocabulary, spec.reviews.vocabulary)
    if len(reviews) != len(test):
        raise UnreadableReviews(
            f"{len(test) - len(reviews)} of the test reviews have no words.", "All should.", "Take the official file."
        )
    measured = measure_reviews(network, reviews, MAX_SCORED_WORDS)
    known = set(training.texts)
    is_new = np.array([text not in known for text in test.texts])
    right = (measured.scores > 0.5) == (reviews.labels == 1)
    return {
        "test_loss": measured.loss_nats,
        "test_accuracy": measured.accuracy,
        "test_reviews": len(reviews),
        "test_accuracy_without_doubles": float(right[is_new].mean()),
        "doubles": int((~is_new).sum()),
    }
