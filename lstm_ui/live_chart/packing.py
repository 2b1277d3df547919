"""What travels to the browser at a tick: of a chart that it has already, only the points that have come since."""

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_ui.live_chart.data import VALIDATION_POINTS, choose_evenly
from lstm_ui.live_chart.growing import ACCURACY, RAW, SECONDS, SMOOTHED, STEP, Curve, settled_step
from lstm_ui.live_chart.labels import name_line, place_labels

UNITS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "loss": ("loss (nats)", lambda loss: loss),
    "perplexity": ("perplexity", np.exp),
    "bits": ("bits per symbol", lambda loss: loss / math.log(2)),
}
MAX_WORD = 100  # characters of what a browser says that it has


@dataclass(frozen=True)
class ChartSettings:
    """How a visitor wants to see the chart."""

    smoothing: float = 0.9  # 0 (none) to below 1
    unit: str = "loss"  # a key of UNITS
    x_axis: str = "steps"  # or "seconds"
    log_axis: bool = False
    has_yardsticks: bool = True  # whether what others reach is drawn across


@dataclass(frozen=True)
class ChartLines:
    """The levels that are drawn across: what a network that knows nothing scores, what was published, yardsticks."""

    start_loss: float  # nats; ln V over V symbols
    published_loss: float | None = None
    published_accuracy: float | None = None
    published_label: str = "published"
    yardsticks: tuple[tuple[str, float], ...] = ()  # what others reach: name and loss in nats


@dataclass(frozen=True)
class Had:
    """What a browser said that it has: the points of `curve` up to the settled ones of `steps` and `stretch`."""

    curve: str = ""
    steps: int = 0
    stretch: int = 0
    marks: int = -1  # measurements on the held-out part

    @classmethod
    def read(cls, said: Any) -> "Had":
        """Take what comes from a browser, which may be anything; what is not understood is nothing."""
        if not isinstance(said, dict) or not isinstance(said.get("curve"), str) or len(said["curve"]) > MAX_WORD:
            return cls()
        numbers = [said.get(name) for name in ("steps", "stretch", "marks")]
        if not all(type(number) is int and -1 <= number < 2**53 for number in numbers):
            return cls()
        return cls(said["curve"], *numbers)


def pack_chart(curve: Curve, settings: ChartSettings, lines: ChartLines, had: Had = Had()) -> dict[str, Any]:
    """Return what live_chart.js reads, as plain JSON values.

    `points` is base64 of little-endian float32, four rows: x, loss, smoothed loss, accuracy. They come after the first
    `keep` points of the curve named `curve`, those up to step `since`; with 0 they are all there are. `marks`,
    likewise, are the validation's x, losses and accuracies; None where the browser has them.
    """
    title, convert = UNITS[settings.unit]
    name = f"{curve.generation} {settings.smoothing} {settings.unit} {settings.x_axis}"
    is_known = had.curve == name and had.stretch == curve.stretch and 0 < had.steps <= curve.steps
    since = settled_step(had.steps, had.stretch) if is_known else 0
    keep = int(np.searchsorted(curve.points[STEP], since, "right")) if is_known else 0
    marks = curve.validation
    has_marks = is_known and had.marks == marks.shape[1]
    marks = marks[:, choose_evenly(marks.shape[1], VALIDATION_POINTS)]
    x = STEP if settings.x_axis == "steps" else SECONDS
    points = curve.points[:, keep:]
    with np.errstate(over="ignore"):  # the perplexity of a loss above 88 is drawn as a gap
        rows = [points[x], convert(points[RAW]), convert(points[SMOOTHED]), points[ACCURACY]]
        mark_rows = [marks[x], convert(marks[2]), marks[3]]
        drawn_lines = _pack_lines(lines, convert)
    return {
        "curve": name,
        "steps": curve.steps,
        "stretch": curve.stretch,
        "keep": keep,
        "since": since,
        "points": _pack_rows(rows),
        "mark_count": curve.validation.shape[1],
        "marks": None if has_marks else _pack_rows(mark_rows),
        "lines": drawn_lines,
        "log": settings.log_axis,
        "x_title": "step" if settings.x_axis == "steps" else "seconds of training",
        "loss_title": title,
        "sentence": describe_chart(curve, settings.unit),
        "revision": f"{settings.log_axis} {settings.x_axis} {settings.unit}",  # zoom survives while it stays the same
    }


def describe_chart(curve: Curve, unit: str = "loss") -> str:
    """Tell what the chart shows in one sentence, for those who listen to the page."""
    if not curve.steps:
        return "Chart of the loss; no step yet."
    title, convert = UNITS[unit]
    last = curve.points[:, -1]
    sentence = f"Chart of the loss. Step {curve.steps:,}: {title} {convert(float(last[SMOOTHED])):.3f}"
    sentence += f", accuracy {100 * float(last[ACCURACY]):.1f} percent"
    if curve.validation.shape[1]:
        sentence += f", in validation {convert(float(curve.validation[2, -1])):.3f}"
    return sentence + "."


def _pack_lines(lines: ChartLines, convert: Callable[[Any], Any]) -> list[dict[str, Any]]:
    packed = [name_line("loss", convert(lines.start_loss), "knowing nothing", "end")]
    if lines.published_loss is not None:
        packed.append(name_line("loss", convert(lines.published_loss), lines.published_label))
    packed += place_labels([(label, convert(loss)) for label, loss in lines.yardsticks], packed)
    if lines.published_accuracy is not None:
        packed.append(name_line("accuracy", lines.published_accuracy, lines.published_label))
    return packed


def _pack_rows(rows: list[np.ndarray]) -> str:
    return base64.b64encode(np.stack(rows).astype("<f4").tobytes()).decode()
