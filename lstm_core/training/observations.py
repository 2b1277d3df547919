"""What a network in training is asked now and then: to write a little, and to name what comes next. Plain NumPy."""

import numpy as np

from lstm_core.network.numpy_network import network_forward, softmax
from lstm_core.network.trained import TrainedNetwork
from lstm_core.text.symbols import join_symbols
from lstm_core.training.data import TrainingData
from lstm_core.training.reports import Prediction, SampleNote
from lstm_core.writing.sampling import Sampling
from lstm_core.writing.writer import Writer

SAMPLE_TEMPERATURES = (0.2, 0.5, 1.0)
SAMPLE_SYMBOLS = {"words": 32, "characters": 160}  # 32 words, as Atienza's program writes
SEED_SYMBOLS = {"words": 3, "characters": 24}
PREDICTIONS_SHOWN = 8
CONTEXT_SHOWN = {"words": 3, "characters": 16}


def write_samples(network: TrainedNetwork, data: TrainingData, random_seed: int) -> tuple[SampleNote, ...]:
    """Let the network continue the beginning of its text at three temperatures."""
    kind = network.vocabulary.kind
    opening = network.vocabulary.decode(data.split.training[: SEED_SYMBOLS[kind]])
    seed_text = join_symbols(opening, kind)
    writer = Writer(network)
    state = writer.read_ids(data.split.training[: SEED_SYMBOLS[kind]].tolist())
    notes = []
    for temperature in SAMPLE_TEMPERATURES:
        random = np.random.default_rng([random_seed, 2, network.step, round(temperature * 10)])
        written = writer.write(state, SAMPLE_SYMBOLS[kind], Sampling(temperature), random)
        text = join_symbols([symbol.symbol for symbol, _ in written], kind)
        notes.append(SampleNote(network.step, temperature, seed_text, text))
    return tuple(notes)


def predict_next_symbols(network: TrainedNetwork, data: TrainingData, random_seed: int) -> tuple[Prediction, ...]:
    """Ask for the symbol after a few windows, drawn anew at each step: the articles' table.

    The windows come from the held-out part where there is one: there the network cannot have learnt them by heart.
    """
    ids = data.split.training if data.split.validation is None else data.split.validation
    window, kind = network.shape.window, network.vocabulary.kind
    random = np.random.default_rng([random_seed, 3, network.step])
    count = min(PREDICTIONS_SHOWN, len(ids) - window)
    offsets = random.choice(len(ids) - window, count, replace=False)
    windows = ids[offsets[:, None] + np.arange(window)]  # (count, window)
    logits = network_forward(network.text_shape, network.weights, windows).logits
    probabilities = softmax(logits[:, -1] if network.text_shape.targets == "every" else logits)  # (count, V)
    decode = network.vocabulary.decode
    rows = []
    for offset, row in zip(offsets, probabilities, strict=True):
        context = decode(ids[max(offset, offset + window - CONTEXT_SHOWN[kind]) : offset + window])
        expected, predicted = decode([ids[offset + window], row.argmax()])
        rows.append(Prediction(tuple(context), expected, predicted, float(row.max())))
    return tuple(rows)
