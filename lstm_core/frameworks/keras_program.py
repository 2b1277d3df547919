"""A character LSTM in Keras: layers are named and joined, all else goes on inside.

    python keras_program.py shakespeare.txt

It reads a text letter by letter, learns to name the next letter, and writes some lines of its own. Its two twins,
numpy_program.py and tensorflow_program.py, compute the same numbers. Copy it: Keras, with TensorFlow, and NumPy
are needed.

B windows side by side, T letters in each, V distinct letters, U units of the LSTM.
"""

import sys
from pathlib import Path

import keras
import numpy as np

WINDOW, BATCH, UNITS, RATE, STEPS = 50, 16, 128, 0.01, 1_000


# [text] The same as in NumPy: Keras takes arrays as they are.
def read_text(file: str) -> tuple[list[str], np.ndarray]:
    """Return the distinct letters, and the text as their numbers."""
    letters, ids = np.unique(list(Path(file).read_text(encoding="utf-8")), return_inverse=True)
    return letters.tolist(), ids


def cut_windows(ids: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cut windows out of the text at random places: inputs and targets, (B, T) each."""
    starts = random.integers(len(ids) - WINDOW, size=(BATCH, 1))
    windows = ids[starts + np.arange(WINDOW + 1)]  # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]


def one_hot(ids: np.ndarray, letter_count: int) -> np.ndarray:
    """Turn numbers of letters (B, T) into rows with a single 1, (B, T, V)."""
    return np.eye(letter_count, dtype=np.float32)[ids]


def build_models(letter_count: int, units: int) -> tuple[keras.Model, keras.Model]:
    """Build the network that learns, and the one that writes: they share their layers, and so their weights."""
    # [weights] Each layer makes its own as soon as it knows what goes in.
    lstm = keras.layers.LSTM(
        units, kernel_initializer="glorot_uniform", unit_forget_bias=True, return_sequences=True, return_state=True
    )
    output = keras.layers.Dense(letter_count, activation="softmax")
    # [gates] [cell state] [hidden state] [through time] All of this happens in the one call of the layer.
    inputs = keras.Input((None, letter_count))
    said, _, _ = lstm(inputs)  # (B, T, U); the last states are not needed here
    # [output] Scores and softmax: a dense layer, at every letter.
    learner = keras.Model(inputs, output(said))
    # [loss] [optimizer] Named here, used below.
    learner.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(), optimizer=keras.optimizers.Adam(RATE, epsilon=1e-7)
    )
    # [writing] The second model: the same layers, but both states go in and come out.
    states = [keras.Input((units,)), keras.Input((units,))]
    said, *new_states = lstm(inputs, initial_state=states)
    writer = keras.Model([inputs, *states], [output(said), *new_states])
    return learner, writer


# [backward] [training step] Forward, loss, backward and move: one call, which hides them all.
def train_step(learner: keras.Model, inputs: np.ndarray, targets: np.ndarray) -> float:
    """Learn from one batch of windows (B, T); return the loss before."""
    learner.reset_metrics()  # Keras would average over all batches so far
    return float(learner.train_on_batch(one_hot(inputs, learner.output_shape[-1]), targets))


# [writing] One letter at a time: what is drawn is read next, and both states are carried on.
def write(writer: keras.Model, letters: list[str], length: int, random: np.random.Generator) -> str:
    """Write from a random first letter; each next one is drawn from the probabilities, as the tutorial does."""
    units = writer.inputs[1].shape[-1]
    states = [np.zeros((1, units), np.float32), np.zeros((1, units), np.float32)]
    written = [int(random.integers(len(letters)))]
    for _ in range(length):
        x = one_hot(np.array([written[-1:]]), len(letters))  # (1, 1, V)
        probabilities, *states = writer.predict_on_batch([x, *states])
        given = probabilities[0, 0].astype(float)
        written.append(int(random.choice(len(letters), p=given / given.sum())))
    return "".join(letters[letter] for letter in written)


# [main program] Read, train, write.
def main(file: str) -> None:
    """Train on a text and write."""
    random = np.random.default_rng(1)
    letters, ids = read_text(file)
    learner, writer = build_models(len(letters), UNITS)
    for count in range(1, STEPS + 1):
        loss = train_step(learner, *cut_windows(ids, random))
        if count % 100 == 0:
            print(f"step {count:,}  loss {loss:.3f}", flush=True)
    print(write(writer, letters, 300, random))


if __name__ == "__main__":
    main(sys.argv[1])
