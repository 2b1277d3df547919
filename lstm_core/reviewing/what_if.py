"""What if another word stood there? Words that are worth trying, and the review with the word replaced."""

from collections.abc import Sequence

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.text.reviews import split_review

SUGGESTED = 3  # of each kind
_FREQUENT = 3_000  # only such words are suggested: a rarer one's vector says more of a few reviews than of the word
_LEAST_PUSH = 0.1  # log odds; a word that moves the review by less hardly counts
_TRIED = 12  # words that either gradient finds promising are really read


def neighbours(scorer: ReviewScorer, word: str, n: int = SUGGESTED) -> tuple[str, ...]:
    """Return up to `n` frequent words that mean to the network nearly the same, the nearest first.

    Near is the angle between the vectors. Of a word that the network does not know: known ones that look like it.
    """
    vocabulary = scorer.network.vocabulary
    (index,) = scorer.encode([word])
    if index == scorer.rare_id:
        return vocabulary.nearest(word, n)
    vectors = scorer.network.weights["embedding"]
    frequent = vectors[: min(_FREQUENT, scorer.rare_id)]  # (F, E)
    lengths = np.sqrt((frequent**2).sum(axis=1)) * np.sqrt((vectors[index] ** 2).sum())
    nearness = np.einsum("fe,e->f", frequent, vectors[index]) / np.maximum(lengths, 1e-12)
    order = np.argsort(-nearness, kind="stable")
    return tuple(vocabulary.symbols[other] for other in order[: n + 1].tolist() if other != index)[:n]


def suggestions(scorer: ReviewScorer, words: Sequence[str], index: int) -> tuple[str, ...]:
    """Return up to six known words to put in the place of `words[index]`: its neighbours, then its opponents.

    Opponents are frequent words that would move this review furthest where the word does not: away from its verdict,
    for a word that hardly counts. Gradients point to some, as in HotFlip (Ebrahimi et al. 2018, section 3), which are
    then tried. Raises InvalidSetting when there is no such word.
    """
    _check_index(words, index)
    near = neighbours(scorer, words[index])
    ids = scorer.encode(words)[-scorer.max_words :]
    place = index - len(words) + len(ids)
    if place < 0:  # the network does not read so far back
        return near
    now = scorer.log_odds(ids)
    push = now - float(scorer.reader.score_replaced(ids, np.array([place]), np.array([scorer.rare_id]))[0])
    towards = -1 if (push if abs(push) >= _LEAST_PUSH else now) > 0 else 1
    promising = _promising_words(scorer, ids, place, towards)
    moves = (scorer.reader.score_replaced(ids, np.full(len(promising), place), promising) - now) * towards
    order = promising[np.argsort(-moves, kind="stable")][: int((moves > 0).sum())]
    opponents = scorer.network.vocabulary.decode(order)
    return (*near, *[word for word in opponents if word not in (*near, words[index])][:SUGGESTED])


def replace_word(words: Sequence[str], index: int, new: str | None) -> tuple[str, ...]:
    """Return the words with `words[index]` dropped (None) or replaced by what a visitor typed, none or several words.

    Raises InvalidSetting when there is no such word.
    """
    _check_index(words, index)
    return (*words[:index], *split_review(new or ""), *words[index + 1 :])


def _promising_words(scorer: ReviewScorer, ids: np.ndarray, place: int, towards: int) -> np.ndarray:
    """Return the ids of frequent words that gradients expect to raise (`towards` 1) or lower (-1) the log odds most.

    There are two gradients, one where the word stands and one where an unknown word would: near a strong word the
    network is so sure that the first says little. Together they find, on average, what trying 3,000 words finds.
    """
    weights, reader = scorer.network.weights, scorer.reader
    without = ids.copy()
    without[place] = scorer.rare_id
    sequences = np.stack([reader.fill_up(ids), reader.fill_up(without)], axis=1)  # (T, 2)
    length = len(sequences)
    slopes, _ = scorer.gradients.of(weights["embedding"][sequences], np.array([length, length]))
    frequent = weights["embedding"][: min(_FREQUENT, scorer.rare_id)]
    gains = np.einsum("fe,be->bf", frequent, slopes[length - len(ids) + place]) * towards  # (2, F)
    return np.unique(np.argsort(-gains, axis=1, kind="stable")[:, :_TRIED])


def _check_index(words: Sequence[str], index: int) -> None:
    if not 0 <= index < len(words):
        raise InvalidSetting(
            f"There is no word number {index + 1} to replace.",
            f"The review has {len(words)} words that are read.",
            "Choose one of them.",
        )
