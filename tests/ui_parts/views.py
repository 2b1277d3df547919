"""A small run view for the tests of what is drawn from one."""

import dataclasses
from typing import Any

from lstm_core.network.spec import RunSpec
from lstm_core.service.views import RunView


def small_view(symbols: str = "words", **changes: Any) -> RunView:
    """A run in training after 1,200 of 3,000 steps; name the fields that a test is about."""
    view = RunView(
        run_id="r1", spec=RunSpec.build("one two three", "a text", symbols=symbols), state="training", step=1200,
        total_steps=3000, loss=0.41604, accuracy=0.971, validation_loss=None, validation_accuracy=None, seconds=75.2,
        symbols_per_second=12345.6, seconds_left=125.0, place=0, cores=2, learning_rate=0.003, note="",
        validation_note="", stopped_by=None, checkpoint_step=1000, parameters=10, symbol_count=3, samples=(),
        predictions=(), created=0.0,
    )  # fmt: skip
    return dataclasses.replace(view, **changes)
