"""The tutorials' experiments: what each published, and the two recipes that reach it here.

`article` does what the tutorial did, step by step. `fast` reaches the same result in seconds; the reason for its
settings, and what was measured with them, stands beside them.
"""

from collections.abc import Mapping
from typing import Any

from lstm_core.errors import InvalidSetting
from lstm_core.network.experiment import Experiment
from lstm_core.network.review_experiments import REVIEW_EXPERIMENTS
from lstm_core.network.spec import RunSpec
from lstm_core.text.library import LIBRARY, load_text

_WORDS_ARTICLE = {
    "symbols": "words", "window": 3, "coding": "integer", "targets": "last", "units": 512, "batch": 1, "order": "walk",
    "optimizer": "rmsprop-tf1", "learning_rate": 0.001, "clip_norm": 0.0, "initialization": "tensorflow-1",
    "steps": 50_000,
}  # fmt: skip

_WORDS_FAST = {
    "symbols": "words", "window": 3, "coding": "integer", "targets": "last", "units": 512, "batch": 512,
    "optimizer": "adam", "learning_rate": 0.005, "beta_2": 0.99, "schedule": "cosine", "decay_steps": 150,
    "final_rate": 0.1, "clip_norm": 0.0, "until": "perfect", "steps": 1_000,
}  # fmt: skip

_WORDS_FAST_REASON = (
    "All windows in one step keep both cores busy, and Adam at a rate that sinks early needs few such steps: "
)

_CHARACTERS_ARTICLE = {
    "symbols": "characters", "window": 100, "coding": "one-hot", "targets": "every", "units": 500, "batch": 1,
    "order": "in-order", "optimizer": "adam", "learning_rate": 0.01, "clip_norm": 0.0, "steps": 10_000,
}  # fmt: skip

_CHARACTERS_FAST = {
    "symbols": "characters", "window": 100, "coding": "embedding", "embedding": 64, "targets": "every", "units": 256,
    "initialization": "wide-embedding", "batch": 16, "optimizer": "adam", "learning_rate": 0.008, "beta_2": 0.99,
    "schedule": "cosine", "clip_norm": 1.0, "steps": 0, "seconds": 60.0,
}  # fmt: skip

_CHARACTERS_FAST_REASON = (
    "Learned vectors that begin far apart instead of one-hot, half the units, 16 sequences at a time and a rate that "
    "sinks. On Tiny Shakespeare, whose last tenth it has not read, the loss there is 1.70 nats after 18 s and 1.56 "
    "after 55 s; with vectors that begin close together it was 1.88 after 18 s."
)

_ATIENZA_SUMMARY = "A fable of Aesop: three words in, the fourth to be named, one layer of 512 units."

_ALL = (
    Experiment(
        "rubik-meditations", "Rubik’s Code: Meditations", "Rubik’s Code", 2018,
        "A passage of Marcus Aurelius: three words in, the fourth to be named, two layers of 512 units.",
        "meditations-5-20-hays",
        article=_WORDS_ARTICLE | {"layers": 2},
        fast=_WORDS_FAST | {"layers": 2},
        fast_reason=_WORDS_FAST_REASON + "97.1 % after 34 to 37 of them, all 99 windows after 52 to 60 (four seeds).",
        published_note="97.10 % accuracy after 36,000 and after 50,000 steps", published_accuracy=0.9710,
    ),
    Experiment(
        "atienza-aesop", "Atienza: Aesop", "Rowel Atienza", 2017, _ATIENZA_SUMMARY, "aesop-mice-in-council",
        article=_WORDS_ARTICLE | {"layers": 1},
        fast=_WORDS_FAST | {"layers": 1},
        fast_reason=_WORDS_FAST_REASON + "91.2 % after 29 to 32 of them, all 199 that can be right after 59 to 106.",
        published_note="loss 0.416 and 91.20 % accuracy after 50,000 steps",
        published_accuracy=0.9120, published_loss=0.416,
    ),
    Experiment(
        "atienza-aesop-two-layers", "Atienza: Aesop, two layers", "Rowel Atienza", 2017,
        "The same fable with the second layer that the tutorial proposes as its improvement.", "aesop-mice-in-council",
        article=_WORDS_ARTICLE | {"layers": 2},
        fast=_WORDS_FAST | {"layers": 2},
        fast_reason=_WORDS_FAST_REASON + "all 199 windows that can be right after 65 to 126 of them.",
        published_note="no figure; one layer reached 91.20 %",
    ),
    Experiment(
        "horas-shakespeare", "Horas: Shakespeare", "Jose Horas", 2019,
        "Shakespeare letter by letter: 100 characters at a time, 500 units, the next character at each of them.",
        "shakespeare",
        article=_CHARACTERS_ARTICLE,
        fast=_CHARACTERS_FAST,
        fast_reason=_CHARACTERS_FAST_REASON,
        published_note="no figure; its point is the same network in three frameworks",
    ),
    Experiment(
        "horas-quijote", "Horas: Don Quijote", "Jose Horas", 2019,
        "The same network reads Cervantes in Spanish.", "quijote-chapter-1",
        article=_CHARACTERS_ARTICLE,
        fast=_CHARACTERS_FAST,
        fast_reason=_CHARACTERS_FAST_REASON,
        published_note="no figure; its point is the same network in three frameworks",
    ),
)  # fmt: skip

EXPERIMENTS: Mapping[str, Experiment] = {experiment.name: experiment for experiment in _ALL}

MY_OWN = "my-own"
"""Every knob as the visitor sets it; starts from the knobs' defaults."""


def find_experiment(name: str) -> Experiment | None:
    """Return the experiment of this name, with texts or with reviews; None for "my-own" and names of other versions."""
    return EXPERIMENTS.get(name) or REVIEW_EXPERIMENTS.get(name)


def recipe_settings(experiment: str, recipe: str) -> dict[str, Any]:
    """Return the settings of an experiment's recipe; none for "my-own", whose knobs start at their defaults.

    Raises InvalidSetting when there is no such experiment, or it has no such recipe.
    """
    found = find_experiment(experiment)
    if found is None and experiment != MY_OWN:
        known = ", ".join([*EXPERIMENTS, *REVIEW_EXPERIMENTS, MY_OWN])
        raise InvalidSetting(f"There is no experiment “{experiment}”.", f"There are {known}.", "Check the spelling.")
    recipes = found.recipes if found else ("fast", "article")
    if recipe not in recipes:
        raise InvalidSetting(
            f"The recipe was “{recipe}”.", f"It is {' or '.join(recipes)}.", "Leave it out to get fast."
        )
    return dict(getattr(found, recipe)) if found else {}


def build_spec(
    experiment: str, recipe: str = "fast", text: str | None = None, text_name: str | None = None, **settings: Any
) -> RunSpec:
    """Build the spec of an experiment's recipe, with some knobs turned.

    Without `text` it trains on the experiment's own. Raises InvalidSetting as `recipe_settings` and `RunSpec.build`
    do, and when "my-own" comes without a text.
    """
    chosen = recipe_settings(experiment, recipe) | settings
    if text is None:
        if experiment == MY_OWN:
            raise InvalidSetting("“my-own” came without a text.", "It needs one to learn from.", "Name a text file.")
        entry = LIBRARY[EXPERIMENTS[experiment].corpus]
        text, text_name = load_text(entry.name), entry.title
    return RunSpec.build(text, text_name or "a text", experiment, recipe, **chosen)
