"""How positive is a review, in a number and in words, and when is there nothing to say?

A review comes from a visitor's keyboard: it may be empty, endless, in another language or no language at all.
Next: `read_along` and `deciding`, which ask the same scorer how it came to its score.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import DamagedRun
from lstm_core.network.review_network import sigmoid
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.fast_gradients import WordGradients
from lstm_core.reviewing.fast_reader import FastReader
from lstm_core.text.review_set import EncodedReviews
from lstm_core.text.reviews import split_review
from lstm_core.text.symbols import RARE

MAX_SCORED_WORDS = 2_000  # of one review; of a longer one the last are read, as in training
# Of a longer text only the end is split into words. 2,000 English words are 11,000 characters; the worst that can be
# typed into 20,000 (thousands of entities that stand for accents) takes split_review 70 ms.
MAX_SPLIT_CHARACTERS = 20_000

# Measured with vocabularies of 998 to 20,000 words on 5,000 of IMDB’s test reviews, of which these rules refuse at most
# 0.14 %. Of pieces of ten words they refuse 99.9 % of Goethe’s Faust and 98 % of the Quijote: a vocabulary of English
# film reviews knows some Spanish. Of five words: 94 and 69 %.
FEWEST_KNOWN = 0.5  # share of the words; of two words one is enough
FEWEST_KNOWN_OF_USUAL = 0.66  # in longer texts chance is smaller: share of the share that is known in training reviews
_LONG_ENOUGH = 10  # words for that
_WORDS_AT_ONCE = 60_000  # words of reviews that are scored side by side: 256 reviews of 230 words

UNKNOWN = "unknown"
NO_WORDS = "There are no words"
CONFIDENCES = ((0.1, "I can’t tell"), (0.3, "slightly {}"), (0.45, "{}"), (0.5, "very {}"))  # up to this far from 0.5


@dataclass(frozen=True, eq=False)
class ReadReview:
    """A review as the network reads it: its words and their `ids` (n,) int64, `<rare>` where a word is not known.

    `left_out` words stood before these and were not read.
    """

    words: tuple[str, ...]
    ids: np.ndarray
    is_known: tuple[bool, ...]
    left_out: int


@dataclass(frozen=True)
class Verdict:
    """What the network says of a review: `score` from 0, negative, to 1, positive.

    `label` is "negative" or "positive", the likelier one however close it is, or "unknown" when too few of its `words`
    are known (`known_share`, 0 to 1). `confidence` says in words how sure it is. `unknown_words` are what the visitor
    typed, each once, in order.
    """

    score: float
    label: str
    confidence: str
    known_share: float
    unknown_words: tuple[str, ...]
    words: int
    left_out: int


class ReviewScorer:
    """Scores reviews with one network; holds nothing of any review, so that many visitors and threads may share it."""

    def __init__(self, network: TrainedNetwork) -> None:
        """Arrange the weights. Raises InvalidSetting for a network that writes, DamagedRun for one without <rare>."""
        self.network = network
        self.shape = network.review_shape
        self.reader = FastReader(self.shape, network.weights)
        self.gradients = WordGradients(self.shape, network.weights)
        self.max_words = MAX_SCORED_WORDS if self.shape.padding == "ignored" else self.shape.window
        vocabulary = network.vocabulary
        if len(vocabulary) < 2 or vocabulary.symbols[-1] != RARE:
            raise DamagedRun(
                "The network's list of words has no words, or no place for words that it does not know.",
                f"It should have some, and end with {RARE}.",
                "Take a fresh download of the run, or train it again.",
            )
        self.rare_id = len(vocabulary) - 1
        self.fewest_known = FEWEST_KNOWN_OF_USUAL * (1 - vocabulary.counts[-1] / sum(vocabulary.counts))
        self._ids = {word: index for index, word in enumerate(vocabulary.symbols[:-1])}

    def read(self, text: str) -> ReadReview:
        """Split a text of any length into the words that the network reads, the last ones of a long one.

        Beyond the last 20,000 characters `left_out` counts what white space parts, which is nearly the same.
        """
        beginning, end = _part(text)
        words = split_review(end)
        kept = words[-self.max_words :]
        ids = self.encode(kept)
        left_out = len(beginning.split()) + len(words) - len(kept)
        return ReadReview(tuple(kept), ids, tuple((ids != self.rare_id).tolist()), left_out)

    def encode(self, words: Sequence[str]) -> np.ndarray:
        """Return the ids (n,) int64 of words as `split_review` gives them, `<rare>` for those that are not known."""
        return np.array([self._ids.get(word, self.rare_id) for word in words], np.int64)

    def judge(self, text: str) -> Verdict:
        """Say how positive a text is, however long and whatever it may be."""
        review = self.read(text)
        count, known = len(review.words), sum(review.is_known)
        score = self.score(review.ids)
        is_understood = known > 0 and known >= self._fewest_known_of(count) * count
        label = ("positive" if score > 0.5 else "negative") if is_understood else UNKNOWN
        confidence = word_confidence(score, label) if count else NO_WORDS
        each = zip(review.words, review.is_known, strict=True)
        unknown = tuple(dict.fromkeys(word for word, is_known in each if not is_known))
        return Verdict(score, label, confidence, known / max(1, count), unknown, count, review.left_out)

    def log_odds(self, ids: np.ndarray) -> float:
        """Return the log odds that a review (its ids) is positive: 0 for undecided, and for no words at all.

        Of more than `max_words` the last are read.
        """
        return self.reader.score(ids[-self.max_words :])

    def score(self, ids: np.ndarray) -> float:
        """Return how positive a review (its ids) is, from 0 to 1; 0.5 for no words at all."""
        return float(sigmoid(np.array(self.log_odds(ids))))

    def score_many(self, texts: Sequence[str], progress: Callable[[float], None] | None = None) -> np.ndarray:
        """Return the score of each text, (n,) float32 from 0 to 1, 0.5 where there are no words.

        `progress` is told now and then which share, up to 1, is done.
        """
        return self._score_all([self.read(text).ids for text in texts], progress)

    def score_encoded(
        self,
        reviews: EncodedReviews,
        max_words: int = MAX_SCORED_WORDS,
        progress: Callable[[float], None] | None = None,
    ) -> np.ndarray:
        """Return the scores (n,) float32 that `evaluate_reviews` gives, many times as fast while a run trains.

        `reviews` have the ids of the network's vocabulary; of longer ones the last `max_words` are read.
        """
        limit = min(max_words, self.max_words)
        return self._score_all([reviews.review(index)[-limit:] for index in range(len(reviews))], progress)

    def _score_all(self, reviews: list[np.ndarray], progress: Callable[[float], None] | None) -> np.ndarray:
        scores = np.full(len(reviews), 0.5, np.float32)
        total = sum(len(ids) for ids in reviews)
        done = 0
        for rows in self._iter_batches(reviews):
            batch = [reviews[row] for row in rows]
            scores[rows] = sigmoid(self.reader.score_many(batch))
            done += sum(len(ids) for ids in batch)
            if progress is not None:
                progress(done / total)
        return scores

    def _iter_batches(self, reviews: list[np.ndarray]) -> Iterator[list[int]]:
        """Yield the rows of reviews that go together, similarly long ones; those without words in none."""
        order = sorted((row for row, ids in enumerate(reviews) if len(ids)), key=lambda row: len(reviews[row]))
        while order:
            longest = self.max_words if self.shape.padding == "before" else len(reviews[order[-1]])
            size = min(256, max(8, _WORDS_AT_ONCE // longest))
            yield order[-size:]
            del order[-size:]

    def _fewest_known_of(self, count: int) -> float:
        """Return the share of `count` words that must be known for a verdict."""
        return max(FEWEST_KNOWN, self.fewest_known) if count >= _LONG_ENOUGH else FEWEST_KNOWN


def word_confidence(score: float, label: str) -> str:
    """Say in words how sure a score (0..1) is. `label` as in Verdict."""
    if label == UNKNOWN:
        return "I don’t know these words"
    for distance, words in CONFIDENCES:
        if abs(score - 0.5) < distance:
            return words.format(label)
    return CONFIDENCES[-1][1].format(label)


def _part(text: str) -> tuple[str, str]:
    """Part a text into what is not read because of its length, mostly nothing, and the rest, which begins a word."""
    start = len(text) - MAX_SPLIT_CHARACTERS
    if start <= 0:
        return "", text
    end = text[start:]
    if not text[start - 1].isspace() and not end[0].isspace():  # in the midst of a word: it goes to the beginning
        end = end.split(maxsplit=1)[-1]
    return text[: len(text) - len(end)], end
