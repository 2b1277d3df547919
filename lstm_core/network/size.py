"""How much memory and time a network will take, before it is trained, and what is refused.

Both are estimates for the reader's sake; `benchmarks/` holds what was measured.
"""

from dataclasses import dataclass

from lstm_core.errors import TooBig
from lstm_core.knobs import MAX_TRAINING_BYTES
from lstm_core.network.review_shape import DIRECTIONS, ReviewShape
from lstm_core.network.shape import NetworkShape
from lstm_core.network.shapes import Shape
from lstm_core.network.spec import RunSpec

SLOTS = {"sgd": 0, "rmsprop": 1, "rmsprop-tf1": 1, "adam": 2}  # arrays of the weights' size that it remembers
OPERATIONS_PER_SECOND = 8e10  # of training, measured on two cores with 256 to 512 units
BYTES_PER_SECOND = 2e10  # of weights and slots read and written, measured on the article's network at batch 1
SECONDS_PER_STEP = 2e-4  # what a step costs however small the network


@dataclass(frozen=True)
class RunSize:
    """What training will take: bytes of the worker's memory, seconds of each step."""

    parameters: int
    bytes: int
    seconds_per_step: float


def estimate_size(shape: Shape, spec: RunSpec, batch: int) -> RunSize:
    """Estimate what training takes with `batch` windows, or reviews, a step."""
    if isinstance(shape, ReviewShape):
        return _estimate_review_size(shape, spec, batch)
    return _estimate_text_size(shape, spec, batch)


def _estimate_review_size(shape: ReviewShape, spec: RunSpec, batch: int) -> RunSize:
    parameters = shape.count_parameters()
    directions = len(DIRECTIONS[shape.direction])
    positions = batch * shape.window
    weight_bytes = 4 * parameters * (4 + 2 * SLOTS[spec.optimizer])
    state_bytes = 4 * positions * directions * (14 * shape.units + 3 * shape.embedding)
    lstm = directions * 4 * shape.units * (shape.embedding + shape.units)
    seconds = SECONDS_PER_STEP + 6 * lstm * positions / OPERATIONS_PER_SECOND
    seconds += weight_bytes / BYTES_PER_SECOND
    return RunSize(parameters, weight_bytes + state_bytes, seconds)


def _estimate_text_size(shape: NetworkShape, spec: RunSpec, batch: int) -> RunSize:
    parameters = shape.count_parameters()
    positions = batch * shape.window
    scored = positions if shape.targets == "every" else batch
    # Weights, slots, gradients, and the copies that go in and out of the compiled program; at each position four
    # gates, their gradients, both states and the layer's input; logits, their gradient and the one-hot targets.
    weight_bytes = 4 * parameters * (4 + 2 * SLOTS[spec.optimizer])
    state_bytes = 4 * positions * (shape.layers * 14 * shape.units + shape.input_size * (shape.coding == "embedding"))
    total_bytes = weight_bytes + state_bytes + 4 * scored * 3 * shape.symbol_count
    looked_up = shape.symbol_count * shape.input_size * (shape.coding == "embedding")
    if shape.coding == "one-hot":
        looked_up = shape.symbol_count * 4 * shape.units
    multiplied = (parameters - looked_up - shape.units * shape.symbol_count) * positions
    multiplied += shape.units * shape.symbol_count * scored
    seconds = SECONDS_PER_STEP + 6 * multiplied / OPERATIONS_PER_SECOND  # forward 2, backward 4 (Kaplan et al. 2020)
    seconds += 4 * parameters * (4 + 2 * SLOTS[spec.optimizer]) / BYTES_PER_SECOND
    return RunSize(parameters, total_bytes, seconds)


def check_size(shape: Shape, spec: RunSpec) -> None:
    """Refuse what does not fit the worker's memory. Raises TooBig with the two figures and what would help."""
    size = estimate_size(shape, spec, spec.batch)
    if size.bytes > MAX_TRAINING_BYTES:
        raise TooBig(
            f"This network needs about {size.bytes / 2**20:,.0f} MB to train.",
            f"A run may take {MAX_TRAINING_BYTES / 2**20:,.0f} MB here.",
            "Choose fewer units or layers, a smaller batch, a shorter window or a smaller vocabulary.",
        )
