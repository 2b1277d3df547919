"""A network small enough to train within a moment. Tests that share its shape share its compiled program."""

from typing import Any

from lstm_core.network.spec import RunSpec

TEXT = "the cat sat on the mat . the dog sat on the log , and the cat saw the dog . " * 3


def build_small_spec(text: str = TEXT, **settings: Any) -> RunSpec:
    small = {"window": 4, "units": 8, "embedding": 4, "batch": 4, "steps": 500}
    return RunSpec.build(text, "a small text", **(small | settings))
