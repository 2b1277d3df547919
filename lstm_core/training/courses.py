"""What a trainer trains on: the windows of a text, or labelled reviews. Each course knows its data, the order in which
they come, the compiled program for the next steps, and how the network is examined.
"""

import time
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from lstm_core.network.spec import RunSpec
from lstm_core.training.data import TrainingData, prepare_data
from lstm_core.training.examiner import Examiner
from lstm_core.training.optimizers import Slots, Tensors
from lstm_core.training.orders import WindowOrder
from lstm_core.training.program import MAX_STEPS_PER_CALL, StepProgram
from lstm_core.training.review_data import ReviewData, prepare_reviews
from lstm_core.training.review_examiner import ReviewExaminer
from lstm_core.training.review_orders import ReviewOrder
from lstm_core.training.review_step import ReviewDropout, compiled_review_steps
from lstm_core.training.step import StepNumbers, compiled_steps


@dataclass(frozen=True)
class Call:
    """What one call of a compiled program takes: the program, its arguments after the weights and slots, its steps."""

    program: StepProgram
    data: tuple[Any, ...]
    learning_rates: Any
    numbers: dict[str, Any]
    count: int
    key: Any  # calls of the same key need no compiling after the first


class Course(Protocol):
    """What a trainer needs to know of the thing that it trains on."""

    kept_bytes: int  # of the data that stays in memory between steps

    @property
    def data(self) -> TrainingData | ReviewData:
        """What is trained and measured on."""

    @property
    def examiner(self) -> Examiner | ReviewExaminer:
        """Who looks at the network now and then."""

    def plan_call(self, first_step: int, count: int, rates: np.ndarray) -> Call:
        """Plan a call of at most `count` steps from `first_step` (1 …) with the learning rates (count,)."""

    def calls_ahead(self) -> list[Call]:
        """Plan a call of each kind that a run from its beginning makes, in the order in which it meets them."""


class TextCourse:
    """The windows of a text."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.data = prepare_data(spec)
        self.order = WindowOrder(spec, self.data.symbol_count)
        self.examiner = Examiner(spec, self.data)
        self._ids = tf.constant(_pad_to_power_of_two(self.data.split.training))
        self.kept_bytes = 4 * len(self._ids)
        has_dropout = spec.dropout > 0 or spec.recurrent_dropout > 0
        self._program = compiled_steps(self.data.shape, spec.optimizer, has_dropout, spec.clip_norm > 0)

    def plan_call(self, first_step: int, count: int, rates: np.ndarray) -> Call:
        """Plan a call of `count` steps."""
        offsets = _fill(self.order.offsets(first_step, count))
        numbers = _numbers(self.spec, first_step, count).to_tensors()
        return Call(self._program, (self._ids, tf.constant(offsets)), _rates(rates), numbers, count, None)

    def calls_ahead(self) -> list[Call]:
        """Plan the one kind of call that there is."""
        return [self.plan_call(1, 1, np.zeros(1, np.float32))]


class ReviewCourse:
    """Labelled reviews."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.data = prepare_reviews(spec)
        self.order = ReviewOrder(spec, self.data.training)
        self.examiner = ReviewExaminer(spec, self.data)
        self._words = tf.constant(_pad_to_power_of_two(self.data.training.ids))
        self.kept_bytes = 4 * len(self._words)
        self._dropout = ReviewDropout(
            words=spec.word_dropout > 0,
            embedding=spec.embedding_dropout > 0,
            units=spec.dropout > 0,
            recurrent=spec.recurrent_dropout > 0,
        )

    def plan_call(self, first_step: int, count: int, rates: np.ndarray) -> Call:
        """Plan a call of the next steps whose batches are of one length, at most `count`."""
        spec, batches = self.spec, self.order.batches(first_step, count)
        made = len(batches.starts)
        program = compiled_review_steps(
            self.data.shape, spec.optimizer, self._dropout, spec.clip_norm > 0, batches.padded_length
        )
        numbers = _numbers(spec, first_step, made).to_tensors() | {
            "embedding_dropout": tf.constant(spec.embedding_dropout, tf.float32),
            "word_dropout": tf.constant(spec.word_dropout, tf.float32),
        }
        arrays = (_fill(batches.starts), _fill(batches.lengths), _fill(batches.labels))
        data = (self._words, *(tf.constant(array) for array in arrays))
        return Call(program, data, _rates(rates[:made]), numbers, made, batches.padded_length)

    def calls_ahead(self) -> list[Call]:
        """Plan a call for each length of batch."""
        return [self.plan_call(step, 1, np.zeros(1, np.float32)) for step in self.order.first_steps_of_lengths()]


def build_course(spec: RunSpec) -> Course:
    """Return the course of a spec. Raises TextTooShort when there is nothing to learn from."""
    return ReviewCourse(spec) if spec.reviews is not None else TextCourse(spec)


def compile_call(call: Call, weights: Tensors, slots: Slots) -> float:
    """Compile a call's program by making no step with it; return the seconds that it took."""
    started = time.perf_counter()
    call.program(weights, slots, call.data, call.learning_rates, call.numbers | {"count": tf.constant(0)})
    return time.perf_counter() - started


def _numbers(spec: RunSpec, first_step: int, count: int) -> StepNumbers:
    return StepNumbers(
        first_step, count, spec.dropout, spec.recurrent_dropout, spec.clip_norm, spec.beta_2, spec.random_seed
    )


def _rates(rates: np.ndarray) -> Any:
    return tf.constant(_fill(rates))


def _fill(rows: np.ndarray) -> np.ndarray:
    """Fill up with zeros to as many rows as a program takes, however few of them count."""
    filled = np.zeros((MAX_STEPS_PER_CALL, *rows.shape[1:]), rows.dtype)
    filled[: len(rows)] = rows
    return filled


def _pad_to_power_of_two(ids: np.ndarray) -> np.ndarray:
    """Pad with zeros that nothing reaches: texts of similar length then share one compiled program."""
    padded = np.zeros(1 << (len(ids) - 1).bit_length(), np.int32)
    padded[: len(ids)] = ids
    return padded
