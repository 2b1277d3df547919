"""Tests of what strangers try: files, texts and words built to do harm, somebody else's runs, open doors."""

from pathlib import Path

import pytest

from lstm_core.service.run_store import RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")
