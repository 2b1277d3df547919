"""The large real files that benchmarks read: in the folder that LSTM_TEST_DATA names, never part of the project."""

import os
from pathlib import Path

from benchmarks.timing import SideFailed


def find_file(pattern: str, what: str) -> Path:
    """Return the first file that fits, such as "tinyshakespeare*.txt". Raises SideFailed with what to do."""
    named = os.environ.get("LSTM_TEST_DATA")
    found = sorted(Path(named).glob(pattern)) if named else []
    if not found:
        where = f"in {named}, which LSTM_TEST_DATA names" if named else "for LSTM_TEST_DATA is not set"
        raise SideFailed(f"{what} ({pattern}) is not there: none {where}. Name the folder that has it and run again.")
    return found[0]
