"""A loss curve as an SVG drawing that prints: black on white, round numbers, no script, no font of its own."""

import math
from collections.abc import Sequence

import numpy as np

from lstm_core.training.reports import ValidationNote

WIDTH, HEIGHT = 640, 280  # of the drawing's own units; the page scales it
LEFT, RIGHT, TOP, BOTTOM = 48, 628, 12, 236  # of the plot
MAX_POINTS = 300
TICKS = 5  # about so many on an axis


def curve_svg(
    losses: np.ndarray, validations: Sequence[ValidationNote] = (), expected: float | None = None, title: str = ""
) -> str:
    """Draw `losses` (n,) nats against the step, dots for validation, and a dashed line at what was expected.

    Each point is the mean of its share of the steps; steps that are not known are left out. `title` is plain text of
    ours: it is not escaped.
    """
    steps, values = _thin(losses)
    notes = [(note.step, note.loss) for note in validations if math.isfinite(note.loss)]
    heights = [*values, *(loss for _, loss in notes), *([expected] if expected is not None else [])]
    last, highest = max(len(losses), 1), max([*heights, 1e-3]) * 1.05

    def place(step: float, loss: float) -> str:
        across = LEFT + (RIGHT - LEFT) * step / last
        return f"{across:.1f},{BOTTOM - (BOTTOM - TOP) * loss / highest:.1f}"

    parts = [*_axes(last, highest)]
    points = " ".join(place(step, loss) for step, loss in zip(steps, values, strict=True))
    parts.append(f'<polyline points="{points}" fill="none" stroke="#1f5f8b" stroke-width="1.8"/>')
    for step, loss in notes:
        x, y = place(step, loss).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="2.6" fill="#c2591b"/>')
    if expected is not None:
        y = place(0, expected).split(",")[1]
        parts.append(f'<path d="M{LEFT} {y}H{RIGHT}" stroke="#333" stroke-dasharray="6 4"/>')
        parts.append(f'<text x="{RIGHT}" y="{float(y) - 4:.1f}" text-anchor="end">predicted</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-size="12" '
        f'font-family="sans-serif" fill="#333"><title>{title}</title>{"".join(parts)}</svg>'
    )


def _axes(last: int, highest: float) -> list[str]:
    lines = []
    for loss in round_ticks(highest):
        y = BOTTOM - (BOTTOM - TOP) * loss / highest
        lines.append(f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{loss:g}</text>')
    for step in round_ticks(last):
        x = LEFT + (RIGHT - LEFT) * step / last
        lines.append(f'<text x="{x:.1f}" y="{BOTTOM + 16}" text-anchor="middle">{step:,.0f}</text>')
    lines.append(f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="#333"/>')
    lines.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">step</text>')
    middle = (TOP + BOTTOM) / 2
    lines.append(f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">loss</text>')
    return lines


def round_ticks(highest: float) -> list[float]:
    """Return 0 and the multiples of 1, 2 or 5 times a power of ten up to `highest`, some TICKS of them."""
    raw = highest / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    width = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    return [round(number * width, 10) for number in range(int(highest / width + 1e-9) + 1)]


def _thin(losses: np.ndarray) -> tuple[list[float], list[float]]:
    steps = np.arange(1, len(losses) + 1)[np.isfinite(losses)]
    known = np.asarray(losses, np.float64)[np.isfinite(losses)]
    if not len(known):
        return [], []
    count = min(MAX_POINTS, len(known))
    return tuple([float(part.mean()) for part in np.array_split(all_of, count)] for all_of in (steps, known))  # type: ignore[return-value]
