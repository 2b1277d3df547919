"""What is asked of a review network while it trains: how often it is right about reviews that it has never met.

The counterpart of `examiner.py`, with the same shares of the training time.
"""

import time

import numpy as np

from lstm_core.network.review_network import ReviewLoss, measure_scores, score_ids, sigmoid
from lstm_core.network.spec import RunSpec
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.text.review_set import EncodedReviews
from lstm_core.training.examiner import GetNetwork, Looks, Stopwatch
from lstm_core.training.reports import Prediction, SampleNote
from lstm_core.training.review_data import ReviewData

MAX_VALIDATION_REVIEWS = 500  # while it trains; at the end all are measured
GOAL_MARGIN = 0.01  # a part of the reviews must come so near a goal before all are asked
GOAL_SHARE = 0.5  # of the training time may go into asking all: they are asked only where a goal is near
PREDICTIONS_SHOWN = 8
WORDS_SHOWN = 12
VERDICTS = ("negative", "positive")


class ReviewExaminer(Looks):
    """Examines one run's network now and then. Its accuracy is counted by steps, so `accuracy` stays None."""

    def __init__(self, spec: RunSpec, data: ReviewData) -> None:
        super().__init__(is_held_out=data.validation is not None)
        self.accuracy: float | None = None
        self._spec = spec
        self._data = data
        self._asking_all = Stopwatch(GOAL_SHARE, every_seconds=0.5)
        self._sample = _spread(data.validation) if data.validation is not None else None

    def reaches_goal(
        self, get_network: GetNetwork, seconds: float, accuracies: np.ndarray, until_accuracy: float | None, until: str
    ) -> bool:
        """Tell whether the accuracy on the test reviews, or else on the held-out ones, has reached `until_accuracy`."""
        measured_on = self._data.test or self._data.validation
        if until_accuracy is None or measured_on is None or not self._asking_all.is_due(seconds):
            return False
        started = time.perf_counter()
        network = get_network()
        is_near = self._evaluate(network, _spread(measured_on, 2_000)).accuracy >= until_accuracy - GOAL_MARGIN
        reached = is_near and self._evaluate(network, measured_on).accuracy >= until_accuracy
        self._asking_all.charge(started, seconds)
        return reached

    def measure(self, network: TrainedNetwork, seconds: float) -> float | None:
        """Return None: the accuracy of a review run is counted by steps."""
        return None

    def evaluate_fully(self, network: TrainedNetwork) -> tuple[ReviewLoss, ReviewLoss | None, ReviewLoss | None]:
        """Measure on a good part of the training reviews, on all held-out ones, and on all test reviews."""
        held_out, test = self._data.validation, self._data.test
        training = self._evaluate(network, _spread(self._data.training, 2_000))
        validation = self._evaluate(network, held_out) if held_out is not None else None
        if test is held_out:
            return training, validation, validation
        return training, validation, self._evaluate(network, test) if test is not None else None

    def _measure_held_out(self, network: TrainedNetwork, is_last: bool) -> tuple[float, float]:
        held_out = self._data.validation if is_last else self._sample
        assert held_out is not None
        measured = self._evaluate(network, held_out)
        return measured.loss_nats, measured.accuracy

    def _ask(self, network: TrainedNetwork) -> tuple[tuple[SampleNote, ...], tuple[Prediction, ...]]:
        """Ask about a few reviews, always the same ones, so that one sees it learn; it writes nothing."""
        reviews = _spread(self._sample if self._sample is not None else self._data.training, PREDICTIONS_SHOWN)
        return (), tuple(self._predict(network, reviews))

    def _predict(self, network: TrainedNetwork, reviews: EncodedReviews) -> list[Prediction]:
        cut = [reviews.review(index)[-self._spec.window :].astype(np.int64) for index in range(len(reviews))]
        scores = sigmoid(score_ids(network.review_shape, network.weights, cut))
        rows = []
        for ids, label, score in zip(cut, reviews.labels.tolist(), scores.tolist(), strict=True):
            words = network.vocabulary.decode(ids[:WORDS_SHOWN])
            predicted = VERDICTS[score > 0.5]
            rows.append(Prediction(tuple(words), VERDICTS[label], predicted, max(score, 1 - score)))
        return rows

    def _evaluate(self, network: TrainedNetwork, reviews: EncodedReviews) -> ReviewLoss:
        return measure_reviews(network, reviews, self._spec.window)


def measure_reviews(network: TrainedNetwork, reviews: EncodedReviews, window: int) -> ReviewLoss:
    """Measure a network on labelled reviews as it trains on them: of longer ones the last `window` words."""
    return measure_scores(ReviewScorer(network).score_encoded(reviews, window), reviews.labels)


def _spread(reviews: EncodedReviews, count: int = MAX_VALIDATION_REVIEWS) -> EncodedReviews:
    """Return at most `count` of the reviews, as many of each label, always the same ones."""
    if len(reviews) <= count:
        return reviews
    random = np.random.default_rng(len(reviews))
    parts = [random.permutation(np.flatnonzero(reviews.labels == label))[: count // 2] for label in (0, 1)]
    return reviews.take(np.concatenate(parts))
