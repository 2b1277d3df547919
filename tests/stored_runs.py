"""Runs that lie in a store as training would have left them, for tests in which nothing trains."""

import dataclasses
from typing import Any

import numpy as np

from lstm_core.network.shape import draw_weights
from lstm_core.service.owners import hash_token, make_token
from lstm_core.service.recording import record_checkpoint, record_new_run, record_report
from lstm_core.service.run_store import RunStore
from lstm_core.training.data import prepare_data
from lstm_core.training.optimizers import initial_slots
from lstm_core.training.reports import SampleNote, TrainingReport
from lstm_core.training.state import TrainingState
from tests.training.small_runs import build_small_spec

TOKEN = make_token()  # of the visitor whose runs these are unless a test says otherwise
ACTIVE_WORDS = "<script>alert(1)</script> **cat**"


def store_run(
    store: RunStore, owner: str = TOKEN, text_name: str = "a small text", wrote: str = ACTIVE_WORDS, **settings: Any
) -> str:
    """Put a run into the store that has made ten steps; `owner` is a token, "" for a run of the command line."""
    spec = dataclasses.replace(build_small_spec(**settings), text_name=text_name)
    data = prepare_data(spec)
    run = record_new_run(store, spec, data, hash_token(owner))
    losses = np.linspace(3, 1, 10, dtype=np.float32)
    report = TrainingReport(1, losses, losses / 4, 1.0, 0.0, samples=(SampleNote(10, 0.5, "the", wrote),))
    run.add_report(report)
    record_report(store, run, report)
    run.state = "paused"
    weights = draw_weights(data.shape, 1, 1.0, "keras")
    state = TrainingState(10, 1.0, weights, initial_slots(spec.optimizer, weights))
    record_checkpoint(store, run, 10, state.to_arrays())
    return run.run_id
