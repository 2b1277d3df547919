"""Which words decided? Asked in two ways that need not agree, and neither of which is the whole truth.

Occlusion takes each word out in turn and looks how far the score moves; integrated gradients divide the score fairly
among the words along a path on which they all appear. Both in log odds: 0.7 more doubles the odds.
"""

from dataclasses import dataclass

import numpy as np

from lstm_core.reviewing.path_integral import integrate_gradients
from lstm_core.reviewing.ranking import rank_correlation
from lstm_core.reviewing.scorer import ReviewScorer

MAX_DECIDING_WORDS = 300
_SAME, _SIMILAR = 0.8, 0.5  # rank correlations above which the two ways are said to agree, or to agree roughly
_SHOWN_WORDS = 3
_LEAST_PUSH = 0.05  # log odds; below, a word is not worth naming


@dataclass(frozen=True, eq=False)
class Decision:
    """What each of the words has added to the log odds of a review, (n,) float32: above 0 towards positive.

    `occlusion` and `gradients` (integrated) are 0 for words that the network does not know. `agreement` is the rank
    correlation of the two over the known words, -1 to 1; NaN for fewer than three. `said` tells it in a few sentences.
    The review's last 300 words are looked at; `left_out` stood before them.
    """

    words: tuple[str, ...]
    is_known: tuple[bool, ...]
    occlusion: np.ndarray
    gradients: np.ndarray
    agreement: float
    said: str
    left_out: int


def decide(scorer: ReviewScorer, text: str, max_words: int = MAX_DECIDING_WORDS) -> Decision:
    """Find which of the last `max_words` words of a text, read as a review of its own, decided its score."""
    review = scorer.read(text)
    words, is_known, ids = review.words[-max_words:], review.is_known[-max_words:], review.ids[-max_words:]
    taken_out, along_path = occlusion(scorer, ids), integrated_gradients(scorer, ids)
    known = np.array(is_known, bool)
    agreement = rank_correlation(taken_out[known], along_path[known])
    left_out = review.left_out + len(review.words) - len(words)
    said = _say(words, taken_out, along_path, agreement)
    return Decision(words, is_known, taken_out, along_path, agreement, said, left_out)


def occlusion(scorer: ReviewScorer, ids: np.ndarray) -> np.ndarray:
    """Return (n,) float32: the log odds of a review (its ids) minus the log odds with each word replaced by <rare>.

    Zeiler and Fergus 2014, section 4, there with grey patches over a picture.
    """
    pushes = np.zeros(len(ids), np.float32)
    known = np.flatnonzero(ids != scorer.rare_id)
    if not len(known):
        return pushes
    without = scorer.reader.score_replaced(ids, known, np.full(len(known), scorer.rare_id))
    pushes[known] = scorer.log_odds(ids) - without
    return pushes


def integrated_gradients(scorer: ReviewScorer, ids: np.ndarray) -> np.ndarray:
    """Return (n,) float32: each word's share in what a review's log odds are above those of as many unknown words.

    The shares add up to that difference within 1 %: see `path_integral`.
    """
    if not (ids != scorer.rare_id).any():
        return np.zeros(len(ids), np.float32)
    vectors, fill_up = scorer.network.weights["embedding"], scorer.reader.fill_up
    start, end = vectors[fill_up(np.full_like(ids, scorer.rare_id))], vectors[fill_up(ids)]
    return integrate_gradients(scorer.gradients, start, end)[-len(ids) :]


def _say(words: tuple[str, ...], taken_out: np.ndarray, along_path: np.ndarray, agreement: float) -> str:
    """Tell a decision in a few sentences. Only words that the network knows are named."""
    pushes: dict[str, float] = {}  # of each word where it pushes hardest, by the mean of both ways
    for word, push in zip(words, ((taken_out + along_path) / 2).tolist(), strict=True):
        if abs(push) >= max(_LEAST_PUSH, abs(pushes.get(word, 0))):
            pushes[word] = push
    if not pushes:
        return "No word stands out: none of them moves the score by itself."
    ranked = sorted(pushes, key=lambda word: pushes[word])
    up = [f"“{word}”" for word in reversed(ranked) if pushes[word] > 0][:_SHOWN_WORDS]
    down = [f"“{word}”" for word in ranked if pushes[word] < 0][:_SHOWN_WORDS]
    sentences = [f"Most towards positive: {', '.join(up)}."] if up else ["No word pushes towards positive."]
    sentences += [f"Most towards negative: {', '.join(down)}."] if down else ["No word pushes towards negative."]
    agreement = round(agreement, 2)  # as it is shown
    if agreement >= _SIMILAR:
        how = "agree" if agreement >= _SAME else "agree roughly"
        sentences.append(f"Both ways of asking {how} (rank correlation {agreement:.2f}).")
    elif agreement < _SIMILAR:  # it may be NaN
        sentences.append(
            f"The two ways of asking disagree (rank correlation {agreement:.2f}): here words work together, and no "
            "single number is fair to one of them."
        )
    return " ".join(sentences)
