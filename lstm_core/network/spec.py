"""What a training run is, and nothing of how it goes: text or reviews, symbols, network, recipe, random seed."""

import dataclasses
import hashlib
from dataclasses import dataclass, field
from typing import Any

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import KNOBS, check_settings
from lstm_core.text.review_set import ReviewSet


@dataclass(frozen=True)
class RunSpec:
    """A pure description of a training run: the same spec gives the same losses.

    Every field from `symbols` on is a knob of the same name (bounds and meaning: `lstm_core.knobs`).
    """

    text: str = field(repr=False)
    text_name: str
    experiment: str
    recipe: str
    symbols: str
    vocabulary: int
    window: int
    coding: str
    embedding: int
    targets: str
    layers: int
    units: int
    dropout: float
    recurrent_dropout: float
    forget_bias: float
    initialization: str
    direction: str
    pooling: str
    padding: str
    dense: int
    embedding_dropout: float
    word_dropout: float
    crops: float
    optimizer: str
    learning_rate: float
    beta_2: float
    schedule: str
    decay_steps: int
    final_rate: float
    clip_norm: float
    batch: int
    order: str
    until: str
    steps: int
    seconds: float
    random_seed: int
    reviews: ReviewSet | None = field(default=None, repr=False)  # with them `text` is empty

    @classmethod
    def build(
        cls,
        text: str,
        text_name: str,
        experiment: str = "my-own",
        recipe: str = "fast",
        reviews: ReviewSet | None = None,
        **settings: Any,
    ) -> "RunSpec":
        """Build a checked spec; knobs not named take their defaults.

        Raises InvalidSetting for an unknown knob, a value out of bounds, or no budget at all.
        """
        defaults = {name: knob.default for name, knob in KNOBS.items()}
        checked = check_settings(defaults | settings)
        if checked["steps"] == 0 and checked["seconds"] == 0:
            raise InvalidSetting(
                "Both “steps” and “seconds” are 0.", "One of them must say when to stop.", "Set steps, say to 2000."
            )
        return cls(text=text, text_name=text_name, experiment=experiment, recipe=recipe, reviews=reviews, **checked)

    @property
    def settings(self) -> dict[str, Any]:
        """The knobs' values by name, in the knobs' order."""
        return {name: getattr(self, name) for name in KNOBS}

    def changed(self, **settings: Any) -> "RunSpec":
        """Return a copy with some knobs turned. Raises InvalidSetting as `build` does."""
        settings = self.settings | settings
        return self.build(self.text, self.text_name, self.experiment, self.recipe, self.reviews, **settings)

    def to_record(self) -> dict[str, Any]:
        """Return everything but text and reviews as plain JSON values, with the SHA-256 of these in their stead."""
        record = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in ("text", "reviews")}
        record["text_sha256"] = hashlib.sha256(self.text.encode()).hexdigest()
        return record | ({"reviews_sha256": self.reviews.sha256} if self.reviews else {})

    @classmethod
    def from_record(cls, record: dict[str, Any], text: str, reviews: ReviewSet | None = None) -> "RunSpec":
        """Rebuild what `to_record` wrote. Raises InvalidSetting when a value does not pass its knob."""
        settings = {name: record[name] for name in KNOBS if name in record}
        text_name, experiment, recipe = (str(record[name]) for name in ("text_name", "experiment", "recipe"))
        return cls.build(text, text_name, experiment, recipe, reviews, **settings)
