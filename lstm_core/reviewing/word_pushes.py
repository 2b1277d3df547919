"""Which words push a network's verdicts, and which way? Their integrated gradients, over many reviews together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lstm_core.network.review_network import pad_reviews
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.fast_gradients import WordGradients
from lstm_core.reviewing.path_integral import integrate_gradients, integrate_roughly
from lstm_core.text.review_set import EncodedReviews

MAX_PUSHING_REVIEWS = 400
MAX_PUSHING_WORDS = 200  # of a review, its last
MIN_PUSHING_REVIEWS = 5  # in which a word must stand, and at least
MIN_PUSHING_SHARE = 0.01  # of the reviews
SHOWN_EACH_WAY = 20
_AT_ONCE = 8  # reviews


@dataclass(frozen=True)
class WordPush:
    """A word's mean push, in log odds for each time it stands there: above 0 towards positive.

    It stands in `reviews_with_it` of the reviews that were looked at; in `reviews_up` of them it pushed to positive.
    """

    word: str
    mean_push: float
    reviews_with_it: int
    reviews_up: int


def word_pushes(
    network: TrainedNetwork,
    reviews: EncodedReviews,
    max_reviews: int = MAX_PUSHING_REVIEWS,
    min_count: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[WordPush, ...]:
    """Return the words that push hardest, up to 20 each way, from the most positive to the most negative.

    Looks at up to `max_reviews`, spread evenly, and at words that stand in `min_count` of them or more (None: in five,
    or one of a hundred if that is more). `reviews` have the ids of the network's vocabulary. `progress` is told now and
    then which share, up to 1, is done. Raises InvalidSetting for a network that writes.
    """
    shape, rare = network.review_shape, len(network.vocabulary) - 1
    chosen = np.unique(np.linspace(0, len(reviews) - 1, min(max_reviews, len(reviews))).astype(np.int64))
    limit = min(MAX_PUSHING_WORDS, shape.window) if shape.padding == "before" else MAX_PUSHING_WORDS
    texts = [reviews.review(index)[-limit:].astype(np.int64) for index in chosen.tolist()]
    sums, counts, stands_in, up_in = np.zeros((4, rare + 1))
    for done, ids, shares in _iter_shares(network, texts, rare):
        words, inverse = np.unique(ids, return_inverse=True)
        in_review = np.bincount(inverse, shares)
        sums[words] += in_review
        counts[words] += np.bincount(inverse)
        stands_in[words] += 1
        up_in[words] += in_review > 0
        if progress is not None:
            progress(done / len(texts))
    least = min_count if min_count is not None else max(MIN_PUSHING_REVIEWS, int(MIN_PUSHING_SHARE * len(texts)))
    symbols = network.vocabulary.symbols
    pushes = [
        WordPush(symbols[word], float(sums[word] / counts[word]), int(stands_in[word]), int(up_in[word]))
        for word in np.flatnonzero(stands_in[:rare] >= max(1, least)).tolist()
    ]
    pushes.sort(key=lambda push: -push.mean_push)
    up, down = [push for push in pushes if push.mean_push > 0], [push for push in pushes if push.mean_push < 0]
    return (*up[:SHOWN_EACH_WAY], *down[-SHOWN_EACH_WAY:])


def _iter_shares(
    network: TrainedNetwork, texts: list[np.ndarray], rare: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield for each review how many are done with it, its ids (n,) and their integrated gradients (n,)."""
    shape, vectors = network.review_shape, network.weights["embedding"]
    gradients = WordGradients(shape, network.weights)
    done = 0
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))  # those of similar length go together
    for first in range(0, len(order), _AT_ONCE):
        batch = [texts[index] for index in order[first : first + _AT_ONCE]]
        ids, lengths = pad_reviews(shape, batch)
        unknown, _ = pad_reviews(shape, [np.full_like(text, rare) for text in batch])
        start, end = vectors[unknown.T], vectors[ids.T]  # (T, B, E)
        shares, is_close = integrate_roughly(gradients, start, end, lengths)
        for row, (text, length) in enumerate(zip(batch, lengths.tolist(), strict=True)):
            one = (
                shares[row] if is_close[row] else integrate_gradients(gradients, start[:length, row], end[:length, row])
            )
            done += 1
            yield done, text, one[length - len(text) : length]
