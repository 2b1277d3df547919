"""Word vectors from which words stand near which, before any training: a better start than random numbers.

Positive pointwise mutual information of words and their neighbours, made short by singular values (Levy and Goldberg
2014, “Neural word embedding as implicit matrix factorization”). No label is looked at. The reviews that follow then
need only say which directions are praise: words that stand there seldom are near others that stand there often.
"""

import numpy as np

from lstm_core.text.review_set import EncodedReviews

REACH = 5  # words to either side; a neighbour d words away counts 1/d, as in GloVe (Pennington et al. 2014)
MAX_CONTEXTS = 4_000  # only the most frequent words count as neighbours: 250 MB of numbers for 16,000 words
SMOOTHING = 0.75  # of the neighbours' frequencies, so that rare ones count for less (Levy, Goldberg and Dagan 2015)
SPREAD = 0.1  # standard deviation of the numbers: three times that of a fresh embedding, to show at once
_SPARE, _ROUNDS = 20, 3  # Halko et al. 2011: dimensions too many, and power iterations, for exact leading directions


def learn_word_vectors(reviews: EncodedReviews, word_count: int, size: int) -> np.ndarray:
    """Return a vector for each word, (word_count, size) float32; `reviews` hold ids below `word_count`.

    A word that stands nowhere gets zeros. The same reviews give the same vectors.
    """
    counts = count_neighbours(reviews, word_count, min(MAX_CONTEXTS, word_count))
    information = _positive_information(counts)
    random = np.random.default_rng(0)
    width = min(size + _SPARE, *information.shape)
    basis = random.normal(size=(information.shape[1], width)).astype(np.float32)
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(information.T @ (information @ basis))
    left, strengths, _ = np.linalg.svd(information @ basis, full_matrices=False)
    vectors = np.zeros((word_count, size), np.float32)
    kept = min(size, width)
    vectors[:, :kept] = left[:, :kept] * np.sqrt(strengths[:kept])
    return vectors * np.float32(SPREAD / max(float(vectors.std()), 1e-12))


def count_neighbours(reviews: EncodedReviews, word_count: int, contexts: int) -> np.ndarray:
    """Count how often each word has each of the first `contexts` words near it, weighted: (word_count, contexts)."""
    ids = reviews.ids.astype(np.int64)
    review_of = np.repeat(np.arange(len(reviews)), reviews.lengths)
    counts = np.zeros(word_count * contexts, np.float32)
    for distance in range(1, REACH + 1):
        together = review_of[:-distance] == review_of[distance:]
        first, second = ids[:-distance][together], ids[distance:][together]
        for word, neighbour in ((first, second), (second, first)):
            is_context = neighbour < contexts
            places, times = np.unique(word[is_context] * contexts + neighbour[is_context], return_counts=True)
            counts[places] += times.astype(np.float32) / distance
    return counts.reshape(word_count, contexts)


def _positive_information(counts: np.ndarray) -> np.ndarray:
    """Turn counts into max(0, ln p(neighbour | word) / p(neighbour)), in place."""
    per_word = np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
    frequencies = counts.sum(axis=0, keepdims=True) ** SMOOTHING
    frequencies = np.maximum(frequencies / max(float(frequencies.sum()), 1e-9), 1e-12)
    counts /= per_word
    counts /= frequencies
    np.maximum(counts, 1.0, out=counts)
    return np.log(counts, out=counts)
