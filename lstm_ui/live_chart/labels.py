"""The dashed lines across the chart, and where their names stand so that all can be read. Pure Python."""

from typing import Any

LABEL_HEIGHT = 0.08  # of the loss panel: a line of text with a little air


def name_line(panel: str, value: float, label: str, place: str = "start") -> dict[str, Any]:
    """Return a dashed line across a panel, its name written at the "start", in the "middle" or at the "end"."""
    return {"panel": panel, "value": float(value), "label": label, "place": place}


def place_labels(marks: list[tuple[str, float]], drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return quiet lines across the loss panel; their names avoid each other, the lines, and those `drawn` already.

    The first of `drawn` is the highest. Names stand where the curves are not: a high one at the end, a low one at the
    beginning. A line that has no room for its name stays without.
    """
    top = drawn[0]["value"]
    height = LABEL_HEIGHT * top
    values = [line["value"] for line in drawn] + [value for _, value in marks]
    lines: list[dict[str, Any]] = []
    for label, value in sorted(marks, key=lambda mark: -mark[1]):
        places = ("end", "middle", "start") if value > top / 2 else ("start", "middle", "end")
        free = [
            (place, is_below)
            for place in places
            for is_below in (False, True)
            if value > height or not is_below
            if not any(_overlaps(other, place, value - height * is_below, height) for other in (*drawn, *lines))
        ]
        clear = [
            (place, is_below)
            for place, is_below in free
            if not any(0 < other - (value - height * is_below) < 0.99 * height for other in values)
        ]
        place, is_below = (clear or free or [("", False)])[0]
        lines.append(name_line("loss", value, label if place else "", place) | {"quiet": True, "below": is_below})
    return lines


def _overlaps(line: dict[str, Any], place: str, bottom: float, height: float) -> bool:
    """Tell whether a line's name lies upon another of this `height` from `bottom` upwards at this place."""
    own_bottom = line["value"] - (height if line.get("below") else 0)
    return line["place"] == place and abs(own_bottom - bottom) < height
