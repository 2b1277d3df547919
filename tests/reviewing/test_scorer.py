"""A scorer has a verdict on every review that it understands, and a calm answer to anything else."""

import csv
import gzip
import itertools
import time
from pathlib import Path

import numpy as np
import pytest

from lstm_core.errors import DamagedRun, InvalidSetting
from lstm_core.network.review_network import evaluate_reviews, score_ids, sigmoid
from lstm_core.network.shape import NetworkShape
from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.scorer import MAX_SCORED_WORDS, MAX_SPLIT_CHARACTERS, NO_WORDS, ReviewScorer, word_confidence
from lstm_core.text.reviews import split_review
from lstm_core.text.symbols import RARE, Vocabulary
from tests.reviewing.some_networks import (
    PADDINGS,
    REVIEW,
    WINDOW,
    WORDS,
    build_large_scorer,
    build_network,
    build_scorer,
    build_shape,
    draw_encoded_reviews,
    draw_large_weights,
)

MILLION = 1_000_000
# What a stranger may paste, and how much of it a scorer might read.
UNRULY = {
    "nothing": "",
    "white space": " \n\t\u2003" * 100,
    "emoji": "👍🏽❤️ 👎" * 1000,
    "right to left": "فيلم رائع جدا " * 1000,
    "markup": "<script>alert('film')</script> **good** $x$ ![](http://x)" * 100,
    "a million letters": "x" * MILLION,
    "a million characters of words": "good film " * (MILLION // 10),
    "a million one-letter words": "a b " * (MILLION // 4),
    "a million letters with an accent": "é " * (MILLION // 2),
    "a million entities": "&lt;" * (MILLION // 4),
    "a million characters of tags": "<b " * (MILLION // 3),
    "a million accents on one letter": "a" + "\u0316\u0301" * (MILLION // 2),
    "a million accents, one out of order": "a" + "\u0301" * MILLION + "\u0316",
    "a million accents as entities": "a" + "&#790;&#769;" * (MILLION // 12),
    "a million line breaks": "\n" * MILLION,
    "a million of all characters": "".join(map(chr, range(1, 0xD800))) * 18,
    "null characters": "good\0film\0" * 100,
    "half characters": "good \ud800 film",  # a surrogate without its other half
}


@pytest.mark.parametrize("padding", PADDINGS)
def test_a_score_is_the_plain_networks(padding: str) -> None:
    scorer = build_scorer(padding=padding)
    ids = scorer.read(REVIEW).ids
    expected = score_ids(scorer.shape, scorer.network.weights, [ids])
    assert scorer.log_odds(ids) == pytest.approx(expected[0], abs=1e-5)
    assert scorer.score(ids) == scorer.judge(REVIEW).score == pytest.approx(sigmoid(expected)[0], abs=1e-6)


@pytest.mark.parametrize("padding", PADDINGS)
def test_many_texts_have_the_scores_that_each_has_alone(padding: str) -> None:
    scorer = build_scorer(padding=padding)
    texts = ["good", "", "film " * 300, REVIEW, "👍", "not bad", *(f"bad {'film ' * n}" for n in range(40))]
    shares: list[float] = []
    found = scorer.score_many(texts, shares.append)
    np.testing.assert_allclose(found, [scorer.judge(text).score for text in texts], atol=1e-6)
    assert found.dtype == np.float32
    assert found[1] == found[4] == 0.5
    assert shares == sorted(shares) and shares[-1] == 1


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("max_words", [4, 1_000])
def test_encoded_reviews_have_the_scores_that_evaluation_gives(padding: str, max_words: int) -> None:
    scorer, reviews = build_scorer(padding=padding), draw_encoded_reviews(40)
    shares: list[float] = []
    found = scorer.score_encoded(reviews, max_words, shares.append)
    expected = evaluate_reviews(scorer.shape, scorer.network.weights, reviews, max_words).scores
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert shares[-1] == 1


def test_scoring_no_texts_gives_no_scores() -> None:
    assert build_scorer().score_many([]).shape == (0,)


def test_a_review_is_read_as_the_words_that_networks_read() -> None:
    review = build_scorer().read("The FILM wasn’t <br/>bad, xyzzy!")
    assert review.words == ("the", "film", "wasn't", "bad", "xyzzy")
    assert review.is_known == (True, True, False, True, False)
    assert review.ids.tolist() == [WORDS.index("the"), WORDS.index("film"), len(WORDS), WORDS.index("bad"), len(WORDS)]
    assert review.left_out == 0


def test_a_network_with_padding_reads_the_last_words_of_its_window() -> None:
    review = build_scorer(padding="before").read("bad " * 50 + "good " * WINDOW)
    assert review.words == ("good",) * WINDOW
    assert review.left_out == 50


def test_of_an_endless_review_the_last_words_are_read_and_the_others_counted() -> None:
    review = build_scorer().read("bad " * 500_000 + "good " * MAX_SCORED_WORDS)
    assert review.words == ("good",) * MAX_SCORED_WORDS
    assert review.left_out == 500_000


@pytest.mark.parametrize("extra", range(6))
def test_a_long_text_is_not_cut_in_the_midst_of_a_word(extra: int) -> None:
    text = "superb " * (MAX_SPLIT_CHARACTERS // 7 + 2) + "x" * extra
    review = build_scorer().read(text)
    assert set(review.words) <= {"superb", "x" * extra}
    assert len(review.words) + review.left_out == len(split_review(text))


@pytest.mark.parametrize("name", UNRULY)
def test_nothing_that_can_be_pasted_breaks_a_scorer_or_takes_long(name: str) -> None:
    scorer = build_large_scorer_once()
    before = time.process_time()
    verdict = scorer.judge(UNRULY[name])
    # Of this process, not of the busy machine. It is under 0.1 s where it was measured; without limits, up to a minute.
    assert time.process_time() - before < 0.5
    assert 0 <= verdict.score <= 1
    assert verdict.label == "unknown"  # the network knows w0, w1 and so on
    assert verdict.words <= MAX_SCORED_WORDS


def test_a_review_of_200_words_is_judged_as_one_types() -> None:
    scorer = build_large_scorer_once()
    review = " ".join(f"w{number}" for number in range(200))
    scorer.judge(review)
    before = time.process_time()
    for _ in range(5):
        scorer.judge(review)
    assert (time.process_time() - before) / 5 < 0.05  # measured: 0.005 s


def build_large_scorer_once(cache: list[ReviewScorer] = []) -> ReviewScorer:  # noqa: B006  # kept on purpose
    if not cache:
        cache.append(build_large_scorer())
    return cache[0]


@pytest.mark.parametrize(
    ("text", "is_understood"),
    [
        ("superb", True),
        ("superb xyzzy", True),  # one of two is enough
        ("superb xyzzy plugh", False),
        ("xyzzy", False),
        ("", False),
        ("good bad great dull superb film plot aa bb cc dd", True),  # 7 of 11
        ("good bad great dull superb film aa bb cc dd ee", False),  # 6 of 11, where 9 of 10 are usual
        ("good bad great dull superb aa bb cc dd", True),  # 5 of 9: in a short text it may be chance
    ],
)
def test_there_is_no_verdict_on_words_that_are_not_known(text: str, is_understood: bool) -> None:
    verdict = build_scorer().judge(text)
    assert (verdict.label in ("negative", "positive")) == is_understood
    assert (verdict.label == "unknown") != is_understood
    if not is_understood:
        assert verdict.confidence == ("I don’t know these words" if text else NO_WORDS)


def test_a_small_vocabulary_is_content_with_fewer_known_words() -> None:
    shape = build_shape()
    vocabulary = Vocabulary(
        (*WORDS, RARE), (*[10] * len(WORDS), 90), "words"
    )  # 70 % of the words in training are known
    scorer = ReviewScorer(TrainedNetwork(shape, build_network(shape).weights, vocabulary, 0, "test"))
    assert scorer.judge("good bad great dull superb film aa bb cc dd ee").label != "unknown"


def test_unknown_words_are_named_once_in_order() -> None:
    verdict = build_scorer().judge("good xyzzy film plugh good xyzzy film")
    assert verdict.unknown_words == ("xyzzy", "plugh")
    assert verdict.known_share == pytest.approx(4 / 7)
    assert verdict.words == 7


def test_the_label_is_the_side_on_which_the_score_lies() -> None:
    scorer = build_scorer()
    verdicts = [scorer.judge(f"{first} {second}") for first in WORDS for second in WORDS]
    assert {verdict.label for verdict in verdicts} == {"negative", "positive"}
    assert all((verdict.label == "positive") == (verdict.score > 0.5) for verdict in verdicts)


@pytest.mark.parametrize(
    ("score", "label", "confidence"),
    [
        (0.5, "negative", "I can’t tell"),
        (0.59, "positive", "I can’t tell"),
        (0.61, "positive", "slightly positive"),
        (0.39, "negative", "slightly negative"),
        (0.85, "positive", "positive"),
        (0.1, "negative", "negative"),
        (0.96, "positive", "very positive"),
        (0.0, "negative", "very negative"),
        (1.0, "positive", "very positive"),
        (0.99, "unknown", "I don’t know these words"),
    ],
)
def test_confidence_is_told_in_words(score: float, label: str, confidence: str) -> None:
    assert word_confidence(score, label) == confidence


def read_imdb(test_data: Path, part: str, count: int) -> list[str]:
    with gzip.open(test_data / f"imdb_{part}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row["text"] for row in itertools.islice(csv.DictReader(file), 0, None, 25_000 // count)]


@pytest.mark.parametrize("limit", [998, 5_000, 16_000])
def test_real_reviews_get_a_verdict_and_other_languages_do_not(limit: int, test_data: Path) -> None:
    words = (word for text in read_imdb(test_data, "train", 5_000) for word in split_review(text))
    vocabulary = Vocabulary.build(words, "words", limit)
    shape = build_shape(direction="forward", pooling="last", embedding=1, units=1, word_count=len(vocabulary))
    scorer = ReviewScorer(TrainedNetwork(shape, draw_large_weights(shape), vocabulary, 0, "test"))
    faust = split_review((test_data / "faust_de.txt").read_text(encoding="utf-8"))[2_000:22_000]
    german = [" ".join(faust[start : start + 10]) for start in range(0, 20_000, 10)]

    def refused(texts: list[str]) -> float:
        return float(np.mean([scorer.judge(text).label == "unknown" for text in texts]))

    assert refused(read_imdb(test_data, "test", 1_000)) < 0.005
    assert refused(german) > 0.99


def test_a_network_that_writes_is_refused() -> None:
    shape = NetworkShape(len(WORDS) + 1, "one-hot", 1, 1, 3, "every", 5)
    with pytest.raises(InvalidSetting, match="cannot judge reviews"):
        ReviewScorer(TrainedNetwork(shape, {}, Vocabulary((*WORDS, RARE), (2,) * (len(WORDS) + 1), "words"), 0, "test"))


@pytest.mark.parametrize("symbols", [(RARE,), ("good", "bad")])
def test_a_network_without_known_words_or_without_a_place_for_unknown_ones_is_refused(symbols: tuple[str, ...]) -> None:
    network = build_network(build_shape())
    vocabulary = Vocabulary(symbols, (2,) * len(symbols), "words")
    with pytest.raises(DamagedRun, match=RARE):
        ReviewScorer(TrainedNetwork(network.shape, network.weights, vocabulary, 0, "test"))
