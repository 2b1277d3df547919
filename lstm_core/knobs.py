"""Every setting once: name, default, bounds, unit, help.

Sliders, the command line's `--set`, and the limits that the core enforces are all built from `KNOBS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lstm_core.errors import InvalidSetting


@dataclass(frozen=True)
class Knob:
    """One setting that a visitor can turn.

    `choices` names every allowed value of a choice; a number has `minimum` and `maximum` (both allowed) instead.
    """

    name: str
    label: str
    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    only_for: str = ""  # "texts" or "reviews": networks of the other kind have no use for it

    def check(self, value: Any) -> Any:
        """Return `value` as this knob's type; text such as "64" is understood.

        Raises InvalidSetting when it is no such number, out of bounds, or not among the choices.
        """
        if self.choices:
            if value not in self.choices:
                raise self._refusal(value, f"one of {', '.join(self.choices)}")
            return value
        wanted = type(self.default)
        bounds = f"a {'whole ' if wanted is int else ''}number from {self.minimum:g} to {self.maximum:g}"
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise self._refusal(value, bounds) from None
        if wanted is int and number != int(number) if number == number and abs(number) != float("inf") else True:
            raise self._refusal(value, bounds)
        if not self.minimum <= number <= self.maximum:  # type: ignore[operator]
            raise self._refusal(value, bounds)
        return wanted(number)

    def _refusal(self, value: Any, expected: str) -> InvalidSetting:
        return InvalidSetting(
            f"“{self.name}” was set to {value!r}.",
            f"It takes {expected}{f' ({self.unit})' if self.unit else ''}.",
            f"Leave it out to get {self.default}.",
        )


_ALL = (
    # What the network reads
    Knob(
        "symbols",
        "Symbols",
        "words",
        "Does it read and write whole words (and marks) or single characters?",
        choices=("words", "characters"),
        only_for="texts",
    ),
    Knob(
        "vocabulary",
        "Vocabulary limit",
        20_000,
        "Only this many of the most frequent symbols are kept apart; all others become one symbol, <rare>.",
        2,
        20_000,
        "distinct symbols",
    ),
    Knob(
        "window",
        "Window",
        64,
        "How many symbols it sees at once before it must name the next; of a review, how many words it reads.",
        1,
        512,
        "symbols",
    ),
    Knob(
        "coding",
        "Symbol coding",
        "embedding",
        "How a symbol becomes numbers: its id as a plain number (as in the "
        "articles), a one-hot vector, or a learned vector.",
        choices=("integer", "one-hot", "embedding"),
        only_for="texts",
    ),
    Knob(
        "embedding",
        "Embedding size",
        64,
        "Length of the learned vector of each symbol; only for the coding “embedding”.",
        1,
        512,
        "numbers",
    ),
    Knob(
        "targets",
        "Targets",
        "every",
        "Does it learn from the symbol after the whole window only, or from the next symbol at every position?",
        choices=("last", "every"),
        only_for="texts",
    ),
    # The network
    Knob("layers", "Layers", 1, "LSTM layers, one above the other.", 1, 3, only_for="texts"),
    Knob("units", "Units", 128, "Memory cells in each layer.", 1, 1024, "units per layer"),
    Knob(
        "dropout",
        "Dropout",
        0.0,
        "Share of each layer's inputs that is left out at random while it trains, so that it leans on none of them.",
        0.0,
        0.9,
    ),
    Knob(
        "recurrent_dropout",
        "Recurrent dropout",
        0.0,
        "The same for what a layer remembers from the symbol before.",
        0.0,
        0.9,
    ),
    Knob("forget_bias", "Initial forget bias", 1.0, "Above 0 the network starts by remembering.", -5.0, 5.0),
    Knob(
        "initialization",
        "Initial weights",
        "keras",
        "How the first random weights are drawn: as Keras does today, the same with symbols far apart from the start "
        "(their vectors from a standard normal, as in PyTorch), or as the articles' TensorFlow 1 programs did.",
        choices=("keras", "wide-embedding", "tensorflow-1"),
        only_for="texts",
    ),
    # What a network that reads reviews has beside these
    Knob(
        "direction",
        "Direction",
        "forward",
        "Does it read a review from the first word to the last only, or also from the last to the first?",
        choices=("forward", "both"),
        only_for="reviews",
    ),
    Knob(
        "pooling",
        "Pooling",
        "mean",
        "What of its hidden states counts: the last one, their mean, or their mean and the highest of each unit.",
        choices=("last", "mean", "mean-and-max"),
        only_for="reviews",
    ),
    Knob(
        "padding",
        "Padding",
        "ignored",
        "Shorter reviews: filled up before their first word, as in the article, or left as short as they are.",
        choices=("before", "ignored"),
        only_for="reviews",
    ),
    Knob(
        "dense",
        "Dense layer",
        0,
        "Units of a layer between the LSTM and the score; 0: none.",
        0,
        512,
        "units",
        only_for="reviews",
    ),
    Knob(
        "embedding_dropout",
        "Embedding dropout",
        0.0,
        "Share of the numbers in each word's vector that is left out at random while it trains.",
        0.0,
        0.9,
        only_for="reviews",
    ),
    Knob(
        "word_dropout",
        "Word dropout",
        0.0,
        "Share of the words that become <rare> while it trains, so that it leans on none of them.",
        0.0,
        0.9,
        only_for="reviews",
    ),
    Knob(
        "crops",
        "Pieces",
        0.0,
        "Share of the reviews of which it reads only a sentence or a few, so that it learns to judge short ones.",
        0.0,
        1.0,
        only_for="reviews",
    ),
    # How it learns
    Knob(
        "optimizer",
        "Optimizer",
        "adam",
        "The rule that turns gradients into changes of the weights.",
        choices=("adam", "rmsprop", "rmsprop-tf1", "sgd"),
    ),
    Knob(
        "learning_rate",
        "Learning rate",
        0.003,
        "How far each step moves the weights. Too high and the loss jumps, too low and nothing happens.",
        1e-6,
        1.0,
    ),
    Knob("beta_2", "Adam's β₂", 0.999, "How long Adam remembers the size of past gradients.", 0.5, 0.9999),
    Knob(
        "schedule",
        "Schedule",
        "constant",
        "Keep the learning rate, or let it sink along a cosine.",
        choices=("constant", "cosine"),
    ),
    Knob(
        "decay_steps",
        "Cosine length",
        0,
        "The learning rate sinks over this many steps and then stays; 0 lets it sink until the last step.",
        0,
        1_000_000,
        "steps",
    ),
    Knob(
        "final_rate",
        "Cosine end",
        0.0,
        "The share of the learning rate that is left at the end of the cosine.",
        0.0,
        1.0,
    ),
    Knob(
        "clip_norm",
        "Clip norm",
        1.0,
        "Gradients longer than this are shortened to it; 0 leaves them as they are.",
        0.0,
        100.0,
    ),
    Knob("batch", "Batch", 32, "Windows looked at in one step.", 1, 512, "windows"),
    Knob(
        "order",
        "Order of windows",
        "shuffled",
        "Which windows come next: shuffled, one after the other, or the articles' walk through the text.",
        choices=("shuffled", "in-order", "walk"),
        only_for="texts",
    ),
    Knob(
        "until",
        "Goes on until",
        "steps",
        "Stop when the budget is used up, or as soon as every window that can be right is right.",
        choices=("steps", "perfect"),
        only_for="texts",
    ),
    Knob(
        "steps",
        "Steps",
        2_000,
        "It stops after this many steps; 0 leaves it to the seconds. With both, what comes first.",
        0,
        1_000_000,
        "steps",
    ),
    Knob(
        "seconds",
        "Seconds",
        0.0,
        "It trains about this long; turned into steps once its speed is known. 0 leaves it to the steps.",
        0.0,
        3_600.0,
        "s",
    ),
    Knob(
        "random_seed",
        "Random seed",
        1,
        "The same seed gives the same first weights and the same order of windows.",
        0,
        2**31 - 1,
    ),
)

KNOBS: Mapping[str, Knob] = {knob.name: knob for knob in _ALL}

# Limits that no visitor can turn.
MAX_FILE_BYTES = 10 * 2**20  # an upload
MAX_TEXT_CHARACTERS = 5_000_000  # a training text; the rest is left out, and it is said
MAX_PASTED_BYTES = 5 * 2**20  # what a text box sends through the browser
MAX_REVIEW_UPLOAD_BYTES = 20 * 2**20  # a table of reviews, often packed: all 25,000 of IMDB's training half are 13 MB
MAX_REVIEW_FILE_BYTES = 100 * 2**20  # the same from the teacher's folder
MAX_UNPACKED_BYTES = 400 * 2**20  # what a packed table may grow to
MAX_REVIEW_MEMORY_BYTES = 300 * 2**20  # its reviews as Python keeps them; 50,000 of IMDB take 66 MB
MAX_REVIEW_ROWS = 200_000
MAX_SCORED_ROWS = 20_000  # of a table that is only scored
MAX_REVIEW_CHARACTERS = 50_000  # of one review; the longest of IMDB has 13,704
MIN_LABELLED_REVIEWS = 20
MAX_SEED_CHARACTERS = 5_000
MAX_WRITTEN_SYMBOLS = 5_000  # one press of Write
MAX_TRAINING_BYTES = 1_500 * 2**20  # of a run, however much memory its worker has; see network/size.py
MAX_INSIDE_CHARACTERS = 20_000  # of a text that is looked at from inside
MAX_INSIDE_SYMBOLS = 2_000  # of it that are traced; with six float32 for each unit of 2 × 512 they are 49 MB
LIKELIEST_SHOWN = 10
WATTS_PER_CORE = (
    12.0  # assumed; the Green Algorithms calculator's for a core that it does not know (TDP_cpu.csv, "Any")
)
MAX_SNAPSHOTS = 12  # ages of a run that can be asked
MAX_SNAPSHOT_BYTES = 96 * 2**20  # of all snapshots of a run: twelve of the articles' network, fewer of larger ones
MAX_RUN_NAME_CHARACTERS = 60
MAX_COMPARED_RUNS = 6  # curves in one chart that the eye still tells apart
MAX_RUNNING_RUNS = 2  # of one visitor that take turns; the others wait until one of them ends or rests
MAX_WAITING_RUNS = 20  # of one visitor, beside those
MAX_LIVING_RUNS = 200  # of all visitors of a server, running or waiting
MAX_RUN_AGE_SECONDS = 7 * 86_400  # since it last changed; then a run leaves, see service/retention.py
MAX_RUNS_BYTES = 2**30  # of all runs together; beyond it the oldest leave
BIN_SECONDS = 1_800  # a deleted run can be brought back
MAX_ARCHIVE_BYTES = 100 * 2**20  # a run's download that is to be uploaded again: 8 million weights with Adam's slots
MAX_ARCHIVE_STEPS = 2_000_000  # in its history
MAX_ARCHIVE_NOTES = 10_000  # samples, and measurements of validation, each
MAX_ROOMS = 50  # open at once on one server
MAX_ROOM_MEMBERS = 60  # two large classes; the wall shows 40 well
MAX_MEMBER_RUNS = 20  # of one member, that their room remembers
MAX_NICKNAME_CHARACTERS = 20
ROOM_SECONDS = 12 * 3_600.0  # after which a room closes by itself


def check_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Check every setting against its knob and return them typed.

    Raises InvalidSetting for an unknown name (naming the known ones) or a value its knob refuses.
    """
    checked = {}
    for name, value in settings.items():
        if name not in KNOBS:
            raise InvalidSetting(
                f"There is no knob “{name}”.", f"The knobs are {', '.join(KNOBS)}.", "Check the spelling."
            )
        checked[name] = KNOBS[name].check(value)
    return checked
