"""The program of a run that learned to judge reviews, which it reads as numbers from a file beside it."""

import io

import numpy as np

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
from lstm_core.text.review_set import EncodedReviews
from lstm_core.training.review_data import prepare_reviews
from lstm_core.training.review_orders import MAX_CROP_WORDS, MIN_CROP_WORDS

PAD = '''def pad(reviews):
    """Put reviews side by side, (batch, length); of longer ones the last WINDOW words are read."""
    {length}
    rows = np.full((len(reviews), length), PADDING, np.int32)
    for row, review in zip(rows, reviews):
        kept = review[-WINDOW:]
        {place} = kept{shift}
    return rows'''

BATCHES = '''def iter_batches():
    """Yield inputs and labels of a step: all reviews in a new order, again and again."""
    random = np.random.default_rng(SEED)
    waiting = []
    while True:
        while len(waiting) < BATCH:
            waiting += random.permutation(len(training)).tolist()
        chosen, waiting = waiting[:BATCH], waiting[BATCH:]
        reviews = [training[place] for place in chosen]'''

CROP = f"""        for place, review in enumerate(reviews):  # of some, only a piece from anywhere
            if random.random() < {{share}}:
                length = min(random.integers({MIN_CROP_WORDS}, {MAX_CROP_WORDS + 1}), len(review))
                start = random.integers(len(review) - length + 1)
                reviews[place] = review[start : start + length]"""


def pack_reviews(spec: RunSpec) -> bytes:
    """Return the reviews of a run as the bytes of an .npz file: words and, for each part, ids, lengths, labels."""
    data = prepare_reviews(spec)
    words = "\n".join(data.vocabulary.symbols).encode()
    arrays = {"words": np.frombuffer(words, np.uint8)} | _arrays("training", data.training)
    if data.validation is not None:
        arrays |= _arrays("validation", data.validation)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def _arrays(part: str, reviews: EncodedReviews) -> dict[str, np.ndarray]:
    return {f"{part}_{name}": getattr(reviews, name) for name in ("ids", "lengths", "labels")}


def review_cells(run: ExportedRun, path: str) -> list[Cell]:
    """Return the cells of the program; `path` is the Python expression of the file's path."""
    training = training_code(run, "keras.losses.BinaryCrossentropy()", "iter_batches()", "next(order)")
    cells = [
        Cell("The reviews: words as ids, one review after the other", _reviews(path)),
        Cell("The network", _network(run.spec)),
        Cell(
            "Batches of reviews, as they fall; the app puts those of similar length together, which is quicker",
            _batches(run.spec),
        ),
        Cell("Training", training),
        Cell("How good is it on reviews that it has never seen?", _validation()),
        Cell("Let it judge a review", _judging(run.spec)),
    ]
    needs_ops = any("ops." in cell.code for cell in cells)
    imports = import_lines(cells, f"from keras import layers{', ops' if needs_ops else ''}")
    return [Cell(tell_run(run), _head(run, imports)), *cells]


def _head(run: ExportedRun, imports: list[str]) -> str:
    spec = run.spec
    return "\n".join(
        [
            *imports,
            "",
            f"RUN = {run.name!r}  # what it is called in the app",
            f"WINDOW = {spec.window}  # words of a review that are read",
            f"UNITS = {spec.units}  # memory cells",
            f"STEPS = {count_steps(run)}",
            f"SEED = {spec.random_seed}",
            "keras.utils.set_random_seed(SEED)",
        ]
    )


def _reviews(path: str) -> str:
    return "\n".join(
        [
            f"with np.load({path}) as file:",
            "    DATA = dict(file)",
            'words = DATA["words"].tobytes().decode().split("\\n")',
            "",
            "",
            "def take(part):",
            '    """Return the reviews of a part, each an array of ids, and their labels, 1 positive."""',
            '    ends = np.cumsum(DATA[f"{part}_lengths"])',
            '    return np.split(DATA[f"{part}_ids"].astype(np.int32), ends[:-1]), DATA[f"{part}_labels"]',
            "",
            "",
            'training, training_labels = take("training")',
            'print(f"{len(training):,} reviews, {len(words):,} words")',
        ]
    )


def _network(spec: RunSpec) -> str:
    is_masked, is_both = spec.padding == "ignored", spec.direction == "both"
    lines = ['inputs = keras.Input((None,), dtype="int32")']
    settings = f'{spec.embedding}, mask_zero={is_masked}, name="embedding"'
    lines.append(f"signal = layers.Embedding(len(words) + 1, {settings})(inputs)  # one more, for the padding")
    if spec.embedding_dropout:
        lines.append(f"signal = layers.Dropout({spec.embedding_dropout!r})(signal)")
    lstm = ["UNITS", f"return_sequences={spec.pooling != 'last'}", *dropout_settings(spec)]
    lines.append("lstm = " + write_call("layers.LSTM", lstm + ([] if is_both else ['name="lstm_1"'])))
    if is_both:
        lines.append('lstm = layers.Bidirectional(lstm, merge_mode=None, name="lstm_1")')
    lines += ["pooled = []", f"for said in {'lstm(signal)' if is_both else '[lstm(signal)]'}:"]
    if spec.pooling == "last":
        lines.append("    pooled.append(said)")
    else:
        lines.append("    pooled.append(layers.GlobalAveragePooling1D()(said))")
    if spec.pooling == "mean-and-max":
        if is_masked:
            lines += [
                "    present = ops.expand_dims(ops.not_equal(inputs, 0), -1)",
                "    said = ops.where(present, said, -1.0)  # the maximum knows nothing of padding",
            ]
        lines.append("    pooled.append(layers.GlobalMaxPooling1D()(said))")
    lines.append("signal = layers.Concatenate()(pooled) if len(pooled) > 1 else pooled[0]")
    if spec.dense:
        lines.append(f'signal = layers.Dense({spec.dense}, activation="relu", name="dense")(signal)')
    if spec.dropout:
        lines.append(f"signal = layers.Dropout({spec.dropout!r})(signal)")
    lines += [
        'learner = keras.Model(inputs, layers.Dense(1, activation="sigmoid", name="output")(signal))',
        *forget_bias_code(spec),
        "learner.summary()",
    ]
    return "\n".join(lines)


def _batches(spec: RunSpec) -> str:
    is_masked = spec.padding == "ignored"
    pad = PAD.format(
        # Each new length is traced anew by TensorFlow: few of them.
        length="length = min(WINDOW, -(-max(map(len, reviews)) // 50) * 50)" if is_masked else "length = WINDOW",
        place="row[: len(kept)]" if is_masked else "row[WINDOW - len(kept) :]",
        shift=" + 1" if is_masked else "",
    )
    padding = "0  # Keras leaves it out; all words move up by one" if is_masked else "len(words)  # a word of its own"
    lines = [f"PADDING = {padding}", f"BATCH = min({spec.batch}, len(training))", "", "", pad, "", "", BATCHES]
    if spec.crops:
        lines.append(CROP.format(share=repr(spec.crops)))
    lines.append("        inputs = pad(reviews)")
    if spec.word_dropout:
        rare = "len(words)" if is_masked else "len(words) - 1"
        present = " & (inputs != PADDING)" if is_masked else ""
        lines += [
            f"        is_hidden = (random.random(inputs.shape) < {spec.word_dropout!r}){present}",
            f"        inputs[is_hidden] = {rare}  # some words become <rare>",
        ]
    lines.append("        yield inputs, training_labels[chosen]")
    return "\n".join(lines)


def _validation() -> str:
    return "\n".join(
        [
            "def judge(reviews):",
            '    """Return the probability that each review is positive, (n,)."""',
            "    parts = [reviews[at : at + 256] for at in range(0, len(reviews), 256)]",
            "    return np.concatenate([learner.predict_on_batch(pad(part))[:, 0] for part in parts])",
            "",
            "",
            'if "validation_ids" in DATA:',
            '    reviews, labels = take("validation")',
            '    print(f"{np.mean((judge(reviews) > 0.5) == (labels == 1)):.2%} of {len(labels):,} are right")',
            "else:",
            '    print("There are too few reviews to hold some out.")',
        ]
    )


def _judging(spec: RunSpec) -> str:
    return "\n".join(
        [
            "number = {word: place for place, word in enumerate(words)}",
            'review = "the plot is dull but i loved every minute of it".split()',
            "known = np.array([number.get(word, len(words) - 1) for word in review])  # the last word is <rare>",
            "print(f\"{judge([known])[0]:.0%} positive: {' '.join(review)}\")",
        ]
    )
