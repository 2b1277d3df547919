"""From a text to the ids that training reads; a class that trains on one text shares them."""

import numpy as np
import pytest

from lstm_core.training import data
from lstm_core.training.data import prepare_data
from tests.training.small_runs import build_small_spec


def test_runs_of_one_text_share_its_ids_whatever_their_networks() -> None:
    first, second = (prepare_data(build_small_spec(units=units, window=window)) for units, window in ((8, 3), (16, 5)))
    assert np.shares_memory(first.split.training, second.split.training)
    assert first.vocabulary is second.vocabulary and first.shape != second.shape


def test_shared_ids_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        prepare_data(build_small_spec()).split.training[0] = 1


def test_a_very_long_text_is_not_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MAX_SHARED_CHARACTERS", 5)
    first, second = (prepare_data(build_small_spec()) for _ in range(2))
    assert not np.shares_memory(first.split.training, second.split.training)
    np.testing.assert_array_equal(first.split.training, second.split.training)
