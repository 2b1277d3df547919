"""Which windows a step looks at: pure functions of the step, so that a run can be taken up anywhere."""

from collections.abc import Iterator

import numpy as np

from lstm_core.network.spec import RunSpec


class WindowOrder:
    """Offsets into the training ids for any stretch of steps of a run.

    `length` is the number of training ids; a window at offset o reads ids o … o+window-1 and, with the last target,
    id o+window.
    """

    def __init__(self, spec: RunSpec, length: int) -> None:
        self._spec = spec
        self._last_offset = length - 1 - spec.window
        # With one target after the window every offset is a window of its own. With a target at every position
        # neighbouring offsets teach nearly the same, so an epoch takes windows that do not overlap.
        self._stride = 1 if spec.targets == "last" else spec.window
        self.windows_per_epoch = self._last_offset // self._stride + 1
        self.batch = 1 if spec.order == "walk" else min(spec.batch, self.windows_per_epoch)
        self._walk = self._walk_offsets()
        self._walked: list[int] = []
        self._epochs: dict[int, np.ndarray] = {}

    def offsets(self, first_step: int, count: int) -> np.ndarray:
        """Return the offsets of steps `first_step` … (counted from 1), shape (count, batch), int32."""
        if self._spec.order == "walk":
            while len(self._walked) < first_step - 1 + count:
                self._walked.append(next(self._walk))
            flat = np.array(self._walked[first_step - 1 : first_step - 1 + count])
        else:
            place = np.arange((first_step - 1) * self.batch, (first_step - 1 + count) * self.batch)
            epochs, index = np.divmod(place, self.windows_per_epoch)
            flat = np.empty(len(place), np.int64)
            for epoch in np.unique(epochs):
                flat[epochs == epoch] = self._epoch(int(epoch))[index[epochs == epoch]]
        return flat.reshape(count, self.batch).astype(np.int32)

    def _epoch(self, epoch: int) -> np.ndarray:
        """Every window of an epoch in its order, (windows_per_epoch,)."""
        if self._spec.order == "in-order":
            return np.arange(self.windows_per_epoch) * self._stride
        if epoch not in self._epochs:
            random = np.random.default_rng([self._spec.random_seed, 1, epoch])
            spare = self._last_offset - (self.windows_per_epoch - 1) * self._stride
            phase = random.integers(min(spare, self._stride - 1) + 1)  # or it would always cut at the same places
            order = random.permutation(self.windows_per_epoch) * self._stride + phase
            self._epochs = {key: kept for key, kept in self._epochs.items() if key == epoch - 1} | {epoch: order}
        return self._epochs[epoch]

    def _walk_offsets(self) -> Iterator[int]:
        """Walk as the word tutorials do: from a random start in strides of window + 1, and anew past the end."""
        random = np.random.default_rng([self._spec.random_seed, 1])
        stride = self._spec.window + 1
        # The programs draw from 0 … window + 1, both included; a very short text has fewer offsets than that.
        starts = min(stride, self._last_offset) + 1
        offset = int(random.integers(starts))
        while True:
            if offset > self._last_offset:
                offset = int(random.integers(starts))
            yield offset
            offset += stride
