"""What a list says of a run in a few words: its settings, its best sample, its age and size. No Streamlit here."""

import html
import re

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import KNOBS
from lstm_core.network.experiments import find_experiment, recipe_settings
from lstm_core.network.spec import RunSpec
from lstm_core.service.views import RunView
from lstm_core.training.reports import SampleNote

STEPS_AROUND = 100  # before a sample: what its loss is the mean of
SAMPLE_CHARACTERS = 160
SETTINGS_SHOWN = 6
_AGES = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def changed_settings(spec: RunSpec) -> dict[str, object]:
    """Return the knobs that stand elsewhere than in the run's recipe; for one's own network, than at the defaults."""
    try:
        recipe = recipe_settings(spec.experiment, spec.recipe)
    except InvalidSetting:  # an experiment of another version of the app
        recipe = {}
    return {name: value for name, value in spec.settings.items() if value != recipe.get(name, KNOBS[name].default)}


def describe_settings(spec: RunSpec) -> str:
    """Say in one line whose experiment it is and what was changed in it."""
    experiment = find_experiment(spec.experiment)
    whose = f"{experiment.title}, {spec.recipe}" if experiment else "my own network"
    changed = changed_settings(spec)
    if not changed:
        return f"{whose}, as it comes"
    told = [f"{KNOBS[name].label.lower()} {format_value(value)}" for name, value in changed.items()]
    more = f" and {len(told) - SETTINGS_SHOWN} more" if len(told) > SETTINGS_SHOWN else ""
    return f"{whose}; {', '.join(told[:SETTINGS_SHOWN])}{more}"


def best_sample(samples: tuple[SampleNote, ...], losses: np.ndarray) -> SampleNote | None:
    """Return the sample that was written when the loss was lowest; of several at that step the most balanced."""
    known = [sample for sample in samples if 0 < sample.step <= len(losses)]

    def rank(sample: SampleNote) -> tuple[float, float]:
        before = losses[max(0, sample.step - STEPS_AROUND) : sample.step]
        finite = before[np.isfinite(before)]
        return (float(finite.mean()) if len(finite) else np.inf, abs(sample.temperature - 0.5))

    return min(known, key=rank, default=None)


def sample_html(sample: SampleNote, kind: str) -> str:
    """Write the beginning of a sample, escaped, on one line; the seed text apart."""
    seed = " ".join(sample.seed_text.split())
    text = " ".join(sample.text.split())
    short = text if len(text) <= SAMPLE_CHARACTERS else text[:SAMPLE_CHARACTERS].rstrip() + " …"
    space = " " if kind == "words" or sample.text[:1].isspace() else ""
    return f"<i>{html.escape(seed)}</i>{space}{html.escape(short)}"


def results(view: RunView) -> dict[str, str]:
    """Return what a run has reached, by the word for it."""
    return {
        "steps": f"{view.step:,}",
        "loss": format_value(view.loss),
        "accuracy": "–" if view.accuracy is None else f"{100 * view.accuracy:.2f} %",
        "validation loss": format_value(view.validation_loss),
    }


def format_value(value: object) -> str:
    """Write a setting or a measurement; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def format_bytes(size: int) -> str:
    """Write a size as people say it: 12 kB, 3.4 MB."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3)):,} kB"


def format_age(seconds: float) -> str:
    """Write how long ago something was: just now, 5 minutes ago, 2 days ago."""
    for length, unit in _AGES:
        count = int(seconds // length)
        if count > 0:
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def file_name(name: str, ending: str = ".zip", otherwise: str = "run") -> str:
    """Return a name for a download that every file system takes: letters and figures of `name`, or `otherwise`."""
    return file_stem(name, otherwise) + ending


def file_stem(name: str, otherwise: str = "run") -> str:
    """Return such a name without its ending."""
    return re.sub(r"[^0-9A-Za-z]+", "-", name).strip("-").lower()[:60] or otherwise
