"""Small charts in a row as one SVG, drawn by hand: it needs no library, and shows on any page, light or dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

PANEL_WIDTH, PANEL_HEIGHT = 250, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 44, 44  # around a panel's own axes
PAPER, INK, QUIET, LINE = "#fbf9f4", "#2b2a27", "#76726a", "#2f6f9f"


@dataclass(frozen=True)
class Panel:
    """A curve over one quantity, both axes logarithmic; `points` are (x, y) in rising x, all above 0."""

    title: str
    points: Sequence[tuple[float, float]]


def draw_panels(panels: Sequence[Panel], y_title: str) -> str:
    """Return an SVG with the panels side by side, all with the same y axis. Raises ValueError without any point."""
    values = [y for panel in panels for _, y in panel.points]
    if not values:
        raise ValueError("There is no point to draw.")
    low, high = _decades(min(values)), _decades(max(values), up=True)
    high = max(high, low + 1)
    width, height = PANEL_WIDTH * len(panels), PANEL_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="11" role="img" aria-label="{escape(_describe(panels, y_title))}">',
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
    ]
    for index, panel in enumerate(panels):
        parts += [
            f'<g transform="translate({index * PANEL_WIDTH} 0)">',
            *_draw_panel(panel, low, high, y_title),
            "</g>",
        ]
    return "\n".join([*parts, "</svg>", ""])


def _draw_panel(panel: Panel, low: int, high: int, y_title: str) -> list[str]:
    right, bottom = PANEL_WIDTH - RIGHT, PANEL_HEIGHT - BOTTOM
    xs = [math.log10(x) for x, _ in panel.points]
    span = (max(xs) - min(xs)) or 1.0 if xs else 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        along = (math.log10(x) - min(xs)) / span if max(xs) > min(xs) else 0.5
        up = (math.log10(y) - low) / (high - low)
        return LEFT + 8 + along * (right - LEFT - 16), bottom - up * (bottom - TOP)

    parts = [f'<text x="{LEFT}" y="18" fill="{INK}" font-weight="bold">{escape(panel.title)}</text>']
    for power in range(low, high + 1):
        y = bottom - (power - low) / (high - low) * (bottom - TOP)
        parts.append(
            f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{QUIET}" stroke-opacity="0.3"/>'
        )
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" fill="{QUIET}" text-anchor="end">{_short(10.0**power)}</text>'
        )
    if not panel.points:
        return [*parts, f'<text x="{LEFT + 8}" y="{bottom - 8}" fill="{QUIET}">not measured</text>']
    spots = [place(x, y) for x, y in panel.points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    for (x, y), (value, figure) in zip(spots, panel.points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{LINE}"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" fill="{INK}" text-anchor="middle">{_short(figure)}</text>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" fill="{QUIET}" text-anchor="middle">{_mark(value)}</text>')
    parts.append(f'<text x="{LEFT}" y="{bottom + 34}" fill="{QUIET}">{escape(y_title)}</text>')
    return parts


def _decades(value: float, up: bool = False) -> int:
    return math.ceil(math.log10(value)) if up else math.floor(math.log10(value))


def _short(value: float) -> str:
    """Write a number in few letters: 0.4, 12, 3.5k, 5M."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.3g}{letter}"
    return f"{value:.3g}"


def _mark(value: float) -> str:
    """Write a value of an x axis: as it is while it is short."""
    return f"{value:g}" if value < 10_000 else _short(value)


def _describe(panels: Sequence[Panel], y_title: str) -> str:
    curves = "; ".join(
        f"{panel.title}: " + ", ".join(f"{_mark(x)} gives {_short(y)}" for x, y in panel.points) for panel in panels
    )
    return f"{y_title}. {curves}."
