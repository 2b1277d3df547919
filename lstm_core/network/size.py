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
COMPILING_BYTES = 220 * 2**20  # what XLA takes while it compiles: 190 to 216 MB, whatever the network
TENSORFLOW_BYTES = 620 * 2**20  # a worker that has imported TensorFlow and trains nothing yet: 593 MB
MODEST_BYTES = 500 * 2**20  # what a run may take though none as large would fit beside it: recipes "fast" take less
KILLED_AT_SHARE = 0.95  # of its memory limit, a worker is killed and replaced (see service/dask.yaml)
BYTES_PER_CHARACTER = 40  # of a text while it trains: itself, its ids, padded ids, the windows in their order
READING_BYTES_PER_CHARACTER = 100  # while it is cut into symbols, most in scripts beyond Latin; measured on 5 million
BYTES_PER_WORD = 12  # of reviews: ids of two bytes, on their way, limited to the vocabulary, and as padded ids


@dataclass(frozen=True)
class RunSize:
    """What training will take: bytes of the worker's memory, seconds of each step."""

    parameters: int
    bytes: int
    seconds_per_step: float


def estimate_size(shape: Shape, spec: RunSpec, batch: int) -> RunSize:
    """Estimate what training takes with `batch` windows, or reviews, a step."""
    estimate = _estimate_review_size if isinstance(shape, ReviewShape) else _estimate_text_size
    size = estimate(shape, spec, batch)  # type: ignore[arg-type]
    training_bytes = size.bytes + _count_data_bytes(spec) + COMPILING_BYTES
    most_bytes = max(training_bytes, READING_BYTES_PER_CHARACTER * len(spec.text))  # one comes after the other
    return RunSize(size.parameters, most_bytes, size.seconds_per_step)


def allowed_bytes(worker_bytes: int | None) -> int:
    """Return what one run may take of a worker with this memory limit; None or 0: it has none.

    Beside it the worker has TensorFlow to hold and, if the run is large, room for another as large in its second
    thread; both do not compile at once.
    """
    if not worker_bytes:
        return MAX_TRAINING_BYTES
    spare = max(0, round(KILLED_AT_SHARE * worker_bytes) - TENSORFLOW_BYTES)
    return min(MAX_TRAINING_BYTES, spare, max(MODEST_BYTES, (spare + COMPILING_BYTES) // 2))


def _count_data_bytes(spec: RunSpec) -> int:
    """Count what the text or the reviews take in the worker, with all that is made of them."""
    if spec.reviews is None:
        return BYTES_PER_CHARACTER * len(spec.text)
    parts = (spec.reviews.training, spec.reviews.test)
    return BYTES_PER_WORD * sum(len(part.ids) for part in parts if part is not None)


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


def check_size(shape: Shape, spec: RunSpec, max_bytes: int | None = None) -> None:
    """Refuse what does not fit the worker's memory, of which a run may take `max_bytes` (see `allowed_bytes`).

    Raises TooBig with the two figures and what would help.
    """
    max_bytes = MAX_TRAINING_BYTES if max_bytes is None else max_bytes
    size = estimate_size(shape, spec, spec.batch)
    if size.bytes > max_bytes:
        raise TooBig(
            f"This network needs about {size.bytes / 2**20:,.0f} MB to train.",
            f"A run may take {max_bytes / 2**20:,.0f} MB here.",
            "Choose fewer units or layers, a smaller batch, a shorter window, a smaller vocabulary or less text.",
        )
