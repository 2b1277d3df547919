"""A curve as small as a word, for the run in hand."""

from collections.abc import Sequence

import numpy as np

WIDTH, HEIGHT = 88, 22  # pixels
POINTS = 44  # every second pixel


def sparkline_svg(values: Sequence[float] | np.ndarray) -> str:
    """Draw `values` (n,) as one line in the current text colour; an empty frame of the same size below two points.

    Each point is the mean of its share of the values. It is for the eye alone (`aria-hidden`): a number stands beside.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    points = ""
    if len(finite) > 1:
        means = np.array([part.mean() for part in np.array_split(finite, min(POINTS, len(finite)))])
        x = np.linspace(1, WIDTH - 1, len(means))
        span = np.ptp(means) or 1.0
        y = HEIGHT - 2 - (means - means.min()) / span * (HEIGHT - 4)  # the loss falls to the bottom
        points = " ".join(f"{across:.1f},{down:.1f}" for across, down in zip(x, y, strict=True))
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
    )
