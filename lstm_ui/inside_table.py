"""Numbers above and below 0 in the tables of /inside: with a sign, and as a bar."""

import numpy as np


def signed(value: float) -> str:
    """Write a number with two digits and its sign; never a minus before nothing."""
    return f"{np.round(value, 2) + 0.0:+.2f}".replace("-", "−")


def bar_html(value: float) -> str:
    """Draw a number from -1 to 1 as a bar, blue above 0 and orange below, with the number beside it."""
    side = "high" if value >= 0 else "low"
    bar = f'<i style="width:{min(1, abs(value)):.0%}" aria-hidden="true"></i>'
    return f'<div class="bar bar-{side}">{bar}<span>{signed(value)}</span></div>'
