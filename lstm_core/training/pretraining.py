"""Trains the networks that ship with the app, each from the one text that its card names, and keeps the best moment.

`python -m lstm_core pretrain NAME --text FILE` runs it. What comes out: `lstm_core.network.pretrained`.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_core.errors import UnreadableText
from lstm_core.network.numpy_network import NetworkLoss, evaluate
from lstm_core.network.pretrained import PRETRAINED, ModelCard, save_pretrained
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.reading import clean_text

LOOKS = 40  # how often, from start to end, the whole held-out part is measured


@dataclass(frozen=True)
class PretrainingRecipe:
    """What a network that ships is trained on, and how."""

    trained_on: str
    text_sha256: str  # of the file's bytes: another text would make the card untrue
    address: str
    settings: Mapping[str, Any]


RECIPES: Mapping[str, PretrainingRecipe] = {
    "shakespeare-characters": PretrainingRecipe(
        trained_on="Tiny Shakespeare, 1,115,394 characters of the plays",
        text_sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        address="https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        settings={
            "symbols": "characters", "window": 128, "coding": "embedding", "embedding": 64, "targets": "every",
            "units": 256,  # the most that still writes above 15,000 characters a second in NumPy on one core
            "dropout": 0.15,  # 26 times through the text: without it, it would learn the text by heart
            "optimizer": "adam", "learning_rate": 0.004, "beta_2": 0.99, "schedule": "cosine", "clip_norm": 1.0,
            "batch": 32, "steps": 6_400,
        },
    )
}  # fmt: skip


@dataclass(frozen=True)
class PretrainingProgress:
    """How far it is: the loss on the whole held-out part at this step, and the lowest so far.

    The last one comes when all is saved, with the card of what was.
    """

    step: int
    steps: int
    seconds: float
    loss_nats: float
    best_loss_nats: float
    card: ModelCard | None = None


def build_pretraining_spec(name: str, data: bytes) -> RunSpec:
    """Build the spec of a network that ships from the bytes of its text. Raises UnreadableText for another text."""
    recipe = RECIPES[name]
    found = hashlib.sha256(data).hexdigest()
    if found != recipe.text_sha256:
        raise UnreadableText(
            f"The text's SHA-256 is {found[:12]}….",
            f"“{name}” is trained on {recipe.trained_on}: {recipe.text_sha256[:12]}….",
            f"Fetch it from {recipe.address}.",
        )
    return RunSpec.build(clean_text(data.decode("utf-8")), PRETRAINED[name].title, **recipe.settings)


def iter_pretraining(name: str, spec: RunSpec, folder: Path) -> Iterator[PretrainingProgress]:
    """Train, look at the held-out part now and then, and save the best network and its card into `folder`."""
    from lstm_core.training.trainer import Trainer

    trainer = Trainer(spec)
    held_out = trainer.data.split.validation
    if held_out is None:
        raise UnreadableText(
            trainer.data.split.note, "The best moment is chosen on a held-out part.", "Take more text."
        )
    best: tuple[NetworkLoss, TrainedNetwork] | None = None
    stopped_by = None
    while stopped_by is None:
        look_at = trainer.step + max(1, spec.steps // LOOKS)
        while stopped_by is None and trainer.step < look_at:
            stopped_by = trainer.train(5.0, look_at - trainer.step).stopped_by
        network = trainer.network()
        measured = evaluate(network.text_shape, network.weights, held_out, spec.window)
        if best is None or measured.loss_nats < best[0].loss_nats:
            best = measured, network
        losses = measured.loss_nats, best[0].loss_nats
        yield PretrainingProgress(trainer.step, spec.steps, trainer.seconds, *losses)
    assert best is not None  # the loop above runs at least once
    card = {
        "name": name, "trained_on": RECIPES[name].trained_on, "text_sha256": RECIPES[name].text_sha256,
        "training_symbols": trainer.data.symbol_count, "validation_symbols": len(held_out),
        "steps": best[1].step, "steps_trained": trainer.step, "seconds": round(trainer.seconds, 1),
        "cores": os.cpu_count() or 1, "settings": spec.settings,
        "measures": {"validation_loss": round(best[0].loss_nats, 4), "validation_accuracy": round(best[0].accuracy, 4)},
    }  # fmt: skip
    made = save_pretrained(best[1], card, folder)
    yield PretrainingProgress(trainer.step, spec.steps, trainer.seconds, *losses, made)
