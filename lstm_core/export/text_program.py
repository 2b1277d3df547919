"""The program of a run that learned a text: symbols, windows in the run's own order, the network, training, writing."""

import re

from lstm_core.export.exported_run import ExportedRun
from lstm_core.export.program_parts import (
    Cell,
    count_steps,
    dropout_settings,
    forget_bias_code,
    import_lines,
    tell_run,
    training_code,
    write_call,
)
from lstm_core.network.spec import RunSpec
from lstm_core.text.symbols import RARE
from lstm_core.text.windows import MIN_SYMBOLS_TO_SPLIT, MIN_WINDOWS_TO_SPLIT, VALIDATION_SHARE
from lstm_core.training.observations import SAMPLE_SYMBOLS, SEED_SYMBOLS

CODINGS = {
    "embedding": 'code = layers.Embedding(len(names), {size}, {wide}name="embedding")',
    "integer": '''def code(ids):
    """Take each id as one plain number."""
    return layers.Rescaling(1.0)(layers.Reshape((-1, 1))(ids))

''',
    "one-hot": '''def code(ids):
    """Turn each id into a row of zeros with a single one."""
    encode = layers.CategoryEncoding(len(names), output_mode="one_hot")
    return encode(layers.Reshape((-1, 1))(ids))

''',
}

UNIFORM = '''

def uniform(layer):
    """Draw an LSTM's kernels as TensorFlow 1 did: in one piece."""
    rows = ({size} if layer == 1 else UNITS) + UNITS
    limit = math.sqrt(6 / (rows + 4 * UNITS))
    return keras.initializers.RandomUniform(-limit, limit)

'''

WRITER = """# A second model of the same layers, for writing: one symbol and all states go in, new states come out.
states = [[keras.Input((UNITS,)), keras.Input((UNITS,))] for _ in lstms]
signal, new_states = code(inputs), []
for lstm, state in zip(lstms, states):
    signal, *new_state = lstm(signal, initial_state=state)
    new_states.append(new_state)
writer = keras.Model([inputs, states], [output(signal), new_states])"""

CUT = '''def cut(ids, starts):
    """Cut windows (batch, WINDOW) that begin at `starts`, and what should come next."""
    windows = ids[starts[:, None] + np.arange(WINDOW + 1)]
    return windows[:, :-1], {targets}'''

SHUFFLED = '''def iter_starts():
    """Yield where each window begins: all of an epoch in a new order, as in the run, then the next epoch."""
    for epoch in itertools.count():
        random = np.random.default_rng([SEED, 1, epoch])
        phase = random.integers(min(LAST - (PER_EPOCH - 1) * STRIDE, STRIDE - 1) + 1)
        yield from random.permutation(PER_EPOCH) * STRIDE + phase'''

IN_ORDER = '''def iter_starts():
    """Yield where each window begins: one after the other, again and again."""
    return itertools.cycle(range(0, LAST + 1, STRIDE))'''

WALK = '''def iter_starts():
    """Yield where each window begins: the tutorials' walk, from a random start in strides of a window and one."""
    random = np.random.default_rng([SEED, 1])
    start = LAST + 1
    while True:
        if start > LAST:
            start = int(random.integers(min(WINDOW + 1, LAST) + 1))
        yield start
        start += WINDOW + 1'''

WRITE_WITH_STATES = """states = [[np.zeros((1, UNITS), np.float32)] * 2 for _ in range(LAYERS)]
written = list(seed)
for place in range({length} + len(seed)):
    probabilities, states = writer.predict_on_batch([np.array([[written[place]]]), states])
    if place >= len(seed) - 1:  # the seed has been read: draw the next one
        written.append(draw(probabilities[0, 0]))"""

WRITE_WITH_WINDOWS = """written = list(seed)
for _ in range({length}):
    written.append(draw(learner.predict_on_batch(np.array([written[-WINDOW:]]))[0]))"""

DRAW = '''def draw(probabilities, temperature=0.5):
    """Draw the next symbol; the lower the temperature, the surer of itself it is."""
    scores = np.log(np.maximum(probabilities.astype(float), 1e-12)) / temperature
    powers = np.exp(scores - scores.max())
    return int(random.choice(len(powers), p=powers / powers.sum()))'''


def text_cells(run: ExportedRun, text: str) -> list[Cell]:
    """Return the cells of the program; `text` is the Python expression that gives the text."""
    spec = run.spec
    cells = [
        Cell("The text that it learns from", f"TEXT = {text}"),
        Cell(f"Symbols ({spec.symbols}) and their ids, the most frequent first", _symbols(run)),
        Cell("The network", _network(spec)),
        Cell("Which windows it looks at, step after step", _windows(spec)),
        Cell(
            "Training",
            training_code(
                run,
                "keras.losses.SparseCategoricalCrossentropy()",
                "iter_starts()",
                "cut(training, np.array([next(order) for _ in range(BATCH)]))",
            ),
        ),
        Cell("How good is it on the part that it has never seen?", _validation(spec)),
        Cell("Let it write", _writing(spec)),
    ]
    return [Cell(tell_run(run), _head(run, import_lines(cells, "from keras import layers"))), *cells]


def _head(run: ExportedRun, imports: list[str]) -> str:
    spec = run.spec
    return "\n".join(
        [
            *imports,
            "",
            f"RUN = {run.name!r}  # what it is called in the app",
            f"WINDOW = {spec.window}  # symbols seen at once",
            f"LAYERS = {spec.layers}",
            f"UNITS = {spec.units}  # memory cells of each layer",
            f"STEPS = {count_steps(run)}",
            f"SEED = {spec.random_seed}",
            "keras.utils.set_random_seed(SEED)",
        ]
    )


def _symbols(run: ExportedRun) -> str:
    spec = run.spec
    if spec.symbols == "words":
        lines = [
            "# A word is letters with their marks, and apostrophes inside; any other sign is a symbol of its own.",
            'marks = "".join(sorted(mark for mark in set(TEXT) if unicodedata.category(mark)[0] == "M"))',
            r'letter = rf"(?:[^\W_]|[\u200c\u200d{marks}])"',
            r"""symbols = re.findall(rf"{letter}+(?:['’]{letter}+)*|\S", TEXT)""",
        ]
    else:
        lines = ["symbols = list(TEXT)"]
    lines += [
        "counts = Counter(symbols)",
        "names = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))",
    ]
    if RARE in run.network.vocabulary.symbols:
        lines.append(f"names = [*names[:{spec.vocabulary}], {RARE!r}]  # all others become one symbol")
        number = "number.get(symbol, len(names) - 1)"
    else:
        number = "number[symbol]"
    return "\n".join(
        [
            *lines,
            "number = {symbol: place for place, symbol in enumerate(names)}",
            f"ids = np.array([{number} for symbol in symbols], np.int32)",
            f"# The last tenth of a text is held out, if it has at least {MIN_SYMBOLS_TO_SPLIT:,} symbols"
            f" and {MIN_WINDOWS_TO_SPLIT} windows.",
            f"is_long = len(ids) >= max({MIN_SYMBOLS_TO_SPLIT}, {MIN_WINDOWS_TO_SPLIT} * WINDOW)",
            f"held_out = int(len(ids) * {VALIDATION_SHARE}) if is_long else 0",
            "training, validation = ids[: len(ids) - held_out], ids[len(ids) - held_out :]",
            'print(f"{len(ids):,} symbols, {len(names):,} distinct, {held_out:,} held out")',
        ]
    )


def _network(spec: RunSpec) -> str:
    is_every = spec.targets == "every"
    said = "output(drop(signal))" if spec.dropout else "output(signal)"
    is_wide = spec.initialization == "wide-embedding"
    wide = "embeddings_initializer=keras.initializers.RandomNormal(0, 1), " if is_wide else ""
    lines = [
        *CODINGS[spec.coding].format(size=spec.embedding, wide=wide).split("\n"),
        *_layer_lines(spec, is_every),
        "",
        'inputs = keras.Input((None,), dtype="int32")',
        "signal = code(inputs)",
        "for lstm in lstms:",
        "    signal, *_ = lstm(signal)",
        f"learner = keras.Model(inputs, {said})",
        *forget_bias_code(spec),
        "learner.summary()",
    ]
    code = "\n".join([*lines, *(["", WRITER] if is_every else [])])
    return re.sub(r"\n{4,}", "\n\n\n", code)  # two empty lines around a function, however many pieces meet there


def _layer_lines(spec: RunSpec, is_every: bool) -> list[str]:
    """Write the lines that make `lstms`, `output` and, with dropout, `drop`."""
    lstm = ["UNITS", f"return_sequences={is_every or 'layer < LAYERS'}", "return_state=True", *dropout_settings(spec)]
    output = ["len(names)", 'activation="softmax"']
    lines = []
    if spec.initialization == "tensorflow-1":
        size = {"embedding": str(spec.embedding), "integer": "1", "one-hot": "len(names)"}[spec.coding]
        lines = UNIFORM.format(size=size).split("\n")
        lstm += ["kernel_initializer=uniform(layer)", "recurrent_initializer=uniform(layer)"]
        output += [f"{part}_initializer=keras.initializers.RandomNormal(0, 1)" for part in ("kernel", "bias")]
    lines += [
        "lstms = [",
        "    " + write_call("layers.LSTM", [*lstm, 'name=f"lstm_{layer}"'], "    "),
        "    for layer in range(1, LAYERS + 1)",
        "]",
        "output = " + write_call("layers.Dense", [*output, 'name="output"']),
    ]
    if spec.dropout:  # a mask that is the same at each step
        lines.append(f"drop = layers.{'SpatialDropout1D' if is_every else 'Dropout'}({spec.dropout!r})")
    return lines


def _windows(spec: RunSpec) -> str:
    is_every = spec.targets == "every"
    iterate = {"shuffled": SHUFFLED, "in-order": IN_ORDER, "walk": WALK}[spec.order]
    batch = "1" if spec.order == "walk" else f"min({spec.batch}, PER_EPOCH)"
    stride = (
        "STRIDE = WINDOW  # windows do not overlap" if is_every else "STRIDE = 1  # a window begins at every symbol"
    )
    return "\n".join(
        [
            "LAST = len(training) - 1 - WINDOW  # where the last window can begin",
            f"STRIDE = {stride}",
            "PER_EPOCH = LAST // STRIDE + 1",
            f"BATCH = {batch}",
            "",
            "",
            CUT.format(targets="windows[:, 1:]" if is_every else "windows[:, -1]"),
            "",
            "",
            iterate,
        ]
    )


def _validation(spec: RunSpec) -> str:
    stride = "WINDOW" if spec.targets == "every" else "1"
    return "\n".join(
        [
            "if held_out:",
            f"    inputs, targets = cut(validation, np.arange(0, len(validation) - WINDOW, {stride}))",
            "    loss = learner.evaluate(inputs, targets, batch_size=64, verbose=0)",
            '    print(f"validation loss {loss:.4f}")',
            "else:",
            '    print("The text is too short to hold a part of it out.")',
        ]
    )


def _writing(spec: RunSpec) -> str:
    length = SAMPLE_SYMBOLS[spec.symbols]
    is_every = spec.targets == "every"
    seed = SEED_SYMBOLS[spec.symbols] if is_every else spec.window
    join = '" "' if spec.symbols == "words" else '""'
    write = WRITE_WITH_STATES if is_every else WRITE_WITH_WINDOWS
    return "\n".join(
        [
            "random = np.random.default_rng(SEED)",
            f"seed = ids[:{seed}].tolist()  # the beginning of the text",
            "",
            "",
            DRAW,
            "",
            "",
            write.format(length=length),
            f"print({join}.join(names[place] for place in written))",
        ]
    )
