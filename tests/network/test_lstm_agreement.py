"""Three LSTMs, one mathematics: NumPy (the oracle, in float64), the fast TensorFlow layer and Keras' own."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstm_core.network.fast_lstm import FastLSTM, lstm_sequence
from lstm_core.network.numpy_lstm import lstm_backward, lstm_forward

TOLERANCE = 1e-5  # times the largest absolute value of an array
FEATURES, UNITS, RATE = 5, 8, 0.3
SIZES = [(1, 1), (1, 64), (3, 2), (17, 5), (64, 9), (120, 64)]  # length, batch
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """Random weights, inputs and masks, float32; optional ones are there when asked for."""

    arrays: Arrays
    masks: Arrays = field(default_factory=dict)


def draw_case(length: int, batch: int, extras: str = "", features: int = FEATURES, units: int = UNITS) -> Case:
    random = np.random.default_rng([length, batch])

    def normal(*size: int) -> np.ndarray:
        return random.normal(size=size).astype(np.float32)

    def dropout_mask(*size: int) -> np.ndarray:
        return ((random.random(size) >= RATE) / (1 - RATE)).astype(np.float32)

    arrays = {
        "inputs": normal(batch, length, features),
        "kernel": normal(features, 4 * units) / np.float32(math.sqrt(features)),
        "recurrent_kernel": normal(units, 4 * units) / np.float32(math.sqrt(units)),
        "bias": normal(4 * units),
    }
    if "state" in extras:
        arrays |= {"initial_hidden": np.tanh(normal(batch, units)), "initial_cell": normal(batch, units)}
    makers: dict[str, Callable[[], np.ndarray]] = {
        "input_mask": lambda: dropout_mask(batch, features),
        "recurrent_mask": lambda: dropout_mask(batch, units),
        "time_mask": lambda: random.random((batch, length)) < 0.6,  # holes, leading and trailing padding
    }
    return Case(arrays, {name: make() for name, make in makers.items() if name in extras})


def run_numpy(case: Case, dtype: type = np.float64) -> Arrays:
    """Return outputs, last states and the gradients of mean(outputs²) + mean(last hidden · last cell)."""
    arrays = {name: array.astype(dtype) for name, array in case.arrays.items()}
    trace = lstm_forward(**arrays, **case.masks)
    outputs, last_hidden, last_cell = trace.outputs, trace.hidden[:, -1], trace.cell[:, -1]
    gradients = lstm_backward(
        trace,
        arrays["kernel"],
        arrays["recurrent_kernel"],
        2 * outputs / outputs.size,
        last_cell / last_cell.size,
        last_hidden / last_hidden.size,
    )
    found = {"outputs": outputs, "last hidden": last_hidden, "last cell": last_cell}
    return found | {f"gradient of {name}": getattr(gradients, name) for name in arrays}


def run_layer(layer_class: type[keras.layers.LSTM], case: Case) -> Arrays:
    """The same from a Keras layer, with the case's dropout masks in place of drawn ones."""
    layer = layer_class(
        case.arrays["recurrent_kernel"].shape[0],
        return_sequences=True,
        return_state=True,
        dropout=RATE if "input_mask" in case.masks else 0.0,
        recurrent_dropout=RATE if "recurrent_mask" in case.masks else 0.0,
    )
    layer.build(case.arrays["inputs"].shape)
    layer.set_weights([case.arrays[name] for name in ("kernel", "recurrent_kernel", "bias")])
    give_masks(layer, case.masks)
    states = [tf.constant(case.arrays[name]) for name in ("initial_hidden", "initial_cell") if name in case.arrays]
    inputs = tf.constant(case.arrays["inputs"])
    with tf.GradientTape() as tape:
        tape.watch([inputs, *states])
        outputs, hidden, cell = layer(
            inputs, mask=case.masks.get("time_mask"), initial_state=states or None, training=True
        )
        loss = tf.reduce_mean(outputs**2) + tf.reduce_mean(hidden * cell)
    gradients = tape.gradient(loss, [inputs, *layer.trainable_variables, *states])
    found = {"outputs": outputs, "last hidden": hidden, "last cell": cell}
    found |= {f"gradient of {name}": value for name, value in zip(case.arrays, gradients, strict=True)}
    return {name: value.numpy() for name, value in found.items()}


def give_masks(layer: keras.layers.LSTM, masks: Arrays) -> None:
    """Keras asks its cell for dropout masks: one for each gate where there is recurrent dropout (implementation 1)."""

    def fixed(name: str) -> Any:
        mask = masks.get(name)
        return lambda _: [mask] * 4 if mask is not None and layer.cell.implementation == 1 else mask

    layer.cell.get_dropout_mask = fixed("input_mask")
    layer.cell.get_recurrent_dropout_mask = fixed("recurrent_mask")


def assert_agree(found: Arrays, expected: Arrays) -> None:
    assert found.keys() == expected.keys()
    for name, right in expected.items():
        assert found[name].shape == right.shape, name
        difference, largest = np.abs(found[name] - right).max(), np.abs(right).max()
        assert difference <= TOLERANCE * largest, f"{name}: {difference:.2e}, largest value {largest:.2e}"


EXTRAS = [
    "",
    "state",
    "time_mask",
    "state time_mask",
    "input_mask",
    "recurrent_mask",
    "state time_mask input_mask recurrent_mask",
]


@pytest.mark.parametrize("extras", EXTRAS, ids=lambda extras: extras or "plain")
@pytest.mark.parametrize(("length", "batch"), SIZES)
def test_the_fast_layer_gives_the_outputs_and_gradients_of_the_numpy_lstm(length: int, batch: int, extras: str) -> None:
    case = draw_case(length, batch, extras)
    assert_agree(run_layer(FastLSTM, case), run_numpy(case))


@pytest.mark.parametrize("extras", EXTRAS, ids=lambda extras: extras or "plain")
@pytest.mark.parametrize(("length", "batch"), [(1, 1), (3, 64), (17, 5), (120, 1)])
def test_keras_gives_the_outputs_and_gradients_of_the_numpy_lstm(length: int, batch: int, extras: str) -> None:
    case = draw_case(length, batch, extras)
    assert_agree(run_layer(keras.layers.LSTM, case), run_numpy(case))


def test_the_three_lstms_agree_at_the_size_of_real_networks() -> None:
    case = draw_case(100, 32, features=65, units=256)
    expected = run_numpy(case)
    assert_agree(run_layer(FastLSTM, case), expected)
    assert_agree(run_layer(keras.layers.LSTM, case), expected)


@pytest.mark.parametrize("extras", EXTRAS, ids=lambda extras: extras or "plain")
def test_the_numpy_lstm_is_as_exact_in_float32(extras: str) -> None:
    case = draw_case(60, 7, extras)
    found = run_numpy(case, np.float32)
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}
    assert_agree(found, run_numpy(case))


def test_the_fast_sequence_trains_inside_a_compiled_loop_as_numpy_does_step_by_step() -> None:
    length, batch, steps, rate = 9, 4, 3, 2.0
    case = draw_case(length, batch)
    inputs = tf.constant(case.arrays["inputs"].transpose(1, 0, 2))  # (T, B, I)
    zero = tf.zeros((batch, UNITS))

    @tf.function(jit_compile=True)
    def train(kernel: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor) -> Any:
        def step(done: tf.Tensor, *weights: tf.Tensor) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                hidden, last_hidden, last_cell = lstm_sequence(inputs @ weights[0] + weights[2], weights[1], zero, zero)
                loss = tf.reduce_mean(hidden**2) + tf.reduce_mean(last_hidden * last_cell)
            gradients = tape.gradient(loss, weights)
            return done + 1, *(w - rate * g for w, g in zip(weights, gradients, strict=True))

        return tf.while_loop(lambda done, *_: done < steps, step, (tf.constant(0), kernel, recurrent_kernel, bias))[1:]

    names = ["kernel", "recurrent_kernel", "bias"]
    found = train(*(tf.constant(case.arrays[name]) for name in names))
    expected = dict(case.arrays)
    for _ in range(steps):
        gradients = run_numpy(Case(expected))
        expected |= {name: expected[name] - rate * gradients[f"gradient of {name}"] for name in names}
    assert_agree({n: f.numpy() for n, f in zip(names, found, strict=True)}, {name: expected[name] for name in names})


@pytest.mark.parametrize("extras", EXTRAS, ids=lambda extras: extras or "plain")
def test_every_numpy_gradient_is_the_slope_that_finite_differences_find(extras: str) -> None:
    case = draw_case(4, 2, extras, features=2, units=3)
    arrays = {name: array.astype(np.float64) for name, array in case.arrays.items()}
    gradients = run_numpy(case)
    nudge = 1e-6

    def measure_loss() -> float:
        trace = lstm_forward(**arrays, **case.masks)
        return float((trace.outputs**2).mean() + (trace.hidden[:, -1] * trace.cell[:, -1]).mean())

    for name, array in arrays.items():
        slopes = np.empty_like(array)
        for place in np.ndindex(array.shape):
            value = array[place]
            array[place] = value + nudge
            above = measure_loss()
            array[place] = value - nudge
            slopes[place] = (above - measure_loss()) / (2 * nudge)
            array[place] = value
        right = gradients[f"gradient of {name}"]
        assert np.abs(slopes - right).max() <= 1e-7 * max(1, np.abs(right).max()), name


@pytest.mark.parametrize("masked", [False, True])
def test_ids_are_read_as_the_one_hot_vectors_they_stand_for(masked: bool) -> None:
    case = draw_case(6, 3, "input_mask" if masked else "")
    ids = np.random.default_rng(0).integers(0, FEATURES, (3, 6))
    materialised = run_numpy(Case(case.arrays | {"inputs": np.eye(FEATURES)[ids]}, case.masks))
    weights = [case.arrays[name].astype(np.float64) for name in ("kernel", "recurrent_kernel", "bias")]
    trace = lstm_forward(ids, *weights, **case.masks)
    np.testing.assert_allclose(trace.hidden, materialised["outputs"], rtol=0, atol=1e-12)
    last_hidden, last_cell = trace.hidden[:, -1], trace.cell[:, -1]
    hidden_gradient = 2 * trace.hidden / trace.hidden.size
    gradients = lstm_backward(
        trace, *weights[:2], hidden_gradient, last_cell / last_cell.size, last_hidden / last_hidden.size
    )
    assert gradients.inputs is None
    np.testing.assert_allclose(gradients.kernel, materialised["gradient of kernel"], rtol=0, atol=1e-12)


def run_one_cell(run: Callable[[Case], Arrays]) -> tuple[float, float]:
    """One unit, one step, weights 0, so that the biases 1, 2, 3, 4 alone set the gates; the cell held 0.5."""
    case = Case(
        {
            "inputs": np.zeros((1, 1, 1), np.float32),
            "kernel": np.zeros((1, 4), np.float32),
            "recurrent_kernel": np.zeros((1, 4), np.float32),
            "bias": np.array([1, 2, 3, 4], np.float32),
            "initial_hidden": np.zeros((1, 1), np.float32),
            "initial_cell": np.full((1, 1), 0.5, np.float32),
        }
    )
    found = run(case)
    return float(found["last cell"][0, 0]), float(found["last hidden"][0, 0])


@pytest.mark.parametrize(
    "run",
    [
        run_numpy,
        lambda case: run_layer(FastLSTM, case),
        lambda case: run_layer(keras.layers.LSTM, case),
    ],
    ids=["numpy", "fast", "keras"],
)
def test_gates_are_packed_in_the_order_input_forget_candidate_output(run: Callable[[Case], Arrays]) -> None:
    input_gate, forget_gate, output_gate = (1 / (1 + math.exp(-bias)) for bias in (1, 2, 4))
    cell = forget_gate * 0.5 + input_gate * math.tanh(3)
    assert run_one_cell(run) == pytest.approx((cell, output_gate * math.tanh(cell)), rel=1e-6)


def test_gates_stay_finite_at_the_largest_numbers() -> None:
    case = draw_case(3, 2)
    huge = {
        name: np.sign(array) * np.float32(1e30) for name, array in case.arrays.items() if name != "recurrent_kernel"
    }
    trace = lstm_forward(**(case.arrays | huge | {"inputs": np.sign(case.arrays["inputs"])}))
    assert np.isfinite(trace.hidden).all()
