"""The wait for the first point against the number of workers, one curve for each size of class, as an SVG."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 130, 30, 50  # around the axes
PAPER, INK, QUIET = "#fbf9f4", "#2b2a27", "#76726a"
COLORS = ("#2f6f9f", "#b5572a", "#4c8050")
Points = Sequence[tuple[float, float]]


def draw_waits(curves: Mapping[str, Points], x_title: str, y_title: str) -> str:
    """Return an SVG of the curves by name; both axes are logarithmic, all values above 0."""
    xs = sorted({x for points in curves.values() for x, _ in points})
    values = [y for points in curves.values() for _, y in points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        along = math.log(x / xs[0]) / math.log(xs[-1] / xs[0])
        up = (math.log10(y) - low) / (high - low)
        return LEFT + along * (right - LEFT), bottom - up * (bottom - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img" aria-label="{escape(_describe(curves, y_title))}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        f'<text x="{LEFT}" y="18" fill="{QUIET}">{escape(y_title)}</text>',
        f'<text x="{right}" y="{HEIGHT - 12}" fill="{QUIET}" text-anchor="end">{escape(x_title)}</text>',
    ]
    for power in range(low, high + 1):
        y = place(xs[0], 10.0**power)[1]
        parts += [
            f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{QUIET}" stroke-opacity="0.3"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" fill="{QUIET}" text-anchor="end">{10.0**power:g} s</text>',
        ]
    for x in xs:
        parts.append(
            f'<text x="{place(x, 1)[0]:.1f}" y="{bottom + 18}" fill="{QUIET}" text-anchor="middle">{x:g}</text>'
        )
    for (name, points), color in zip(curves.items(), COLORS, strict=False):
        parts += _draw_curve(name, [place(x, y) for x, y in points], color)
    return "\n".join([*parts, "</svg>", ""])


def _draw_curve(name: str, spots: Points, color: str) -> list[str]:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>' for x, y in spots]
    x, y = spots[-1]
    label = f'<text x="{x + 10:.1f}" y="{y + 4:.1f}" fill="{INK}">{escape(name)}</text>'
    return [f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>', *dots, label]


def _describe(curves: Mapping[str, Points], y_title: str) -> str:
    told = (f"{name}: " + ", ".join(f"{y:.2g} with {x:g}" for x, y in points) for name, points in curves.items())
    return f"{y_title}. {'; '.join(told)}."
