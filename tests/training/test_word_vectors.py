"""Words that stand in the same company get similar vectors, without anyone saying what they mean."""

import numpy as np

from lstm_core.text.review_set import EncodedReviews
from lstm_core.training.word_vectors import REACH, SPREAD, count_neighbours, learn_word_vectors

PRAISE, BLAME = (0, 1, 2), (3, 4, 5)  # ids; each stands among companions of its own
KIND, UNKIND = (6, 7, 8, 9), (10, 11, 12, 13)


def make_reviews(count: int = 400) -> EncodedReviews:
    """Reviews of seven words: one of praise among kind ones, or one of blame among unkind ones."""
    random = np.random.default_rng(4)
    rows = []
    for index in range(count):
        words, company = ((PRAISE, KIND), (BLAME, UNKIND))[index % 2]
        rows.append([*random.choice(company, 3), random.choice(words), *random.choice(company, 3)])
    lengths = np.full(count, 7, np.int32)
    return EncodedReviews(np.concatenate(rows).astype(np.uint16), lengths, np.arange(count, dtype=np.int8) % 2)


def test_words_of_the_same_company_are_near_and_others_are_far() -> None:
    vectors = learn_word_vectors(make_reviews(), word_count=15, size=4)
    unit = vectors[:14] / np.linalg.norm(vectors[:14], axis=1, keepdims=True)
    alike = unit @ unit.T
    same = [alike[a, b] for group in (PRAISE, BLAME) for a in group for b in group if a < b]
    other = [alike[a, b] for a in PRAISE for b in BLAME]
    assert min(same) > 0.9
    assert max(other) < 0.3


def test_a_word_that_stands_nowhere_has_no_direction_and_all_together_the_spread_that_was_chosen() -> None:
    vectors = learn_word_vectors(make_reviews(), word_count=15, size=4)
    assert np.abs(vectors[14]).max() < 1e-6
    assert np.isclose(vectors.std(), SPREAD, rtol=1e-3)


def test_neighbours_are_counted_as_one_would_count_them_by_hand() -> None:
    random = np.random.default_rng(1)
    lengths = np.array([1, 9, 4], np.int32)
    ids = random.integers(0, 6, lengths.sum()).astype(np.uint16)
    expected = np.zeros((6, 4))
    start = 0
    for length in lengths:
        review = ids[start : start + length]
        start += length
        for place, word in enumerate(review):
            for other in range(max(0, place - REACH), min(length, place + REACH + 1)):
                if other != place and review[other] < 4:
                    expected[word, review[other]] += 1 / abs(other - place)
    found = count_neighbours(EncodedReviews(ids, lengths, np.array([0, 1, 0], np.int8)), 6, 4)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
