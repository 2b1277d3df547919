"""Labelled reviews as numbers: what a review network trains on, in a form small enough to travel and to be kept.

25,000 reviews of 230 words are 31 MB of text and 12 MB here. Read before: `reviews`, how a review becomes words.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lstm_core.errors import DamagedRun, TextTooShort
from lstm_core.text.reviews import LabelledReviews, split_review
from lstm_core.text.symbols import RARE, Vocabulary

MAX_WORDS_KEPT = 20_000  # distinct ones; they fit two bytes each, and rarer ones are learned from too few reviews
MAX_REVIEW_WORDS = 2_500  # of one review; the longest of IMDB has 2,494
MIN_OF_EACH_LABEL = 10
_ARRAYS = ("ids", "lengths", "labels")


@dataclass(frozen=True)
class EncodedReviews:
    """Reviews one after the other: `ids` (total,) uint16, `lengths` (n,) int32, `labels` (n,) int8, 1 positive."""

    ids: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each review begins in `ids`, (n,) int64."""
        return np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)[:-1]])

    def review(self, index: int) -> np.ndarray:
        """Return the ids of one review."""
        start = int(self.starts[index])
        return self.ids[start : start + int(self.lengths[index])]

    def with_words(self, limit: int, vocabulary: Vocabulary) -> "EncodedReviews":
        """Keep only the `limit` most frequent words of their `vocabulary` apart; all others become `<rare>`."""
        if limit >= len(vocabulary) - 1:
            return self
        return EncodedReviews(np.minimum(self.ids, limit).astype(self.ids.dtype), self.lengths, self.labels)

    def take(self, chosen: np.ndarray) -> "EncodedReviews":
        """Return the reviews at these indices, in their order."""
        if not len(chosen):
            return EncodedReviews(self.ids[:0], self.lengths[:0], self.labels[:0])
        ids = np.concatenate([self.review(index) for index in chosen.tolist()])
        return EncodedReviews(ids, self.lengths[chosen], self.labels[chosen])


@dataclass(frozen=True, eq=False)
class ReviewSet:
    """Reviews to train on and, where there are any, others to test on; `name` is what a reader calls the set.

    Ids are those of `vocabulary`, the words of the training reviews by frequency; words that stand there only once,
    or are too rare for MAX_WORDS_KEPT, are `<rare>`, and so are words that only the test reviews have.
    """

    name: str
    vocabulary: Vocabulary
    training: EncodedReviews
    test: EncodedReviews | None = None

    @classmethod
    def build(cls, name: str, training: LabelledReviews, test: LabelledReviews | None = None) -> "ReviewSet":
        """Encode reviews. Raises TextTooShort when fewer than ten reviews of a label have any word."""
        words = [split_review(text)[:MAX_REVIEW_WORDS] for text in training.texts]
        counter = Counter(word for review in words for word in review)
        # A word that is seen once teaches nothing but its one review; as <rare> it teaches what to make of new words.
        # There is always a <rare>, for the words that are to come.
        repeated = sum(count > 1 for count in counter.values())
        limit = max(1, min(repeated, MAX_WORDS_KEPT, len(counter) - 1))
        vocabulary = Vocabulary.build(counter, "words", limit)  # a counter is counted as it stands
        encoded = _encode(vocabulary, words, training.labels)
        for label, what in ((1, "positive"), (0, "negative")):
            count = int((encoded.labels == label).sum())
            if count < MIN_OF_EACH_LABEL:
                raise TextTooShort(
                    f"There are {count} {what} reviews with words in them.",
                    f"A network needs at least {MIN_OF_EACH_LABEL} of each kind to learn the difference.",
                    "Take a file with more reviews.",
                )
        reviews = cls(name, vocabulary, encoded)
        tested = reviews.encode(test) if test is not None else None
        return cls(name, vocabulary, encoded, tested or None)

    def encode(self, reviews: LabelledReviews) -> EncodedReviews:
        """Return other reviews in this set's words; those without any word are left out."""
        return encode_reviews(self.vocabulary, reviews)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReviewSet) and (self.name, self.sha256) == (other.name, other.sha256)

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def sha256(self) -> str:
        """What tells this set from others: the hash of all its words and numbers."""
        digest = hashlib.sha256("\n".join(self.vocabulary.symbols).encode())
        for name, array in sorted(self.to_arrays().items()):
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()

    def to_record(self) -> dict[str, Any]:
        """Return name, words and hash as plain JSON values: what `to_arrays` does not hold."""
        return {"name": self.name, "sha256": self.sha256, "vocabulary": self.vocabulary.to_record()}

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all but name and vocabulary as arrays by name."""
        parts = {"training": self.training} | ({"test": self.test} if self.test is not None else {})
        return {f"{part}/{name}": getattr(reviews, name) for part, reviews in parts.items() for name in _ARRAYS}

    @classmethod
    def from_record(cls, record: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> "ReviewSet":
        """Rebuild what `to_record` and `to_arrays` gave.

        Raises DamagedRun when a part is not what it should be, or another than it was.
        """
        words = record.get("vocabulary")
        vocabulary = Vocabulary.from_record(words if isinstance(words, dict) else {})
        reviews = cls.from_arrays(str(record.get("name")), vocabulary, arrays)
        if reviews.sha256 != record.get("sha256") or RARE != vocabulary.symbols[-1]:
            raise DamagedRun(
                "The reviews are not the ones that the run was made with.",
                "They should be unchanged.",
                "Take a fresh download of the run, or train it again.",
            )
        return reviews

    @classmethod
    def from_arrays(cls, name: str, vocabulary: Vocabulary, arrays: Mapping[str, np.ndarray]) -> "ReviewSet":
        """Rebuild what `to_arrays` gave. Raises DamagedRun when the arrays are not what they should be."""
        training = _read_part(arrays, "training", len(vocabulary))
        test = _read_part(arrays, "test", len(vocabulary)) if "test/ids" in arrays else None
        return cls(name, vocabulary, training, test)


def encode_reviews(vocabulary: Vocabulary, reviews: LabelledReviews) -> EncodedReviews:
    """Return reviews in the words of a vocabulary that has `<rare>`; those without any word are left out."""
    words = [split_review(text)[:MAX_REVIEW_WORDS] for text in reviews.texts]
    return _encode(vocabulary, words, reviews.labels)


def limit_vocabulary(vocabulary: Vocabulary, limit: int) -> Vocabulary:
    """Return the vocabulary of `EncodedReviews.with_words`; `<rare>` stands last in both."""
    if limit >= len(vocabulary) - 1:
        return vocabulary
    counts = (*vocabulary.counts[:limit], sum(vocabulary.counts[limit:]))
    return Vocabulary((*vocabulary.symbols[:limit], RARE), counts, vocabulary.kind)


def _encode(vocabulary: Vocabulary, words: list[list[str]], labels: np.ndarray) -> EncodedReviews:
    """Encode reviews; those without any word are left out."""
    known = {symbol: index for index, symbol in enumerate(vocabulary.symbols)}
    rare = known[RARE]
    encoded, kept = [], []
    for index, review in enumerate(words):
        if review:
            encoded.append(np.array([known.get(word, rare) for word in review], np.uint16))
            kept.append(index)
    lengths = np.array([len(ids) for ids in encoded], np.int32)
    return EncodedReviews(
        np.concatenate(encoded) if encoded else np.empty(0, np.uint16), lengths, labels[kept].astype(np.int8)
    )


def _read_part(arrays: Mapping[str, np.ndarray], part: str, word_count: int) -> EncodedReviews:
    ids, lengths, labels = (arrays.get(f"{part}/{name}") for name in _ARRAYS)
    good = (
        ids is not None and lengths is not None and labels is not None
        and (ids.dtype, lengths.dtype, labels.dtype) == (np.uint16, np.int32, np.int8)
        and ids.ndim == lengths.ndim == labels.ndim == 1
        and len(lengths) == len(labels) > 0
        and bool((lengths > 0).all()) and int(lengths.sum(dtype=np.int64)) == len(ids)
        and bool(np.isin(labels, (0, 1)).all()) and int(ids.max()) < word_count
    )  # fmt: skip
    if not good:
        raise DamagedRun(
            f"The {part} reviews of this run cannot be read.",
            "Each should be a list of known words with a label.",
            "Take a fresh download of the run, or train it again.",
        )
    return EncodedReviews(ids, lengths, labels)  # type: ignore[arg-type]
