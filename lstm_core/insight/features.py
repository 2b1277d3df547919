"""What might a unit follow? Things that can be told of each symbol of a text, each as one number.

A table, so that a new question is one more line: a name, words for it, for which kinds of symbols it can be asked, and
the function that answers it. Functions take the symbols of a text and return (T,) float64. Next: `find_unit`.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidSetting
from lstm_core.insight.reading import REVIEWS, ReadText
from lstm_core.text.symbols import join_symbols

CHARACTERS, WORDS = "characters", "words"
MAX_DISTANCE = 60  # symbols; what counts up stops here, so that a page without a line break does not drown all else
NEGATION_REACH = 3  # words after a negation that it may turn round
SENTENCE_ENDS = frozenset(".!?…。！？؟।")
QUOTES = {"“": "”", "„": "“”", "«": "»", "»": "«", '"': '"', "「": "」"}  # what opens, and what may close it
MARKED = "marked"

POSITIVE_WORDS = frozenset(
    "amazing awesome beautiful beautifully best brilliant charming classic delight delightful enjoy enjoyable "
    "enjoyed entertaining excellent fabulous fantastic fascinating favorite favourite fine flawless fresh fun "
    "funniest funny gem good gorgeous great greatest happy hilarious impressive incredible interesting love loved "
    "lovely loves magnificent masterpiece memorable moving nice outstanding perfect perfectly pleasant powerful "
    "recommend recommended refreshing remarkable satisfying solid spectacular strong stunning subtle superb "
    "surprisingly sweet terrific touching unforgettable warm well wonderful wonderfully worth worthwhile".split()
)
NEGATIVE_WORDS = frozenset(
    "absurd annoying appalling avoid awful awfully bad badly bland bored boring cheap clumsy crap dire disappointed "
    "disappointing disappointment disaster disgusting dreadful dull dumb embarrassing fail failed fails failure "
    "fake flat forgettable garbage hate hated horrible horribly horrid incoherent inept insult joke lack lacks lame "
    "laughable lazy lousy mediocre mess miserable nonsense offensive overrated painful pathetic plodding pointless "
    "poor poorly predictable pretentious redeeming ridiculous rubbish shallow silly slow stale stupid tedious "
    "terrible terribly tired tiresome trash ugly unbearable unconvincing unfortunately unfunny uninteresting "
    "unwatchable useless waste wasted weak wooden worse worst".split()
)
NEGATIONS = frozenset("not no never nothing nobody none neither nor hardly without cannot barely".split())
_VOWELS = frozenset("aeiouаеиоуыэюяіαεηιουω")  # of the Latin, Cyrillic and Greek letters, without accents
# A line that names who speaks: a short one with a colon at its end, or one all in capitals.
_SPEAKER = re.compile(r"(?:[^\W\d_][^,;:!?\n]{0,29}:|(?=[^a-zà-ÿ\n]{3,40}$)[^\W\d_][^,;!?\n]*[.:])[ \t]*")


@dataclass(frozen=True)
class Feature:
    """Something that a unit may follow; `kinds` of symbols for which it can be asked."""

    name: str
    label: str
    help: str
    kinds: tuple[str, ...]
    measure: Callable[[Sequence[str]], np.ndarray]


def inside_quotes(symbols: Sequence[str]) -> np.ndarray:
    """1 from an opening double quotation mark to its end, these included; what is not closed in 1,000 is no quote."""
    inside = np.zeros(len(symbols))
    opened, closers = -1, ""
    for place, symbol in enumerate(symbols):
        if opened >= 0 and symbol in closers:
            if place - opened <= 1_000:
                inside[opened : place + 1] = 1
            opened = -1
        elif opened < 0 and symbol in QUOTES:
            opened, closers = place, QUOTES[symbol]
    return inside


def since(symbols: Sequence[str], is_start: Callable[[str], bool]) -> np.ndarray:
    """Count the symbols since the last one that is a start (0 there, and at the beginning), up to 60."""
    counts = np.empty(len(symbols))
    count = 0
    for place, symbol in enumerate(symbols):
        count = 0 if is_start(symbol) else count + (place > 0)
        counts[place] = min(count, MAX_DISTANCE)
    return counts


def each(symbols: Sequence[str], holds: Callable[[str], bool]) -> np.ndarray:
    """1 where a symbol has the property, 0 elsewhere."""
    return np.array([float(holds(symbol)) for symbol in symbols])


def after_negation(words: Sequence[str]) -> np.ndarray:
    """1 at the three words after a negation (not, never, don't …)."""
    is_negation = each(words, lambda word: word in NEGATIONS or word.endswith("n't"))
    after = np.zeros(len(words))
    for place in np.flatnonzero(is_negation):
        after[place + 1 : place + 1 + NEGATION_REACH] = 1
    return after


def speaker_names(symbols: Sequence[str]) -> np.ndarray:
    """1 on the lines that name who speaks, up to their colon or full stop."""
    named = np.zeros(len(symbols))
    start, is_free = 0, True  # a name stands at the beginning, or after an empty line or a heading in capitals
    for line in join_symbols(symbols, CHARACTERS).split("\n"):
        is_name = is_free and _SPEAKER.fullmatch(line) is not None
        if is_name:
            named[start : start + len(line)] = 1
        is_free = not line.strip() or (is_free and not is_name and line.split()[0].isupper())
        start += len(line) + 1
    return named


def speaker_words(words: Sequence[str]) -> np.ndarray:
    """1 at up to three words with capitals that stand right before a colon."""
    named = np.zeros(len(words))
    for place in [place for place, word in enumerate(words) if word == ":"]:
        first = place
        while first > max(0, place - 3) and words[first - 1][:1].isupper():
            first -= 1
        named[first:place] = 1
    return named


def is_vowel(character: str) -> bool:
    """Whether a character is a vowel, whatever its case and accent."""
    lower = character.lower()
    return lower != "й" and unicodedata.normalize("NFD", lower)[:1] in _VOWELS  # taken apart, й would begin with и


def is_sentence_end(symbol: str) -> bool:
    """Whether a symbol ends a sentence."""
    return symbol in SENTENCE_ENDS


def _has_digit(symbol: str) -> bool:
    return any(character.isdigit() for character in symbol)


_QUOTES_HELP = "1 between double quotation marks, 0 outside: Karpathy’s famous unit of 2015 follows it."
_ALL = (
    Feature("quotes", "Inside quotes", _QUOTES_HELP, (CHARACTERS, WORDS), inside_quotes),
    Feature(
        "line_position",
        "Position in the line",
        "How many characters since the last line break.",
        (CHARACTERS,),
        lambda symbols: since(symbols, "\n".__eq__),
    ),
    Feature(
        "word_position",
        "Since the last space",
        "How many characters since the last space or line break.",
        (CHARACTERS,),
        lambda symbols: since(symbols, str.isspace),
    ),
    Feature(
        "capitals",
        "Capitals",
        "1 at capital letters, or words that begin with one.",
        (CHARACTERS, WORDS),
        lambda symbols: each(symbols, lambda symbol: symbol[:1].isupper()),
    ),
    Feature("vowels", "Vowels", "1 at vowels.", (CHARACTERS,), lambda symbols: each(symbols, is_vowel)),
    Feature(
        "digits", "Digits", "1 at digits.", (CHARACTERS, WORDS, REVIEWS), lambda symbols: each(symbols, _has_digit)
    ),
    Feature(
        "sentence_end",
        "End of a sentence",
        "1 at full stops, question and exclamation marks.",
        (CHARACTERS, WORDS),
        lambda symbols: each(symbols, is_sentence_end),
    ),
    Feature(
        "sentence_position",
        "Position in the sentence",
        "How many words and marks since the last sentence ended.",
        (WORDS,),
        lambda symbols: since(symbols, is_sentence_end),
    ),
    Feature("speaker", "Speaker names", "1 on a line that names who speaks.", (CHARACTERS,), speaker_names),
    Feature("speaker_words", "Speaker names", "1 at names before a colon.", (WORDS,), speaker_words),
    Feature(
        "positive",
        "Positive words",
        f"1 at {len(POSITIVE_WORDS)} words of praise.",
        (REVIEWS,),
        lambda symbols: each(symbols, POSITIVE_WORDS.__contains__),
    ),
    Feature(
        "negative",
        "Negative words",
        f"1 at {len(NEGATIVE_WORDS)} words of blame.",
        (REVIEWS,),
        lambda symbols: each(symbols, NEGATIVE_WORDS.__contains__),
    ),
    Feature(
        "negation",
        "After a negation",
        f"1 at the {NEGATION_REACH} words after not, never, don’t and their like.",
        (REVIEWS,),
        after_negation,
    ),
)
FEATURES = {feature.name: feature for feature in _ALL}


def features_for(kind: str) -> tuple[Feature, ...]:
    """Return the features that can be asked for symbols of this kind, in the order of the table."""
    return tuple(feature for feature in _ALL if kind in feature.kinds)


def measure_feature(name: str, read: ReadText) -> np.ndarray:
    """Return a feature of each symbol of a text, (T,) float64; "marked" is 1 at what somebody has marked.

    Raises InvalidSetting for a feature that cannot be asked for symbols of this kind.
    """
    if name == MARKED:
        return read.is_marked.astype(np.float64)
    known = {feature.name: feature for feature in features_for(read.kind)}
    if name not in known:
        raise InvalidSetting(
            f"“{name}” cannot be looked for in {read.kind}.", f"There is {', '.join(known)}.", "Choose one of them."
        )
    return known[name].measure(read.symbols)
