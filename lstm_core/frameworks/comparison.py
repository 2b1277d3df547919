"""Do the three programs compute the same? The same weights and the same windows go through all of them.

`run_program` runs in a worker, one program at a time; `compare` looks at what came back, in plain NumPy.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.text.library import load_text

TOLERANCE = 1e-5  # of an array's largest value; float32 has seven digits, and sums of many terms lose one or two
TRAINING_STEPS = 10
UNITS_OFFERED = (32, 64, 128, 256)
MIN_TIMED_STEPS, MAX_TIMED_STEPS, TIMED_SECONDS = 5, 40, 1.5  # after the first step of each program

Arrays = dict[str, np.ndarray]
StepFunction = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class ComparisonRequest:
    """What to compare on: a text that ships, by its name, and how large the network is."""

    text_name: str
    units: int = 128
    random_seed: int = 1

    def check(self) -> None:
        """Raise InvalidSetting for a text that does not ship, or a number of units that is not offered."""
        load_text(self.text_name)
        if self.units not in UNITS_OFFERED:
            raise InvalidSetting(
                f"{self.units} units were asked for.",
                f"There are {', '.join(map(str, UNITS_OFFERED))}.",
                "Choose one of these.",
            )


@dataclass(frozen=True)
class ProgramRun:
    """What one program made of it.

    `outputs` (B, T, V) are the probabilities of the first batch and `gradients` those of its loss, both before any
    step; `losses` (TRAINING_STEPS,) nats, each before its step. `first_seconds` is the first step, with whatever the
    framework prepares at it; `step_seconds` (n,) those that follow.
    """

    framework: str
    outputs: np.ndarray
    gradients: Arrays
    losses: np.ndarray
    first_seconds: float
    step_seconds: np.ndarray


@dataclass(frozen=True)
class Agreement:
    """An array as NumPy computed it, and the largest difference of the other two from it."""

    name: str
    shape: tuple[int, ...]
    largest: float  # |value|
    differences: tuple[float, ...]  # of TensorFlow and Keras

    @property
    def is_equal(self) -> bool:
        """Whether both are equal up to rounding."""
        return all(difference <= TOLERANCE * self.largest for difference in self.differences)

    @property
    def share(self) -> float:
        """The larger difference as a share of the largest value."""
        return max(self.differences) / self.largest if self.largest else max(self.differences)


@dataclass(frozen=True)
class Comparison:
    """All three side by side."""

    runs: tuple[ProgramRun, ...]
    agreements: tuple[Agreement, ...] = field(default=())

    @property
    def is_equal(self) -> bool:
        """Whether every array is equal up to rounding."""
        return all(agreement.is_equal for agreement in self.agreements)


def compare(runs: list[ProgramRun]) -> Comparison:
    """Compare outputs and gradients with NumPy's, array by array."""
    first = runs[0]
    pairs = {"probabilities": [run.outputs for run in runs]}
    pairs |= {f"gradient of {name}": [run.gradients[name] for run in runs] for name in first.gradients}
    agreements = tuple(
        Agreement(
            name,
            arrays[0].shape,
            float(np.abs(arrays[0]).max()),
            tuple(float(np.abs(array - arrays[0]).max()) for array in arrays[1:]),
        )
        for name, arrays in pairs.items()
    )
    return Comparison(tuple(runs), agreements)


def run_program(framework: str, request: ComparisonRequest) -> ProgramRun:
    """Run one program on the windows that every other one gets as well. For a worker: it may import TensorFlow."""
    from threadpoolctl import threadpool_limits

    # OpenBLAS would share NumPy's small products between threads, which then wait for each other: on an idle machine
    # that is half as fast, on one where others train a hundred times slower. TensorFlow has threads of its own.
    with threadpool_limits(1, "blas"):
        return _run_program(framework, request)


def _run_program(framework: str, request: ComparisonRequest) -> ProgramRun:
    from lstm_core.frameworks import numpy_program

    letters, ids = np.unique(list(load_text(request.text_name)), return_inverse=True)
    random = np.random.default_rng(request.random_seed)
    weights = numpy_program.draw_weights(len(letters), request.units, random)
    batches = [numpy_program.cut_windows(ids, random) for _ in range(TRAINING_STEPS)]
    prepare = {"NumPy": _prepare_numpy, "TensorFlow": _prepare_tensorflow, "Keras": _prepare_keras}[framework]
    outputs, gradients, step = prepare(weights, *batches[0])

    seconds: list[float] = []
    losses: list[float] = []
    started = time.perf_counter()
    while len(losses) < MAX_TIMED_STEPS + 1:
        is_enough = len(losses) > max(TRAINING_STEPS, MIN_TIMED_STEPS)
        if is_enough and time.perf_counter() - started > TIMED_SECONDS:
            break
        before = time.perf_counter()
        losses.append(step(*batches[len(losses) % TRAINING_STEPS]))
        seconds.append(time.perf_counter() - before)
    first, *others = seconds
    return ProgramRun(framework, outputs, gradients, np.array(losses[:TRAINING_STEPS]), first, np.array(others))


def _prepare_numpy(weights: Arrays, inputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, Arrays, StepFunction]:
    """Return probabilities and gradients of the first batch, and the function that makes a step."""
    from lstm_core.frameworks import numpy_program as program

    outputs, _ = program.forward(weights, inputs)
    _, gradients = program.loss_and_gradients(weights, inputs, targets)
    moments = program.start_adam(weights)
    count = 0

    def step(inputs: np.ndarray, targets: np.ndarray) -> float:
        nonlocal count
        count += 1
        return program.train_step(weights, moments, count, inputs, targets)

    return outputs, gradients, step


def _prepare_tensorflow(
    weights: Arrays, inputs: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, Arrays, StepFunction]:
    from lstm_core.frameworks import tensorflow_program as program

    network = program.CharacterLSTM(len(weights["kernel"]), len(weights["output_kernel"]), np.random.default_rng(1))
    for name, array in weights.items():
        network.weights[name].assign(array)
    outputs = network.probabilities(inputs).numpy()
    _, gradients = network.loss_and_gradients(inputs, targets)
    named = {name: gradient.numpy() for name, gradient in gradients.items()}
    return outputs, named, lambda inputs, targets: float(network.train_step(inputs, targets))


def _prepare_keras(weights: Arrays, inputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, Arrays, StepFunction]:
    import tensorflow as tf

    from lstm_core.frameworks import keras_program as program

    letter_count = len(weights["kernel"])
    learner, _ = program.build_models(letter_count, len(weights["output_kernel"]))
    learner.set_weights(list(weights.values()))  # in Keras' order, which is that of the other two
    x = program.one_hot(inputs, letter_count)
    outputs = np.array(learner(x))

    # Keras keeps its gradients to itself; TensorFlow, below it, is asked for those of the very same model.
    @tf.function
    def loss_gradients(x: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = learner.compute_loss(x, targets, learner(x, training=True))
        return tape.gradient(loss, [variable.value for variable in learner.trainable_variables])

    gradients = [gradient.numpy() for gradient in loss_gradients(x, targets)]
    return (
        outputs,
        dict(zip(weights, gradients, strict=True)),
        lambda inputs, targets: program.train_step(learner, inputs, targets),
    )
