"""Either kind of network's shape, of a text or of reviews, and how it is written down and read again."""

from typing import Any

from lstm_core.network.review_shape import ReviewShape
from lstm_core.network.shape import NetworkShape

Shape = NetworkShape | ReviewShape


def shape_class(record: Any) -> type[NetworkShape] | type[ReviewShape]:
    """Return which kind of shape a record, made by `dataclasses.asdict`, describes."""
    return ReviewShape if isinstance(record, dict) and "word_count" in record else NetworkShape
