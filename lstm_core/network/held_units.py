"""Units that are held: whatever the equations say, their state is what somebody has decided.

That is how one finds out what a unit is for: take it away, or hold it at one value, and see what changes. The forward
passes (`numpy_lstm`, `lstm_core.writing.writer`) ask this hook after each step; without it nothing is held.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class HeldUnits:
    """Which units of one layer are held, and where: n of them by their cell state, m by their hidden state.

    A held cell state still passes the output gate; a unit whose hidden state is held at 0 is mute.
    """

    cell_units: np.ndarray  # (n,) int64, counted from 0
    cell_values: np.ndarray  # (n,) float32
    hidden_units: np.ndarray  # (m,) int64
    hidden_values: np.ndarray  # (m,) float32

    def hold_cell(self, cell: np.ndarray) -> None:
        """Set the held units of a cell state (…, U), in place."""
        cell[..., self.cell_units] = self.cell_values

    def hold_hidden(self, hidden: np.ndarray) -> None:
        """Set the held units of a hidden state (…, U), in place."""
        hidden[..., self.hidden_units] = self.hidden_values
