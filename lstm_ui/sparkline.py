"""A curve as small as a word, for the run in hand."""

from collections.abc import Sequence

import numpy as np

WIDTH, HEIGHT = 88, 22  # pixels
POINTS = 44  # every second pixel
COLOUR = "#4583b5"  # as an image it cannot know the theme: at least 3 : 1 on both backgrounds


def sparkline_svg(values: Sequence[float] | np.ndarray) -> str:
    """Draw `values` (n,) as one line; nothing in a drawing of the same size while there are fewer than two.

    Each point is the mean of its share of the values. It is for the eye alone: the number belongs beside it.
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
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<polyline points="{points}" fill="none" stroke="{COLOUR}" stroke-width="1.5"/></svg>'
    )
