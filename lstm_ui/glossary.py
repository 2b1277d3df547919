"""The words that stand on the screen, each with the place where one can see it move."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    """One word; `link` says what is to be seen on the page in `file`, opened with `query`."""

    name: str
    meaning: str
    file: str
    link: str
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return its key on the page."""
        return "term_" + "".join(letter if letter.isalnum() else "_" for letter in self.name.lower())


_TRAIN, _WRITE, _REVIEWS, _INSIDE = "pages/train.py", "pages/generate.py", "pages/sentiment.py", "pages/inside.py"

GROUPS: Mapping[str, tuple[Term, ...]] = {
    "What it reads": (
        Term("Symbol", "A word, a mark or a single character: what the network reads and names one at a time.", _TRAIN,
             "The text cut into symbols", {"experiment": "atienza-aesop"}),
        Term("Window", "How many symbols it sees at once before it must name the next.", _TRAIN,
             "A window of one word", {"experiment": "atienza-aesop", "window": "1"}),
        Term("Coding", "How a symbol becomes numbers: its id, a one-hot vector with a single 1, or an embedding.",
             _TRAIN, "One-hot in the drawing", {"experiment": "horas-shakespeare", "coding": "one-hot"}),
        Term("Embedding", "A list of numbers for each symbol that is learned: what is used alike comes to lie close.",
             _INSIDE, "The map of an embedding", {"look": "Map"}),
        Term("Validation", "A part of the text that is held out: the network is tested on it and never learns from it.",
             _TRAIN, "Two curves that part", {"experiment": "horas-quijote", "steps": "1500", "seconds": "0"}),
    ),
    "The network": (
        Term("Unit", "One memory cell. A layer has many; each comes to follow something of its own.", _INSIDE,
             "Find a unit that follows something", {"look": "Find a unit"}),
        Term("Layer", "Units side by side that read the same. A second layer reads what the first one says.", _TRAIN,
             "Two layers in the drawing", {"experiment": "rubik-meditations"}),
        Term("Gate", "A valve between 0 and 1, one of each kind per unit: input lets in, forget keeps, output shows.",
             _INSIDE, "The gates over a text", {"look": "Gates"}),
        Term("Candidate", "What a unit would write into its memory now, if its input gate lets it.", _INSIDE,
             "One step of the cell", {"look": "Step by step"}),
        Term("Cell state", "What a unit remembers from symbol to symbol; only the gates change it.", _INSIDE,
             "How long it remembers", {"look": "Memory"}),
        Term("Hidden state", "What a unit shows of its memory: to the next layer, and to itself at the next symbol.",
             _INSIDE, "The text coloured by one unit", {"look": "In colour"}),
        Term("Parameter", "A number that training adjusts: every weight and every bias.", _TRAIN,
             "They are counted in the drawing", {"experiment": "horas-shakespeare", "units": "64"}),
        Term("Dropout", "Leaving out some inputs at random while it trains, so that it leans on none of them.",
             _TRAIN, "A run with dropout", {"experiment": "horas-quijote", "dropout": "0.3"}),
    ),
    "How it learns": (
        Term("Loss", "How surprised it is by what comes next, in nats: 0 is never, ln V is knowing none of V symbols.",
             _TRAIN, "The loss falls", {"experiment": "rubik-meditations"}),
        Term("Perplexity", "The loss as a number of choices: as if it guessed among so many equally likely symbols.",
             _TRAIN, "Chart settings, shown as"),
        Term("Accuracy", "The share of symbols that it gets right when it names the likeliest.", _TRAIN,
             "Up to every window right", {"experiment": "atienza-aesop"}),
        Term("Step", "One look at a batch of windows, after which every weight moves a little.", _TRAIN,
             "Pause, then Step"),
        Term("Batch", "The windows that are looked at together in one step.", _TRAIN,
             "One window a step, as published", {"experiment": "rubik-meditations", "recipe": "article"}),
        Term("Epoch", "As many steps as it takes to see the whole training text once.", _TRAIN, "The run’s numbers"),
        Term("Learning rate", "How far the weights move in a step: too far: the curve jumps; too little: it crawls.",
             _TRAIN, "Move it while it trains"),
        Term("Optimizer", "How gradients become moves: SGD takes them as they are, RMSProp and Adam scale each.",
             _TRAIN, "The same network with SGD", {"experiment": "atienza-aesop", "optimizer": "sgd"}),
        Term("Gradient", "For each weight, how the loss would change with it. Backward through time, symbol by symbol.",
             "pages/frameworks.py", "The backward pass in NumPy"),
        Term("Yardstick", "What mere counting of symbols, pairs and triples reaches on the same text.", _TRAIN,
             "The dashed lines in the chart"),
        Term("Memorising", "Knowing the training text by heart: its loss falls while that of the held-out part rises.",
             _WRITE, "Copied or invented"),
    ),
    "What it says": (
        Term("Seed text", "The beginning that it is given and goes on from.", _WRITE, "Type another beginning"),
        Term("Temperature", "How boldly it chooses: 0 always takes the likeliest, 1 believes itself, 2 raves.",
             _WRITE, "Three temperatures side by side"),
        Term("Top-k, top-p", "Choosing only among the k likeliest, or among the likeliest that make up the share p.",
             _WRITE, "Below the temperature"),
        Term("Originality", "The share of what it wrote that was not copied in long stretches from its training text.",
             _WRITE, "Copied or invented"),
        Term("Occlusion", "Leaving out one word of a review to see how far the verdict moves.", _REVIEWS,
             "Which words decided"),
        Term("Read-along", "The verdict after each word, as if one read over its shoulder.", _REVIEWS,
             "The line under the words"),
    ),
}  # fmt: skip
