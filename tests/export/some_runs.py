"""Runs as the exports take them, drawn and not trained."""

import dataclasses
from typing import Any

import numpy as np

from lstm_core.export.exported_run import ExportedRun
from lstm_core.network.shape import Weights, draw_weights
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.training.data import prepare_run
from lstm_core.training.plan import Plan
from lstm_core.training.reports import SampleNote, ValidationNote


def draw_large_weights(shape: Any) -> Weights:
    """Weights with biases that are not zero, so that no array could be left out unnoticed."""
    random = np.random.default_rng(3)
    weights = draw_weights(shape, 1, 1.0, "keras")
    return {name: (array + random.normal(0, 0.3, array.shape)).astype(np.float32) for name, array in weights.items()}


def make_run(spec: RunSpec, steps: int = 20, **changes: Any) -> ExportedRun:
    data = prepare_run(spec)
    network = TrainedNetwork(data.shape, draw_large_weights(data.shape), data.vocabulary, steps, "a run")
    curve = np.linspace(3, 1, steps, dtype=np.float32)
    run = ExportedRun(
        "Mice", spec, Plan.from_spec(spec), network, curve, curve / 4, np.arange(1, steps + 1, dtype=np.float32) / 8,
        (ValidationNote(steps // 2, 2.5, 0.25),), (SampleNote(steps, 0.5, "the", "cat <b>sat</b>\n# on"),), 1e9,
    )  # fmt: skip
    return dataclasses.replace(run, **changes)
