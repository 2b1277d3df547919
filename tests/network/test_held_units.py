"""Held units stand where they are told to, and the gradient, which knows nothing of them, refuses."""

import numpy as np
import pytest

from lstm_core.network.held_units import HeldUnits
from lstm_core.network.numpy_lstm import LSTMTrace, lstm_backward, lstm_forward

UNITS, LENGTH = 5, 6
HELD = HeldUnits(np.array([1]), np.array([0.5], np.float32), np.array([3, 4]), np.array([0, -1], np.float32))


def run(held: HeldUnits | None) -> tuple[LSTMTrace, tuple[np.ndarray, ...]]:
    random = np.random.default_rng(2)
    sizes = ((2, LENGTH, 3), (3, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,))
    inputs, kernel, recurrent_kernel, bias = (random.normal(size=size).astype(np.float32) for size in sizes)
    return lstm_forward(inputs, kernel, recurrent_kernel, bias, held=held), (kernel, recurrent_kernel)


def test_held_units_stand_where_they_are_told_to_and_the_others_hear_them() -> None:
    held, free = run(HELD)[0], run(None)[0]
    assert (held.cell[..., 1] == 0.5).all()
    assert (held.hidden[..., 3] == 0).all() and (held.hidden[..., 4] == -1).all()
    np.testing.assert_allclose(held.hidden[..., 1], held.output_gate[..., 1] * np.tanh(0.5), rtol=1e-6)
    np.testing.assert_array_equal(held.cell[:, 0, 0], free.cell[:, 0, 0])  # at the first step nobody has heard them
    assert (held.cell[:, -1, 0] != free.cell[:, -1, 0]).all()


def test_the_gradient_of_a_trace_with_held_units_is_refused() -> None:
    trace, kernels = run(HELD)
    with pytest.raises(ValueError, match="without held units"):
        lstm_backward(trace, *kernels, np.zeros_like(trace.hidden))
